//! Sessions that are at work: a rollout waits for them, whatever becomes of its links meanwhile.

use crate::headless::Tagboat;
use crate::links::break_connections;
use crate::real_fleet::{Lab, RealFleet};
use crate::{HOSTS, order, plan, sessions_on, with_good_tag, words};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::time::Duration;
use tagboat::model::job::Target;
use tagboat::model::plan::Plan;
use tagboat::model::rollout::Account;

/// Has a session write until `/tmp/enough` is there in it.
fn works(lab: &Lab, host: &str, session: &str) {
    let line = format!(
        "docker exec -d {session} sh -c 'while [ ! -e /tmp/enough ]; do echo working >/proc/1/fd/1; sleep 0.2; done'"
    );
    lab.on(host, &line);
}

fn ends_its_work(lab: &Lab, host: &str, session: &str) {
    lab.on(host, &format!("docker exec {session} touch /tmp/enough"));
}

#[tokio::test]
async fn sessions_that_are_at_work_are_passed_over_until_they_are_quiet() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let mut real = RealFleet::connected().await;
    let Plan::Restart(mut plan) = plan(&real, order(None, 9, 0)) else {
        panic!()
    };
    plan.conditions.when_idle = Some(Duration::from_secs(3));
    let (host, session) = (plan.sessions[0].host.clone(), plan.sessions[0].session.clone());
    works(&lab, host.as_str(), session.as_str());
    let busy = Target::session(host.clone(), session.clone());
    let id = real.begin(Plan::Restart(plan)).await;
    let job = real
        .job_until(&id, "all others being done", |job| {
            Account::of(job).unwrap().done == 8
        })
        .await;
    assert!(job.track(&busy).unwrap().waits_for_quiet(), "{job:#?}");
    assert_eq!(words(&job), "8/9 done · waits for a quiet session");
    let lines: Vec<_> = job.track(&busy).unwrap().lines.iter().cloned().collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("waiting until it was quiet for 3 s: output")),
        "{lines:?}"
    );
    ends_its_work(&lab, host.as_str(), session.as_str());
    let job = real.ended(&id).await;
    assert_eq!(words(&job), "9/9 done · done");
}

#[test]
fn a_wait_without_a_console_outlives_the_link_to_its_host() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let name = lab.first_session(HOSTS[0]);
    works(&lab, HOSTS[0], &name);
    let tagboat = Tagboat::new();
    let rollout = [
        "rollout",
        &name,
        "--host",
        HOSTS[0],
        "--tag",
        "v1.1.0",
        "--when-idle",
        "3s",
        "-y",
        "--json",
    ];
    let mut console = tagboat.command(&rollout).spawn().unwrap();
    let mut lines = BufReader::new(console.stdout.take().unwrap()).lines();
    let mut says = |words: &str| {
        let line = lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(words));
        line.unwrap_or_else(|| panic!("it never said {words:?}"))
    };
    says("waiting until it was quiet");
    break_connections(&lab, HOSTS[0]);
    ends_its_work(&lab, HOSTS[0], &name);
    let last: Value = serde_json::from_str(&says("\"ended\"")).unwrap();
    assert_eq!(console.wait().unwrap().code(), Some(0), "{last}");
    let moved = sessions_on(&lab, HOSTS[0])
        .into_iter()
        .filter(|line| *line == "convocate:v1.1.0 running");
    assert_eq!(moved.count(), 1);
}
