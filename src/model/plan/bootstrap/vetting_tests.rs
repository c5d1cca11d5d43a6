//! An image that is not sent: held to the contract by the same image here, by a verdict that is kept, or told as not checked.

use super::tests::{bare, tried, wish};
use super::{BootstrapWish, Unsent, Vetted, plan_bootstrap, vet};
use crate::model::contract::Verdict;
use crate::model::failure::Refusal;
use crate::model::fleet::{ContentId, Platform, Source, SourceImage, StockedContract};
use crate::model::names::{Digest, HostName, ImageId, ImageRef};
use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
use std::collections::BTreeMap;

fn digest(byte: u8) -> Digest {
    Digest::from_bytes(&[byte; 32])
}

fn settings(contract: Option<&str>) -> HostSettings {
    HostSettings {
        name: HostName::parse("eu-1").unwrap(),
        address: Address::Local,
        known_from: KnownFrom::ConfigFile,
        groups: Vec::new(),
        guard: Guard::Normal,
        helper: true,
        profile: Profile {
            contract: contract.map(str::to_owned),
            ..Profile::convocate()
        },
    }
}

fn source(images: &[(&str, u8)], verdicts: &[(u8, usize)]) -> Source {
    let image = |byte: u8| SourceImage {
        id: ImageId(digest(byte)),
        content: ContentId(digest(byte + 100)),
        platform: Platform {
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
        },
        size: 1,
        layers: Vec::new(),
        created_at: None,
    };
    let verdict = |fails: usize| Verdict {
        fails,
        warnings: 0,
        first: Vec::new(),
    };
    let contract = StockedContract {
        digest: Ok(digest(200)),
        verdicts: verdicts
            .iter()
            .map(|&(byte, fails)| (ImageId(digest(byte)), verdict(fails)))
            .collect(),
    };
    let mut source = Source {
        images: images
            .iter()
            .map(|&(name, byte)| (ImageRef::parse(name).unwrap(), image(byte)))
            .collect(),
        ..Source::default()
    };
    source.stock.contracts = BTreeMap::from([("ours".to_owned(), contract)]);
    source
}

/// An image with this content, which the host knows by an id of its own.
fn on_host(content: u8) -> Unsent {
    Unsent {
        content: Some(ContentId(digest(content + 100))),
        ids: vec![ImageId(digest(50))],
    }
}

fn vetted(source: &Source, unsent: &Unsent, allow_failing: bool) -> Result<Option<Vetted>, Refusal> {
    let pinned = ImageRef::parse("convocate:v1").unwrap();
    vet(&settings(Some("ours")), &pinned, unsent, source, allow_failing)
}

fn note(vetted: Result<Option<Vetted>, Refusal>) -> String {
    vetted.unwrap().unwrap().note().unwrap_or_default()
}

#[test]
fn the_same_image_here_is_held_to_the_contract_whatever_it_is_called() {
    let unknown = source(&[("convocate:other", 1), ("convocate:v1", 2)], &[]);
    let held = vetted(&unknown, &on_host(1), false);
    let Ok(Some(Vetted::Here(here))) = &held else {
        panic!("{held:?}")
    };
    assert_eq!(here.reference.to_string(), "convocate:other");
    assert_eq!(here.image.as_ref().unwrap().id, ImageId(digest(1)));
    assert_eq!(note(held), "checked against ours first");
    let met = source(&[("convocate:v1", 1)], &[(1, 0)]);
    assert_eq!(note(vetted(&met, &on_host(1), false)), "");
}

#[test]
fn one_that_fails_is_refused_with_the_words_of_a_push_and_taken_where_that_is_allowed() {
    let failing = source(&[("convocate:v1", 1)], &[(1, 2)]);
    let refused = vetted(&failing, &on_host(1), false).unwrap_err().to_string();
    for words in [
        "convocate:v1 fails the contract ours: 2 FAIL",
        "tagboat check convocate:v1",
        "--allow-failing",
    ] {
        assert!(refused.contains(words), "{words} is not in {refused}");
    }
    let allowed = vetted(&failing, &on_host(1), true);
    assert!(allowed.as_ref().unwrap().as_ref().unwrap().may_fail());
    assert!(note(allowed).starts_with("FAILS the contract ours (2 FAIL"));
}

#[test]
fn the_command_that_does_it_again_allows_what_was_allowed() {
    let failing = source(&[("convocate:v1", 1)], &[(1, 2)]);
    let again = |vetted| {
        let wish = BootstrapWish { vetted, ..wish() };
        let plan = plan_bootstrap(wish, &bare(), Some(&tried(&[], &[]))).unwrap();
        plan.again()
    };
    let allowed = vetted(&failing, &on_host(1), true).unwrap();
    assert!(again(allowed).ends_with(" --allow-failing"));
    assert!(!again(None).contains("--allow-failing"));
}

#[test]
fn a_verdict_that_is_kept_here_counts_without_the_image() {
    let kept = source(&[], &[(50, 1)]);
    let refused = vetted(&kept, &on_host(1), false).unwrap_err().to_string();
    assert!(
        refused.contains("convocate:v1 fails the contract ours"),
        "{refused}"
    );
    let met = source(&[], &[(50, 0)]);
    let held = vetted(&met, &on_host(1), false).unwrap();
    assert!(
        matches!(held, Some(Vetted::Here(here)) if here.image.is_none() && here.held_to.verdict.is_some())
    );
}

#[test]
fn what_nobody_here_knows_is_told_as_not_checked_and_none_is_where_nothing_is_asked() {
    let other = source(&[("convocate:v1", 2)], &[(2, 1)]);
    for unsent in [on_host(1), Unsent::default()] {
        let told = note(vetted(&other, &unsent, false));
        assert!(
            told.starts_with("not checked: ") && told.contains("the contract ours"),
            "{told}"
        );
    }
    let pinned = ImageRef::parse("convocate:v1").unwrap();
    assert_eq!(
        vet(&settings(None), &pinned, &on_host(2), &other, false),
        Ok(None)
    );
}
