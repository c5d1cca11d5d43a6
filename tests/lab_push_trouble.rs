//! Hosts that change under a push: an engine that is killed while it loads, a base image that goes away or is not what it was,
//! staged files that are spoilt. Nothing is half there, the push says what happened, and the next one works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gate;
mod real_fleet;
mod release;

use gate::{Gate, Moment};
use real_fleet::{Lab, RealFleet, reference};
use release::{
    Release, assert_arrived, assert_has_files, assert_nothing_left, assert_told, has_taken, planned, push,
    track, transfer,
};
use std::process::Command as Process;
use tagboat::model::job::{Job, JobState, StepKind, Verdict};
use tagboat::model::plan::{Mode, ModeChoice, Plan, PushIntent, PushOptions, plan_push};

/// One host of each kind of store.
const BOTH: [&str; 2] = ["lab-1", "lab-2"];

/// The sessions that outlive their engine, each with its image and that it runs. An engine of this age stops all of them when
/// it was killed, and starts none again.
fn sessions(lab: &Lab, host: &str) -> String {
    let survivors = "docker ps -aq --filter name=convocate-session | \
        xargs docker inspect -f '{{if not .HostConfig.AutoRemove}}{{.Name}}{{end}}' | sed 's|^/||; /^$/d' | sort";
    let each = "docker inspect -f '{{.Name}} {{.Image}} {{.State.Running}}'";
    lab.on(
        host,
        &format!("names=$({survivors}); docker start $names >/dev/null && {each} $names"),
    )
}

/// The tags of a host, but for those that a push takes back when it is run again.
fn tags(lab: &Lab, host: &str) -> String {
    lab.on(
        host,
        "docker images --format '{{.Repository}}:{{.Tag}}' | grep -v tagboat-staging | sort | tr '\n' ' '",
    )
}

/// When an engine dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// It has read half of the archive.
    Reading,
    /// It has begun to unpack it.
    Unpacking,
}

