//! What is planned of a release, and what is refused.

use super::{BuiltImage, Made, ProjectState, ReleaseContract, ReleaseIntent, Tree, plan_release};
use crate::model::contract::Contract;
use crate::model::failure::Refusal;
use crate::model::fleet::{ContentId, Platform, RegistryLook, SourceImage, There};
use crate::model::job::Target;
use crate::model::names::{Digest, ImageId, ImageRef, RegistryTag};
use crate::model::plan::build::tests::intent as build_intent;
use crate::model::plan::{Gate, Plan};

const COMMIT: &str = "4f3a91c2d4b8e6050123456789abcdef01234567";

fn digest(byte: u8) -> Digest {
    Digest::from_bytes(&[byte; 32])
}

fn to() -> RegistryTag {
    RegistryTag::parse("ghcr.io/acme/convocate:v1.2.0").unwrap()
}

fn project() -> ProjectState {
    ProjectState {
        version_from: "/src/app/VERSION".to_owned(),
        version: "1.2.0".to_owned(),
        tree: Tree::Git {
            commit: COMMIT.to_owned(),
            head: COMMIT.to_owned(),
            changed: Vec::new(),
            tagged: None,
        },
    }
}

/// The project with something else of git.
fn in_git(change: impl FnOnce(&mut Vec<String>, &mut Option<String>)) -> ProjectState {
    let mut project = project();
    if let Tree::Git { changed, tagged, .. } = &mut project.tree {
        change(changed, tagged);
    }
    project
}

fn intent() -> ReleaseIntent {
    ReleaseIntent {
        build: build_intent(),
        built: None,
        project: project(),
        allow_dirty: false,
        contract: Some(ReleaseContract {
            contract: Contract {
                name: "convocate".to_owned(),
                title: String::new(),
                rules: Vec::new(),
            },
            allow_failing: false,
        }),
        to: Some(to()),
    }
}

fn image() -> SourceImage {
    SourceImage {
        id: ImageId(digest(5)),
        content: ContentId(digest(5)),
        platform: Platform {
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
        },
        size: 1_000_000,
        layers: Vec::new(),
        created_at: None,
    }
}

/// A look at the registry.
fn look(there: Result<There, Refusal>, here: Option<SourceImage>) -> RegistryLook {
    RegistryLook {
        reference: ImageRef::parse("convocate:v1.2.0").unwrap(),
        image: here,
        to: to(),
        name_here: None,
        there,
    }
}

fn nothing() -> RegistryLook {
    look(Ok(There::Nothing), None)
}

fn steps(intent: &ReleaseIntent, look: &RegistryLook) -> Vec<String> {
    let plan = Plan::Release(plan_release(intent, Some(look)).unwrap());
    let steps = plan.steps(&Target::source());
    steps.iter().map(ToString::to_string).collect()
}

#[test]
fn a_release_gives_no_tag_before_the_image_is_good_and_publishes_nothing_before_it_has_one() {
    assert_eq!(
        steps(&intent(), &nothing()),
        [
            "check project",
            "check",
            "pack",
            "build",
            "confirm",
            "check contract",
            "tag",
            "check ghcr.io",
            "compare ghcr.io",
            "publish ghcr.io",
            "confirm ghcr.io",
            "record ghcr.io",
            "clean up ghcr.io",
            "index",
        ]
    );
}

#[test]
fn no_step_of_a_release_is_there_twice() {
    let mut all = steps(&intent(), &nothing());
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "what a step did is kept under its name");
}

