//! The audit on the operator's machine and on hosts: files to which a line is appended for each thing that was done.

use crate::model::audit::AuditEntry;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall};
use jiff::Timestamp;
use serde::Serialize;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Writes entries into the audit of a host.
const WRITE: Script = Script {
    name: "audit",
    text: concat!(
        include_str!("../../assets/host/audit/line.sh"),
        "\n",
        include_str!("../../assets/host/audit/write.sh"),
    ),
};

/// Bytes of entries that one command carries: all of it is one argument of a login shell, which may have 128 KiB with the script and
/// what quoting adds.
const COMMAND: usize = 32 << 10;

/// When the file here is full, it gets another name and a new one begins; on hosts the script does the same, earlier.
const FULL: u64 = 8 << 20;

/// The audit on this machine.
#[derive(Debug, Clone)]
pub struct AuditFile(PathBuf);

#[derive(Serialize)]
struct Line<'a> {
    time: Timestamp,
    #[serde(flatten)]
    entry: &'a AuditEntry,
}

impl AuditFile {
    /// The audit in a state directory.
    pub fn within(state: &Path) -> Self {
        Self(state.join("audit.jsonl"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Appends entries, each as a whole line: other processes write here, too.
    pub fn append(&self, entries: &[AuditEntry], time: Timestamp) -> io::Result<()> {
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, &Line { time, entry })?;
            lines.push(b'\n');
        }
        let mut file = self.locked()?;
        file.write_all(&lines)?;
        file.sync_data()
    }

    /// The file with its lock, which is the writer's until the file is closed. A full one gets another name under it, and only while
    /// it still has this one: the file that another process has just begun must not go over the full one.
    fn locked(&self) -> io::Result<File> {
        loop {
            let file = OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&self.0)?;
            file.lock()?;
            let ours = file.metadata()?;
            let is_there = fs::metadata(&self.0).is_ok_and(|there| is_same(&ours, &there));
            if is_there && ours.len() < FULL {
                return Ok(file);
            }
            if is_there {
                fs::rename(&self.0, self.0.with_extension("jsonl.1"))?;
            }
        }
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// What is missing in the audit of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotWritten {
    /// So many entries are known to be there all the same.
    pub written: usize,
    /// Why the others are not.
    pub why: String,
}

/// Appends entries to the audit of a host, as many at a time as a command line can hold; why not all of them, where that is not
/// possible.
pub async fn write_on_host(link: &HostLink, entries: &[AuditEntry]) -> Result<(), NotWritten> {
    let mut written = 0;
    let mut lines = Vec::new();
    for entry in entries {
        let text = serde_json::to_string(entry).map_err(|error| NotWritten {
            written,
            why: error.to_string(),
        })?;
        lines.push(text);
    }
    let mut rest = &lines[..];
    while !rest.is_empty() {
        let (now, later) = rest.split_at(how_many(rest));
        let (there, why) = write_some(link, now).await;
        written += there;
        if let Some(why) = why {
            return Err(NotWritten { written, why });
        }
        rest = later;
    }
    Ok(())
}

/// How many of these lines go into one command.
fn how_many(lines: &[String]) -> usize {
    let mut bytes = 0;
    let fits = |line: &&String| {
        bytes += line.len();
        bytes <= COMMAND
    };
    lines.iter().take_while(fits).count().max(1)
}

/// Writes some lines; how many of them are there, and why not all.
async fn write_some(link: &HostLink, lines: &[String]) -> (usize, Option<String>) {
    let state = [&link.profile().paths.state];
    let call = ScriptCall::question(WRITE, state.into_iter().chain(lines)).as_root();
    let answer = match link.shell.run(call).await {
        Ok(answer) => answer,
        Err(error) => return (0, Some(error.to_string())),
    };
    let there = answer.stdout.trim().parse().unwrap_or_default();
    (there, answer.success().err())
}

#[cfg(test)]
mod tests {
    use super::{AuditFile, FULL, write_on_host};
    use crate::model::audit::AuditEntry;
    use crate::model::fleet::{Privilege, Store};
    use crate::model::names::{HostName, JobId, Operator};
    use crate::ops::simulated::{Flavour, SimulatedHost};
    use jiff::Timestamp;
    use serde_json::Value;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Barrier;

    fn entry(reference: &str) -> AuditEntry {
        AuditEntry {
            by: "tagboat",
            version: "1",
            operator: Operator::parse("kim@desk").unwrap(),
            job: JobId::new(Timestamp::UNIX_EPOCH, 1),
            verb: "push",
            host: HostName::parse("eu-1").unwrap(),
            session: None,
            reference: Some(reference.to_owned()),
            before: None,
            after: None,
            result: "done",
            step: None,
        }
    }

