//! Many deaths, spread over the hosts of the lab, on all of them at the same time.

use crate::deaths::{Death, die};
use crate::scene::{Ended, Scene};
use std::fmt::Debug;

/// The hosts of the lab; the second one has the containerd store.
pub(crate) const HOSTS: [&str; 3] = ["lab-1", "lab-2", "lab-3"];

/// Restart policies of sessions, with and without a way back by themselves.
pub(crate) const POLICIES: [&str; 5] = [
    "--restart always",
    "--rm",
    "--restart unless-stopped",
    "--restart on-failure:3",
    "--restart no",
];

/// One death that is to happen.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) death: Death,
    pub(crate) point: String,
    pub(crate) policy: &'static str,
}

/// What became of a session on a host.
pub(crate) struct Outcome<T> {
    pub(crate) host: &'static str,
    pub(crate) case: T,
    pub(crate) result: Result<Ended, String>,
}

/// A case for each point. Which host and which policy it meets is another one for every `turn`.
pub(crate) fn cases(death: Death, points: &[String], turn: usize) -> Vec<Case> {
    let case = |(index, point): (usize, &String)| Case {
        death,
        point: point.clone(),
        policy: POLICIES[(index + 2 * turn) % POLICIES.len()],
    };
    points.iter().enumerate().map(case).collect()
}

/// Lets every death happen; `turn` shifts which host gets which.
pub(crate) fn all_die(name: &str, turn: usize, cases: &[Case]) -> Vec<Outcome<Case>> {
    spread(name, turn, cases, &|scene, case| {
        scene.policy = case.policy;
        die(scene, case.death, &case.point)
    })
}

/// Does all of something, each on one of the hosts.
#[allow(
    clippy::print_stderr,
    reason = "a soak of an hour tells a loss when it has found it"
)]
pub(crate) fn spread<T: Clone + Debug + Send + Sync>(
    name: &str,
    turn: usize,
    cases: &[T],
    one: &(dyn Fn(&mut Scene, &T) -> Result<Ended, String> + Sync),
) -> Vec<Outcome<T>> {
    std::thread::scope(|threads| {
        let on_a_host = |(index, host): (usize, &&'static str)| {
            let host = *host;
            let mine = cases
                .iter()
                .skip((index + turn) % HOSTS.len())
                .step_by(HOSTS.len());
            threads.spawn(move || {
                let mut scene = Scene::on(host, name, POLICIES[0]);
                let outcomes: Vec<_> = mine
                    .map(|case| {
                        let result = one(&mut scene, case);
                        if let Err(why) = &result {
                            eprintln!("{host}, {case:?}: {why}");
                        }
                        scene.remove();
                        let case = case.clone();
                        Outcome { host, case, result }
                    })
                    .collect();
                outcomes
            })
        };
        let running: Vec<_> = HOSTS.iter().enumerate().map(on_a_host).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}
