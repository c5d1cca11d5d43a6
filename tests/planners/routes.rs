//! The way in which an image is expected to go to a host: what is sent, against what, and how much that is.

use crate::fleets::{GIB, OneHost, digest, facts, host_name, platform_here, reference};
use std::collections::BTreeSet;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{Fleet, HostChange, Stock, StockedHelper, StockedLayer, StockedRecipe};
use tagboat::model::names::Digest;
use tagboat::model::plan::{Estimate, Mode, ModeChoice, PushIntent, PushOptions, PushPlan, Route, plan_push};

pub(crate) const MB: u64 = 1_000_000;

/// A layer's packed length tells which layer it is, also in a sum.
fn packed(layer: u8) -> u64 {
    MB << layer
}

/// All of these layers are kept here and indexed.
pub(crate) fn stock(layers: impl IntoIterator<Item = u8>) -> Stock {
    let layer = |layer: u8| {
        let stocked = StockedLayer {
            size: packed(layer) * 2,
            packed: Some(packed(layer)),
            has_index: true,
        };
        (digest(layer), stocked)
    };
    Stock {
        layers: layers.into_iter().map(layer).collect(),
        helper: Some(StockedHelper {
            platform: platform_here(),
            bytes: 700_000,
        }),
        limit: Some(20 * GIB),
        ..Stock::default()
    }
}

fn digests(layers: &[u8]) -> BTreeSet<Digest> {
    layers.iter().map(|layer| digest(*layer)).collect()
}

fn planned(fleet: &Fleet, mode: ModeChoice) -> Result<PushPlan, Refusal> {
    let options = PushOptions {
        mode,
        ..PushOptions::default()
    };
    let intent = PushIntent {
        reference: reference("v2"),
        hosts: vec![host_name()],
        replace_tag: false,
        allow_failing: false,
        options,
    };
    plan_push(&intent, fleet)
}

fn plan(fleet: &Fleet, mode: ModeChoice) -> PushPlan {
    planned(fleet, mode).unwrap()
}

pub(crate) fn route(host: OneHost, mode: ModeChoice) -> Route {
    plan(&host.fleet(), mode).hosts[0].route.clone().unwrap()
}

pub(crate) fn best(host: OneHost) -> Route {
    route(host, ModeChoice::Best)
}

#[test]
fn a_host_that_has_nothing_gets_all_layers() {
    let host = OneHost::new().made_of("v2", &[1, 2], GIB).stocked(stock([1, 2]));
    let route = best(host);
    assert_eq!(
        (route.mode, route.bytes),
        (Mode::Full, Estimate::Exactly(packed(1) + packed(2)))
    );
    assert_eq!(route.words(), "full: 6.00 MB; nothing of it is there");
}

#[test]
fn what_was_never_taken_in_is_at_most_the_image() {
    let route = best(
        OneHost::new()
            .made_of("v2", &[1, 2], 1_160 * MB)
            .has(9, &["v1"], &[1]),
    );
    assert_eq!(route.mode, Mode::Layers);
    assert_eq!(
        route.words(),
        "layers: at most 1.16 GB; the host has 1 of 2 layers"
    );
}

#[test]
fn a_host_that_has_some_layers_gets_the_others() {
    let host = OneHost::new()
        .made_of("v2", &[1, 2, 3], 40 * MB)
        .has(9, &["v1"], &[1, 2]);
    // Nothing is known of the files of layer 2, so the image on the host is no base.
    let mut stock = stock([1, 2, 3]);
    stock.layers.get_mut(&digest(2)).unwrap().has_index = false;
    let route = best(host.stocked(stock));
    assert_eq!(
        route.words(),
        "layers: 8.00 MB instead of 14.0 MB; the host has 2 of 3 layers"
    );
}

fn with_base() -> OneHost {
    OneHost::new()
        .made_of("v2", &[1, 8], 600 * MB)
        .has(9, &["v1"], &[1, 7])
        .stocked(stock([1, 7, 8]))
}

#[test]
fn a_delta_is_made_against_an_image_whose_files_are_known_here() {
    let route = best(with_base());
    assert_eq!(
        (route.mode, route.base.as_ref()),
        (Mode::Delta, Some(&reference("v1")))
    );
    assert_eq!(
        route.words(),
        "delta against convocate:v1: at most 256 MB instead of 258 MB; only what changed in the files is sent; the helper goes with its first delta, 700 kB"
    );
}

#[test]
fn a_recipe_that_is_made_tells_its_bytes_and_one_that_saves_nothing_is_not_used() {
    let recipe = |bytes| {
        let mut stock = stock([1, 7, 8]);
        stock.recipes.push(StockedRecipe {
            base: vec![digest(1), digest(7)],
            target: digests(&[8]),
            bytes,
            is_made: true,
        });
        best(with_base().stocked(stock))
    };
    assert_eq!(
        recipe(182_000).words(),
        "delta against convocate:v1: 182 kB instead of 258 MB; the layers would be 256 MB; the helper goes with its first delta, 700 kB"
    );
    assert_eq!(recipe(250 * MB).mode, Mode::Layers);
}

