//! A session on a lab host, a real console that restarts it, and what must hold when the restart is over.
#![allow(dead_code, reason = "the soak and the tests each use their own part of this")]

use crate::headless::{Tagboat, text};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a restart may take to be over, whatever died meanwhile; one that takes longer never ends.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where the host keeps journals and claims.
const ROOT: &str = "/var/lib/tagboat/restarts";

/// The tag that every session starts on.
pub(crate) const OLD: &str = "v1.0.0";

/// The tag that is good.
pub(crate) const GOOD: &str = "v1.1.0";

/// The tag whose command ends with an error after a second.
pub(crate) const BROKEN: &str = "v1.2.0-broken";

/// How a restart ended, by the host's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The successor is the session.
    Replaced,
    /// The old container is the session again, or still.
    Undone,
}

impl Ended {
    /// The word for a table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Undone => "put back",
        }
    }
}

/// One session on one host, and the home of the consoles that restart it.
pub(crate) struct Scene {
    pub(crate) host: String,
    pub(crate) session: String,
    /// The options of `docker create` that say whether and how it comes back.
    pub(crate) policy: &'static str,
    tagboat: Tagboat,
    config: tempfile::NamedTempFile,
}

impl Scene {
    /// The host without any session of this name; `name` is the scene's own.
    pub(crate) fn on(host: &str, name: &str, policy: &'static str) -> Self {
        let lab = std::env::var("TAGBOAT_CONFIG").expect("the lab is not up: run `tests/lab/lab up`");
        let mut config = std::fs::read_to_string(lab).unwrap();
        config.push_str(
            "\n[[profiles]]\nname = \"convocate\"\nprobe = { stable = \"2s\", deadline = \"6s\" }\n",
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let scene = Self {
            host: host.to_owned(),
            session: format!("convocate-session-crash-{name}"),
            policy,
            tagboat: Tagboat::new(),
            config: file,
        };
        // The lab's own sessions would leave volumes behind when an engine or a host dies, and those are counted.
        scene.on_host(
            "ids=$(docker ps -aq --filter name=^/convocate-session-); [ -z \"$ids\" ] || docker rm -f -v $ids >/dev/null 2>&1
             volumes=$(docker volume ls -q --filter dangling=true); [ -z \"$volumes\" ] || docker volume rm $volumes >/dev/null",
        );
        scene.remove();
        for tag in [GOOD, BROKEN] {
            scene.bring(tag);
        }
        scene
    }

    /// Another console's home, for the same session.
    pub(crate) fn beside(&self) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::copy(self.config.path(), file.path()).unwrap();
        Self {
            host: self.host.clone(),
            session: self.session.clone(),
            policy: self.policy,
            tagboat: Tagboat::new(),
            config: file,
        }
    }

    fn bring(&self, tag: &str) {
        let host = &self.host;
        shell(&format!(
            "docker exec {host} docker image inspect convocate:{tag} >/dev/null 2>&1 || docker save convocate:{tag} | docker exec -i {host} docker load"
        ))
        .unwrap();
    }

    /// A shell line on the host, as root; `$S` is the session, `$R` the root of the journals. Its output, or what it complained about.
    pub(crate) fn try_on(&self, line: &str) -> Result<String, String> {
        let Self { host, session, .. } = self;
        let output = Command::new("docker")
            .args(["exec", "-i", host, "sh", "-c"])
            .arg(format!("S={session} R={ROOT}; {line}"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        succeeded(&output).map_err(|why| format!("{host}: {line}: {why}"))
    }

    /// The same, where it must succeed.
    pub(crate) fn on_host(&self, line: &str) -> String {
        self.try_on(line).unwrap()
    }

    /// Makes the session anew with data in its named volume, its anonymous one and its bind, and starts it.
    pub(crate) fn make(&self, tag: &str) {
        self.remove();
        let policy = self.policy;
        self.on_host(&format!(
            "mkdir -p /srv/$S && docker create --name $S {policy} --network agents --network-alias $S-alias \
               -v $S-home:/home/claude -v /srv/$S:/work convocate:{tag} >/dev/null && \
             for m in $(docker inspect -f '{{{{range .Mounts}}}}{{{{.Source}}}} {{{{end}}}}' $S); do echo \"marker $S\" >$m/marker; done && \
             docker start $S >/dev/null"
        ));
    }

    /// Removes everything of it, and what a test left to stand or die.
    pub(crate) fn remove(&self) {
        self.on_host(
            "docker version >/dev/null; ids=$(docker ps -aq --filter name=^/$S); [ -z \"$ids\" ] || docker rm -f -v $ids >/dev/null 2>&1
             docker volume rm $S-home >/dev/null 2>&1; rm -rf /srv/$S $R/*-$S $R/*$S.* /etc/lab-boot; \
             docker volume prune -f >/dev/null; true",
        );
    }

    /// A restart of the session onto a tag.
    pub(crate) fn restart(&self, tag: &str) -> Command {
        let Self { host, session, .. } = self;
        self.console(&[
            "session", "restart", session, "--host", host, "--tag", tag, "--yes", "--json",
        ])
    }

    /// A console of this scene's home.
    pub(crate) fn console(&self, words: &[&str]) -> Command {
        let mut command = self.tagboat.command(words);
        command.env("TAGBOAT_CONFIG", self.config.path());
        command
    }

    /// The last job of this scene's home.
    pub(crate) fn job(&self) -> Result<String, String> {
        let output = self.console(&["job", "list", "--json"]).output().unwrap();
        let list: serde_json::Value =
            serde_json::from_slice(&output.stdout).map_err(|why| why.to_string())?;
        let jobs = list["jobs"].as_array().into_iter().flatten();
        // Their ids begin with the time.
        let newest = jobs.filter_map(|job| job["id"].as_str()).max().map(str::to_owned);
        newest.ok_or_else(|| "the console has left no job".to_owned())
    }

    /// Takes the last job up again, as its advice says. How it ended.
    pub(crate) fn resume(&self) -> Result<Ended, String> {
        let job = self.job()?;
        let output = self.console(&["job", "resume", &job, "--yes"]).output().unwrap();
        match output.status.code() {
            Some(0) => Ok(Ended::Replaced),
            Some(1) if text(&output.stdout).contains("as it was") => Ok(Ended::Undone),
            // The console had written its end before it died.
            Some(3) if text(&output.stderr).contains("is left to do") => self.ended(),
            other => Err(format!(
                "a resume ended with {other:?}: {}{}",
                text(&output.stdout),
                text(&output.stderr)
            )),
        }
    }

    /// Makes the host's script stand, or die, where it comes to a point for the first time.
    pub(crate) fn at_point(&self, point: &str, way: &str) {
        self.on_host(&format!("mkdir -p -m 700 $R; echo {point} {way} >$R/crash-at.$S"));
    }

    /// Waits until the host's script stands at the point.
    pub(crate) fn stands(&self, console: &mut Child) -> Result<(), String> {
        self.wait("the script at its point", || {
            if self.try_on("test -e $R/crash-at.$S.reached").is_ok() {
                return Ok(true);
            }
            match console.try_wait().unwrap() {
                None => Ok(false),
                Some(code) => Err(format!("the console ended first, with {code}")),
            }
        })
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.on_host("rm -f $R/crash-at.$S.reached");
    }

    /// Waits until the host is done with the restart, alone. How it ended.
    pub(crate) fn ended_alone(&self) -> Result<Ended, String> {
        self.wait("the end of the restart", || {
            let over = "test -e \"$(ls -d $R/*-$S | tail -n 1)/ended\" && test ! -e $R/$S.open && ! pgrep -f \"restart.sh [a-z]* $R/\" >/dev/null";
            Ok(self.try_on(over).is_ok())
        })?;
        self.ended()
    }

    fn ended(&self) -> Result<Ended, String> {
        match self
            .try_on("cat \"$(ls -d $R/*-$S | tail -n 1)/ended\"")?
            .as_str()
        {
            "replaced" => Ok(Ended::Replaced),
            "undone" => Ok(Ended::Undone),
            other => Err(format!("the journal ended with {other:?}")),
        }
    }

    /// Whether the host has a restart of it that is not over.
    pub(crate) fn is_open(&self) -> bool {
        self.try_on("test -e $R/$S.open").is_ok()
    }

    /// Whether the host goes on alone with it.
    pub(crate) fn was_handed_over(&self) -> bool {
        self.try_on("test -e \"$(ls -d $R/*-$S | tail -n 1)/made\"")
            .is_ok()
    }

    /// How its last restart ended; one that never got to a journal has changed nothing.
    pub(crate) fn last_end(&self) -> Result<Ended, String> {
        match self.try_on("test ! -e \"$(ls -d $R/*-$S 2>/dev/null | tail -n 1)/status\"") {
            Ok(_) => Ok(Ended::Undone),
            Err(_) => self.ended(),
        }
    }

    /// The same as [`Scene::whole`], when an engine may still be bringing the session back.
    pub(crate) fn comes_whole(&self, ended: Ended, onto: &str) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.whole(ended, onto) {
                Err(_) if begun.elapsed() < Duration::from_secs(20) => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                result => return result,
            }
        }
    }

    fn wait(&self, what: &str, mut is_so: impl FnMut() -> Result<bool, String>) -> Result<(), String> {
        let begun = Instant::now();
        while !is_so()? {
            if begun.elapsed() > PATIENCE {
                let state = "tail -n 5 $R/*-$S/status; ls $R; docker ps -a --format '{{.Names}} {{.Status}}'; ps ax | grep restart.sh";
                return Err(format!("{what} never came: {:?}", self.try_on(state)));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Exactly one container of the session is up, under its name, on the tag that the end says, with its data and its
    /// policy, and nothing is left over. What is wrong, if anything is.
    pub(crate) fn whole(&self, ended: Ended, onto: &str) -> Result<(), String> {
        let told = self.try_on(FACTS)?;
        let fact = |key: &str| {
            let lines = told
                .lines()
                .filter_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
            lines.map(str::trim).collect::<Vec<_>>().join(" | ")
        };
        let tag = if ended == Ended::Replaced { onto } else { OLD };
        let data = format!("marker {}", self.session);
        let left = match (ended, self.policy) {
            (Ended::Replaced, _) => &["old"][..],
            (Ended::Undone, "--rm") => &[""],
            (Ended::Undone, _) => &["", "failed"],
        };
        let policy = match self.policy {
            // One that the engine's end has left in the place of another does not remove itself; its label says that its session does.
            "--rm" => &["no: true ", "no: false true"][..],
            "--restart always" => &["always: false "],
            "--restart unless-stopped" => &["unless-stopped: false "],
            "--restart on-failure:3" => &["on-failure:3 false "],
            _ => &["no: false "],
        };
        let wanted = [
            ("up", vec![self.session.as_str()]),
            ("image", vec![tag]),
            ("policy", policy.iter().map(|word| word.trim()).collect()),
            ("data", vec![data.as_str()]),
            ("left", left.to_vec()),
            ("pins", vec!["0"]),
            ("files", vec![""]),
            ("processes", vec![""]),
            ("volumes", vec!["0"]),
        ];
        let wrong = wanted
            .iter()
            .filter(|(key, right)| !right.contains(&fact(key).as_str()));
        let wrong: Vec<String> = wrong
            .map(|(key, right)| format!("{key} is {:?}, not {right:?}", fact(key)))
            .collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("{ended:?}: {}", wrong.join("; ")))
        }
    }
}

/// What is to be known of a session, each as a word and its value.
const FACTS: &str = r#"
docker ps --format '{{.Names}}' | grep "^$S" | sed 's/^/up /'
docker inspect -f 'image {{.Config.Image}}' $S | sed 's/convocate://'
docker inspect -f 'policy {{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}} {{.HostConfig.AutoRemove}} {{index .Config.Labels "tagboat.auto-remove"}}' $S | sed 's/:0 /: /; s/<no value>//'
for at in /home/claude /scratch /work; do docker exec $S cat $at/marker; done | sort -u | sed 's/^/data /'
docker ps -a --format '{{.Names}}' | grep "^$S[.]" | sed 's/.*tagboat-\([a-z]*\)-.*/left \1/'
echo "pins $(docker images -q tagboat-pin | wc -l)"
find /var/lib/tagboat \( -name '*.part' -o -name '*.open' -o -name 'crash-at*' -o -name 'me.*' \) | sed 's/^/files /'
ps -eo pid,args | grep -E 'restart[.]sh|docker (start|stop|logs|exec|rm) ' | grep -v grep | grep -v docker-init | sed 's/^/processes /'
echo "volumes $(docker volume ls -q --filter dangling=true | wc -l)"
"#;

/// Runs a shell line on this machine, where `docker` talks to the lab's outer engine.
pub(crate) fn shell(line: &str) -> Result<String, String> {
    let output = Command::new("sh")
        .args(["-c", line])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    succeeded(&output)
}

fn succeeded(output: &Output) -> Result<String, String> {
    let said = text(&output.stdout).trim().to_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(format!("{said}{}", text(&output.stderr).trim()))
    }
}
