//! Contracts of hosts and pushes to them: what fails does not leave this machine, unless that is allowed on purpose.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod headless;
mod real_fleet;

use headless::{Tagboat, text};
use real_fleet::{Lab, RealFleet, reference};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use tagboat::model::command::Command as EngineCommand;
use tagboat::model::contract::ContractState;
use tagboat::model::fleet::ImageLookState;
use tempfile::TempDir;

/// What no image of the lab has.
const FAILS: &str = "title = \"ours\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\n";

/// The lab, with a contract of its own in its config.
struct Held {
    lab: Lab,
    tagboat: Tagboat,
    folder: TempDir,
}

impl Held {
    fn to(contract: &str) -> Self {
        let held = Self {
            lab: Lab::reset(),
            tagboat: Tagboat::new(),
            folder: TempDir::new().unwrap(),
        };
        let usual = fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
        let own = usual.replace("contract = \"none\"", "contract = \"ours\"");
        assert_ne!(own, usual, "the lab's config asks nothing of its images");
        fs::write(held.config(), own).unwrap();
        fs::create_dir(held.folder.path().join("contracts")).unwrap();
        held.is(contract);
        held
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// Writes the contract.
    fn is(&self, contract: &str) {
        fs::write(self.folder.path().join("contracts/ours.toml"), contract).unwrap();
    }

    fn run(&self, words: &[&str], code: i32) -> Output {
        let config = self.config();
        let words = [&["--config", config.to_str().unwrap()], words].concat();
        self.tagboat.run(&words, code)
    }

    /// What a push to hosts says in all.
    fn push(&self, hosts: &[&str], more: &[&str], code: i32) -> String {
        let mut words = vec!["push", "v1.1.0", "--yes"];
        for host in hosts {
            words.extend(["--host", host]);
        }
        words.extend(more);
        let output = self.run(&words, code);
        format!("{}{}", text(&output.stdout), text(&output.stderr))
    }

    /// What a push would have changed on a host.
    fn traces(&self, host: &str) -> String {
        self.lab.on(
            host,
            "docker images --all --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'; cat /etc/convocate-agent/current-image /etc/convocate-agent/image-history 2>&1; \
             ls -A /tmp /var/tmp",
        )
    }
}

/// Both words are in what was said.
fn says(said: &str, words: &[&str]) {
    for one in words {
        assert!(said.contains(one), "{one:?} is not in {said}");
    }
}

#[test]
fn an_image_that_fails_is_held_back_before_anything_goes_to_a_host_and_the_next_plan_knows_it() {
    let held = Held::to(FAILS);
    let hosts = ["lab-1", "lab-2"];
    let before = hosts.map(|host| held.traces(host));
    let since = hosts.map(|host| held.lab.on(host, "date +%s.%N"));
    let said = held.push(&hosts, &[], 1);
    says(
        &said,
        &[
            "checked against ours first",
            "convocate:v1.1.0 fails the contract ours: 1 FAIL (tmux: tmux on PATH",
            "Nothing was sent; the stamp is still convocate:v1.0.0",
            "`tagboat check convocate:v1.1.0`",
            "--allow-failing",
        ],
    );
    for ((host, before), since) in hosts.iter().zip(&before).zip(&since) {
        assert_eq!(held.traces(host), *before);
        let events = format!("docker events --since {since} --until $(date +%s.%N) --filter type=image");
        assert_eq!(held.lab.on(host, &events), "", "{host}: an image moved");
    }

    // Its verdict is kept: now the plan refuses, and no job begins.
    let jobs = || {
        text(&held.run(&["job", "list", "--json"], 0).stdout)
            .lines()
            .count()
    };
    let begun = jobs();
    let said = held.push(&hosts, &[], 3);
    says(&said, &["fails the contract ours: 1 FAIL", "--allow-failing"]);
    assert_eq!(jobs(), begun);

    let said = held.push(&["lab-1"], &["--allow-failing"], 0);
    says(&said, &["FAILS the contract ours (1 FAIL; --allow-failing)"]);
    let stamp = held.lab.on("lab-1", "cat /etc/convocate-agent/current-image");
    assert_eq!(stamp, "convocate:v1.1.0");
}

#[test]
fn warnings_stop_nothing_the_kept_verdict_is_used_and_a_changed_contract_is_checked_anew() {
    let warns = format!("{FAILS}level = \"warning\"\n");
    let held = Held::to(&warns);
    let said = held.push(&["lab-1"], &["--json"], 0);
    says(&said, &["checked against ours first", "; ours: 1 warning"]);
    let said = held.push(&["lab-2"], &["--json"], 0);
    assert!(!said.contains("checked against ours first"), "{said}");
    says(&said, &["; ours: 1 warning"]);

    held.is(FAILS);
    let said = held.push(&["lab-3"], &[], 1);
    says(&said, &["checked against ours first", "fails the contract ours"]);

    // What cannot be read asks for more than nobody can tell.
    held.is("title = 3\n");
    let said = held.push(&["lab-3"], &[], 3);
    says(&said, &["the contract ours cannot be used", "ours.toml:1:9"]);
}

#[test]
fn the_image_of_an_init_is_held_back_too_and_what_a_check_found_is_known_to_the_plan() {
    let held = Held::to(FAILS);
    let said = text(&held.run(&["check", "v1.1.0"], 1).stdout);
    says(&said, &["against the contract ours", "FAIL    tmux"]);
    let init = ["host", "init", "lab-1", "--image", "v1.1.0", "--yes"];
    let refused = held.run(&init, 3);
    says(
        &text(&refused.stderr),
        &["fails the contract ours: 1 FAIL", "--allow-failing"],
    );
    let output = held.run(&[&init[..], &["--allow-failing"]].concat(), 0);
    says(&text(&output.stdout), &["FAILS the contract ours"]);
    let stamp = held.lab.on("lab-1", "cat /etc/convocate-agent/current-image");
    assert_eq!(stamp, "convocate:v1.1.0");
}

/// A tag that is gone at the end of a test.
struct Fresh(&'static str);

impl Drop for Fresh {
    fn drop(&mut self) {
        let removed = Command::new("docker").args(["rmi", self.0]).output();
        assert!(removed.is_ok() || std::thread::panicking());
    }
}

#[tokio::test]
async fn what_is_built_while_a_console_watches_is_checked_in_the_background() {
    let held = Held::to(FAILS);
    let mut real = RealFleet::with_config(&held.config());
    let is_asked = |fleet: &tagboat::model::fleet::Fleet| {
        fleet.source().stock.contracts.contains_key("ours") && !fleet.source().images.is_empty()
    };
    real.until("the contract is known", is_asked).await;
    let fresh = Fresh("convocate:v1.1.0-fresh");
    let tagged = Command::new("docker")
        .args(["tag", "convocate:v1.1.0", fresh.0])
        .status();
    assert!(tagged.unwrap().success());
    real.send(EngineCommand::Refresh(None)).await;
    real.until("the new tag was checked", |fleet| {
        let Some(image) = fleet.source().images.get(&reference("v1.1.0-fresh")) else {
            return false;
        };
        let state = fleet.source().stock.contract_state("ours", &image.id);
        matches!(state, ContractState::Checked(verdict) if verdict.fails == 1)
    })
    .await;

    // Who asks for it sees all that was found, by the contract as it is at that moment.
    held.is(&FAILS.replace("tmux", "nosuch"));
    real.send(EngineCommand::Check(reference("v1.1.0-fresh"))).await;
    real.until("what was found is told", |fleet| {
        let image = &fleet.source().images[&reference("v1.1.0-fresh")];
        let found = fleet.image_look(&image.id, "ours");
        matches!(found, Some(ImageLookState::Done { report, .. }) if report.findings[0].id == "nosuch")
    })
    .await;
}