#[test]
fn a_delta_that_costs_more_than_it_saves_is_not_expected() {
    let small = OneHost::new()
        .made_of("v2", &[1, 8], 600 * MB)
        .has(9, &["v1"], &[1, 7]);
    let mut stock = stock([1, 7, 8]);
    stock.layers.get_mut(&digest(8)).unwrap().packed = Some(400_000);
    assert_eq!(best(small.stocked(stock)).mode, Mode::Layers);
    let tiny_base = OneHost::new()
        .made_of("v2", &[1, 8], 600 * MB)
        .has(9, &["v1"], &[1, 2]);
    assert_eq!(best(tiny_base.stocked(self::stock([1, 2, 8]))).mode, Mode::Layers);
}

#[test]
fn of_several_bases_the_one_is_taken_that_is_likest() {
    let stock = || stock([1, 5, 6, 7, 8]);
    let host = || OneHost::new().made_of("v2", &[1, 5, 8], 600 * MB);
    // It shares a layer more.
    let route = best(
        host()
            .has(9, &["v1"], &[1, 7])
            .has(10, &["v0"], &[1, 5, 6])
            .stocked(stock()),
    );
    assert_eq!(route.base, Some(reference("v0")));
    // A recipe is made already.
    let mut with_recipe = stock();
    with_recipe.recipes.push(StockedRecipe {
        base: vec![digest(1), digest(7)],
        target: digests(&[8]),
        bytes: 5000,
        is_made: true,
    });
    let route = best(
        host()
            .has(9, &["v1"], &[1, 7])
            .has(10, &["v0"], &[1, 5, 6])
            .stocked(with_recipe),
    );
    assert_eq!(
        (route.base, route.bytes),
        (Some(reference("v1")), Estimate::Exactly(5000))
    );
}

#[test]
fn without_a_helper_there_is_no_delta_and_the_plan_says_why() {
    let mut host = with_base();
    host.settings.helper = false;
    let route = best(host);
    assert_eq!(
        route.words(),
        "layers: 256 MB instead of 258 MB; the host has 1 of 2 layers; helpers are switched off for this host"
    );
    let mut stock = stock([1, 7, 8]);
    stock.helper.as_mut().unwrap().platform.architecture = "arm64".to_owned();
    let route = best(with_base().stocked(stock));
    assert_eq!(route.mode, Mode::Layers);
    assert!(
        route
            .why
            .ends_with("the helper is built for linux/arm64, not for linux/amd64")
    );
}

#[test]
fn a_delta_that_is_forced_on_a_host_without_a_helper_is_refused() {
    let mut host = with_base();
    host.settings.helper = false;
    let refusal = planned(&host.fleet(), ModeChoice::Only(Mode::Delta)).unwrap_err();
    assert!(refusal.reason.contains("helpers are switched off"), "{refusal}");
}

#[test]
fn a_delta_that_is_forced_without_a_known_base_is_left_to_the_push() {
    let host = OneHost::new()
        .made_of("v2", &[1, 8], GIB)
        .has(9, &["v1"], &[1, 7]);
    let route = route(host, ModeChoice::Only(Mode::Delta));
    assert_eq!(
        (route.mode, route.base, route.bytes),
        (Mode::Delta, None, Estimate::Unknown)
    );
}

#[test]
fn the_room_that_is_needed_is_that_of_what_is_sent() {
    let host = || with_base().with(HostChange::Facts(facts("amd64", 1_200 * MB)));
    // Twice 600 MB and some air do not fit; what the host lacks does: 512 MB unpacked.
    assert_eq!(best(host()).mode, Mode::Delta);
    let refusal = planned(&host().fleet(), ModeChoice::Only(Mode::Full)).unwrap_err();
    assert!(refusal.reason.contains("the engine's data root"), "{refusal}");
}

#[test]
fn a_host_that_gets_nothing_has_no_route_and_an_older_journal_still_reads() {
    let fleet = with_base().has(200, &["v2"], &[1, 8]).fleet();
    let same = plan(&fleet, ModeChoice::Best);
    assert_eq!(same.hosts[0].route, None);
    let mut written = serde_json::to_value(plan(&with_base().fleet(), ModeChoice::Best)).unwrap();
    written["hosts"][0].as_object_mut().unwrap().remove("route");
    written.as_object_mut().unwrap().remove("options");
    let read: PushPlan = serde_json::from_value(written).unwrap();
    assert_eq!(
        (read.hosts[0].route.as_ref(), read.options),
        (None, PushOptions::default())
    );
}
