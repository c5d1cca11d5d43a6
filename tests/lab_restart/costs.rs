//! What restarts cost on real engines of both stores, and the conditions that go by it.

use crate::rig::{PATIENCE, Rig, lab, one_of_each_store};
use crate::stops::stopping;
use std::time::{Duration, Instant};
use tagboat::model::cost::{Cost, CostPart};
use tagboat::model::job::{StepKind, StepState, TrackResult};
use tagboat::model::names::ContainerId;
use tagboat::model::plan::Conditions;
use tagboat::ops::cost::weigh;
use tagboat::ops::report::StepError;
use tagboat::ops::restart::{ensure_clean, wait_for_quiet};
use tokio::sync::watch;

/// A session of v1.0.0 whose command is a line of shell, without a word on its log unless the line says one.
async fn start(rig: &Rig, options: &str, line: &str) {
    rig.sh(&format!(
        "docker run -d --name $S --network agents {options} convocate:v1.0.0 sh -c '{line}' >/dev/null"
    ))
    .await;
}

const SILENT: &str = "trap \"exit 0\" TERM; sleep 100000 & wait";

async fn cost(rig: &Rig) -> Cost {
    let id = rig.target("v1.0.0").await.container;
    let costs = weigh(
        &rig.link,
        std::slice::from_ref(&id),
        jiff::Timestamp::now(),
        &rig.cancel,
    )
    .await;
    costs.unwrap().remove(&id).unwrap()
}

/// Waits until a line was told that has these words.
async fn until_line(rig: &Rig, words: &str) {
    loop {
        let news = rig.heard.news.notified();
        if rig.lines().iter().any(|line| line.contains(words)) {
            return;
        }
        let heard = tokio::time::timeout(PATIENCE, news).await;
        heard.unwrap_or_else(|_| panic!("{words}: {:?}", rig.lines()));
    }
}

fn when_idle(seconds: u64) -> Conditions {
    Conditions {
        when_idle: Some(Duration::from_secs(seconds)),
        require_clean: false,
    }
}

const CLEAN: Conditions = Conditions {
    when_idle: None,
    require_clean: true,
};

