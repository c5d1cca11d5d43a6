//! One session is restarted again and again: its names are free each time.

use crate::Found;
use crate::choice::Choice;
use crate::headless::text;
use crate::scene::{Ended, GOOD, OLD, Scene};
use std::fmt::Write;

/// Where, and with which policy: an `--rm` container holds its name for a moment after it was stopped.
const WHERE: [(&str, &str); 2] = [("lab-1", "--restart always"), ("lab-2", "--rm")];

pub(crate) fn run(choice: &Choice) -> Found {
    let results: Vec<(usize, Vec<String>)> = std::thread::scope(|threads| {
        let running: Vec<_> = WHERE
            .iter()
            .map(|(host, policy)| threads.spawn(move || again_and_again(host, policy, choice.row)))
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut text =
        "| session | restarts in a row | name conflicts | other failures |\n|---|---|---|---|\n".to_owned();
    let mut losses = Vec::new();
    for ((host, policy), (conflicts, failures)) in WHERE.iter().zip(results) {
        let others = failures.len() - conflicts;
        let _ = writeln!(
            text,
            "| {host}, `{policy}` | {} | {conflicts} | {others} |",
            choice.row
        );
        losses.extend(failures);
    }
    Found {
        line: format!("{} restarts in a row on each store", choice.row),
        text,
        losses,
    }
}

/// How many of the failures are about a name, and all of them.
fn again_and_again(host: &str, policy: &'static str, times: usize) -> (usize, Vec<String>) {
    let scene = Scene::on(host, "row", policy);
    scene.make(OLD);
    let (mut conflicts, mut failures) = (0, Vec::new());
    for turn in 0..times {
        let onto = if turn % 2 == 0 { GOOD } else { OLD };
        let output = scene.restart(onto).output().unwrap();
        let said = text(&output.stdout);
        let is_conflict = said.contains("already in use") || said.contains("onflict");
        conflicts += usize::from(is_conflict);
        let whole = scene.whole(Ended::Replaced, onto);
        if is_conflict || !output.status.success() || whole.is_err() {
            failures.push(format!(
                "{host}, `{policy}`, restart {}: {whole:?} {said}",
                turn + 1
            ));
        }
    }
    scene.remove();
    (conflicts, failures)
}
