//! Many hosts over real ssh: through the default limits of one sshd, with dead ones among them, over links that go silent.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and tells what it measured"
)]

mod real_fleet;
mod ssh_fleet;

use real_fleet::Lab;
use ssh_fleet::{Names, settings};
use std::time::{Duration, Instant};
use tagboat::model::fleet::ConnectionProblem;
use tagboat::ops::ports::{Script, ScriptCall, ShellError};

/// Issue 5: within this a connection that went silent is found.
const SILENT: Duration = Duration::from_secs(15);

/// Every host by name and state, and how many of its connections sshd turned away or punished.
fn look_at_sixty(lab: &Lab, lines: &str, gate: &str) {
    let mut names = Names::new();
    for n in 1..=60 {
        names.host(&format!("eu-{n}"), "lab-1", lines);
    }
    lab.on(gate, ": >/var/log/sshd.log");
    let told = names.status();
    let failed: Vec<_> = told.iter().filter(|(_, state, _)| state != "connected").collect();
    assert!(told.len() == 60 && failed.is_empty(), "{failed:#?}");
    let punished = lab.on(gate, "grep -ci penalty /var/log/sshd.log || true");
    assert_eq!(punished, "0");
}

#[test]
fn sixty_hosts_behind_one_sshd_with_its_default_limits_all_connect_and_none_is_punished() {
    let lab = Lab::reset();
    let limits = lab.on("lab-1", "sshd -T | grep -x 'maxstartups 10:30:100'");
    assert_eq!(limits, "maxstartups 10:30:100");
    look_at_sixty(&lab, "", "lab-1");
}

#[test]
fn sixty_hosts_behind_one_jump_host_all_connect_and_none_is_punished() {
    let lab = Lab::reset();
    look_at_sixty(&lab, "  ProxyJump lab-2", "lab-2");
}

#[test]
fn a_crowd_of_others_at_the_door_of_an_sshd_delays_a_host_and_fails_none() {
    let lab = Lab::reset();
    // Twelve who say nothing hold most of what is left of the limit: of ten that begin, sshd turns away three and more.
    let crowd = "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do (exec 3<>/dev/tcp/127.0.0.1/22; sleep 6) & done";
    lab.on(
        "lab-1",
        &format!(
            "bash -c '{crowd}' >/dev/null 2>&1 </dev/null; \
             until pgrep -f 'sshd: .*listener. [1-9][0-9]* of' >/dev/null; do :; done"
        ),
    );
    let mut names = Names::new();
    for n in 1..=10 {
        names.host(&format!("eu-{n}"), "lab-1", "");
    }
    let told = names.status();
    assert!(told.iter().all(|(_, state, _)| state == "connected"), "{told:#?}");
}

#[test]
fn dead_hosts_cost_the_others_nothing_and_one_that_answers_again_is_seen_at_once() {
    let lab = Lab::reset();
    lab.run(&["cut", "lab-3"]);
    let mut names = Names::new();
    for n in 1..=4 {
        names.host(&format!("dead-{n}"), "lab-3", "");
    }
    names.host("refused", "lab-2", "  Port 9");
    names.host("eu-1", "lab-1", "");
    let looked = || {
        let told = names.status();
        let of = |wanted: &str| told.iter().filter(|(_, _, why)| why == wanted).count();
        assert_eq!(of("unreachable: Connection timed out"), 4, "{told:#?}");
        assert_eq!(of("unreachable: Connection refused"), 1, "{told:#?}");
        assert_eq!(of(""), 1, "{told:#?}");
    };
    // The first time each gets the whole deadline, then less of it (`scripts/bench fleet` measures both).
    looked();
    looked();
    lab.run(&["heal", "lab-3"]);
    let told = names.status();
    let connected = told.iter().filter(|(_, state, _)| state == "connected");
    assert_eq!(
        connected.count(),
        5,
        "who answers again is seen at once: {told:#?}"
    );
}

/// Says that it runs, and then nothing for as long as it is let.
const ENDLESS: Script = Script {
    name: "endless",
    text: "sleep 600",
};