#[tokio::test]
async fn lab_a_quiet_session_is_told_to_be_quiet_and_clean() {
    for host in one_of_each_store() {
        let rig = Rig::on(host, "quiet", &["v1.0.0"]).await;
        // A volume makes a mount point, and what is in it is not in the layer.
        start(&rig, "-v $S-home:/home/claude --tmpfs /scratch2", SILENT).await;
        rig.sh("docker exec $S sh -c 'echo x >/home/claude/kept; echo x >/scratch2/x; echo x >/tmp/x; rm /tmp/x; mkdir /tmp/empty'")
            .await;
        let cost = cost(&rig).await;
        assert_eq!(cost.unknown, [], "{host}");
        assert_eq!(cost.unclean(), None, "{host}: {cost:?}");
        assert_eq!((cost.execs.len(), cost.terminals()), (0, 0), "{host}: {cost:?}");
        assert!(
            cost.is_up && !cost.vanishes && cost.last_output.is_some(),
            "{cost:?}"
        );
        let target = rig.target("v1.0.0").await;
        ensure_clean(&target, CLEAN, &rig.link, &rig.reporter())
            .await
            .unwrap();
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_terminals_commands_and_files_of_a_session_are_told_by_name() {
    for host in one_of_each_store() {
        let rig = Rig::on(host, "used", &["v1.0.0"]).await;
        start(&rig, "--rm", SILENT).await;
        rig.sh("docker exec -dt $S sh -c 'echo typed; exec sleep 99991'; docker exec -d $S sleep 99992; docker exec $S sh -c 'echo notes >/notes; echo x >>/etc/passwd; mkdir -p /srv/a; head -c 70000 /dev/zero >/srv/a/b'")
            .await;
        let attached = rig
            .sh("docker attach --no-stdin --sig-proxy=false $S </dev/null >/dev/null 2>&1 & echo $!")
            .await;
        // The command runs as soon as the engine has started it.
        rig.sh("until docker top $S | grep -q 'sleep 99991' && docker top $S | grep -q 'sleep 99992'; do sleep 0.1; done")
            .await;
        let cost = cost(&rig).await;
        rig.sh(&format!("kill {attached} || true")).await;
        assert_eq!(cost.unknown, [], "{host}");
        let mut execs: Vec<_> = cost
            .execs
            .iter()
            .map(|exec| (exec.command.as_str(), exec.has_terminal))
            .collect();
        execs.sort_unstable();
        assert_eq!(execs, [("sleep 99991", true), ("sleep 99992", false)], "{host}");
        assert_eq!(cost.attached.len(), 1, "{host}: {:?}", cost.attached);
        assert!(cost.last_output.is_some_and(|age| age.0 < 60), "{host}: {cost:?}");
        assert!(cost.vanishes && cost.loses_files(1), "{host}");
        let layer = cost.layer.clone().unwrap();
        assert_eq!(layer.count, 3, "{host}: {layer:?}");
        assert!(
            layer.bytes.is_some_and(|bytes| bytes > 70_000),
            "{host}: {layer:?}"
        );
        assert!(
            layer.examples.contains(&"/srv/a/b".to_owned()),
            "{host}: {layer:?}"
        );
        let target = rig.target("v1.0.0").await;
        let refused = ensure_clean(&target, CLEAN, &rig.link, &rig.reporter()).await;
        let Err(StepError::Trouble(trouble)) = refused else {
            panic!("{refused:?}");
        };
        assert!(
            trouble
                .cause
                .contains("it is not clean: 3 files in its own layer"),
            "{trouble:?}"
        );
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_what_is_written_on_a_terminal_inside_is_output_though_no_log_has_it() {
    for host in one_of_each_store() {
        let rig = Rig::on(host, "inside", &["v1.0.0"]).await;
        start(&rig, "--log-driver none", SILENT).await;
        let blind = cost(&rig).await;
        assert!(blind.why_unknown(CostPart::Output).is_some(), "{host}: {blind:?}");
        rig.sh("docker exec -dt $S sh -c 'while [ ! -e /tmp/stop ]; do printf x; sleep 1; done; exec sleep 99993'").await;
        rig.sh("until docker top $S | grep -q printf; do sleep 0.1; done")
            .await;
        let cost = cost(&rig).await;
        assert!(cost.last_output.is_some_and(|age| age.0 <= 9), "{host}: {cost:?}");
        assert_eq!(cost.terminals(), 1, "{host}");
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_restart_when_idle_waits_while_the_session_writes_and_goes_on_when_it_stops() {
    let hosts = one_of_each_store();
    // How an engine keeps what a session writes does not depend on how it stores images.
    let ways = [(0, ""), (1, "-t"), (0, "--log-driver local"), (1, "")];
    for (host, options) in ways.map(|(store, options)| (hosts[store % hosts.len()], options)) {
        let rig = Rig::on(host, "idle", &["v1.0.0"]).await;
        let command = format!("while [ ! -e /tmp/stop ]; do echo x; sleep 1; done; {SILENT}");
        start(&rig, options, &command).await;
        let target = rig.target("v1.0.0").await;
        let (reporter, (_links, link)) = (rig.reporter(), watch::channel(Some(rig.link.clone())));
        let wait = wait_for_quiet(&target, when_idle(3), &link, &reporter);
        let meanwhile = async {
            until_line(&rig, "waiting until it was quiet for 3 s: output").await;
            assert_eq!(
                rig.step(StepKind::Quiet),
                Some(StepState::Running),
                "{host} {options}"
            );
            rig.sh("docker exec $S touch /tmp/stop").await;
        };
        let (waited, ()) = tokio::join!(wait, meanwhile);
        assert_eq!(waited, Ok(()), "{host} {options}");
        assert!(
            matches!(rig.step(StepKind::Quiet), Some(StepState::Done(_))),
            "{host} {options}"
        );
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_session_that_computes_in_silence_is_not_quiet() {
    let rig = Rig::on("lab-2", "computes", &["v1.0.0"]).await;
    start(&rig, "", "while :; do :; done").await;
    let cost = cost(&rig).await;
    assert!(cost.cpu_permille.is_some_and(|used| used > 50), "{cost:?}");
    let quiet = Cost {
        last_output: None,
        last_input: None,
        ..cost
    };
    assert!(
        quiet
            .busy(Duration::from_secs(1))
            .is_some_and(|why| why.contains("CPU")),
        "{quiet:?}"
    );
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_wait_that_is_cancelled_ends_at_once_and_has_touched_nothing() {
    let rig = Rig::on("lab-1", "endless", &["v1.0.0"]).await;
    start(&rig, "", "while :; do echo x; sleep 1; done").await;
    let target = rig.target("v1.0.0").await;
    let (reporter, (_links, link)) = (rig.reporter(), watch::channel(Some(rig.link.clone())));
    let wait = wait_for_quiet(&target, when_idle(300), &link, &reporter);
    let meanwhile = async {
        until_line(&rig, "waiting until it was quiet for 5 min").await;
        rig.cancel.cancel();
        Instant::now()
    };
    let (waited, cancelled_at) = tokio::join!(wait, meanwhile);
    assert!(cancelled_at.elapsed() < Duration::from_secs(5));
    assert_eq!(
        waited,
        Err(TrackResult::Cancelled(
            "The session runs on as it was.".to_owned()
        ))
    );
    assert_eq!(rig.target("v1.0.0").await.container, target.container);
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_host_that_is_cut_off_while_it_is_asked_is_an_error_in_time_and_refuses_what_must_be_clean() {
    let mut rig = Rig::on("lab-2", "cut", &["v1.0.0"]).await;
    start(&rig, "", SILENT).await;
    let target = rig.target("v1.0.0").await;
    let (link, _) = stopping(&rig, "restart cost", true);
    let refused = ensure_clean(&target, CLEAN, &link, &rig.reporter()).await;
    assert!(
        matches!(&refused, Err(StepError::Trouble(trouble)) if trouble.cause.contains("the link was cut")),
        "{refused:?}"
    );
    lab(&["cut", "lab-2"]);
    let began = Instant::now();
    let silent = weigh(
        &rig.link,
        std::slice::from_ref(&target.container),
        jiff::Timestamp::now(),
        &rig.cancel,
    )
    .await;
    let took = began.elapsed();
    lab(&["heal", "lab-2"]);
    assert!(
        matches!(&silent, Err(StepError::Trouble(trouble)) if trouble.retryable),
        "{silent:?}"
    );
    assert!(took < Duration::from_secs(25), "{took:?}");
    rig.reconnect().await;
    assert_eq!(
        rig.sh("docker inspect -f '{{.State.Status}}' $S").await,
        "running"
    );
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_container_that_is_gone_says_so_and_costs_the_others_nothing() {
    let rig = Rig::on("lab-1", "gone", &["v1.0.0"]).await;
    start(&rig, "", SILENT).await;
    let gone = ContainerId::parse(&"0".repeat(64)).unwrap();
    let there = rig.target("v1.0.0").await.container;
    let ids = [gone.clone(), there.clone()];
    let costs = weigh(&rig.link, &ids, jiff::Timestamp::now(), &rig.cancel)
        .await
        .unwrap();
    assert!(
        costs[&gone].lines(1)[0].contains("does not know its container any more"),
        "{:?}",
        costs[&gone]
    );
    assert_eq!(costs[&there].unknown, []);
    rig.clean().await;
}

#[tokio::test]
async fn lab_several_sessions_of_a_host_are_weighed_in_one_call() {
    for host in one_of_each_store() {
        let rig = Rig::on(host, "several", &["v1.0.0"]).await;
        let made = rig
            .sh("for n in 1 2 3 4 5 6; do docker run -d --name $S.$n convocate:v1.0.0; docker exec $S.$n sh -c 'echo x >/notes'; done")
            .await;
        let ids: Vec<_> = made.lines().map(|id| ContainerId::parse(id).unwrap()).collect();
        let costs = weigh(&rig.link, &ids, jiff::Timestamp::now(), &rig.cancel)
            .await
            .unwrap();
        assert_eq!(costs.len(), 6, "{host}");
        for cost in costs.values() {
            // A machine that is busy with something else tells less, and says so.
            match &cost.layer {
                Some(layer) => assert_eq!(layer.count, 1, "{host}"),
                None => assert!(
                    cost.unclean().is_some_and(|why| why.contains("took too long")),
                    "{cost:?}"
                ),
            }
            assert!(cost.last_output.is_some(), "{host}: {cost:?}");
        }
        rig.sh("docker rm -f -v $(docker ps -aq --filter name=^/$S) >/dev/null")
            .await;
        rig.clean().await;
    }
}
