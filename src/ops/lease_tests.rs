//! The lease of a host between consoles, with its script really run in both shells.

use crate::model::fleet::{Privilege, Store};
use crate::model::names::{JobId, Operator};
use crate::ops::console_id::ConsoleId;
use crate::ops::lease::{Claim, Leases, NoLease};
use crate::ops::simulated::{Flavour, SimulatedHost};
use std::fs;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

fn console(operator: &str) -> Leases {
    Leases::new(
        &Operator::parse(operator).unwrap(),
        ConsoleId::here(),
        TaskTracker::new(),
    )
}

fn job(salt: u16) -> JobId {
    JobId::new(jiff::Timestamp::UNIX_EPOCH, salt)
}

fn claim(job: &JobId) -> Claim<'_> {
    Claim { job, what: "push" }
}

/// A host whose lease says this.
fn held(host: &SimulatedHost, owner: &str, expires: &str) {
    let state = host.path("state");
    if state.exists() {
        fs::remove_dir_all(&state).unwrap();
    }
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("lease.1"), format!("{owner}\t{}\t{expires}\n", job(9))).unwrap();
}

/// What the newest lease says; there is one file at a time.
fn newest(host: &SimulatedHost) -> String {
    let mut leases: Vec<_> = fs::read_dir(host.path("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    leases.sort();
    assert_eq!(leases.len(), 1, "{leases:?}");
    fs::read_to_string(&leases[0]).unwrap()
}

fn hosts() -> Vec<SimulatedHost> {
    let with = |flavour| SimulatedHost::with(Store::Classic, flavour, Privilege::Root);
    [Flavour::Native, Flavour::Busybox]
        .into_iter()
        .filter_map(with)
        .collect()
}

const FOREVER: &str = "99999999999";

#[tokio::test]
async fn a_second_console_is_told_who_has_the_host_and_gets_it_when_it_was_given_back() {
    for host in hosts() {
        let (first, second) = (console("one@desk"), console("two@desk"));
        let lease = first.take(&host.link, &claim(&job(1))).await.unwrap();
        let Err(NoLease::Held(held)) = second.take(&host.link, &claim(&job(2))).await else {
            panic!("two consoles have the host")
        };
        let said = format!(
            "one@desk (process {}) is changing this host (push, job {})",
            std::process::id(),
            job(1)
        );
        assert_eq!(held.cause(), said);
        assert!((1..=60).contains(&held.left) && held.held < 60, "{held:?}");
        drop(lease);
        let given_back = async {
            while second.take(&host.link, &claim(&job(2))).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), given_back).await.unwrap();
    }
}

#[tokio::test]
async fn jobs_of_one_console_share_the_lease_and_the_last_one_gives_it_back() {
    for host in hosts() {
        let console = console("one@desk");
        let first = console.take(&host.link, &claim(&job(1))).await.unwrap();
        let second = console.take(&host.link, &claim(&job(2))).await.unwrap();
        drop(first);
        assert!(newest(&host).contains(job(1).as_str()));
        drop(second);
        // What is taken right after waits for the giving back, and is not given back with it.
        let third = console.take(&host.link, &claim(&job(3))).await.unwrap();
        assert!(newest(&host).contains(job(3).as_str()));
        drop(third);
    }
}

#[tokio::test]
async fn a_lease_that_has_expired_by_the_hosts_clock_is_taken_and_one_that_has_not_is_left() {
    for host in hosts() {
        held(&host, "gone@elsewhere#0.0.0", FOREVER);
        assert!(
            console("me@desk")
                .take(&host.link, &claim(&job(1)))
                .await
                .is_err()
        );
        held(&host, "gone@elsewhere#0.0.0", "1");
        assert!(console("me@desk").take(&host.link, &claim(&job(1))).await.is_ok());
    }
}

#[tokio::test]
async fn the_lease_of_a_killed_console_of_this_machine_is_taken_at_once() {
    for host in hosts() {
        let here = ConsoleId::here().to_string();
        let (machine, _process) = here.rsplit_once('.').unwrap();
        held(&host, &format!("me@desk#{machine}.4294967295"), FOREVER);
        assert!(console("me@desk").take(&host.link, &claim(&job(1))).await.is_ok());
    }
}

#[tokio::test]
async fn of_many_consoles_that_find_an_expired_lease_exactly_one_gets_it() {
    let host = SimulatedHost::new(Store::Classic);
    for round in 0..5 {
        held(&host, "gone@elsewhere#0.0.0", "1");
        let consoles: Vec<_> = (0..6)
            .map(|number| console(&format!("c{round}-{number}@desk")))
            .collect();
        let job = job(1);
        let claim = claim(&job);
        let takes = consoles.iter().map(|console| console.take(&host.link, &claim));
        let answers = futures_util::future::join_all(takes).await;
        let winners = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(winners, 1, "round {round}");
    }
}