    fn lines(text: &str) -> Vec<Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn the_audit_here_grows_by_whole_lines_and_begins_anew_when_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let audit = AuditFile::within(folder.path());
        let at = Timestamp::UNIX_EPOCH;
        audit.append(&[entry("a:1"), entry("a:2")], at).unwrap();
        audit.append(&[entry("a:3")], at).unwrap();
        let told = lines(&fs::read_to_string(audit.path()).unwrap());
        assert_eq!(told.len(), 3);
        assert_eq!(
            (&told[2]["time"], &told[2]["reference"]),
            (&"1970-01-01T00:00:00Z".into(), &"a:3".into())
        );
        let mode = fs::metadata(audit.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::OpenOptions::new()
            .write(true)
            .open(audit.path())
            .unwrap()
            .set_len(FULL)
            .unwrap();
        audit.append(&[entry("a:4")], at).unwrap();
        assert_eq!(lines(&fs::read_to_string(audit.path()).unwrap()).len(), 1);
        assert_eq!(
            fs::metadata(folder.path().join("audit.jsonl.1")).unwrap().len(),
            FULL
        );
    }

    #[test]
    fn of_many_writers_that_find_it_full_one_gives_it_another_name_and_no_line_is_lost() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let audit = AuditFile::within(folder.path());
            fs::File::create(audit.path()).unwrap().set_len(FULL).unwrap();
            let start = Barrier::new(8);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        start.wait();
                        audit.append(&[entry("a:1")], Timestamp::UNIX_EPOCH).unwrap();
                    });
                }
            });
            let full = fs::metadata(folder.path().join("audit.jsonl.1")).unwrap().len();
            assert_eq!(full, FULL);
            assert_eq!(lines(&fs::read_to_string(audit.path()).unwrap()).len(), 8);
        }
    }

    #[tokio::test]
    async fn more_than_a_command_line_can_hold_is_written_whole() {
        let host = SimulatedHost::new(Store::Classic);
        let entries: Vec<_> = (0..900)
            .map(|number| entry(&format!("convocate:v{number}")))
            .collect();
        write_on_host(&host.link, &entries).await.unwrap();
        let told = lines(&host.read("state/audit.jsonl").unwrap());
        assert_eq!(told.len(), 900);
        assert_eq!(told[899]["reference"], "convocate:v899");
        assert!(host.shell.scripts().len() > 5);
    }

    #[tokio::test]
    async fn how_many_lines_are_there_is_known_where_the_rest_could_not_be_written() {
        let host = SimulatedHost::new(Store::Classic);
        let entries: Vec<_> = (0..400)
            .map(|number| entry(&format!("convocate:v{number}")))
            .collect();
        // It will be full within the second command, and cannot get another name then.
        fs::create_dir_all(host.path("state/audit.jsonl.1/audit.jsonl/x")).unwrap();
        let before = (1 << 20) - 50_000;
        fs::write(
            host.path("state/audit.jsonl"),
            [vec![b'x'; before], vec![b'\n']].concat(),
        )
        .unwrap();
        let error = write_on_host(&host.link, &entries).await.unwrap_err();
        let there = host.read("state/audit.jsonl").unwrap().lines().count() - 1;
        assert_eq!(error.written, there);
        assert!(there > 100 && there < 400, "{there}");
        assert!(error.why.contains("audit.jsonl cannot be written"), "{error}");
    }

    #[tokio::test]
    async fn a_host_writes_what_it_is_told_whatever_is_in_it_with_its_own_time() {
        for flavour in [Flavour::Native, Flavour::Busybox] {
            let Some(host) = SimulatedHost::with(Store::Classic, flavour, Privilege::Root) else {
                continue;
            };
            let odd = "a \"quote\", a \\ and a $(line)\nbreak";
            write_on_host(&host.link, &[entry("a:1"), entry(odd)])
                .await
                .unwrap();
            let told = lines(&host.read("state/audit.jsonl").unwrap());
            assert_eq!(told.len(), 2, "{flavour:?}");
            assert_eq!(told[1]["reference"], odd);
            let time: Timestamp = told[0]["time"].as_str().unwrap().parse().unwrap();
            assert!(
                time.duration_since(Timestamp::now()).as_secs().abs() < 60,
                "{flavour:?}"
            );
            let mode = fs::metadata(host.path("state/audit.jsonl"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn an_audit_that_is_full_gets_another_name_and_one_that_cannot_be_written_is_told() {
        let host = SimulatedHost::new(Store::Classic);
        fs::create_dir_all(host.path("state")).unwrap();
        fs::write(host.path("state/audit.jsonl"), vec![b'x'; 1 << 20]).unwrap();
        write_on_host(&host.link, &[entry("a:1")]).await.unwrap();
        assert_eq!(host.read("state/audit.jsonl").unwrap().lines().count(), 1);
        assert_eq!(host.read("state/audit.jsonl.1").unwrap().len(), 1 << 20);
        fs::remove_file(host.path("state/audit.jsonl")).unwrap();
        fs::create_dir(host.path("state/audit.jsonl")).unwrap();
        let why = write_on_host(&host.link, &[entry("a:1")]).await.unwrap_err();
        assert!(why.to_string().contains("audit.jsonl cannot be written"), "{why}");
    }
}
