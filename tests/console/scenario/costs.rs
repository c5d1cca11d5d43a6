//! What restarts cost in the scenario, told as the engine would tell it.

use super::now;
use std::collections::BTreeMap;
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, State, update};
use tagboat::model::cost::{Age, Cost, ExecSeen, LayerChanges};
use tagboat::model::event::Event;

/// A session in which nothing happens and in which nothing is left behind.
pub(crate) fn quiet() -> Cost {
    Cost {
        at: now(),
        is_up: true,
        vanishes: false,
        execs: Vec::new(),
        attached: Vec::new(),
        last_output: Some(Age(2520)),
        last_input: None,
        cpu_permille: Some(2),
        layer: Some(LayerChanges::default()),
        unknown: Vec::new(),
    }
}

/// A session in which somebody works.
pub(crate) fn worked_in() -> Cost {
    let exec = |command: &str, has_terminal| ExecSeen {
        command: command.to_owned(),
        has_terminal,
    };
    Cost {
        execs: vec![
            exec("tmux attach -t main", true),
            exec("bash -l", true),
            exec("make -j4 check", false),
        ],
        attached: vec!["docker attach convocate-session-atlas".to_owned()],
        last_output: Some(Age(12)),
        last_input: Some(Age(640)),
        cpu_permille: Some(803),
        layer: Some(LayerChanges {
            count: 214,
            is_at_least: false,
            bytes: Some(48_200_000),
            examples: ["/root/notes.md", "/usr/bin/jq", "/etc/apt/sources.list"]
                .map(str::to_owned)
                .into(),
        }),
        ..quiet()
    }
}

/// Answers what the console asked of the engine: every container costs the same. Whether anything was asked.
pub(crate) fn weighed(state: &mut State, effects: &[Effect], cost: &Cost) -> bool {
    let mut was_asked = false;
    for effect in effects {
        let Effect::Engine(Command::Weigh(hosts)) = effect else {
            continue;
        };
        for (host, ids) in hosts {
            let costs: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), cost.clone())).collect();
            let host = host.clone();
            update(state, Msg::from(Event::Weighed { host, costs }));
        }
        was_asked = true;
    }
    was_asked
}
