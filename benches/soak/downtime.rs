//! How long a session is down in a restart, beside `docker stop` and `docker start` of the same session, by the engine's own events.

use crate::Found;
use crate::choice::Choice;
use crate::scene::{GOOD, OLD, Scene};
use std::fmt::Write;

/// One host of each store.
const WHERE: [&str; 2] = ["lab-1", "lab-2"];

/// What a restart may add, in seconds.
const TARGET: f64 = 1.0;

pub(crate) fn run(choice: &Choice) -> Found {
    let mut text = "From the begin of the stop to the end of the start, in seconds; the target is at most 1 s more than plain.\n\n\
        | host | times | plain: median | p95 | restart: median | p95 | added: median | p95 |\n|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let (mut losses, mut worst) = (Vec::new(), 0.0_f64);
    for host in WHERE {
        let scene = Scene::on(host, "downtime", "--restart always");
        scene.make(OLD);
        let (mut plain, mut restart, mut added) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..choice.downtime {
            let without = down(&scene, || {
                scene.on_host("docker stop $S >/dev/null && docker start $S >/dev/null");
            });
            let onto = if turn % 2 == 0 { GOOD } else { OLD };
            let with = down(&scene, || {
                assert!(scene.restart(onto).output().unwrap().status.success());
            });
            plain.push(without);
            restart.push(with);
            added.push(with - without);
        }
        scene.remove();
        let cells: Vec<String> = [&mut plain, &mut restart, &mut added]
            .map(|times| format!("{:.2} | {:.2}", share(times, 50), share(times, 95)))
            .into();
        let _ = writeln!(text, "| {host} | {} | {} |", choice.downtime, cells.join(" | "));
        let median = share(&mut added, 50);
        worst = worst.max(median);
        if median > TARGET {
            losses.push(format!("{host}: a restart adds {median:.2} s"));
        }
    }
    Found {
        line: format!("a restart adds {worst:.2} s (median)"),
        text,
        losses,
    }
}

/// Seconds between the first stop of a container of the session and the next start of one, while something is done.
fn down(scene: &Scene, work: impl FnOnce()) -> f64 {
    let since = scene.on_host("date +%s.%N");
    work();
    let told = scene.on_host(&format!(
        "docker events --since {since} --until $(date +%s.%N) --filter type=container --filter event=kill --filter event=start \
           --format '{{{{.TimeNano}}}} {{{{.Action}}}} {{{{.Actor.Attributes.name}}}}' | grep \" $S\""
    ));
    let events: Vec<(i128, &str)> = told
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.parse().ok()?, words.next()?))
        })
        .collect();
    let stop = events.iter().find(|(_, what)| *what == "kill").expect("a stop").0;
    let start = events
        .iter()
        .find(|(at, what)| *what == "start" && *at > stop)
        .expect("a start")
        .0;
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let seconds = (start - stop) as f64 / 1e9;
    seconds
}

/// The value that so many percent do not exceed.
fn share(times: &mut [f64], percent: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[(times.len() * percent).div_ceil(100).saturating_sub(1)]
}
