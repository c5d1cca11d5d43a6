//! The contract of a host during a push: what fails it is held back before anything goes there, and nobody reads an image twice.

use super::scene::{Ended, Scene, assert_untouched};
use crate::model::contract::Verdict;
use crate::model::fleet::Store;
use crate::model::job::{StepKind, StepState};
use crate::model::names::Digest;
use crate::model::plan::HeldTo;
use crate::ops::check::Checker;
use crate::ops::config::ContractSet;
use crate::ops::layers::KeptVerdict;
use std::fs;
use std::sync::atomic::Ordering;

/// What no image of the scene has.
const FAILS: &str = "title = \"own\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\n";
/// The same, as something that does no harm.
const WARNS: &str =
    "title = \"own\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\nlevel = \"warning\"\n";

/// A scene whose host asks for the contract `own`.
struct Held {
    scene: Scene,
    folder: tempfile::TempDir,
    checker: Checker,
}

impl Held {
    async fn to(contract: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut scene = Scene::new(Store::Classic).await;
        scene.plan.hosts[0].held_to = Some(HeldTo {
            contract: "own".to_owned(),
            digest: None,
            verdict: None,
        });
        let checker = Checker::new(ContractSet::new(Some(folder.path().to_owned())), &[]);
        let held = Self {
            scene,
            folder,
            checker,
        };
        held.is(contract);
        held
    }

    /// Writes the contract.
    fn is(&self, contract: &str) {
        fs::write(self.folder.path().join("own.toml"), contract).unwrap();
    }

    async fn push(&self) -> Ended {
        self.scene.push_with(self.checker.clone()).await
    }

    fn digest(&self) -> Digest {
        self.checker.contract("own").unwrap().digest
    }

    fn kept(&self) -> Option<Verdict> {
        let store = self.scene.exports.store();
        store.verdict(&self.scene.plan.image.id, &self.digest())
    }
}

fn note(ended: &Ended) -> String {
    match ended.state(StepKind::Check) {
        StepState::Done(note) => note.unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_image_that_fails_is_held_back_before_anything_goes_to_the_host() {
    let held = Held::to(FAILS).await;
    let ended = held.push().await;
    let failure = ended.failure();
    assert_untouched(&held.scene, failure, StepKind::Check);
    for words in [
        "convocate:v1 fails the contract own: 1 FAIL (tmux: tmux on PATH",
        "Nothing was sent",
        "`tagboat check convocate:v1`",
        "--allow-failing",
    ] {
        assert!(failure.to_string().contains(words), "{words} is not in {failure}");
    }
    assert!(
        held.scene.host.shell.scripts().is_empty(),
        "nobody asked the host anything"
    );
    assert_eq!(held.kept().map(|verdict| verdict.fails), Some(1));
}

#[tokio::test]
async fn a_warning_is_told_and_stops_nothing() {
    let held = Held::to(WARNS).await;
    let ended = held.push().await;
    assert!(
        note(ended.done()).ends_with("; own: 1 warning"),
        "{}",
        note(&ended)
    );
}

#[tokio::test]
async fn what_may_fail_goes_and_the_step_says_so_whether_it_was_known_to_fail_or_not() {
    let mut held = Held::to(FAILS).await;
    held.scene.plan.allow_failing = true;
    assert!(note(held.push().await.done()).ends_with("; not checked against own"));
    assert_eq!(held.kept(), None, "it is not read for nothing");

    let mut held = Held::to(FAILS).await;
    held.scene.plan.allow_failing = true;
    let digest = held.digest();
    held.scene.plan.hosts[0].held_to = Some(HeldTo {
        contract: "own".to_owned(),
        digest: Some(digest),
        verdict: Some(Verdict {
            fails: 1,
            ..Verdict::default()
        }),
    });
    let ended = held.push().await;
    assert!(
        note(ended.done()).ends_with("; own: 1 FAIL, allowed"),
        "{}",
        note(&ended)
    );
}

#[tokio::test]
async fn a_verdict_that_is_kept_is_believed_and_one_of_another_contract_is_not() {
    let held = Held::to(FAILS).await;
    // Nobody could come to this by reading the image.
    let kept = KeptVerdict {
        image: held.scene.plan.image.id.clone(),
        contract: held.digest(),
        verdict: Verdict::default(),
    };
    held.scene.exports.store().keep_verdict(kept).unwrap();
    held.push().await.done();

    held.is(&FAILS.replace("tmux", "nosuch"));
    let ended = held.push().await;
    assert!(
        ended.failure().cause.contains("nosuch on PATH"),
        "{}",
        ended.failure()
    );
}

#[tokio::test]
async fn a_contract_that_is_not_what_was_planned_or_cannot_be_read_ends_it_before_the_host_is_asked() {
    let mut held = Held::to(WARNS).await;
    let digest = held.digest();
    if let Some(held_to) = &mut held.scene.plan.hosts[0].held_to {
        held_to.digest = Some(digest);
    }
    held.is(FAILS);
    let ended = held.push().await;
    assert!(
        ended
            .failure()
            .cause
            .contains("own changed since the plan was made")
    );
    held.is("title = 3\n");
    let ended = held.push().await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("own.toml:1:9") && told.contains("mend the contract"),
        "{told}"
    );
    assert!(held.scene.host.shell.scripts().is_empty());
}

#[tokio::test]
async fn hosts_that_ask_at_the_same_time_wait_for_one_reading() {
    let held = Held::to(FAILS).await;
    let (one, two) = tokio::join!(held.push(), held.push());
    assert_eq!(one.failure().cause, two.failure().cause);
    assert_eq!(held.scene.source.exports.load(Ordering::SeqCst), 1);
}