async fn engines_die_while_they_load(mode: Mode, deaths: [Death; 2]) {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let mut real = RealFleet::connected().await;
    let before = BOTH.map(|host| (tags(&lab, host), sessions(&lab, host)));
    let gates = [0, 1].map(|number| {
        let fed = match deaths[number] {
            Death::Reading => 2_000_000,
            Death::Unpacking => 100_000,
        };
        Gate::set(&lab, BOTH[number], "docker", "load", Moment::Fed(fed))
    });
    let plan = planned(&mut real, "r1", &BOTH, ModeChoice::Only(mode)).await;
    let id = real.begin(Plan::Push(plan)).await;
    for ((gate, host), death) in gates.iter().zip(BOTH).zip(deaths) {
        gate.reached(&lab);
        match death {
            Death::Reading => lab.kill_engine(host),
            Death::Unpacking => lab.kill_engine_when_it_unpacks(host, &gate.opening()),
        }
        gate.open(&lab);
    }
    let job = real.ended(&id).await;
    for (gate, (host, before)) in gates.iter().zip(BOTH.iter().zip(before)) {
        let failure = assert_told(&job, host, StepKind::Load);
        let told = ["connect", "EOF", "reset by peer"];
        assert!(
            told.iter().any(|word| failure.cause.contains(word)),
            "not the engine's: {failure}"
        );
        assert!(
            failure.state.contains("stays at /tmp/convocate-image-"),
            "{failure}"
        );
        lab.start_engine(host);
        gate.remove(&lab);
        let after = (tags(&lab, host), sessions(&lab, host));
        assert_eq!(
            after, before,
            "{host} has a tag of half an image, or other sessions"
        );
    }
    real.reconnected(&BOTH).await;
    push(&mut real, "r1", &BOTH, ModeChoice::Only(mode)).await;
    for host in BOTH {
        assert_arrived(&lab, host, &release);
        lab.sweep_engine(host);
    }
    release::forget();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_while_it_loads_a_delta_has_no_tag_of_it_and_takes_it_the_next_time() {
    engines_die_while_they_load(Mode::Delta, [Death::Reading, Death::Unpacking]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_while_it_loads_an_archive_has_no_tag_of_it_and_takes_it_the_next_time() {
    engines_die_while_they_load(Mode::Full, [Death::Unpacking, Death::Reading]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_image_that_is_pruned_before_the_rebuild_costs_the_layers_or_all_of_it_and_no_failure() {
    let lab = Lab::reset();
    Release::build("r1", 0);
    let second = Release::build("r2", 3);
    let third = Release::build_on("r2", "r3", 5);
    let mut real = RealFleet::connected().await;
    push(&mut real, "r1", &BOTH, ModeChoice::Best).await;
    // The second has no layer of the image that goes away; the third lacks one layer more once it is gone.
    for (release, base, mode) in [(&second, "r1", Mode::Layers), (&third, "r2", Mode::Full)] {
        let gates = BOTH.map(|host| Gate::set(&lab, host, "docker", "run", Moment::Start));
        let plan = planned(&mut real, &release.tag, &BOTH, ModeChoice::Best).await;
        let id = real.begin(Plan::Push(plan)).await;
        for (gate, host) in gates.iter().zip(BOTH) {
            gate.reached(&lab);
            lab.on(host, &format!("docker rmi convocate:{base}"));
            gate.open(&lab);
        }
        let job = real.ended(&id).await;
        assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
        for host in BOTH {
            assert_eq!(transfer(&job, host).mode, mode, "{host}: {job:#?}");
            assert!(said(&job, host, "delta is not possible"), "{host}: {job:#?}");
            assert_has_files(&lab, host, release);
            assert_nothing_left(&lab, host);
        }
        for gate in &gates {
            gate.remove(&lab);
        }
        real.until("the hosts are seen to have it", |fleet| {
            let mut hosts = fleet.hosts().filter(|host| BOTH.contains(&host.name.as_str()));
            hosts.all(|host| has_taken(host, &release.tag) && host.image(&reference(base)).is_none())
        })
        .await;
    }
    release::forget();
}

fn said(job: &Job, host: &str, words: &str) -> bool {
    track(job, host).lines.iter().any(|line| line.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_image_whose_files_are_not_what_they_were_gets_the_layers_and_the_job_says_why() {
    let lab = Lab::reset();
    Release::build("r1", 0);
    let second = Release::build("r2", 3);
    let mut real = RealFleet::connected().await;
    push(&mut real, "r1", &BOTH, ModeChoice::Best).await;
    // An engine that was killed earlier may have left a copy of the layer behind.
    let each = "files=$(find /var/lib/docker -path '*/opt/app/file-0100' -type f); [ -n \"$files\" ] && for file in $files";
    lab.on("lab-1", &format!("{each}; do {}; done", flip("$file", "5000")));
    lab.on("lab-2", &format!("{each}; do truncate -s 9999 \"$file\"; done"));
    let job = push(&mut real, "r2", &BOTH, ModeChoice::Best).await;
    for (host, why) in [("lab-1", "delta is not possible"), ("lab-2", "9999 bytes")] {
        assert_ne!(transfer(&job, host).mode, Mode::Delta, "{host}: {job:#?}");
        assert!(
            said(&job, host, why) && said(&job, host, "layers will do"),
            "{host}: {job:#?}"
        );
        assert_arrived(&lab, host, &second);
    }
    release::forget();
}

/// A shell line that turns one bit of a file.
fn flip(file: &str, at: &str) -> String {
    let turn = r#"open F, "+<", $ARGV[0]; seek F, $ARGV[1], 0; read F, $b, 1; seek F, $ARGV[1], 0; print F $b ^ "\1""#;
    format!("perl -e '{turn}' \"{file}\" \"{at}\"")
}

/// What becomes of a staged file: a shell line about `$file`, which has `$size` bytes.
fn damages() -> [(&'static str, String); 3] {
    [
        ("a bit in its middle", flip("$file", "$((size / 2))")),
        ("a bit of its trailer", flip("$file", "$((size - 6))")),
        ("its last byte", "truncate -s $((size - 1)) \"$file\"".to_owned()),
    ]
}

/// Spoils what is staged on a host.
fn spoil(lab: &Lab, host: &str, damage: &str) {
    lab.on(
        host,
        &format!("file=$(ls -d /tmp/convocate-image-* | grep -E '(recipe|tar.zst|tar.gz)$'); size=$(stat -c %s \"$file\") && {damage}"),
    );
}

/// Spoils what was verified, at the last moment before `program` reads it, in every way; then pushes without harm.
async fn verified_files_are_spoilt(mode: Mode, programs: [(&'static str, &'static str); 2]) {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    if programs[1].0 == "gzip" {
        lab.on("lab-2", "mount --bind /dev/null /usr/bin/zstd");
    }
    let mut real = RealFleet::connected().await;
    let before = BOTH.map(|host| tags(&lab, host));
    for (what, damage) in damages() {
        let gates = [0, 1].map(|number| {
            let (program, word) = programs[number];
            Gate::set(&lab, BOTH[number], program, word, Moment::Start)
        });
        let plan = planned(&mut real, "r1", &BOTH, ModeChoice::Only(mode)).await;
        let id = real.begin(Plan::Push(plan)).await;
        for (gate, host) in gates.iter().zip(BOTH) {
            gate.reached(&lab);
            spoil(&lab, host, &damage);
            gate.open(&lab);
        }
        let job = real.ended(&id).await;
        for ((gate, host), before) in gates.iter().zip(BOTH).zip(&before) {
            let failure = assert_told(&job, host, StepKind::Load);
            assert_eq!(tags(&lab, host), *before, "{host}, {what}: {failure}");
            gate.remove(&lab);
        }
    }
    push(&mut real, "r1", &BOTH, ModeChoice::Only(mode)).await;
    for host in BOTH {
        assert_arrived(&lab, host, &release);
    }
    lab.on("lab-2", "umount /usr/bin/zstd 2>/dev/null; true");
    release::forget();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_that_is_spoilt_after_it_was_verified_makes_no_image_and_is_sent_anew() {
    verified_files_are_spoilt(Mode::Delta, [("docker", "run"); 2]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_spoilt_after_it_was_verified_makes_no_image_and_is_sent_anew() {
    verified_files_are_spoilt(Mode::Layers, [("zstd", "-dcq"), ("gzip", "-dc")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_loads_another_image_than_it_was_given_gives_it_no_tag() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let mut real = RealFleet::connected().await;
    let before = tags(&lab, "lab-1");
    let plan = planned(&mut real, "r1", &["lab-1"], ModeChoice::Best).await;
    let other = format!(
        "cat >/dev/null; /usr/bin/docker tag convocate:v0.9.0 tagboat-staging:{}",
        plan.image.id.short()
    );
    let gate = Gate::instead(&lab, "lab-1", "docker", "load", &other);
    let job = real.run(Plan::Push(plan)).await;
    let failure = assert_told(&job, "lab-1", StepKind::Confirm);
    assert!(failure.cause.contains("other layers"), "{failure}");
    assert_eq!(tags(&lab, "lab-1"), before);
    gate.remove(&lab);
    push(&mut real, "r1", &["lab-1"], ModeChoice::Best).await;
    assert_arrived(&lab, "lab-1", &release);
    release::forget();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_was_cut_short_does_not_stand_in_the_way_of_the_next_release() {
    let lab = Lab::reset();
    Release::build("r1", 0);
    let second = Release::build("r2", 3);
    let mut real = RealFleet::connected().await;
    let full = ModeChoice::Only(Mode::Full);
    for host in BOTH {
        // A containerd store keeps what it has of an entry, and goes on with it when one of the same name comes.
        let gate = Gate::instead(
            &lab,
            host,
            "docker",
            "load",
            "head -c 3000000 | /usr/bin/docker load; exit 1",
        );
        let plan = planned(&mut real, "r1", &[host], full).await;
        let job = real.run(Plan::Push(plan)).await;
        assert_told(&job, host, StepKind::Load);
        gate.remove(&lab);
    }
    let job = push(&mut real, "r2", &BOTH, full).await;
    for host in BOTH {
        assert_eq!(transfer(&job, host).mode, Mode::Full, "{job:#?}");
        // What was staged of the first one stays for its next push.
        assert_has_files(&lab, host, &second);
    }
    release::forget();
}

#[tokio::test]
async fn an_image_for_another_platform_is_refused_by_the_plan_and_by_the_push_before_anything_is_sent() {
    let lab = Lab::reset();
    Release::build("r1", 0);
    let line = r#"docker save convocate:v0.9.0 | tar -xf - && sed -i s/convocate:v0.9.0/convocate:arm/ manifest.json &&
        sed -i 's/"architecture":"amd64"/"architecture":"arm64"/' $(grep -rl '"architecture":"amd64"' .) &&
        tar -cf - * | docker load"#;
    let folder = tempfile::tempdir().unwrap();
    let made = Process::new("sh")
        .args(["-c", line])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut real = RealFleet::connected().await;
    let arm = real.fleet.source().images[&reference("arm")].clone();
    let intent = PushIntent {
        reference: reference("arm"),
        hosts: real.hosts(),
        replace_tag: false,
        allow_failing: false,
        options: PushOptions::default(),
    };
    let refusal = plan_push(&intent, &real.fleet).unwrap_err();
    assert!(refusal.to_string().contains("linux/arm64"), "{refusal}");
    let mut plan = planned(&mut real, "r1", &BOTH, ModeChoice::Best).await;
    (plan.reference, plan.image) = (reference("arm"), arm);
    let job = real.run(Plan::Push(plan)).await;
    for host in BOTH {
        let failure = assert_told(&job, host, StepKind::Compare);
        assert!(failure.cause.contains("linux/arm64"), "{failure}");
        assert_nothing_left(&lab, host);
    }
    release::forget();
}
