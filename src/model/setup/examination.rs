//! What a host told about itself when it was examined: its system, the pieces on it, and what interrupted work has left.

use super::before::{Before, FileSum, Owned};
use super::piece::Mode;
use super::remains::{DailyPrune, EmptyBind, InterruptedRestart, StagedFile};
use crate::model::clean::clean;
use crate::model::fleet::HostLease;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What an examination came to; the error says why there is none.
pub type Examined = Result<Examination, String>;

/// The answer of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// When it was given.
    pub at: Timestamp,
    /// What runs there.
    pub system: System,
    /// What its sshd allows.
    pub limits: Limits,
    /// What is at the places that were asked about.
    pub found: BTreeMap<String, Before>,
    /// Files in the staging directory that a push has left or is at.
    pub staged: Vec<StagedFile>,
    /// Restarts whose journal has no end.
    pub restarts: Vec<InterruptedRestart>,
    /// The helpers of the login, as paths.
    pub helpers: Vec<String>,
    /// Who has changed it last, if nobody marked that as over.
    pub lease: Option<HostLease>,
    /// How its daily prune is doing.
    pub prune: DailyPrune,
    /// Binds of containers whose source is an empty directory of root.
    pub empty_binds: Vec<EmptyBind>,
}

/// What runs on a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// The word of the distribution, such as `debian`.
    pub id: String,
    /// The kernel, in the words of `uname`: `Linux`.
    pub kernel: String,
    /// Its name and version for people.
    pub name: String,
    /// The machine, in the words of `uname`.
    pub machine: String,
    /// What starts its services.
    pub init: Init,
    /// Whether a cron daemon is there.
    pub cron: Cron,
    /// Whether something runs what is in `/etc/cron.daily`.
    pub has_daily_cron: bool,
    /// Whether the docker command is there, which everything needs that the host does alone.
    pub has_docker_cli: bool,
}

/// What starts the services of a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// systemd.
    Systemd,
    /// Anything else.
    #[default]
    Other,
}

/// A cron daemon of a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cron {
    /// It runs.
    Runs,
    /// It runs, and reads root's table alone: neither `/etc/cron.d` nor what is to be done at a boot.
    Simple,
    /// It is there and does not run.
    Installed,
    /// There is none.
    #[default]
    Missing,
}

/// What sshd allows, where it can be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// `MaxSessions`: channels of one connection.
    pub max_sessions: Option<u32>,
    /// `MaxStartups`: connections that may begin at once, as `START:RATE:FULL`.
    pub max_startups: Option<String>,
    /// Why sshd did not tell them.
    pub unknown: Option<String>,
}

impl Examination {
    /// Reads the answer of the script, which came at this time; the error says what of it is missing.
    pub fn read(answer: &str, at: Timestamp) -> Result<Self, String> {
        let lines: Vec<Vec<&str>> = answer.lines().map(|line| line.split('\t').collect()).collect();
        let all = |key: &'static str| {
            lines.iter().filter_map(move |fields| match fields.split_first() {
                Some((&word, rest)) if word == key => Some(rest.to_vec()),
                _ => None,
            })
        };
        let one = |key| all(key).next().unwrap_or_default();
        let since = |what: &str| {
            let told = all("prune").find(|fields| field(fields, 0) == what);
            told.and_then(|fields| seconds_of(field(&fields, 1)))
        };
        if all("end").next().is_none() {
            return Err("the answer of the host is not whole".to_owned());
        }
        Ok(Self {
            at,
            system: system(&one("system"), &one("init"), &one("cron"), &one("docker")),
            limits: limits(all("sshd")),
            found: all("path")
                .filter_map(|fields| place(&fields))
                .chain(all("unit").map(|fields| unit(&fields)))
                .collect(),
            staged: all("staged").filter_map(|fields| staged(&fields)).collect(),
            restarts: all("restart").map(|fields| restart(&fields)).collect(),
            helpers: all("helper").map(|fields| clean(field(&fields, 0))).collect(),
            prune: DailyPrune {
                is_disabled: all("prune").any(|fields| field(&fields, 0) == "disabled"),
                ran: since("ran"),
                there: since("there"),
            },
            lease: one_lease(&one("lease")),
            empty_binds: all("empty").map(|fields| empty_bind(&fields)).collect(),
        })
    }

    /// Whether a file is what interrupted work has left: one in the staging directory that nothing wrote to for an hour, or the
    /// helper of another version.
    pub fn is_left_over(&self, path: &str) -> bool {
        let is_stale = |file: &StagedFile| file.path == path && file.age > StagedFile::STALE;
        self.staged.iter().any(is_stale) || self.helpers.iter().any(|helper| helper == path)
    }

    /// What is at a place; nothing is known of one that was not asked about.
    pub fn at(&self, question: &str) -> Option<&Before> {
        self.found.get(question)
    }
}

fn field<'a>(fields: &[&'a str], at: usize) -> &'a str {
    fields.get(at).copied().unwrap_or_default()
}

fn one_lease(fields: &[&str]) -> Option<HostLease> {
    HostLease::read(&fields.join("\t"))
}

fn seconds_of(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_secs)
}

