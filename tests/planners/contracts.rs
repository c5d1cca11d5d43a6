//! The contract of a host in the plan of a push: what is known to fail is held back, unless that is allowed on purpose.

use crate::fleets::{OneHost, digest, host_name, reference};
use crate::setup::{bare, intent as setup_intent, with};
use tagboat::model::contract::{BrokenRequirement, Verdict};
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{
    Delta, Fleet, Host, HostChange, RegistryLook, SourceImage, Stock, StockedContract, There,
};
use tagboat::model::names::{HostName, ImageId, RegistryTag};
use tagboat::model::plan::{
    Gate, Plan, PushIntent, PushOptions, PushPlan, SetupImage, Via, plan_init, plan_publish, plan_push,
    plan_push_via,
};
use tagboat::model::profile::Address;

/// What is known of `v2` at the source, against one contract.
fn stock(contract: &str, verdict: Option<Verdict>) -> Stock {
    let known = StockedContract {
        digest: Ok(digest(77)),
        verdicts: verdict
            .into_iter()
            .map(|verdict| (ImageId(digest(2)), verdict))
            .collect(),
    };
    Stock {
        contracts: [(contract.to_owned(), known)].into(),
        ..Stock::default()
    }
}

fn verdict(fails: usize, warnings: usize) -> Verdict {
    let broken = BrokenRequirement {
        id: "tmux".to_owned(),
        requirement: "tmux on PATH".to_owned(),
        found: "it is not there".to_owned(),
    };
    Verdict {
        fails,
        warnings,
        first: vec![broken; fails.min(1)],
    }
}

/// A host that has not got `v2`, which is at the source, with this known of it.
fn knowing(stock: Stock) -> OneHost {
    let host = OneHost::new().image(1, &["v1"]);
    host.at_source(2, "v2", "amd64", 1 << 20).stocked(stock)
}

fn fleet(verdict: Option<Verdict>) -> Fleet {
    knowing(stock("convocate", verdict)).fleet()
}

fn intent(allow_failing: bool) -> PushIntent {
    PushIntent {
        reference: reference("v2"),
        hosts: vec![host_name()],
        replace_tag: false,
        allow_failing,
        options: PushOptions::default(),
    }
}

fn push(fleet: &Fleet, allow_failing: bool) -> Result<PushPlan, Refusal> {
    plan_push(&intent(allow_failing), fleet)
}

fn note(plan: PushPlan) -> String {
    Plan::Push(plan).lines()[0].note.clone()
}

#[test]
fn an_image_that_is_known_to_fail_is_refused_with_what_fails_and_what_to_do() {
    let refusal = push(&fleet(Some(verdict(2, 1))), false).unwrap_err();
    assert_eq!(refusal.host, Some(host_name()));
    let told = refusal.to_string();
    for words in [
        "convocate:v2 fails the contract convocate: 2 FAIL, 1 warning",
        "tmux: tmux on PATH: it is not there; and 1 more",
        "Nothing was changed",
        "`tagboat check convocate:v2`",
        "--allow-failing",
    ] {
        assert!(told.contains(words), "{words} is not in {told}");
    }
}

#[test]
fn what_is_allowed_to_fail_is_planned_says_so_and_asks_for_a_typed_word() {
    let plan = push(&fleet(Some(verdict(2, 0))), true).unwrap();
    assert!(plan.allow_failing);
    assert_eq!(Plan::Push(plan.clone()).gate(), Gate::Typed("v2".to_owned()));
    let note = note(plan);
    assert!(
        note.starts_with("FAILS the contract convocate (2 FAIL; --allow-failing); "),
        "{note}"
    );
    // What nobody checked may fail as well.
    let unknown = push(&fleet(None), true).unwrap();
    assert_eq!(Plan::Push(unknown.clone()).gate(), Gate::Typed("v2".to_owned()));
    // And what is good needs no permission.
    let good = push(&fleet(Some(verdict(0, 0))), true).unwrap();
    assert_eq!(Plan::Push(good).gate(), Gate::Plan);
}

#[test]
fn warnings_stop_nothing_and_what_is_met_is_not_spoken_of() {
    for warnings in [0, 3] {
        let plan = push(&fleet(Some(verdict(0, warnings))), false).unwrap();
        assert_eq!(Plan::Push(plan.clone()).gate(), Gate::Plan);
        assert_eq!(plan.hosts[0].held_to.as_ref().unwrap().digest, Some(digest(77)));
        assert!(!note(plan).contains("contract"));
    }
}

#[test]
fn what_was_not_checked_yet_is_checked_by_the_job_and_the_plan_says_so() {
    for stock in [stock("convocate", None), Stock::default()] {
        let plan = push(&knowing(stock).fleet(), false).unwrap();
        assert_eq!(plan.hosts[0].held_to.as_ref().unwrap().verdict, None);
        assert!(note(plan).starts_with("checked against convocate first; "));
    }
}

