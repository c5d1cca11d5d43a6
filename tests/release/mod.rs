//! Releases of an image at the source: an application layer of many files, of which each release changes a few. As in real
//! builds, every file has a new time.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use crate::real_fleet::{Lab, RealFleet, reference};
use sha2::{Digest, Sha256};
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};
use tagboat::model::failure::Failure;
use tagboat::model::fleet::{Host, Stamp};
use tagboat::model::job::{Job, JobState, StepKind, Track, TrackResult, Transfer, Verdict};
use tagboat::model::names::HostName;
use tagboat::model::plan::{ModeChoice, Plan, PushIntent, PushOptions, PushPlan, plan_push};

/// Files of the application.
const FILES: u64 = 400;

/// A release that was built.
pub struct Release {
    /// Its tag.
    pub tag: String,
    /// The SHA-256 of all of its files in the order of their names.
    pub sha256: String,
}

impl Release {
    /// Builds `convocate:<tag>`: the same files for every tag, of which the first `edited` have a line more.
    pub fn build(tag: &str, edited: u64) -> Self {
        Self::build_on("v1.0.0", tag, edited)
    }

    /// The same on top of the image that `base` names.
    pub fn build_on(base: &str, tag: &str, edited: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let application = folder.path().join("app");
        fs::create_dir(&application).unwrap();
        let mut hash = Sha256::new();
        for number in 0..FILES {
            let mut content = noise(number);
            if number < edited {
                content.splice(5000..5000, format!("edited for {tag}\n").into_bytes());
            }
            hash.update(&content);
            let file = application.join(format!("file-{number:04}"));
            fs::write(&file, content).unwrap();
            let time =
                SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + edited * 1000 + number / 50);
            fs::File::options()
                .append(true)
                .open(file)
                .unwrap()
                .set_modified(time)
                .unwrap();
        }
        fs::write(
            folder.path().join("Dockerfile"),
            format!("FROM convocate:{base}\nCOPY app /opt/app\n"),
        )
        .unwrap();
        let built = Command::new("docker")
            .env("DOCKER_BUILDKIT", "0")
            .args(["build", "--quiet", "--tag", &format!("convocate:{tag}")])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        Self {
            tag: tag.to_owned(),
            sha256: hash
                .finalize()
                .iter()
                .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")),
        }
    }
}

/// Ten thousand bytes that do not compress, the same for the same number.
fn noise(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..1250).flat_map(|_| next()).collect()
}

/// Removes the releases from the source; what is on hosts goes with the next reset.
pub fn forget() {
    let line = "docker images --format '{{.Repository}}:{{.Tag}}' convocate | grep -E ':(r[0-9]|arm)' | xargs docker rmi";
    let removed = Command::new("sh").args(["-c", line]).output().unwrap();
    assert!(
        removed.status.success(),
        "{}",
        String::from_utf8_lossy(&removed.stderr)
    );
}

/// The plan of a push of a release to these hosts, or to all.
pub async fn planned(real: &mut RealFleet, tag: &str, hosts: &[&str], mode: ModeChoice) -> PushPlan {
    let hosts = match hosts {
        [] => real.hosts(),
        named => named.iter().map(|host| HostName::parse(host).unwrap()).collect(),
    };
    let intent = PushIntent {
        reference: reference(tag),
        hosts,
        replace_tag: false,
        allow_failing: false,
        options: PushOptions {
            mode,
            ..PushOptions::default()
        },
    };
    real.until("the release is at the source", |fleet| {
        fleet.source().images.contains_key(&reference(tag))
    })
    .await;
    plan_push(&intent, &real.fleet).unwrap()
}

/// Pushes a release, and waits until the hosts are seen to have it.
pub async fn push(real: &mut RealFleet, tag: &str, hosts: &[&str], mode: ModeChoice) -> Job {
    let plan = planned(real, tag, hosts, mode).await;
    let hosts: Vec<_> = plan.hosts.iter().map(|target| target.host.clone()).collect();
    let job = real.run(Plan::Push(plan)).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
    real.until("the hosts have it", |fleet| {
        hosts.iter().all(|host| has_taken(fleet.host(host).unwrap(), tag))
    })
    .await;
    job
}

/// Whether a host is seen to have a release under its tag, and stamped: the next plan relies on both.
pub fn has_taken(host: &Host, tag: &str) -> bool {
    host.image(&reference(tag)).is_some() && host.stamp == Stamp::Active(reference(tag))
}

/// How the image came to a host.
pub fn transfer<'a>(job: &'a Job, host: &str) -> &'a Transfer {
    track(job, host).transfer.as_ref().expect("a transfer")
}

/// What a job did on a host.
pub fn track<'a>(job: &'a Job, host: &str) -> &'a Track {
    job.tracks
        .iter()
        .find(|track| track.target.host.as_str() == host)
        .expect("a track of the host")
}

/// The image on the host has the files of the release, an engine that saves it finds every layer, and nothing is left over.
pub fn assert_arrived(lab: &Lab, host: &str, release: &Release) {
    assert_has_files(lab, host, release);
    let saved = format!(
        "docker save convocate:{} | tar -tvf - | awk '$3 > 3000000' | wc -l",
        release.tag
    );
    assert_eq!(lab.on(host, &saved), "1", "{host} cannot save what it runs");
    assert_nothing_left(lab, host);
}

/// The image on the host has the files of the release.
pub fn assert_has_files(lab: &Lab, host: &str, release: &Release) {
    let files = format!(
        "docker run --rm --network none --entrypoint sh convocate:{} -c 'cat /opt/app/* | sha256sum'",
        release.tag
    );
    assert_eq!(lab.on(host, &files), format!("{}  -", release.sha256), "{host}");
}

/// Nothing that is only for the time of a push is on the host.
pub fn assert_nothing_left(lab: &Lab, host: &str) {
    let staged = "ls /tmp | grep -c -e convocate-image -e recipe || true";
    assert_eq!(lab.on(host, staged), "0", "{host} keeps what was staged");
    let left = "docker ps -a --format '{{.Names}}' | grep -c tagboat-helper || true";
    assert_eq!(
        lab.on(host, left),
        "0",
        "{host} keeps the container of the helper"
    );
    let staging = "docker images --format '{{.Repository}}' | grep -c tagboat-staging || true";
    assert_eq!(lab.on(host, staging), "0", "{host} keeps the staging tag");
}

/// What a job says of a host where it failed: the step and the cause, what state things are in, and the next command.
pub fn assert_told<'a>(job: &'a Job, host: &str, step: StepKind) -> &'a Failure {
    let Some(TrackResult::Failed(failure)) = &track(job, host).result else {
        panic!("{host} did not fail: {job:#?}")
    };
    assert_eq!(failure.step, step, "{failure}");
    assert!(!failure.cause.is_empty(), "{failure}");
    assert!(failure.state.contains("convocate:v1.0.0"), "{failure}");
    assert!(
        failure.advice.contains("tagboat push convocate:") && failure.advice.contains(host),
        "{failure}"
    );
    failure
}
