//! What checks of the images here came to.

use super::{digest, image_id, tag};
use std::collections::BTreeMap;
use tagboat::model::console::{Msg, State, update};
use tagboat::model::contract::{BrokenRequirement, Verdict};
use tagboat::model::event::Event;
use tagboat::model::fleet::{Delta, Stock, StockedContract};

/// The contracts as the engine tells them: the new image has warnings, the one before is good.
pub(crate) fn contracts() -> BTreeMap<String, StockedContract> {
    let warned = Verdict {
        warnings: 2,
        ..Verdict::default()
    };
    let verdicts = [("v3.2.0", warned), ("v3.1.0", Verdict::default())];
    let contract = StockedContract {
        digest: Ok(digest("the contract")),
        verdicts: verdicts
            .map(|(version, verdict)| (image_id(version), verdict))
            .into(),
    };
    [("convocate".to_owned(), contract)].into()
}

/// An image that fails, with what a hostile one would have written into it.
pub(crate) fn failing() -> Verdict {
    let broken = |id: &str, requirement: &str, found: &str| BrokenRequirement {
        id: id.to_owned(),
        requirement: requirement.to_owned(),
        found: found.to_owned(),
    };
    Verdict {
        fails: 4,
        warnings: 1,
        first: vec![
            broken("tmux", "tmux on PATH", "it is not there"),
            broken(
                "go-on-path",
                "/usr/local/go/bin in PATH",
                "it is /bin:\u{1b}[31m/sbin",
            ),
            broken(
                "secret-file",
                "no secrets",
                "a private key in /root/.ssh/id_ed25519",
            ),
        ],
    }
}

/// Tells what came of the check of a tag, beside what was known.
pub(crate) fn checked(state: &mut State, version: &str, verdict: Option<&Verdict>) {
    let mut stock: Stock = state.fleet.source().stock.clone();
    let id = state.fleet.source().images[&tag(version)].id.clone();
    for contract in stock.contracts.values_mut() {
        match verdict {
            Some(verdict) => contract.verdicts.insert(id.clone(), verdict.clone()),
            None => contract.verdicts.remove(&id),
        };
    }
    update(state, Msg::from(Event::Fleet(Delta::Stock(stock))));
}
