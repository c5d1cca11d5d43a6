//! What goes over the wire for a release of which a host has an earlier one: only the layers that it lacks, only what changed
//! in them, and the next way where a host does not allow one. On real stores of both kinds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod real_fleet;
mod release;

use real_fleet::{Lab, RealFleet};
use release::{Release, assert_arrived, push, track, transfer};
use tagboat::model::fleet::Store;
use tagboat::model::plan::{Mode, ModeChoice};

/// Bytes of the application layer of a release.
const APPLICATION: u64 = 4_000_000;

#[tokio::test]
async fn a_release_costs_what_changed_in_it() {
    let lab = Lab::reset();
    let first = Release::build("r1", 0);
    let second = Release::build("r2", 3);
    let mut real = RealFleet::connected().await;
    let job = push(&mut real, "r1", &[], ModeChoice::Best).await;
    for host in real.hosts() {
        let sent = transfer(&job, host.as_str());
        // Of blobs that others loaded a containerd store tells nothing, unless their image was taken in here before.
        let facts = real.fleet.host(&host).unwrap().facts.as_ref().unwrap();
        if facts.store == Store::Classic {
            assert_eq!(sent.mode, Mode::Layers, "{host} has the base layer: {job:#?}");
            let least = APPLICATION..APPLICATION * 21 / 20;
            assert!(least.contains(&sent.bytes_sent), "{sent:?}");
        }
        assert_arrived(&lab, host.as_str(), &first);
    }
    // The helper goes to each host once.
    push(&mut real, "r2", &["lab-1"], ModeChoice::Best).await;
    let job = push(&mut real, "r2", &["lab-2", "lab-3"], ModeChoice::Best).await;
    for host in ["lab-2", "lab-3"] {
        let sent = transfer(&job, host);
        assert_eq!(
            (sent.mode, sent.base.as_deref()),
            (Mode::Delta, Some("convocate:r1")),
            "{job:#?}"
        );
        assert!(sent.bytes_whole > APPLICATION, "{sent:?}");
        assert_arrived(&lab, host, &second);
    }
    let third = Release::build("r3", 5);
    let job = push(&mut real, "r3", &[], ModeChoice::Best).await;
    for host in real.hosts() {
        let sent = transfer(&job, host.as_str());
        assert_eq!(sent.mode, Mode::Delta, "{job:#?}");
        assert!(sent.bytes_sent < APPLICATION / 100, "{sent:?}");
        assert_arrived(&lab, host.as_str(), &third);
    }
    lab.run(&["reset"]);
}

#[tokio::test]
async fn a_host_that_does_not_let_the_helper_run_gets_the_layers() {
    let lab = Lab::reset();
    Release::build("r1", 0);
    let second = Release::build("r2", 3);
    let mut real = RealFleet::connected().await;
    push(&mut real, "r1", &["lab-1", "lab-2"], ModeChoice::Best).await;
    lab.on(
        "lab-1",
        "mkdir -p /root/.cache && mount -t tmpfs -o noexec tmpfs /root/.cache",
    );
    lab.on(
        "lab-2",
        "mkdir -p /root/.cache && mount -t tmpfs -o ro tmpfs /root/.cache",
    );
    let job = push(&mut real, "r2", &["lab-1", "lab-2"], ModeChoice::Best).await;
    for host in ["lab-1", "lab-2"] {
        assert_eq!(transfer(&job, host).mode, Mode::Layers, "{job:#?}");
        let said = track(&job, host)
            .lines
            .iter()
            .any(|line| line.contains("layers will do"));
        assert!(said, "{host} does not say why: {job:#?}");
        assert_arrived(&lab, host, &second);
    }
    lab.run(&["reset"]);
}

#[tokio::test]
async fn a_forced_mode_is_kept_to() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let mut real = RealFleet::connected().await;
    let job = push(&mut real, "r1", &["lab-1"], ModeChoice::Only(Mode::Full)).await;
    assert_eq!(transfer(&job, "lab-1").mode, Mode::Full);
    let job = push(&mut real, "r1", &["lab-2"], ModeChoice::Only(Mode::Delta)).await;
    assert_eq!(transfer(&job, "lab-2").mode, Mode::Delta);
    for host in ["lab-1", "lab-2"] {
        assert_arrived(&lab, host, &release);
    }
    lab.run(&["reset"]);
}
