//! Hosts that are examined: asked when somebody looks closely, and changed only when it was seen what is wrong.

use crate::scenario::{host, listed, now, tell};
use crate::script::{press, ran, screen, toast};
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, State};
use tagboat::model::fleet::HostChange;
use tagboat::model::plan::{Plan, SetupWork};
use tagboat::model::setup::{Before, Examination, Mode, Owned, Piece, pieces};

const SIZE: (u16, u16) = (110, 40);

/// Without a prune and without a hook, with a push that did not end and a file that is none.
const BROKEN: &str = "system\tdebian\t13\tDebian GNU/Linux 13 (trixie)\tx86_64\tLinux\n\
    init\tsystemd\ncron\tinstalled\tyes\ndocker\tyes\nsshd\tmaxsessions\t1\n\
    sshd\tmaxstartups\t10:30:100\n\
    staged\t/tmp/convocate-image-0123456789abcdef.tar.gz.part\t5000000\t7200\n\
    restart\t20261121-022900-cafe-convocate-session-oak\tdead\t2700\tmade\n\
    empty\tconvocate-session-oak\t/usr/local/bin/claude\t/usr/local/bin/claude\nend\n";

pub(crate) fn is_broken(state: &mut State, name: &str) {
    let told = Examination::read(BROKEN, now());
    tell(state, name, HostChange::Examined(Box::new(told)));
}

/// With every piece of a member.
fn is_whole(state: &mut State, name: &str) {
    let profile = state.fleet.host(&host(name)).unwrap().settings.profile.clone();
    let mut told = Examination::read(BROKEN, now()).unwrap();
    for (piece, _) in pieces(&profile, &told.system) {
        let owned = |mode: Mode| Owned {
            owner: "0:0".to_owned(),
            mode,
        };
        let before = match &piece {
            Piece::Directory { mode, .. } => Before::Directory(owned(*mode)),
            Piece::File { mode, sum, .. } => Before::File {
                owned: owned(*mode),
                sum: sum.clone(),
            },
            Piece::Enabled { .. } => Before::Unit("enabled".to_owned()),
        };
        told.found.insert(piece.question(), before);
    }
    tell(state, name, HostChange::Examined(Box::new(Ok(told))));
}

fn asked(effects: &[Effect]) -> Vec<&Effect> {
    let is_question = |effect: &&Effect| matches!(effect, Effect::Engine(Command::Examine(_)));
    effects.iter().filter(is_question).collect()
}

#[test]
fn whoever_looks_closely_at_a_host_that_answers_has_it_examined() {
    let question = Effect::Engine(Command::Examine(vec![host("eu-01")]));
    for keys in ["2<enter>", "2d", "2<enter>d"] {
        let mut state = listed(SIZE);
        let effects = press(&mut state, keys);
        assert_eq!(asked(&effects).last(), Some(&&question), "{keys}");
        assert!(screen(&mut state).contains("being examined"), "{keys}");
    }
    let mut state = listed(SIZE);
    let effects = press(&mut state, "2jjj<enter>d");
    assert!(
        asked(&effects).is_empty(),
        "a host that does not answer is not asked"
    );
    assert!(toast(&state).contains("doctor: eu-0"), "{}", toast(&state));
}

#[test]
fn a_host_that_was_not_examined_is_not_changed() {
    for key in ["m", "I", "U"] {
        let mut state = listed(SIZE);
        press(&mut state, &format!("2{key}"));
        assert!(
            toast(&state).contains("was not examined yet"),
            "{key}: {}",
            toast(&state)
        );
        assert!(state.overlays.is_empty(), "{key}");
    }
}

#[test]
fn what_can_be_mended_is_shown_as_a_plan_and_run_after_its_word() {
    let mut state = listed(SIZE);
    is_broken(&mut state, "eu-01");
    let effects = press(&mut state, "2m");
    assert!(ran(&effects).is_none());
    assert!(
        screen(&mut state).contains("convocate-image-prune"),
        "{}",
        screen(&mut state)
    );
    // A restart is taken up with it, which stops containers of sessions: a yes alone is too little.
    assert!(ran(&press(&mut state, "y<enter>")).is_none());
    let Some(Plan::Setup(plan)) = ran(&press(&mut state, "<C-u>eu-01<enter>")) else {
        panic!("nothing was run: {}", screen(&mut state));
    };
    assert_eq!(plan.work, SetupWork::Mend);
    assert_eq!(plan.hosts[0].host, host("eu-01"));
}

#[test]
fn a_machine_is_made_ready_and_what_is_none_yet_is_not_updated() {
    let mut state = listed(SIZE);
    is_broken(&mut state, "eu-01");
    press(&mut state, "2U");
    assert!(
        screen(&mut state).contains("no member of the fleet yet"),
        "{}",
        screen(&mut state)
    );
    let Some(Plan::Setup(plan)) = ran(&press(&mut state, "<esc>Iy")) else {
        panic!("nothing was run: {}", screen(&mut state));
    };
    assert_eq!(plan.work, SetupWork::Init);
}

#[test]
fn a_host_that_is_as_it_is_to_be_has_nothing_to_confirm() {
    let mut state = listed(SIZE);
    is_whole(&mut state, "eu-01");
    press(&mut state, "2I");
    let shown = screen(&mut state);
    assert!(
        shown.contains("nothing changes") && shown.contains("Esc close"),
        "{shown}"
    );
    assert!(ran(&press(&mut state, "y")).is_none());
}

#[test]
fn what_an_examination_found_is_counted_in_the_list_and_its_key_is_named() {
    let mut state = listed(SIZE);
    press(&mut state, "2");
    assert!(!screen(&mut state).contains("m mend"), "nobody looked yet");
    is_broken(&mut state, "eu-01");
    let shown = screen(&mut state);
    assert!(shown.contains("problems") && shown.contains("m mend"), "{shown}");
}
