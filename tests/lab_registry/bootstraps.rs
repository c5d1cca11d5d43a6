//! A project that is put on a host with a token and a config alone: its image is pulled by its digest, and nothing is at the source.

use crate::rig::{Ran, Rig, read};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

/// One with the classic store, and one with that of containerd.
const HOSTS: [&str; 2] = ["lab-1", "lab-2"];

/// The registry with an image, no login but a token, and a host with Compose that has nothing of the project.
struct Ground {
    rig: Rig,
    host: &'static str,
    folder: TempDir,
    digest: String,
}

impl Ground {
    /// A host on which tagboat has never been; none on a lab without Compose.
    fn bare(host: &'static str) -> Option<Self> {
        let rig = Rig::up();
        rig.lab.run(&["bare", host]);
        rig.lab.run(&["registry", "up"]);
        rig.log_in(&rig.address, &read("password"));
        Self::of(rig, host)
    }

    /// A host that has images, which came over SSH.
    fn used(host: &'static str) -> Option<Self> {
        Self::of(Rig::up(), host)
    }

    fn of(rig: Rig, host: &'static str) -> Option<Self> {
        let compose = "docker compose version --short 2>/dev/null || true";
        if rig.lab.on(host, compose).is_empty() {
            return None;
        }
        let digest = rig.publish("v1.1.0", &[], 0).digest();
        rig.docker_config(&json!({}));
        let folder = tempfile::tempdir().unwrap();
        let fleet = fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
        let project = "[[projects]]\nname = \"factory\"\nprofile = \"convocate\"\nvolumes = [\"/scratch\"]\n\n[[projects.services]]\n\
                       name = \"agents\"\nmounts = [\"home:/home/claude\"]\n";
        fs::write(folder.path().join("config.toml"), format!("{fleet}\n{project}")).unwrap();
        fs::write(folder.path().join("token"), read("password")).unwrap();
        let ground = Self {
            rig,
            host,
            folder,
            digest,
        };
        ground.clear();
        Some(ground)
    }

