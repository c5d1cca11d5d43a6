//! Whatever a host has of an image and whatever is kept here: the route sends exactly what is lacked, and a forced mode holds.

use crate::fleets::{GIB, OneHost, digest, facts};
use crate::routes::{MB, best, route, stock};
use proptest::prelude::*;
use std::collections::BTreeSet;
use tagboat::model::fleet::{HostChange, HostFacts, Store};
use tagboat::model::plan::{Estimate, Mode, ModeChoice};

/// What a push can meet: layers of the image, images of the host with whether a containerd store has them plain.
#[derive(Debug, Clone)]
struct Case {
    wanted: Vec<u8>,
    held: Vec<(Vec<u8>, bool)>,
    store: Store,
    helper: bool,
    is_indexed: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let layers = || prop::collection::btree_set(0_u8..12, 1..6);
    let shuffled = layers().prop_flat_map(|set| Just(set.into_iter().collect::<Vec<_>>()).prop_shuffle());
    // Hosts mostly have images that begin as the wanted one does.
    let held = (0_usize..6, layers(), any::<bool>());
    let store = prop_oneof![Just(Store::Classic), Just(Store::Containerd)];
    (
        shuffled,
        prop::collection::vec(held, 0..4),
        store,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(wanted, held, store, helper, is_indexed)| {
            let image = |(shared, own, is_plain): (usize, BTreeSet<u8>, bool)| {
                let mut layers: Vec<u8> = wanted.iter().take(shared).copied().collect();
                layers.extend(
                    own.into_iter()
                        .filter(|layer| !wanted[..shared.min(wanted.len())].contains(layer)),
                );
                (layers, is_plain)
            };
            let held = held.into_iter().map(image).collect();
            Case {
                wanted,
                held,
                store,
                helper,
                is_indexed,
            }
        })
}

impl Case {
    fn host(&self) -> OneHost {
        let facts = HostFacts {
            store: self.store,
            ..facts("amd64", 1000 * GIB)
        };
        let mut stock = stock(0..12);
        for layer in stock.layers.values_mut() {
            layer.has_index = self.is_indexed;
        }
        let mut host = OneHost::new()
            .with(HostChange::Facts(facts))
            .made_of("v2", &self.wanted, 20 * GIB);
        host.settings.helper = self.helper;
        for (number, (layers, is_plain)) in (100..).zip(&self.held) {
            host = host.has(number, &[&format!("old{number}")], layers);
            if *is_plain {
                stock.plain_manifests.insert(digest(number));
            }
        }
        host.stocked(stock)
    }

    /// The layers that the host's store can find again, told in another way than the planner does.
    fn has(&self) -> BTreeSet<u8> {
        match self.store {
            // Every chain of layers from the base up that is in an image.
            Store::Classic => {
                let chains: BTreeSet<&[u8]> = self
                    .held
                    .iter()
                    .flat_map(|(layers, _)| (1..=layers.len()).map(move |end| &layers[..end]))
                    .collect();
                (0..self.wanted.len())
                    .filter(|at| chains.contains(&self.wanted[..=*at]))
                    .map(|at| self.wanted[at])
                    .collect()
            }
            Store::Containerd => {
                let plain = self.held.iter().filter(|(_, is_plain)| *is_plain);
                plain.flat_map(|(layers, _)| layers.clone()).collect()
            }
        }
    }

    fn lacks(&self) -> BTreeSet<u8> {
        let has = self.has();
        self.wanted
            .iter()
            .copied()
            .filter(|layer| !has.contains(layer))
            .collect()
    }
}

/// The layers whose packed lengths add up to these bytes.
fn sent(bytes: Estimate) -> BTreeSet<u8> {
    let bytes = bytes.most().unwrap();
    assert_eq!(bytes % MB, 0);
    (0..12).filter(|layer| (bytes / MB) >> layer & 1 == 1).collect()
}

proptest! {
    #[test]
    fn exactly_the_layers_are_sent_that_the_host_lacks(case in cases()) {
        let route = best(case.host());
        prop_assert_eq!(sent(route.bytes), case.lacks());
        let is_all = case.lacks().len() == case.wanted.len();
        match route.mode {
            Mode::Full => prop_assert!(is_all),
            Mode::Layers => prop_assert!(!is_all),
            Mode::Delta => prop_assert!(case.is_indexed && !case.lacks().is_empty()),
        }
    }

    #[test]
    fn a_forced_mode_holds(case in cases()) {
        for mode in [Mode::Full, Mode::Layers] {
            prop_assert_eq!(route(case.host(), ModeChoice::Only(mode)).mode, mode);
        }
        let all: BTreeSet<u8> = case.wanted.iter().copied().collect();
        prop_assert_eq!(sent(route(case.host(), ModeChoice::Only(Mode::Full)).bytes), all);
        let lacked = sent(route(case.host(), ModeChoice::Only(Mode::Layers)).bytes);
        prop_assert_eq!(lacked, case.lacks());
        if case.helper {
            prop_assert_eq!(route(case.host(), ModeChoice::Only(Mode::Delta)).mode, Mode::Delta);
        }
    }

    #[test]
    fn without_a_helper_there_is_never_a_delta(case in cases()) {
        let without = Case { helper: false, ..case };
        let route = best(without.host());
        prop_assert!(route.mode != Mode::Delta && route.base.is_none());
    }
}
