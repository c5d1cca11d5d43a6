//! A rollout over many sessions on all hosts, one of which is lost in the middle: every session is accounted for, and the
//! account is what the engines say.

use crate::Found;
use crate::choice::Choice;
use crate::headless::{Tagboat, text};
use crate::scene::{GOOD, OLD, shell};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::time::Instant;

/// The beginning of the names of its sessions, and the filter that finds them.
const NAME: &str = "convocate-session-fleet";

fn lab(words: &str) -> String {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
    shell(&format!("{lab} {words}")).unwrap()
}

fn hosts() -> Vec<String> {
    let listed = std::env::var("TAGBOAT_LAB_HOSTS").unwrap();
    listed.split([' ', ',']).map(str::to_owned).collect()
}

fn names(host: usize, hosts: usize, sessions: usize) -> Vec<String> {
    (0..sessions)
        .filter(|number| number % hosts == host)
        .map(|number| format!("{NAME}-{number:03}"))
        .collect()
}

fn make(host: &str, names: &[String]) {
    let all = names.join(" ");
    lab(&format!(
        "exec {host} sh -c 'docker tag convocate:{OLD} convocate:{GOOD} 2>/dev/null; for name in {all}; do \
         docker run -d --name $name --restart unless-stopped -v $name-home:/home/claude convocate:{OLD} >/dev/null; \
         docker exec $name sh -c \"echo $name >/home/claude/marker\"; done'"
    ));
}

/// The tag, the state and the marker of each session of a host; a session that is there twice or not at all has another text.
fn told_by_engine(host: &str, names: &[String]) -> BTreeMap<String, String> {
    let all = names.join(" ");
    let answer = lab(&format!(
        "exec {host} sh -c 'for name in {all}; do echo \"$name $(docker inspect -f \"{{{{.Config.Image}}}} {{{{.State.Status}}}}\" $name 2>&1) \
         $(docker exec $name cat /home/claude/marker 2>&1) $(docker ps -q --filter name=^/$name | wc -l)\"; done'"
    ));
    answer
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name.to_owned(), rest.to_owned()))
        .collect()
}

/// What the job says of each session.
fn told_by_job(tagboat: &Tagboat, id: &str) -> BTreeMap<String, String> {
    let shown = tagboat.lines(&["job", "show", id, "--json"], 0);
    let told = |track: &Value| {
        let (_, session) = track["target"].as_str()?.rsplit_once('/')?;
        let result = track["result"].as_str().unwrap_or("open").to_owned();
        Some((session.to_owned(), result))
    };
    let targets = shown[0]["targets"].as_array().unwrap();
    targets.iter().filter_map(told).collect()
}

/// The fleet of the run: its hosts with the sessions of each, and which host is lost.
struct Fleet {
    hosts: Vec<(String, Vec<String>)>,
    lost: usize,
}

impl Fleet {
    fn of(sessions: usize) -> Self {
        let hosts = hosts();
        let all = hosts.len();
        let with_names = |(place, host)| (host, names(place, all, sessions));
        Self {
            hosts: hosts.into_iter().enumerate().map(with_names).collect(),
            lost: all / 2,
        }
    }

    fn lost(&self) -> &str {
        &self.hosts[self.lost].0
    }

    /// Does something on all hosts at the same time.
    fn on_each(&self, work: fn(&str, &[String])) {
        std::thread::scope(|threads| {
            for (host, names) in &self.hosts {
                threads.spawn(move || work(host, names));
            }
        });
    }

    /// Where the account of the job is not what the engines say.
    fn disagreements(&self, account: &BTreeMap<String, String>) -> Vec<String> {
        let mut found = Vec::new();
        for (place, (host, names)) in self.hosts.iter().enumerate() {
            let engine = told_by_engine(host, names);
            for name in names {
                let said = account.get(name).map_or("nothing", String::as_str);
                let is = engine.get(name).map_or("nothing", String::as_str);
                let whole = |tag: &str| is == format!("convocate:{tag} running {name} 1");
                let agrees = match said {
                    "done" => whole(GOOD),
                    // The host goes on alone: it is on one of the two, and up.
                    _ if place == self.lost => whole(GOOD) || whole(OLD),
                    _ => whole(OLD),
                };
                if !agrees {
                    found.push(format!("{host}/{name}: the job says {said}, the engine {is}"));
                }
            }
        }
        found
    }
}

/// Runs the rollout and cuts a host when a third of it is over; gives the exit code and the job.
fn roll_out(tagboat: &Tagboat, fleet: &Fleet, sessions: usize) -> (Option<i32>, String) {
    let words = [
        "rollout",
        NAME,
        "--all",
        "--tag",
        GOOD,
        "--canary",
        "1",
        "--wave",
        "10",
        "--max-failures",
        "100",
        "-y",
        "--json",
    ];
    let mut child = tagboat.command(&words).spawn().unwrap();
    let mut job = String::new();
    let (mut ended, mut is_cut) = (0, false);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if let Some(id) = line["job"].as_str() {
            id.clone_into(&mut job);
        }
        ended += usize::from(line["event"] == "target_ended");
        if !is_cut && ended * 3 >= sessions {
            lab(&format!("cut {}", fleet.lost()));
            is_cut = true;
        }
    }
    (child.wait().unwrap().code(), job)
}

fn clean_up(host: &str, names: &[String]) {
    let all = names.join(" ");
    lab(&format!(
        "exec {host} sh -c 'for name in {all}; do docker rm -f $(docker ps -aq --filter name=^/$name) >/dev/null; \
         docker volume rm $name-home >/dev/null; done'"
    ));
}

pub(crate) fn run(choice: &Choice) -> Found {
    let sessions = choice.rollout;
    let fleet = Fleet::of(sessions);
    fleet.on_each(make);
    let tagboat = Tagboat::new();
    let begun = Instant::now();
    let (code, job) = roll_out(&tagboat, &fleet, sessions);
    let took = begun.elapsed().as_secs();
    let account = told_by_job(&tagboat, &job);
    lab(&format!("heal {}", fleet.lost()));
    let count =
        |told: &BTreeMap<String, String>, word: &str| told.values().filter(|told| *told == word).count();
    let (done, failed) = (count(&account, "done"), count(&account, "failed"));
    let mut losses = fleet.disagreements(&account);
    let others = losses.len();
    if code != Some(4) || done + failed != sessions {
        losses.push(format!(
            "the rollout ended with {code:?}, {done} done and {failed} failed of {sessions}"
        ));
    }
    let resume = ["job", "resume", &job, "-y", "--json"];
    let resumed = tagboat.command(&resume).output().unwrap();
    let all_done = count(&told_by_job(&tagboat, &job), "done");
    if all_done != sessions {
        losses.push(format!(
            "taken up again {all_done} of {sessions} are done: {}",
            text(&resumed.stderr)
        ));
    }
    fleet.on_each(clean_up);
    let hosts = fleet.hosts.len();
    Found {
        text: format!(
            "| sessions | hosts | lost in the middle | done | failed, with the reason | not as the engines say | taken up again: done | took |\n\
             |---|---|---|---|---|---|---|---|\n| {sessions} | {hosts} | {} | {done} | {failed} | {others} | {all_done} | {took} s |\n",
            fleet.lost(),
        ),
        line: format!("a rollout over {sessions} sessions on {hosts} hosts with one lost"),
        losses,
    }
}