    fn clear(&self) {
        self.rig.lab.on(
            self.host,
            "docker ps -aq --filter label=com.docker.compose.project=factory | xargs -r docker rm -f -v >/dev/null
             docker volume ls -q --filter label=com.docker.compose.project=factory | xargs -r docker volume rm >/dev/null
             docker network ls -q --filter label=com.docker.compose.project=factory | xargs -r docker network rm >/dev/null
             rm -rf /srv/factory /var/lib/tagboat/restarts/*compose-factory*; true",
        );
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The words of a bootstrap onto a tag of the registry.
    fn words(&self, tag: &str, more: &[&str]) -> Vec<String> {
        let (config, to) = (self.path("config.toml"), self.rig.repository());
        let words = [
            "--config",
            &config,
            "compose",
            "bootstrap",
            "factory",
            "--host",
            self.host,
            "--image",
            tag,
            "--via",
            "registry",
            "--to",
            &to,
            "--yes",
            "--json",
            "--username",
            "lab",
        ];
        words.iter().chain(more).map(|&word| word.to_owned()).collect()
    }

    fn with_token(&self, tag: &str, code: i32) -> Ran {
        let words = self.words(tag, &["--token-stdin"]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.rig
            .run_with(&words, &format!("{}\n", read("password")), code)
    }

    fn assert_runs(&self) {
        let pinned = format!("{}:v1.1.0@{}", self.rig.repository(), self.digest);
        let on = |line: &str| self.rig.lab.on(self.host, line);
        assert_eq!(
            on("docker inspect -f '{{.Config.Image}} {{.State.Status}}' factory-agents-1"),
            format!("{pinned} running")
        );
        assert_eq!(on("cat /srv/factory/.env"), format!("AGENTS_IMAGE={pinned}"));
        let file = on("cat /srv/factory/docker-compose.yml");
        assert!(
            file.contains(&format!("${{AGENTS_IMAGE:-{pinned}}}")) && !file.contains("pull_policy"),
            "{file}"
        );
        assert_eq!(on("cat /etc/convocate-agent/current-image"), "convocate:v1.1.0");
        let password = read("password");
        let places = "/etc /root /home /tmp /run /srv /var/lib/tagboat";
        let found = on(&format!(
            "grep -rlsF -- '{password}' {places} | grep -v '^/run/lab' || true"
        ));
        assert_eq!(found, "", "the token is on the host");
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // Other tests find the hosts as they were; what a test that failed has left is for whoever looks.
        if !std::thread::panicking() {
            self.rig.lab.run(&["reset", self.host]);
        }
    }
}

#[test]
fn on_both_stores_a_token_and_a_config_end_in_services_that_are_pinned_by_digest() {
    for host in HOSTS {
        let Some(ground) = Ground::bare(host) else { return };
        let put = ground.with_token("v1.1.0", 0);
        assert_eq!(put.step(host, "pull"), ["done"]);
        assert_eq!(put.step(host, "stamp"), ["done"]);
        ground.assert_runs();
        let config = ground.path("config.toml");
        let check = [
            "--config",
            &config,
            "compose",
            "check",
            "/srv/factory",
            "--host",
            host,
        ];
        let told = ground.rig.run(&check, 0).all;
        assert!(told.contains("0 FAIL, 0 warning"), "{told}");
        let again = ground.with_token("v1.1.0", 0);
        assert!(again.all.contains("nothing to do"), "{}", again.all);
    }
}

#[test]
fn what_the_registry_lacks_or_does_not_give_is_told_before_anything_is_put() {
    let Some(ground) = Ground::used("lab-1") else {
        return;
    };
    let absent = ground.with_token("v9.9.9", 3);
    assert!(
        absent.all.contains("is not in its registry")
            && absent.all.contains("tagboat publish convocate:v9.9.9"),
        "{}",
        absent.all
    );
    let words = ground.words("v1.1.0", &["--token-stdin"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let wrong = ground.rig.run_with(&words, "not the token\n", 3).all;
    assert!(
        wrong.contains("lab-1: ") && wrong.contains("unauthorized"),
        "{wrong}"
    );
    let left = ground.rig.lab.on("lab-1", "ls /srv");
    assert!(!left.contains("factory"), "{left}");
}

#[test]
fn a_store_that_cannot_keep_what_it_pulls_is_told_and_nothing_of_the_project_is_put() {
    let Some(ground) = Ground::used("lab-2") else {
        return;
    };
    let unwhole = ground.with_token("v1.1.0", 1);
    assert!(
        unwhole.all.contains("layers unpacked only") && unwhole.all.contains("without --via"),
        "{}",
        unwhole.all
    );
    assert_eq!(unwhole.step("lab-2", "install"), [""; 0]);
    let pulled = format!(
        "docker image inspect {}@{} >/dev/null 2>&1 && echo there || echo gone",
        ground.rig.repository(),
        ground.digest
    );
    assert_eq!(ground.rig.lab.on("lab-2", &pulled), "gone");
    let left = ground
        .rig
        .lab
        .on("lab-2", "ls /srv; ls /var/lib/tagboat/restarts 2>/dev/null; true");
    assert!(!left.contains("factory"), "{left}");
}

#[test]
fn a_console_that_dies_while_the_host_pulls_leaves_a_job_that_is_taken_up_with_the_token() {
    let Some(ground) = Ground::used(HOSTS[0]) else {
        return;
    };
    ground.rig.lab.run(&["shape", ground.host, "rate=30mbit"]);
    let token = ground.path("token");
    let words = ground.words("v1.1.0", &["--token-file", &token]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut pulling = ground.rig.until(&words, |line| {
        line["step"]["kind"] == "pull" && line["state"]["state"] == "running"
    });
    pulling.kill().unwrap();
    pulling.wait().unwrap();
    ground.rig.lab.run(&["shape", ground.host, "off"]);
    let (config, job) = (ground.path("config.toml"), ground.rig.left_job());
    let resume = [
        "--config",
        &config,
        "job",
        "resume",
        &job,
        "--username",
        "lab",
        "--token-file",
        &token,
        "--yes",
        "--json",
        "--wait",
    ];
    assert_eq!(ground.rig.run(&resume, 0).end(ground.host).0, "done");
    ground.assert_runs();
}

#[test]
fn an_image_that_fails_the_contract_of_the_host_is_not_pulled_for_a_project() {
    let Some(ground) = Ground::used(HOSTS[0]) else {
        return;
    };
    let config = ground.folder.path().join("config.toml");
    let usual = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        usual.replace("contract = \"none\"", "contract = \"ours\""),
    )
    .unwrap();
    fs::create_dir(ground.folder.path().join("contracts")).unwrap();
    let contract = "title = \"ours\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\n";
    fs::write(ground.folder.path().join("contracts/ours.toml"), contract).unwrap();
    // It was published from here, so the image with this digest is known here.
    let looked = ground.with_token("v1.1.0", 1);
    assert!(
        looked
            .all
            .contains("convocate:v1.1.0 fails the contract ours: 1 FAIL"),
        "{}",
        looked.all
    );
    assert_eq!(looked.step(ground.host, "pull"), [""; 0]);
    let refused = ground.with_token("v1.1.0", 3);
    assert!(
        refused.all.contains("convocate:v1.1.0 fails the contract ours"),
        "{}",
        refused.all
    );
    let left = ground.rig.lab.on(ground.host, "ls /srv");
    assert!(!left.contains("factory"), "{left}");
}
