//! Something is killed at a moment that nobody chose, and what is not over then is resumed.

use crate::Found;
use crate::chance::Chance;
use crate::choice::Choice;
use crate::deaths::{kill, kill_engine};
use crate::scene::{BROKEN, Ended, GOOD, OLD, Scene};
use crate::spread::{POLICIES, spread};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// About as long as a restart takes from its first word, in milliseconds.
const WHOLE: u64 = 7000;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Console,
    Script,
    Engine,
}

#[derive(Debug, Clone)]
struct Kill {
    victim: Victim,
    after: Duration,
    onto: &'static str,
    policy: &'static str,
}

pub(crate) fn run(choice: &Choice) -> Found {
    let mut chance = Chance(choice.seed);
    let kills: Vec<Kill> = (0..choice.random).map(|_| by_chance(&mut chance)).collect();
    let outcomes = spread("random", 0, &kills, &|scene, kill| strike(scene, kill));
    let mut table: BTreeMap<(Victim, &str), usize> = BTreeMap::new();
    let mut losses = Vec::new();
    for one in &outcomes {
        let word = one.result.as_ref().map_or("LOST", |ended| ended.word());
        *table.entry((one.case.victim, word)).or_default() += 1;
        if let Err(why) = &one.result {
            let Kill {
                victim,
                after,
                policy,
                ..
            } = &one.case;
            losses.push(format!(
                "{}, `{policy}`, {victim:?} killed after {} ms: {why}",
                one.host,
                after.as_millis()
            ));
        }
    }
    let mut text = "| killed | ended | times |\n|---|---|---|\n".to_owned();
    for ((victim, word), count) in table {
        let _ = writeln!(
            text,
            "| {} | {word} | {count} |",
            format!("{victim:?}").to_lowercase()
        );
    }
    Found {
        line: format!("{} kills at random moments", outcomes.len()),
        text,
        losses,
    }
}

fn by_chance(chance: &mut Chance) -> Kill {
    let victim = [Victim::Console, Victim::Script, Victim::Engine][usize::try_from(chance.below(3)).unwrap()];
    let policies: Vec<&'static str> = POLICIES
        .into_iter()
        // An engine that is killed and comes back ends what still runs, as if somebody had stopped it: of sessions that no restart
        // works on, only those with `always` are up afterwards. Before the host has taken over, it is not the restart that loses them.
        .filter(|policy| victim != Victim::Engine || *policy == "--restart always")
        .collect();
    let policy = policies[usize::try_from(chance.below(policies.len() as u64)).unwrap()];
    Kill {
        victim,
        after: Duration::from_millis(chance.below(WHOLE)),
        onto: if chance.below(4) == 0 { BROKEN } else { GOOD },
        policy,
    }
}

fn strike(scene: &mut Scene, strike: &Kill) -> Result<Ended, String> {
    scene.policy = strike.policy;
    scene.make(OLD);
    let jobs_before = scene.job().ok();
    let mut console = scene.restart(strike.onto).spawn().unwrap();
    std::thread::sleep(strike.after);
    match strike.victim {
        Victim::Console => kill(&mut console),
        // It may not have begun, or be over.
        Victim::Script => {
            scene.on_host("pkill -KILL -f \"restart.sh [a-z]* $R/\" || true");
        }
        Victim::Engine => kill_engine(scene),
    }
    console.wait().unwrap();
    let began = scene.job().ok().filter(|job| Some(job) != jobs_before.as_ref());
    if began.is_some() {
        match strike.victim {
            // What the host had begun to write may be complete only after the console is gone.
            Victim::Console => {
                scene.resume()?;
            }
            Victim::Engine if scene.was_handed_over() => {
                scene.ended_alone()?;
            }
            _ if scene.is_open() => {
                scene.resume()?;
            }
            _ => {}
        }
    }
    let ended = scene.last_end()?;
    scene.comes_whole(ended, strike.onto)?;
    Ok(ended)
}