#[tokio::test]
async fn a_link_that_goes_silent_while_a_command_runs_is_found_within_15_seconds() {
    let lab = Lab::reset();
    let names = Names::new();
    let connector = names.connector();
    let link = connector.connect(&settings("lab-3")).await.unwrap().link;
    let call = ScriptCall::question(ENDLESS, [""; 0]).within(Duration::from_mins(1));
    let running = tokio::spawn(async move { link.shell.run(call).await });
    lab.on("lab-3", "until pgrep -x sleep >/dev/null; do :; done");
    lab.run(&["cut", "lab-3"]);
    let cut = Instant::now();
    let ended = running.await.unwrap();
    let found = cut.elapsed();
    lab.run(&["heal", "lab-3"]);
    assert!(matches!(ended, Err(ShellError::Lost(_))), "{ended:?}");
    assert!(found <= SILENT, "{found:?}");
    println!(
        "a silent link under a command was found after {:.1} s",
        found.as_secs_f64()
    );
}

#[tokio::test]
async fn a_link_that_goes_silent_while_nothing_happens_is_found_within_15_seconds() {
    let lab = Lab::reset();
    let mut real = real_fleet::RealFleet::connected().await;
    lab.run(&["cut", "lab-3"]);
    let cut = Instant::now();
    let usable = |fleet: &tagboat::model::fleet::Fleet| {
        let mut named = fleet.hosts().filter(|host| host.name.as_str() == "lab-3");
        named.all(|host| host.connection.is_usable())
    };
    real.until("lab-3 is lost", |fleet| !usable(fleet)).await;
    let found = cut.elapsed();
    lab.run(&["heal", "lab-3"]);
    assert!(found <= SILENT, "{found:?}");
    println!(
        "a silent link at rest was found after {:.1} s",
        found.as_secs_f64()
    );
}

#[tokio::test]
async fn a_jump_host_that_dies_is_named_by_what_ran_through_it_and_by_every_new_attempt() {
    let lab = Lab::reset();
    let mut names = Names::new();
    names.name("door", "lab-2", "");
    names.host("inner", "lab-1", "  ProxyJump door");
    let connector = names.connector();
    let link = connector.connect(&settings("inner")).await.unwrap().link;
    let call = ScriptCall::question(ENDLESS, [""; 0]).within(Duration::from_mins(1));
    let running = {
        let shell = link.shell.clone();
        tokio::spawn(async move { shell.run(call).await })
    };
    lab.on("lab-1", "until pgrep -x sleep >/dev/null; do :; done");
    lab.run(&["kill", "lab-2"]);
    let ended = running.await.unwrap();
    let told = format!("{ended:?}");
    assert!(
        matches!(ended, Err(ShellError::Lost(_))) && told.contains("jump host door"),
        "{told}"
    );
    let next = link
        .shell
        .run(ScriptCall::question(ENDLESS, [""; 0]))
        .await
        .unwrap_err();
    assert_eq!(
        next.to_string(),
        "the connection was lost: its ssh has ended (through jump host door)"
    );
    let problem = connector.connect(&settings("inner")).await.err().unwrap();
    assert!(
        matches!(&problem, ConnectionProblem::Unreachable(why) if why.starts_with("jump host door: ")),
        "{problem}"
    );
    lab.run(&["boot", "lab-2"]);
    lab.run(&["reset", "lab-2"]);
}

#[tokio::test]
async fn what_a_jump_host_refuses_names_it_and_a_host_that_it_cannot_reach_is_told_apart() {
    let lab = Lab::reset();
    let mut names = Names::new();
    let nobody = names.file("known_by_nobody", "");
    let unknown = format!("  UserKnownHostsFile {}", nobody.display());
    names.name("refusing", "lab-2", "  Port 9");
    names.name("stranger", "lab-2", &unknown);
    names.name("keyless", "lab-2", "  User nobody");
    names.name("door", "lab-2", "");
    for jump in ["refusing", "stranger", "keyless"] {
        names.host(&format!("by-{jump}"), "lab-1", &format!("  ProxyJump {jump}"));
    }
    names.host("gone", "lab-1", "  Port 9\n  ProxyJump door");
    let mut told = Vec::new();
    for address in ["by-refusing", "by-keyless", "gone", "by-stranger"] {
        told.push(names.connect(address).await.err().unwrap().to_string());
    }
    let print = lab.on(
        "lab-2",
        "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2",
    );
    assert_eq!(told[0], "unreachable: jump host refusing: Connection refused");
    assert!(
        told[1].starts_with("needs auth: jump host keyless: nobody@"),
        "{}",
        told[1]
    );
    assert_eq!(
        told[2],
        "unreachable: the host cannot be reached from there (through jump host door)"
    );
    assert!(
        told[3].starts_with("host key unknown: jump host stranger: ")
            && told[3].contains(&print)
            && told[3].ends_with("'ssh://stranger' true"),
        "{}",
        told[3]
    );
}