#[test]
fn a_contract_that_cannot_be_used_holds_back_what_it_is_asked_of() {
    let mut stock = stock("convocate", None);
    stock.contracts.get_mut("convocate").unwrap().digest = Err("convocate.toml:3:1: no".to_owned());
    let fleet = knowing(stock).fleet();
    let refusal = push(&fleet, false).unwrap_err();
    assert!(refusal.reason.contains("convocate.toml:3:1: no"), "{refusal}");
    assert!(push(&fleet, true).is_ok());
}

#[test]
fn a_profile_without_a_contract_asks_nothing() {
    let mut host = knowing(stock("convocate", Some(verdict(9, 0))));
    host.settings.profile.contract = None;
    let plan = push(&host.fleet(), false).unwrap();
    assert_eq!(plan.hosts[0].held_to, None);
}

#[test]
fn each_host_is_held_to_its_own_contract_and_the_others_go_on() {
    let other = HostName::parse("eu-2").unwrap();
    let one = fleet(Some(verdict(1, 0)));
    let mut settings = one.host(&host_name()).unwrap().settings.clone();
    let first = Host::new(settings.clone());
    settings.name = other.clone();
    settings.profile.contract = Some("ours".to_owned());
    let mut both = Fleet::new([first, Host::new(settings)]);
    let facts = one.host(&host_name()).unwrap().facts.clone().unwrap();
    for name in [host_name(), other.clone()] {
        for change in [
            HostChange::Connection(tagboat::model::fleet::Connection::Connected),
            HostChange::Facts(facts.clone()),
        ] {
            let host = name.clone();
            both.apply(Delta::Host { host, change });
        }
    }
    let images = one.source().images.clone();
    both.apply(Delta::Source {
        problem: None,
        images,
    });
    let mut known = stock("convocate", Some(verdict(1, 0)));
    known
        .contracts
        .extend(stock("ours", Some(verdict(0, 1))).contracts);
    both.apply(Delta::Stock(known));
    let intent = PushIntent {
        hosts: vec![host_name(), other.clone()],
        ..intent(false)
    };
    let plan = plan_push(&intent, &both).unwrap();
    assert_eq!(plan.hosts.len(), 1);
    assert_eq!(plan.hosts[0].host, other);
    assert_eq!(plan.hosts[0].held_to.as_ref().unwrap().contract, "ours");
    assert_eq!(plan.refused[0].host, Some(host_name()));
}

#[test]
fn a_push_through_a_registry_and_the_image_of_an_init_are_held_back_alike() {
    let to = RegistryTag::parse("ghcr.io/acme/convocate:v2").unwrap();
    let mut host = knowing(stock("convocate", Some(verdict(1, 0))));
    host.settings.address = Address::Ssh("there".to_owned());
    let fleet = host.fleet();
    let image: Option<SourceImage> = fleet.source().images.get(&reference("v2")).cloned();
    let look = RegistryLook {
        reference: reference("v2"),
        image,
        to: to.clone(),
        name_here: None,
        there: Ok(There::Nothing),
    };
    let pushed = |intent: &PushIntent| {
        let publish = plan_publish(&Via::publication(intent, to.clone()), &look);
        plan_push_via(intent, publish, &fleet)
    };
    let refusal = pushed(&intent(false)).unwrap_err();
    assert!(refusal.reason.contains("fails the contract"), "{refusal}");
    assert!(pushed(&intent(true)).is_ok());

    let fleet = with(bare())
        .at_source(2, "v2", "amd64", 1 << 20)
        .stocked(stock("convocate", Some(verdict(1, 0))))
        .fleet();
    let image = |allow_failing| SetupImage::Push {
        reference: reference("v2"),
        allow_failing,
        options: PushOptions::default(),
    };
    let refusal = plan_init(&setup_intent(image(false)), &fleet).unwrap_err();
    assert!(refusal.reason.contains("fails the contract"), "{refusal}");
    let plan = plan_init(&setup_intent(image(true)), &fleet).unwrap();
    assert_eq!(plan.push.as_ref().map(|push| push.allow_failing), Some(true));
    assert!(matches!(Plan::Setup(plan).gate(), Gate::Typed(_)));
}

#[test]
fn a_host_on_which_the_image_is_active_already_is_asked_nothing() {
    let host = OneHost::new().image(2, &["v2"]).stamped("v2", &["v1"]);
    let fleet = host
        .at_source(2, "v2", "amd64", 1 << 20)
        .stocked(stock("convocate", Some(verdict(1, 0))))
        .fleet();
    assert_eq!(push(&fleet, false).unwrap().hosts[0].held_to, None);
}

#[test]
fn a_plan_of_an_earlier_version_asks_nothing_and_one_of_this_version_is_read_as_it_was_written() {
    let plan = Plan::Push(push(&fleet(Some(verdict(1, 0))), true).unwrap());
    let mut written = serde_json::to_value(&plan).unwrap();
    assert_eq!(serde_json::from_value::<Plan>(written.clone()).unwrap(), plan);
    written.as_object_mut().unwrap().remove("allow_failing");
    written["hosts"][0].as_object_mut().unwrap().remove("held_to");
    let Plan::Push(earlier) = serde_json::from_value(written).unwrap() else {
        panic!("it is a push");
    };
    assert_eq!(
        (earlier.allow_failing, earlier.hosts[0].held_to.as_ref()),
        (false, None)
    );
}
