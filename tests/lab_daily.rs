//! Sessions from day to day on real hosts of both image stores: made, labelled, stopped, started and removed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod daily_rig;
mod headless;
mod real_fleet;

use daily_rig::Daily;
use real_fleet::{Lab, RealFleet};
use tagboat::model::job::{Job, TrackResult};
use tagboat::model::names::{HostName, SessionName};
use tagboat::model::plan::{Plan, RemoveIntent, StopIntent, plan_remove, plan_stop};

const NAME: &str = "convocate-session-web-1";

#[test]
#[expect(clippy::too_many_lines, reason = "it is one story, told in its order")]
fn a_session_is_made_labelled_stopped_started_restarted_and_removed_with_its_volume_kept() {
    for host in ["lab-1", "lab-2"] {
        let daily = Daily::reset();
        daily.run(
            &[
                "start",
                "web-1",
                "--template",
                "lab",
                "--host",
                host,
                "--set",
                "project=site",
                "--yes",
            ],
            0,
        );
        assert_eq!(
            daily.inspect(host, NAME, "{{.State.Status}} {{.Config.Image}} {{.Config.Hostname}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}"),
            "running convocate:v1.0.0 c-web-1 64000000 unless-stopped"
        );
        let env = daily.inspect(host, NAME, "{{.Config.Env}}");
        assert!(
            env.contains("OWNER=0") && env.contains("PROJECT=site") && env.contains("ADDRESS="),
            "{env}"
        );
        assert_eq!(daily.on(host, "docker images -q tagboat-pin | wc -l"), "0");
        daily.on(
            host,
            &format!("docker exec {NAME} sh -c 'echo data >/home/claude/file; echo work >/work/file'"),
        );

        daily.run(&["rename", "web-1", "Web one", "--host", host, "--yes"], 0);
        let listed = daily.run(&["list", "--host", host], 0);
        assert!(listed.contains(&format!("Web one ({NAME})")), "{listed}");
        daily.run(&["rename", "web-1", "Web one", "--host", host, "--yes"], 3);

        daily.run(&["stop", "Web one", "--host", host, "--yes"], 0);
        assert_eq!(daily.inspect(host, NAME, "{{.State.Status}}"), "exited");
        daily.run(&["stop", "Web one", "--host", host, "--yes"], 3);
        daily.run(&["start", "Web one", "--host", host, "--yes"], 0);
        daily.run(&["start", "web-1", "--host", host, "--yes"], 3);
        assert_eq!(
            daily.on(host, &format!("docker exec {NAME} cat /home/claude/file")),
            "data"
        );

        daily.run(
            &["restart", "Web one", "--host", host, "--tag", "v0.9.0", "--yes"],
            0,
        );
        assert_eq!(daily.inspect(host, NAME, "{{.Config.Image}}"), "convocate:v0.9.0");
        let listed = daily.run(&["list", "--host", host], 0);
        assert!(
            listed.contains(&format!("Web one ({NAME})")),
            "a restart keeps the label: {listed}"
        );

        daily.run(&["remove", "Web one", "--host", host], 3);
        daily.run(&["remove", "Web one", "--host", host, "--yes"], 0);
        assert_eq!(
            daily.on(host, &format!("docker ps -aq --filter name={NAME} | wc -l")),
            "0",
            "its predecessor too"
        );
        let left = daily.on(host, "docker volume ls -q --filter name=home-web-1; cat /srv/sessions/web-1/file; cat /etc/convocate-agent/session-labels");
        assert_eq!(left, "home-web-1\nwork");
    }
}