fn system(system: &[&str], init: &[&str], cron: &[&str], docker: &[&str]) -> System {
    System {
        id: clean(field(system, 0)),
        name: match clean(field(system, 2)) {
            name if name.is_empty() => "an unknown system".to_owned(),
            name => name,
        },
        machine: clean(field(system, 3)),
        kernel: clean(field(system, 4)),
        init: match field(init, 0) {
            "systemd" => Init::Systemd,
            _ => Init::Other,
        },
        cron: match field(cron, 0) {
            "runs" => Cron::Runs,
            "simple" => Cron::Simple,
            "installed" => Cron::Installed,
            _ => Cron::Missing,
        },
        has_daily_cron: field(cron, 1) == "yes",
        has_docker_cli: field(docker, 0) == "yes",
    }
}

fn limits<'a>(told: impl Iterator<Item = Vec<&'a str>>) -> Limits {
    let mut limits = Limits::default();
    for fields in told {
        match field(&fields, 0) {
            "maxsessions" => limits.max_sessions = field(&fields, 1).parse().ok(),
            "maxstartups" => limits.max_startups = Some(clean(field(&fields, 1))),
            "unknown" => limits.unknown = Some(clean(field(&fields, 1))),
            _ => {}
        }
    }
    limits
}

fn place(fields: &[&str]) -> Option<(String, Before)> {
    let mode = u16::from_str_radix(field(fields, 3), 8).ok();
    let owned = mode.map(|mode| Owned {
        owner: clean(field(fields, 2)),
        mode: Mode(mode),
    });
    let before = match (field(fields, 1), owned, FileSum::told(field(fields, 4))) {
        ("missing", _, _) => Before::Missing,
        ("directory", Some(owned), _) => Before::Directory(owned),
        ("file", Some(owned), Some(sum)) => Before::File { owned, sum },
        ("", _, _) => return None,
        _ => Before::Other,
    };
    Some((field(fields, 0).to_owned(), before))
}

fn unit(fields: &[&str]) -> (String, Before) {
    let state = Before::Unit(clean(field(fields, 1)));
    (format!("unit:{}", field(fields, 0)), state)
}

fn staged(fields: &[&str]) -> Option<StagedFile> {
    Some(StagedFile {
        path: clean(field(fields, 0)),
        size: field(fields, 1).parse().ok()?,
        age: seconds_of(field(fields, 2)).unwrap_or_default(),
    })
}

fn restart(fields: &[&str]) -> InterruptedRestart {
    InterruptedRestart {
        journal: clean(field(fields, 0)),
        is_running: field(fields, 1) == "running",
        is_made: field(fields, 3) == "made",
        age: seconds_of(field(fields, 2)).unwrap_or_default(),
    }
}

fn empty_bind(fields: &[&str]) -> EmptyBind {
    EmptyBind {
        container: clean(field(fields, 0)),
        source: clean(field(fields, 1)),
        inside: clean(field(fields, 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, Cron, Examination, Init};
    use jiff::Timestamp;

    const ANSWER: &str = "system\tdebian\t12\tDebian GNU/Linux 12 (bookworm)\tx86_64\tLinux\n\
        init\tsystemd\ncron\truns\tyes\ndocker\tyes\n\
        sshd\tmaxstartups\t10:30:100\nsshd\tmaxsessions\t10\n\
        path\t/etc/x\tmissing\t-\t-\t-\npath\t/srv\tdirectory\t0:0\t755\t-\npath\t/dev/null\tother\t0:0\t666\t-\n\
        unit\ttagboat-restarts.service\tenabled\n\
        staged\t/tmp/convocate-image-0.tar.gz\t12\t90\n\
        restart\t20261122-000000-abcd-convocate-session-1\tdead\t5\tmade\n\
        helper\t/root/.cache/tagboat/helper-1\nprune\tdisabled\nprune\tran\t86400\nprune\tthere\t90000\n\
        lease\tkim@desk#a.1.0.7\t20261122-000000-abcd\t-7200\t7300\tpush\n\
        empty\tconvocate-session-1\t/usr/local/bin/claude\t/usr/local/bin/claude\nend\n";

    #[test]
    fn an_answer_is_read_whole() {
        let told = Examination::read(ANSWER, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(told.system.init, Init::Systemd);
        assert_eq!(told.system.cron, Cron::Runs);
        assert_eq!(told.system.name, "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(told.limits.max_sessions, Some(10));
        assert_eq!(told.system.kernel, "Linux");
        assert_eq!(told.lease.as_ref().map(|lease| lease.left), Some(-7200));
        assert_eq!(told.at("/etc/x"), Some(&Before::Missing));
        assert_eq!(told.at("/dev/null"), Some(&Before::Other));
        assert_eq!(
            told.at("unit:tagboat-restarts.service"),
            Some(&Before::Unit("enabled".to_owned()))
        );
        assert_eq!(told.staged[0].size, 12);
        assert!(!told.restarts[0].is_running && told.restarts[0].is_abandoned());
        assert!(told.is_left_over("/root/.cache/tagboat/helper-1"));
        assert!(!told.is_left_over(&told.staged[0].path), "it is 90 s old");
        assert_eq!(told.helpers, ["/root/.cache/tagboat/helper-1"]);
        assert!(told.prune.is_disabled);
        assert_eq!(told.prune.ran.unwrap().as_secs(), 86400);
        assert_eq!(told.prune.there.unwrap().as_secs(), 90000);
        assert_eq!(told.empty_binds[0].source, "/usr/local/bin/claude");
    }

    #[test]
    fn an_answer_that_was_cut_short_is_none() {
        let cut = ANSWER.trim_end_matches("end\n");
        assert!(Examination::read(cut, Timestamp::UNIX_EPOCH).is_err());
        assert!(Examination::read("", Timestamp::UNIX_EPOCH).is_err());
    }
}
