//! On a strict host no change begins by one key.

use crate::scenario::{host, listed};
use crate::script::{press, ran};
use tagboat::model::console::Overlay;
use tagboat::model::plan::Gate;

#[test]
fn every_change_of_a_strict_host_wants_a_word_and_no_key_alone_begins_it() {
    for keys in [
        "/host:us-01<enter>r",
        "/host:us-01<enter>d",
        "/host:us-01<enter>x",
        "/host:us-01<enter>cweb<enter>",
        "/host:us-01<enter>n",
        "2/host:us-01<enter>p<enter>",
        "2/host:us-01<enter>e<enter>",
        "2/host:us-01<enter>x",
        "2/host:us-01<enter>n",
        "2/host:us-01<enter>b",
    ] {
        let mut state = listed((120, 32));
        press(&mut state, keys);
        match state.overlays.last() {
            Some(Overlay::Plan(dialog)) => {
                let targets = dialog.plan.targets();
                assert!(
                    targets.iter().all(|target| target.host == host("us-01")),
                    "{keys}"
                );
                assert!(
                    matches!(dialog.plan.gate(), Gate::Typed(_)),
                    "{keys}: {:?}",
                    dialog.plan.gate()
                );
            }
            other => panic!("{keys}: no plan but {other:?}: {}", crate::script::toast(&state)),
        }
        assert_eq!(ran(&press(&mut state, "y")), None, "{keys}");
        assert_eq!(ran(&press(&mut state, "<enter>")), None, "{keys}");
    }
}
