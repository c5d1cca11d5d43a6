//! Watching real hosts: what the fleet says is what docker on each host says, and a host that goes away is one row.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod real_fleet;

use real_fleet::{Lab, RealFleet, reference};
use tagboat::model::fleet::{Connection, ConnectionProblem, Fleet, Store};
use tagboat::model::names::{HostName, SessionName};
use tagboat::model::plan::{Plan, PruneIntent, plan_prune};

fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

#[tokio::test]
async fn the_fleet_is_what_docker_on_each_host_says() {
    let lab = Lab::reset();
    let real = RealFleet::connected().await;
    for known in real.fleet.hosts() {
        let name = known.name.as_str();
        let running = lab.on(
            name,
            "docker ps --filter name=convocate-session- --format '{{.Names}}' | sort",
        );
        let sessions: Vec<_> = known
            .sessions()
            .map(|session| session.name().to_string())
            .collect();
        assert_eq!(sessions, running.lines().collect::<Vec<_>>(), "{name}");
        for session in known.sessions() {
            let id = lab.on(
                name,
                &format!("docker inspect -f '{{{{.Image}}}}' {}", session.name()),
            );
            assert_eq!(session.container().image_id.as_str(), id);
            assert_eq!(session.pinned(), Some(&reference("v1.0.0")));
            assert_eq!(session.standing().behind, Some(false));
        }
        let stamp = lab.on(name, "cat /etc/convocate-agent/current-image");
        assert_eq!(known.stamp.active().unwrap().to_string(), stamp);
        assert_eq!(known.sessions_using(&reference("v1.0.0")), 3);
        assert_eq!(known.sessions_using(&reference("v0.9.0")), 0);
    }
    let stores: Vec<_> = real
        .fleet
        .hosts()
        .map(|known| known.facts.as_ref().unwrap().store)
        .collect();
    assert!(
        stores.contains(&Store::Classic) && stores.contains(&Store::Containerd),
        "a mixed lab: {stores:?}"
    );
}

#[tokio::test]
async fn a_moved_tag_a_missing_tag_a_stopped_session_and_an_unknown_stamp_are_each_seen() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let session = real.a_session("lab-1");
    lab.on("lab-1", "docker tag convocate:v0.9.0 convocate:v1.0.0");
    real.until("the tag moved", |fleet| standing(fleet, &session).0)
        .await;
    lab.on("lab-1", "docker rmi convocate:v1.0.0");
    real.until("the tag is missing", |fleet| standing(fleet, &session).1)
        .await;
    lab.on("lab-1", &format!("docker stop -t 1 {session}"));
    real.until("the session is stopped or, being --rm, gone", |fleet| {
        let known = fleet.host(&host("lab-1")).unwrap().session(&session);
        known.is_none_or(|session| !session.container().state.is_up())
    })
    .await;
    lab.on(
        "lab-1",
        "printf 'two words\\n' > /etc/convocate-agent/current-image",
    );
    real.send(tagboat::model::command::Command::Refresh(None)).await;
    real.until("the stamp is unreadable", |fleet| {
        fleet.host(&host("lab-1")).unwrap().stamp.problem().is_some()
    })
    .await;
    let intent = PruneIntent {
        hosts: vec![host("lab-1")],
        only: Vec::new(),
        in_flight: Vec::new(),
        now: jiff::Timestamp::now(),
    };
    let refusal = plan_prune(&intent, &real.fleet).unwrap_err();
    assert!(refusal.reason.contains("two words"), "{refusal}");
    lab.run(&["reset", "lab-1"]);
}

fn standing(fleet: &Fleet, session: &SessionName) -> (bool, bool) {
    let standing = fleet
        .host(&host("lab-1"))
        .unwrap()
        .session(session)
        .map(|session| session.standing());
    standing.map_or((false, false), |standing| (standing.moved, standing.missing))
}

#[tokio::test]
async fn a_host_that_is_cut_off_becomes_one_row_with_its_reason_and_comes_back_by_itself() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    lab.run(&["cut", "lab-3"]);
    real.until("lab-3 is lost within its keepalive", |fleet| {
        matches!(
            fleet.host(&host("lab-3")).unwrap().connection,
            Connection::Failed { .. }
        )
    })
    .await;
    assert!(real.fleet.host(&host("lab-1")).unwrap().connection.is_usable());
    lab.run(&["heal", "lab-3"]);
    real.send(tagboat::model::command::Command::Refresh(Some(host("lab-3"))))
        .await;
    real.until("lab-3 is back", |fleet| {
        fleet.host(&host("lab-3")).unwrap().connection.is_usable()
    })
    .await;
}

#[tokio::test]
async fn a_host_whose_key_changed_is_not_used_and_not_tried_again_by_itself() {
    let lab = Lab::reset();
    lab.on("lab-2", "cp -p /etc/ssh/ssh_host_ed25519_key /root/key && rm /etc/ssh/ssh_host_ed25519_key* && \
                     ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key && kill -HUP \"$(cat /run/sshd.pid)\"");
    let mut real = RealFleet::start();
    real.until("lab-2 is refused", |fleet| {
        matches!(
            fleet.host(&host("lab-2")).unwrap().connection,
            Connection::Failed {
                problem: ConnectionProblem::HostKeyChanged(_),
                retry_at: None
            }
        )
    })
    .await;
    lab.on("lab-2", "cp -p /root/key /etc/ssh/ssh_host_ed25519_key && ssh-keygen -y -f /root/key > /etc/ssh/ssh_host_ed25519_key.pub && \
                     kill -HUP \"$(cat /run/sshd.pid)\"");
}

#[tokio::test]
async fn a_prune_removes_what_nobody_uses_and_nothing_else() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let intent = PruneIntent {
        hosts: real.hosts(),
        only: Vec::new(),
        in_flight: Vec::new(),
        now: jiff::Timestamp::now(),
    };
    let plan = plan_prune(&intent, &real.fleet).unwrap();
    let job = real.run(Plan::Prune(plan)).await;
    assert!(
        job.tracks.iter().all(tagboat::model::job::Track::is_done),
        "{job:#?}"
    );
    for name in real.hosts() {
        let tags = lab.on(
            name.as_str(),
            "docker images --format '{{.Repository}}:{{.Tag}}' | sort",
        );
        assert_eq!(tags, "bystander:v1\nconvocate:v1.0.0", "{name}");
        assert_eq!(lab.on(name.as_str(), "docker ps -q | wc -l"), "4", "{name}");
    }
}
