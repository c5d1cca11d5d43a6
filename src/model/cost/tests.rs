//! Tables of what hosts told, and what is made of it.

use super::{Age, Cost, CostPart, QuietWatch, Quietness, Stir, read};
use crate::model::names::ContainerId;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::time::Duration;

const NOW: i64 = 1_795_272_297;

fn id(letter: char) -> ContainerId {
    ContainerId::parse(&letter.to_string().repeat(64)).unwrap()
}

fn described(letter: char) -> String {
    let id = id(letter);
    format!(
        r#"container {{"id":"{id}","name":"/convocate-session-{letter}","state":"running","pid":50,"size":2048,"log":"/logs/{id}","has_terminal":false,"shares":"","execs":null,"removes_itself":false,"mounts":["/work",null],"tmpfs":{{"/scratch":""}}}}"#
    )
}

/// What a host tells of one running container `a`, with these further lines about it; `ID` in them is its id.
fn told(lines: &str) -> Cost {
    let answer = format!(
        "now {NOW}\n{}\n{}\nend\n",
        described('a'),
        lines.replace("ID", id('a').as_str())
    );
    read(&answer, &[id('a')], Timestamp::UNIX_EPOCH)
        .unwrap()
        .remove(&id('a'))
        .unwrap()
}

const COMPLETE: &str = "time 1795272285 1 /logs/ID\nchanges ID 0\nspace ID pid:[77]\ncpu ID 0.12%";

#[test]
fn a_quiet_session_costs_nothing_that_anybody_would_miss() {
    let cost = told(COMPLETE);
    assert_eq!(cost.unknown, []);
    assert_eq!(cost.last_output, Some(Age(12)));
    assert_eq!(cost.cpu_permille, Some(1));
    assert_eq!(cost.unclean(), None);
    assert!(!cost.is_felt());
    assert_eq!(
        cost.lines(1),
        ["output 12 s ago, CPU 0 %; nothing of its own outside its volumes"]
    );
}

#[test]
fn a_program_whose_parent_is_outside_is_an_exec_and_the_main_process_is_none() {
    let cost = told(&format!(
        "{COMPLETE}\nprocess pid:[77] 50 0 /bin/sh agent\nprocess pid:[77] 61 34816 bash -l\nprocess pid:[77] 62 0 make \u{1b}[31mtest\nprocess pid:[78] 63 0 other"
    ));
    let seen: Vec<_> = cost
        .execs
        .iter()
        .map(|exec| (exec.command.as_str(), exec.has_terminal))
        .collect();
    assert_eq!(seen, [("bash -l", true), ("make \\x1b[31mtest", false)]);
    assert_eq!(cost.terminals(), 1);
    assert!(
        cost.lines(1)
            .contains(&"1 terminal open in it: bash -l".to_owned())
    );
    assert!(
        cost.lines(1)
            .contains(&"1 command started from outside: make \\x1b[31mtest".to_owned())
    );
}

#[test]
fn clients_that_are_attached_to_this_very_container_are_counted() {
    let whole = id('a');
    let short = whole.short();
    let cost = told(&format!(
        "{COMPLETE}\nclient docker attach convocate-session-a\nclient docker -H x attach {short}\nclient docker run -it --name=convocate-session-a i\nclient docker attach convocate-session-b\nclient docker logs -f convocate-session-a\nclient docker stats convocate-session-a"
    ));
    assert_eq!(cost.attached.len(), 3, "{:?}", cost.attached);
}

#[test]
fn what_is_written_on_a_terminal_is_output_and_its_time_is_taken_as_late_as_it_may_be() {
    // The kernel writes the time down every eight seconds only: 1795272288 stands for all up to 1795272295.
    let cost = told(&format!(
        "{COMPLETE}\ntime 1795272288 1795272000 /proc/50/root/dev/pts/0\ntime 1795200000 1795272290 /proc/50/root/dev/pts/1"
    ));
    assert_eq!((cost.last_output, cost.last_input), (Some(Age(2)), Some(Age(2))));
}

#[test]
fn only_changes_that_are_somebodys_count() {
    let cost = told(
        "changes ID 14\nchange ID C /root\nchange ID A /root/notes\nchange ID C /tmp/\nchange ID A /tmp/x y\nchange ID A /work/\nchange ID A /scratch\nchange ID C /etc\nchange ID C /etc/hosts\nchange ID A /dev/console\nchange ID D /usr/games\nchange ID A /opt/empty/\nchange ID C /usr\nchange ID A /proc/1\nchange ID X /y",
    );
    let layer = cost.layer.unwrap();
    assert_eq!((layer.count, layer.is_at_least), (3, true), "{layer:?}");
    assert_eq!(layer.examples, ["/root/notes", "/usr/games", "/tmp/x y"]);
}

#[test]
fn the_fate_of_a_layer_is_told_with_it() {
    let mut cost = told(&format!("{COMPLETE}\nchanges ID 1\nchange ID A /root/notes"));
    let last = |cost: &Cost, keep| cost.lines(keep).last().unwrap().clone();
    assert_eq!(
        last(&cost, 1),
        "1 file in its own layer, 2 kB: /root/notes; kept in its stopped predecessor, not in the new one"
    );
    assert!(last(&cost, 0).ends_with("gone with it, as no predecessor is kept"));
    assert!(cost.loses_files(0) && !cost.loses_files(1));
    cost.vanishes = true;
    assert!(last(&cost, 1).ends_with("gone with it, as it runs with --rm"));
    assert!(cost.loses_files(1));
}