#[test]
fn a_release_says_what_comes_when_and_how_it_is_taken_back() {
    let plan = Plan::Release(plan_release(&intent(), Some(&nothing())).unwrap());
    let line = &plan.lines()[0];
    let text = format!(
        "{}\n{} -> {}: {}\n{}\nundo: {}",
        plan.title(),
        line.before,
        line.after,
        line.note,
        line.costs.join("\n"),
        plan.undo()
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_release_that_is_built_from_the_same_commit_is_not_built_again() {
    let mut wanted = intent();
    wanted.built = Some(BuiltImage {
        image: image(),
        version: Some("v1.2.0".to_owned()),
        revision: Some(COMMIT.to_owned()),
    });
    let there = look(Ok(There::Nothing), Some(image()));
    let plan = plan_release(&wanted, Some(&there)).unwrap();
    assert_eq!(plan.made, Made::There(image()));
    let steps = steps(&wanted, &there);
    assert_eq!(steps[..3], ["check project", "confirm", "check contract"]);
    assert!(!steps.contains(&"tag".to_owned()));
    let done = look(Ok(There::Same(digest(8))), Some(image()));
    let again = Plan::Release(plan_release(&wanted, Some(&done)).unwrap());
    assert_eq!(
        again.steps(&Target::source()),
        [],
        "it was released: nothing is left"
    );
}

#[test]
fn a_version_that_is_something_else_already_is_refused() {
    let refused =
        |wanted: &ReleaseIntent, look: &RegistryLook| plan_release(wanted, Some(look)).unwrap_err().reason;
    let other = refused(&intent(), &look(Ok(There::Other(digest(8))), None));
    assert!(other.contains("is in the registry already"), "{other}");
    for (version, revision) in [
        (Some("v1.2.0"), Some("another commit")),
        (Some("v1.1.0"), Some(COMMIT)),
        (None, Some(COMMIT)),
        (Some("v1.2.0"), None),
    ] {
        let mut wanted = intent();
        wanted.built = Some(BuiltImage {
            image: image(),
            version: version.map(str::to_owned),
            revision: revision.map(str::to_owned),
        });
        let cause = refused(&wanted, &look(Ok(There::Nothing), Some(image())));
        assert!(
            cause.contains("is there already"),
            "{version:?} {revision:?}: {cause}"
        );
    }
}

#[test]
fn what_a_project_says_must_be_what_is_released() {
    let refused = |project: ProjectState| {
        let mut wanted = intent();
        wanted.project = project;
        plan_release(&wanted, Some(&nothing())).unwrap_err()
    };
    let mut old = project();
    old.version = "v1.1.0".to_owned();
    let said = refused(old);
    assert_eq!(
        said.reason,
        "/src/app/VERSION says v1.1.0, and v1.2.0 is to be released"
    );
    let dirty = refused(in_git(|changed, _| changed.push("Dockerfile".to_owned())));
    assert!(dirty.reason.ends_with("Dockerfile changed"), "{dirty:?}");
    let elsewhere = refused(in_git(|_, tagged| *tagged = Some("0123456789abcdef".to_owned())));
    assert!(
        elsewhere
            .reason
            .starts_with("the git tag v1.2.0 names 0123456789ab")
    );
    let mut loose = project();
    loose.tree = Tree::Unversioned;
    assert!(refused(loose).reason.starts_with("git does not say"));
    let mut carried = project();
    carried.tree = Tree::Carried;
    carried.version = "v0.1.0".to_owned();
    carried.version_from = ProjectState::CARRIED.to_owned();
    assert!(refused(carried).advice.contains("--context DIR"));
}

#[test]
fn a_tree_with_changes_is_released_when_it_is_asked_for_but_never_taken_for_what_was_built_before() {
    let mut wanted = intent();
    wanted.project = in_git(|changed, _| changed.push("Dockerfile".to_owned()));
    wanted.allow_dirty = true;
    assert!(plan_release(&wanted, Some(&nothing())).is_ok());
    wanted.built = Some(BuiltImage {
        image: image(),
        version: Some("v1.2.0".to_owned()),
        revision: Some(COMMIT.to_owned()),
    });
    assert!(plan_release(&wanted, Some(&look(Ok(There::Nothing), Some(image())))).is_err());
}

#[test]
fn a_git_tag_of_what_is_checked_out_is_as_it_must_be() {
    let mut wanted = intent();
    wanted.project = in_git(|_, tagged| *tagged = Some(COMMIT.to_owned()));
    assert!(plan_release(&wanted, Some(&nothing())).is_ok());
}

#[test]
fn a_release_that_may_break_its_contract_is_typed() {
    let gate = |intent: &ReleaseIntent| Plan::Release(plan_release(intent, Some(&nothing())).unwrap()).gate();
    assert_eq!(gate(&intent()), Gate::Plan);
    let mut forced = intent();
    forced.contract.as_mut().unwrap().allow_failing = true;
    assert_eq!(gate(&forced), Gate::Typed("v1.2.0".to_owned()));
}

#[test]
fn a_release_without_a_registry_or_a_contract_says_so() {
    let mut wanted = intent();
    wanted.to = None;
    wanted.contract = None;
    let plan = Plan::Release(plan_release(&wanted, None).unwrap());
    let said = plan.lines()[0].costs.join("\n");
    assert!(
        said.contains("publish  nowhere") && said.contains("check    none"),
        "{said}"
    );
    assert_eq!(
        steps(&wanted, &nothing()),
        [
            "check project",
            "check",
            "pack",
            "build",
            "confirm",
            "tag",
            "index"
        ]
    );
}
