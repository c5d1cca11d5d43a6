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

use real_fleet::{Lab, RealFleet, reference};
use release::{Release, assert_arrived, push, track, transfer};
use tagboat::model::fleet::Store;
use tagboat::model::job::{Job, Transfer};
use tagboat::model::plan::{Mode, ModeChoice, Plan};

/// Bytes of the application layer of a release.
const APPLICATION: u64 = 4_000_000;

/// More bytes than the helper has, compressed.
const HELPER: u64 = 1_000_000;

/// Builds a release while the console watches, and waits until it was taken in.
async fn build(real: &mut RealFleet, tag: &str, edited: u64) -> Release {
    let release = Release::build(tag, edited);
    real.until("it is taken in and its deltas are weighed", |fleet| {
        let source = fleet.source();
        let image = source.images.get(&reference(tag));
        image.is_some_and(|image| {
            image
                .layers
                .iter()
                .all(|layer| source.stock.layers.contains_key(layer))
        })
    })
    .await;
    release
}

/// The plan told the same way, and not fewer bytes than were sent. The helper, which goes to a host once, is not in it.
fn assert_planned(job: &Job, host: &str, sent: &Transfer) {
    let Plan::Push(plan) = &job.plan else {
        panic!("{job:#?}");
    };
    let planned = plan.hosts.iter().find(|target| target.host.as_str() == host);
    let route = planned.and_then(|target| target.route.as_ref()).expect("a route");
    assert_eq!(route.mode, sent.mode, "{route:?}");
    let base = route.base.as_ref().map(ToString::to_string);
    assert_eq!(base, sent.base, "{route:?}");
    let most = route.bytes.most().expect("a number");
    assert!(
        (1..=most + HELPER).contains(&sent.bytes_sent),
        "{route:?} {sent:?}"
    );
    assert!(most < APPLICATION / 10, "{route:?}");
}

#[tokio::test]
async fn a_release_costs_what_changed_in_it() {
    let lab = Lab::reset();
    let first = Release::build("r1", 0);
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
    let second = build(&mut real, "r2", 3).await;
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
        assert_planned(&job, host, sent);
        assert_arrived(&lab, host, &second);
    }
    let third = build(&mut real, "r3", 5).await;
    let job = push(&mut real, "r3", &[], ModeChoice::Best).await;
    for host in real.hosts() {
        let sent = transfer(&job, host.as_str());
        assert_eq!(sent.mode, Mode::Delta, "{job:#?}");
        assert!(sent.bytes_sent < APPLICATION / 100, "{sent:?}");
        assert_planned(&job, host.as_str(), sent);
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
    // Engine 20.10 does not hand a mount's noexec on to the container, so the helper runs there.
    let engine = lab.on("lab-1", "docker version --format '{{.Server.Version}}'");
    let noexec_holds = engine.as_str() > "23";
    lab.on(
        "lab-2",
        "mkdir -p /root/.cache && mount -t tmpfs -o ro tmpfs /root/.cache",
    );
    let job = push(&mut real, "r2", &["lab-1", "lab-2"], ModeChoice::Best).await;
    for host in ["lab-1", "lab-2"] {
        assert_arrived(&lab, host, &second);
        if host == "lab-1" && !noexec_holds {
            assert_eq!(transfer(&job, host).mode, Mode::Delta, "{job:#?}");
            continue;
        }
        assert_eq!(transfer(&job, host).mode, Mode::Layers, "{job:#?}");
        let said = track(&job, host)
            .lines
            .iter()
            .any(|line| line.contains("layers will do"));
        assert!(said, "{host} does not say why: {job:#?}");
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