#[test]
fn what_could_not_be_told_is_said_and_never_taken_for_nothing() {
    for (lines, part) in [
        (
            "time 1 1 /logs/ID\nspace ID pid:[77]\ncpu ID 0.1%",
            CostPart::Layer,
        ),
        (
            "time 1 1 /logs/ID\nchanges ID 0\nspace ID pid:[77]\ncpu ID --",
            CostPart::Cpu,
        ),
        (
            "time 1 1 /logs/ID\nchanges ID 0\ncpu ID 1.0%",
            CostPart::Processes,
        ),
        (
            "changes ID 0\nspace ID pid:[77]\ncpu ID 1.0%\nunknown ID output none does not support reading",
            CostPart::Output,
        ),
        (
            "logged ID garbage\nchanges ID 0\nspace ID pid:[77]\ncpu ID 1.0%",
            CostPart::Output,
        ),
    ] {
        let cost = told(lines);
        let parts: Vec<_> = cost.unknown.iter().map(|unknown| unknown.part).collect();
        assert_eq!(parts, [part], "{lines}");
        assert!(cost.is_felt(), "{lines}");
    }
    let cost = told("unknown ID layer \u{1b}no time");
    assert_eq!(
        cost.unclean().as_deref(),
        Some("its own layer is not known: \\x1bno time")
    );
    let silent = read("now 1\nend", &[id('b')], Timestamp::UNIX_EPOCH).unwrap();
    assert!(silent[&id('b')].why_unknown(CostPart::Layer).is_some());
    assert_eq!(
        read("engine cannot connect", &[id('a')], Timestamp::UNIX_EPOCH),
        Err("cannot connect".to_owned())
    );
}

#[test]
fn a_log_that_only_the_engine_can_read_is_read_by_its_last_line_and_an_empty_one_is_silence() {
    let rest = "changes ID 0\nspace ID pid:[77]\ncpu ID 0.0%";
    let cost = told(&format!("logged ID 2026-11-21T14:44:50.123456789Z hello\n{rest}"));
    assert_eq!(cost.last_output, Some(Age(7)), "{cost:?}");
    let cost = told(&format!("logged ID \n{rest}"));
    assert_eq!((cost.last_output, cost.unknown.len()), (None, 0));
    assert_eq!(cost.quietness(Duration::from_mins(5)), Quietness::Quiet);
}

#[test]
fn a_session_is_quiet_when_nothing_was_written_typed_or_computed_for_so_long() {
    let quiet = Duration::from_mins(5);
    let base = Cost {
        last_output: Some(Age(300)),
        ..told(COMPLETE)
    };
    assert_eq!(base.busy(quiet), None);
    for (cost, why) in [
        (
            Cost {
                last_output: Some(Age(299)),
                ..base.clone()
            },
            "output 4 min ago",
        ),
        (
            Cost {
                last_input: Some(Age(3)),
                ..base.clone()
            },
            "input 3 s ago",
        ),
        (
            Cost {
                cpu_permille: Some(803),
                ..base.clone()
            },
            "CPU 80 %",
        ),
        (
            Cost {
                cpu_permille: None,
                ..base.clone()
            },
            "its use of the processor is not known: the host did not tell",
        ),
        (
            Cost::untold(Timestamp::UNIX_EPOCH, "no route to host"),
            "no route to host",
        ),
    ] {
        assert_eq!(cost.busy(quiet).as_deref(), Some(why));
        let stopped = Cost {
            is_up: false,
            unknown: Vec::new(),
            ..cost
        };
        assert_eq!(stopped.busy(quiet), None, "what does not run disturbs nobody");
    }
}

#[test]
fn what_computed_must_have_stopped_for_as_long_as_what_wrote() {
    let quiet = Duration::from_mins(1);
    let mut watch = QuietWatch::default();
    let at = |seconds: i64, used: u32| Cost {
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds),
        last_output: None,
        cpu_permille: Some(used),
        ..told(COMPLETE)
    };
    assert_eq!(
        watch.look(&at(0, 900), quiet),
        Quietness::Busy(Stir::Computing(900))
    );
    assert_eq!(
        watch.look(&at(5, 0), quiet),
        Quietness::Busy(Stir::Computed(Age(5)))
    );
    assert_eq!(
        watch.look(&at(59, 2), quiet),
        Quietness::Busy(Stir::Computed(Age(59)))
    );
    assert_eq!(watch.look(&at(60, 2), quiet), Quietness::Quiet);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_host_tells_the_answer_is_a_cost_for_each_container(answer in "(?s).{0,200}") {
        if let Ok(costs) = read(&answer, &[id('a'), id('b')], Timestamp::UNIX_EPOCH) {
            prop_assert_eq!(costs.len(), 2);
        }
    }

    #[test]
    fn whatever_is_told_in_its_words_no_control_character_comes_through(
        lines in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "time", "logged", "changes", "change", "cpu", "space", "process", "client", "unknown", "now",
                ]),
                any::<bool>(),
                "(A |D |layer |[0-9]{1,9} [0-9]{1,20} /proc/50/root/dev/pts/|pid:\\[77\\] 9 1 |[0-9]{1,25} |/root/)?.{0,30}",
            ),
            0..16,
        ),
        now in any::<i64>(),
    ) {
        let id = id('a');
        let mut answer = format!("now {now}\n{}\nspace {id} pid:[77]\n", described('a'));
        for (word, is_of_it, rest) in lines {
            let whose = if is_of_it { format!("{id} ") } else { String::new() };
            answer.extend([word, " ", &whose, &rest, "\n"]);
        }
        let costs = read(&answer, std::slice::from_ref(&id), Timestamp::UNIX_EPOCH).unwrap();
        let cost = &costs[&id];
        for line in cost.lines(1) {
            prop_assert!(!line.chars().any(char::is_control), "{:?}", line);
        }
        cost.quietness(Duration::from_secs(5));
        let kept = serde_json::to_string(cost).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Cost>(&kept).unwrap(), cost);
    }
}
