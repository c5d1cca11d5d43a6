//! Contracts in the console: what fails is held back, and goes only by a key, a look and a typed word.

use crate::scenario::{checked, failing, listed, tag};
use crate::script::{press, ran, screen, toast};
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, Overlay, State, update};
use tagboat::model::contract::{Finding, Report, Requirement, Rule, Severity, Verdict};
use tagboat::model::event::Event;
use tagboat::model::fleet::{Delta, ImageLook, ImageLookState};
use tagboat::model::names::Digest;
use tagboat::model::plan::Plan;

const SIZE: (u16, u16) = (110, 40);

/// The console in which the new image fails its contract, on Images.
fn failed() -> State {
    let mut state = listed(SIZE);
    checked(&mut state, "v3.2.0", Some(&failing()));
    press(&mut state, "3/v3.2.0<enter>");
    state
}

#[test]
fn a_push_of_an_image_that_fails_is_not_possible_and_says_what_to_do() {
    let mut state = failed();
    press(&mut state, "p<enter>");
    assert!(matches!(state.overlays.last(), Some(Overlay::Refused { .. })));
    let shown = screen(&mut state);
    for words in [
        "fails the contract convocate",
        "tmux on PATH",
        "Nothing was changed",
        "--allow-failing",
    ] {
        assert!(shown.contains(words), "{words} is not in\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'));
}

#[test]
fn it_goes_all_the_same_by_a_key_where_its_hosts_are_chosen_and_a_typed_word() {
    let mut state = failed();
    press(&mut state, "p");
    assert!(screen(&mut state).contains("It fails convocate and is held back; f pushes it all the same."));
    press(&mut state, "f");
    assert!(screen(&mut state).contains("ALL THE SAME"));
    press(&mut state, "<enter>");
    assert!(screen(&mut state).contains("FAILS the contract convocate (4 FAIL, 1 warning"));
    assert_eq!(
        ran(&press(&mut state, "y<enter>")),
        None,
        "y alone does not confirm it"
    );
    press(&mut state, "<backspace>");
    let Some(Plan::Push(plan)) = ran(&press(&mut state, "v3.2.0<enter>")) else {
        panic!("nothing ran");
    };
    assert!(plan.allow_failing);
    assert_eq!(plan.reference, tag("v3.2.0"));
}

#[test]
fn a_push_that_began_at_its_hosts_goes_all_the_same_by_the_same_key_in_its_refusal() {
    let mut state = failed();
    press(&mut state, "2/eu-01<enter>p<enter>");
    assert!(matches!(state.overlays.last(), Some(Overlay::Refused { .. })));
    assert!(screen(&mut state).contains("f plans it all the same"));
    press(&mut state, "f");
    let shown = screen(&mut state);
    assert!(
        shown.contains("FAILS the contract convocate (4 FAIL, 1 warning"),
        "{shown}"
    );
    assert!(
        !shown.contains("push all the same"),
        "letters are the typed word now\n{shown}"
    );
    let Some(Plan::Push(plan)) = ran(&press(&mut state, "v3.2.0<enter>")) else {
        panic!("nothing ran");
    };
    assert!(plan.allow_failing);
    assert_eq!(plan.hosts.len(), 1);
}

#[test]
fn a_plan_whose_image_was_not_checked_yet_can_be_wanted_all_the_same() {
    let mut state = failed();
    checked(&mut state, "v3.2.0", None);
    press(&mut state, "2/eu-01<enter>p<enter>");
    let shown = screen(&mut state);
    assert!(
        shown.contains("checked against convocate first") && shown.contains("f push all the same"),
        "{shown}"
    );
    press(&mut state, "f");
    assert_eq!(
        state.overlays.len(),
        1,
        "one plan stands in the place of the other"
    );
    assert!(screen(&mut state).contains("not checked against convocate (--allow-failing)"));
}

#[test]
fn a_plan_that_no_contract_holds_back_has_nothing_to_allow() {
    let mut state = failed();
    for keys in [
        "2/<C-u>eu-03<enter>p<enter>",
        "2/<C-u>eu-01<enter>p<down><enter>",
        "1r",
    ] {
        press(&mut state, keys);
        let before = state.overlays.clone();
        assert!(!before.is_empty(), "{keys}");
        let shown = screen(&mut state);
        assert!(!shown.contains("all the same"), "{keys}\n{shown}");
        press(&mut state, "f");
        assert_eq!(state.overlays, before, "{keys}");
        assert!(
            toast(&state).contains("no push that a contract holds back"),
            "{}",
            toast(&state)
        );
        press(&mut state, "<esc>");
    }
}

#[test]
fn an_image_that_was_not_checked_is_checked_by_the_push() {
    let mut state = failed();
    checked(&mut state, "v3.2.0", None);
    press(&mut state, "p<enter>");
    assert!(screen(&mut state).contains("checked against convocate first"));
}

#[test]
fn what_fails_is_told_where_a_tag_is_chosen_and_can_be_filtered_for() {
    let mut state = failed();
    press(&mut state, "/<C-u>is:failing<enter>");
    assert_eq!(state.lists.of(state.screen).order.len(), 1);
    press(&mut state, "2p");
    assert!(screen(&mut state).contains("only here, FAILS its contract"));
}

#[test]
fn where_nothing_is_asked_there_is_nothing_to_allow() {
    let mut state = listed(SIZE);
    press(&mut state, "3/v3.1.0<enter>ef");
    assert!(
        toast(&state).contains("an activation checks nothing"),
        "{}",
        toast(&state)
    );
}

/// The report of the new image, which was asked for.
fn reported(state: &mut State, look: ImageLookState) {
    let image = state.fleet.source().images[&tag("v3.2.0")].id.clone();
    let look = ImageLook {
        image,
        contract: "convocate".to_owned(),
        state: look,
    };
    update(state, Msg::from(Event::Fleet(Delta::Look(Box::new(look)))));
}

/// What a check of the new image found, with what a hostile one would have written into it.
fn found(state: &State) -> ImageLookState {
    let rule = |id: &str, severity: Severity, requirement: Requirement, fix: &str| Rule {
        id: id.to_owned(),
        severity,
        fix: fix.to_owned(),
        requirement,
    };
    let tmux = rule(
        "tmux",
        Severity::Fail,
        Requirement::Program("tmux".to_owned()),
        "apt-get install tmux",
    );
    let path = Requirement::Env {
        name: "PATH".to_owned(),
        value: None,
        includes: Some("/usr/local/go/bin".to_owned()),
    };
    let path = rule(
        "go-on-path",
        Severity::Fail,
        path,
        "ENV PATH=/usr/local/go/bin:$PATH",
    );
    let size = rule(
        "waste",
        Severity::Warning,
        Requirement::Waste(50_000_000),
        "clean up in the RUN that made it",
    );
    let mut path = Finding::broken(&path, "it is /usr/bin:/bin");
    path.found.push('\u{1b}');
    let findings = vec![
        Finding::broken(&tmux, "no folder of PATH has it"),
        path,
        Finding::broken(
            &size,
            "61 MB are overwritten or deleted by later layers: /var/cache/apt/pkgcache.bin 48 MB",
        ),
        Finding::of(&tmux, None),
    ];
    let digest = state.fleet.source().stock.contracts["convocate"].digest.clone();
    ImageLookState::Done {
        digest: digest.unwrap(),
        report: Report::new("convocate", findings),
    }
}

/// The console with the details of an image whose check found something.
pub(crate) fn looked_at(size: (u16, u16)) -> State {
    let mut state = listed(size);
    checked(&mut state, "v3.2.0", Some(&failing()));
    press(&mut state, "3/v3.2.0<enter><enter>");
    let report = found(&state);
    reported(&mut state, report);
    state
}

#[test]
fn images_say_how_they_stand_to_their_contract_where_there_is_room_for_it() {
    let shown = |verdict: Option<&Verdict>, size| {
        let mut state = listed(size);
        checked(&mut state, "v3.2.0", verdict);
        press(&mut state, "3");
        screen(&mut state)
    };
    let wide = shown(Some(&failing()), SIZE);
    assert!(
        wide.contains("CONTRACT") && wide.contains("✗ 4 FAIL") && wide.contains("✓ ok"),
        "{wide}"
    );
    assert!(shown(None, SIZE).contains("⋯ unchecked"));
    let warned = Verdict {
        warnings: 1,
        ..Verdict::default()
    };
    assert!(shown(Some(&warned), SIZE).contains("▲ 1 warning"));
    let narrow = shown(Some(&failing()), (80, 24));
    assert!(
        !narrow.contains("CONTRACT") && narrow.contains("convocate:v3.2.0"),
        "{narrow}"
    );
}

#[test]
fn a_check_is_asked_of_the_engine_and_its_findings_are_in_the_details_of_the_image() {
    let mut state = failed();
    let asked = press(&mut state, "c");
    assert!(
        asked.contains(&Effect::Engine(Command::Check(tag("v3.2.0")))),
        "{asked:?}"
    );
    assert!(state.details.is_some());
    // What is known already is shown meanwhile.
    assert!(screen(&mut state).contains("secret-file: no secrets: a private key"));
    reported(&mut state, ImageLookState::UnderWay);
    assert!(screen(&mut state).contains("being checked against convocate"));
    let report = found(&state);
    reported(&mut state, report);
    let shown = screen(&mut state);
    for words in [
        "2 FAIL, 1 warning",
        "1 requirement met",
        "fix: apt-get install tmux",
        "it is /usr/bin:/bin\\x1b",
    ] {
        assert!(shown.contains(words), "{words} is not in\n{shown}");
    }
    reported(
        &mut state,
        ImageLookState::Failed("the engine is\u{1b} away".to_owned()),
    );
    assert!(screen(&mut state).contains("could not be checked against convocate: the engine is\\x1b away"));
}

#[test]
fn findings_of_another_state_of_the_contract_are_not_shown() {
    let mut state = looked_at(SIZE);
    assert!(screen(&mut state).contains("fix: apt-get install tmux"));
    let mut stock = state.fleet.source().stock.clone();
    let contract = stock.contracts.get_mut("convocate").unwrap();
    contract.digest = Ok(Digest::from_bytes(&[9; 32]));
    contract.verdicts.clear();
    update(&mut state, Msg::from(Event::Fleet(Delta::Stock(stock))));
    let shown = screen(&mut state);
    assert!(
        !shown.contains("apt-get") && shown.contains("unchecked (convocate); c checks it"),
        "{shown}"
    );
}

#[test]
fn what_is_not_here_and_what_nothing_is_asked_of_cannot_be_checked() {
    let mut state = listed(SIZE);
    assert_eq!(press(&mut state, "3/v3.0.0<enter>c"), Vec::new());
    assert!(
        toast(&state).contains("is not at the source"),
        "{}",
        toast(&state)
    );
}