#[test]
fn volumes_go_only_with_the_flag_and_only_those_that_nobody_else_uses() {
    let daily = Daily::reset();
    daily.run(
        &["start", "web-1", "--template", "lab", "--host", "lab-1", "--yes"],
        0,
    );
    daily.on(
        "lab-1",
        "docker create --name other -v home-web-1:/x bystander:v1 >/dev/null",
    );
    let told = daily.run(&["remove", "web-1", "--volumes", "--yes"], 0);
    assert!(told.contains("volumes kept for others: home-web-1"), "{told}");
    assert_eq!(
        daily.on("lab-1", "docker volume ls -q --filter name=home-web-1"),
        "home-web-1"
    );
    daily.on("lab-1", "docker rm other >/dev/null");
    daily.run(
        &["start", "web-1", "--template", "lab", "--host", "lab-1", "--yes"],
        0,
    );
    let told = daily.run(&["remove", "web-1", "--volumes", "--yes"], 0);
    assert!(told.contains("remove volume home-web-1 done"), "{told}");
    assert_eq!(
        daily.on("lab-1", "docker volume ls -q --filter name=home-web-1"),
        ""
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table of mistakes")]
fn what_is_missing_for_a_new_session_is_told_and_nothing_is_left_behind() {
    let daily = Daily::reset();
    let before = daily.on("lab-1", "docker ps -aq | wc -l; ls /srv");
    for (words, code, expected) in [
        (
            vec!["start", "--new", "--host", "nosuch", "--yes"],
            2,
            "there is no host nosuch",
        ),
        (vec!["start", "--new", "--yes"], 2, "no host was chosen"),
        (
            vec!["start", "--new", "--host", "lab-1,lab-2", "--yes"],
            2,
            "made on one host",
        ),
        (
            vec!["start", "--new", "--host", "lab-1", "--tag", "v9.9.9", "--yes"],
            3,
            "tagboat push convocate:v9.9.9",
        ),
        (
            vec!["start", "--new", "--host", "lab-1", "--template", "none", "--yes"],
            3,
            "the templates are lab",
        ),
        (
            vec!["start", "--new", "--host", "lab-1", "--set", "x=y", "--yes"],
            3,
            "has no value x",
        ),
        (
            vec!["start", "--new", "--host", "lab-1", "--template", "gap", "--yes"],
            1,
            "/srv/made/",
        ),
        (
            vec![
                "start",
                "--new",
                "--host",
                "lab-1",
                "--template",
                "nowhere",
                "--yes",
            ],
            1,
            "there is no network nosuchnet",
        ),
        (
            vec![
                "start",
                "--new",
                "--host",
                "lab-1",
                "--template",
                "session",
                "--yes",
            ],
            1,
            "there is no user claude",
        ),
        (
            vec!["start", "nobody", "--host", "lab-1", "--yes"],
            3,
            "there is no session nobody",
        ),
        (
            vec!["start", "--new", "--host", "lab-1"],
            3,
            "accept the plan with --yes",
        ),
    ] {
        let told = daily.run(&words, code);
        assert!(told.contains(expected), "{words:?}: {told}");
    }
    assert_eq!(daily.on("lab-1", "docker ps -aq | wc -l; ls /srv"), before);
    assert_eq!(daily.on("lab-1", "docker images -q tagboat-pin | wc -l"), "0");
}

#[test]
fn a_new_session_that_does_not_run_is_told_with_the_reason_and_left_for_its_logs() {
    let daily = Daily::reset();
    let told = daily.run(
        &["start", "bad", "--template", "wrong", "--host", "lab-1", "--yes"],
        1,
    );
    assert!(
        told.contains("start failed") && told.contains("nosuchprogram"),
        "{told}"
    );
    assert_eq!(
        daily.inspect("lab-1", "convocate-session-bad", "{{.State.Status}}"),
        "created"
    );
    daily.run(&["remove", "bad", "--host", "lab-1", "--yes"], 0);
    daily
        .tagboat
        .run(&["push", "v1.2.0-broken", "--host", "lab-1", "--yes"], 0);
    let told = daily.run(
        &["start", "bad", "--template", "lab", "--host", "lab-1", "--yes"],
        1,
    );
    assert!(
        told.contains("probe failed") && told.contains("cannot start"),
        "{told}"
    );
}

#[test]
fn a_session_with_rm_is_gone_after_its_stop_and_the_plan_says_so() {
    let daily = Daily::reset();
    let name = daily.on("lab-1", "for id in $(docker ps -q); do docker inspect -f '{{.HostConfig.AutoRemove}} {{.Name}}' $id; done | sed -n 's/^true .//p'");
    let told = daily.run(&["stop", &name, "--host", "lab-1", "--yes"], 0);
    assert!(
        told.contains("it runs with --rm") && told.contains("1 anonymous volume"),
        "{told}"
    );
    assert!(told.contains("the engine removed its container (--rm)"), "{told}");
    assert_eq!(daily.inspect("lab-1", &name, "{{.State.Status}}"), "gone");
}

#[test]
fn a_bind_source_that_went_away_is_refused_before_the_container_is_started() {
    let daily = Daily::reset();
    daily.run(
        &["start", "web-1", "--template", "lab", "--host", "lab-1", "--yes"],
        0,
    );
    daily.run(&["stop", "web-1", "--host", "lab-1", "--yes"], 0);
    daily.on("lab-1", "mv /srv/sessions/web-1 /srv/sessions/away");
    let told = daily.run(&["start", "web-1", "--host", "lab-1", "--yes"], 1);
    assert!(
        told.contains("/srv/sessions/web-1, which is mounted in it, is not on the host"),
        "{told}"
    );
    assert_eq!(daily.inspect("lab-1", NAME, "{{.State.Status}}"), "exited");
    assert_eq!(
        daily.on("lab-1", "ls -d /srv/sessions/web-1 2>/dev/null | wc -l"),
        "0"
    );
}

fn host() -> HostName {
    HostName::parse("lab-1").unwrap()
}

fn failure(job: &Job) -> String {
    match &job.tracks[0].result {
        Some(TrackResult::Failed(failure)) => failure.to_string(),
        other => panic!("it did not fail: {other:?}"),
    }
}

fn plans(real: &RealFleet, session: &SessionName) -> [Plan; 2] {
    let sessions = vec![(host(), session.clone())];
    let remove = RemoveIntent {
        sessions: sessions.clone(),
        with_volumes: true,
    };
    [
        Plan::Stop(plan_stop(&StopIntent { sessions }, &real.fleet).unwrap()),
        Plan::Remove(plan_remove(&remove, &real.fleet).unwrap()),
    ]
}

#[tokio::test]
async fn a_session_that_another_hand_removed_or_made_anew_since_the_plan_is_left_alone() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let session = real.a_session("lab-1");
    let planned = plans(&real, &session);
    lab.on(
        "lab-1",
        &format!(
            "docker rm -f {session} >/dev/null; until ! docker inspect {session} >/dev/null 2>&1; do :; done"
        ),
    );
    for plan in &planned {
        let told = failure(&real.run(plan.clone()).await);
        assert!(
            told.starts_with("lab-1: check:") && told.contains("somebody removed it"),
            "{told}"
        );
    }
    lab.on(
        "lab-1",
        &format!("docker run -d --name {session} convocate:v1.0.0 >/dev/null"),
    );
    for plan in planned {
        let told = failure(&real.run(plan).await);
        assert!(
            told.contains("another container than when this was planned"),
            "{told}"
        );
    }
    assert_eq!(
        lab.on(
            "lab-1",
            &format!("docker inspect -f '{{{{.State.Status}}}}' {session}")
        ),
        "running"
    );
    lab.run(&["reset", "lab-1"]);
}

#[tokio::test]
async fn a_session_whose_restart_is_open_is_neither_stopped_nor_removed() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let session = real.a_session("lab-1");
    let journal = format!("20261121-013000-a1b2-{session}");
    lab.on(
        "lab-1",
        &format!("d=/var/lib/tagboat/restarts; mkdir -p $d/{journal}; echo {journal} >$d/{session}.open"),
    );
    for plan in plans(&real, &session) {
        let told = failure(&real.run(plan).await);
        assert!(told.contains("tagboat job resume 20261121-013000-a1b2"), "{told}");
    }
    assert_eq!(
        lab.on(
            "lab-1",
            &format!("docker inspect -f '{{{{.State.Status}}}}' {session}")
        ),
        "running"
    );
    lab.run(&["reset", "lab-1"]);
}
