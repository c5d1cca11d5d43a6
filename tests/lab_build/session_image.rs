//! The image of convocate's sessions: its context, written out and built, and what its entrypoint makes of a container.

use super::headless::{Tagboat, text};
use super::real_fleet::Lab;
use super::{docker, image_id};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The packages of the small variant: what the entrypoint needs and the base has not, and what fetches Go.
const PACKAGES: &str = "curl tmux";

/// The image that the lab's hosts are made of: a Debian, without tmux.
fn base() -> String {
    let lines = docker(&[
        "images",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        "tagboat-lab-host",
    ]);
    lines.lines().next().unwrap().to_owned()
}

/// Builds the image, small: the entrypoint with what it needs. It is not taken in, which would take longer than all the rest.
fn build(tagboat: &Tagboat, version: &str, more: &[&str], code: i32) -> String {
    let base = base();
    let usual = fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
    let config = tagboat.state().with_extension("toml");
    fs::write(&config, format!("{usual}\n[cache]\nbackground = false\n")).unwrap();
    let words = [
        "--config",
        config.to_str().unwrap(),
        "build",
        "--version",
        version,
        "--base",
        &base,
        "--yes",
        "--json",
    ];
    let small = [
        "--network",
        "host",
        "--build-arg",
        "GO_VERSION=",
        "--build-arg",
        "LOCALE=C.UTF-8",
    ];
    text(&tagboat.run(&[&words[..], &small, more].concat(), code).stdout)
}

/// A claude program on the host that does this.
struct Claude(TempDir);

impl Claude {
    fn that(does: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("claude");
        fs::write(&file, format!("#!/bin/sh\n{does}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self(place)
    }

    /// What mounts it, and the home beside it.
    fn mounts(&self) -> [String; 2] {
        let place = self.0.path().display();
        fs::create_dir_all(self.0.path().join("home")).unwrap();
        [
            format!("{place}/claude:/usr/local/bin/claude:ro"),
            format!("{place}/home:/home/claude"),
        ]
    }
}

/// A session container; it goes away with this.
struct Session(String);

impl Session {
    /// A session with these ids, whose entrypoint this shell runs.
    fn start(image: &str, shell: &str, claude: &Claude, more: &[&str]) -> Self {
        let [program, home] = claude.mounts();
        let words = ["run", "-d", "-v", &program, "-v", &home];
        let shell = format!("/usr/bin/{shell}");
        let last = ["--entrypoint", &shell, image, "/usr/local/bin/entrypoint.sh"];
        Self::run(&[&words[..], more, &last].concat())
    }

    fn run(words: &[&str]) -> Self {
        // The engine warns of the machine's settings beside it.
        let output = Command::new("docker").args(words).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        Self(text(&output.stdout).trim().to_owned())
    }

    fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !holds(self) {
            assert!(
                Instant::now() < deadline,
                "never came about: {what}; it said: {}",
                self.said()
            );
        }
    }

    fn said(&self) -> String {
        docker(&["logs", &self.0])
    }

    fn inside(&self, line: &str) -> String {
        docker(&["exec", &self.0, "sh", "-c", line])
    }

    /// Its exit code, when it has ended by itself.
    fn code(&self) -> String {
        let state = |form: &str| docker(&["inspect", "-f", form, &self.0]);
        self.until("its end", |_| state("{{.State.Running}}") == "false");
        state("{{.State.ExitCode}}")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        docker(&["rm", "-f", "-v", &self.0]);
    }
}

#[test]
fn the_context_is_written_out_once_and_what_was_edited_is_built() {
    let _lab = Lab::reset();
    let tagboat = Tagboat::new();
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("image");
    let path = directory.to_str().unwrap();
    tagboat.run(&["build", "--eject", path], 0);
    let refused = tagboat.run(&["build", "--eject", path], 3);
    assert!(
        text(&refused.stderr).contains("is there already"),
        "{}",
        text(&refused.stderr)
    );
    fs::write(directory.join("skel/CLAUDE.md"), "edited\n").unwrap();
    build(
        &tagboat,
        "v9.0.0",
        &["--context", path, "--build-arg", "PACKAGES="],
        0,
    );
    let cat = [
        "run",
        "--rm",
        "--entrypoint",
        "cat",
        "convocate:v9.0.0",
        "/etc/convocate/skel/CLAUDE.md",
    ];
    assert!(docker(&cat).ends_with("edited"), "{}", docker(&cat));
    docker(&["rmi", "convocate:v9.0.0"]);
}

/// Serves an archive that stands for Go's, which a build on this machine's network can reach; its address and its SHA-256.
fn serve_go() -> (String, String) {
    let place = tempfile::tempdir().unwrap();
    let line = "mkdir -p go/bin && printf '#!/bin/sh\\necho go stand-in\\n' >go/bin/go && chmod 755 go/bin/go && \
                tar -czf go.tar.gz go && sha256sum go.tar.gz | cut -d' ' -f1";
    let made = Command::new("sh")
        .args(["-c", line])
        .current_dir(place.path())
        .output()
        .unwrap();
    let archive = fs::read(place.path().join("go.tar.gz")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the process of the test.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                archive.len()
            )
            .unwrap();
            stream.write_all(&archive).unwrap();
        }
    });
    (address, text(&made.stdout).trim().to_owned())
}

/// Go comes from an archive that is what its sum says, and from no other.
fn has_go_only_as_its_sum_says(tagboat: &Tagboat) {
    let (address, sum) = serve_go();
    let args = |sum: &str| {
        let pairs = [
            ("GO_URL", address.as_str()),
            ("GO_SHA256_AMD64", sum),
            ("GO_SHA256_ARM64", sum),
            ("GO_VERSION", "1.26.2"),
            ("PACKAGES", PACKAGES),
        ];
        pairs.map(|(key, value)| format!("--build-arg={key}={value}"))
    };
    let wrong = args(&"0".repeat(64));
    let told = build(tagboat, "v9.2.0", &wrong.each_ref().map(String::as_str), 1);
    assert!(told.contains("is not the one with the SHA-256 0000"), "{told}");
    assert!(image_id("v9.2.0").contains("No such image"));
    let right = args(&sum);
    build(tagboat, "v9.2.0", &right.each_ref().map(String::as_str), 0);
    let go = docker(&["run", "--rm", "--entrypoint", "go", "convocate:v9.2.0", "version"]);
    assert!(go.ends_with("go stand-in"), "{go}");
    docker(&["rmi", "convocate:v9.2.0"]);
}

#[test]
fn a_session_has_the_ids_of_its_host_and_ends_at_once_when_it_is_told_to() {
    let _lab = Lab::reset();
    let tagboat = Tagboat::new();
    let packages = format!("--build-arg=PACKAGES={PACKAGES}");
    build(&tagboat, "v9.1.0", &[&packages], 0);
    for (shell, id) in [("dash", "1000"), ("bash", "1337")] {
        let claude = Claude::that(
            "id >$HOME/ids; trap 'echo told >$HOME/told; exit 3' HUP; while :; do sleep 1 & wait $!; done",
        );
        let ids = [format!("CLAUDE_UID={id}"), format!("CLAUDE_GID={id}")];
        fs::create_dir_all(claude.0.path().join("home/.keep")).unwrap();
        let session = Session::start(
            "convocate:v9.1.0",
            shell,
            &claude,
            &["-e", &ids[0], "-e", &ids[1]],
        );
        session.until("claude runs", |session| {
            session.inside("cat /home/claude/ids").starts_with("uid=")
        });
        let told = session.inside("cat /home/claude/ids");
        assert!(
            told.starts_with(&format!("uid={id}(claude) gid={id}(claude)")),
            "{told}"
        );
        assert_eq!(
            session.inside("runuser -u claude -- sudo -n id -u 2>/dev/null"),
            "0"
        );
        let owner = "stat -c %u:%g /home/claude /home/claude/CLAUDE.md | sort -u";
        assert_eq!(session.inside(owner), format!("{id}:{id}"));
        let began = Instant::now();
        docker(&["stop", "-t", "10", &session.0]);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(3), "{shell}: the stop took {took:?}");
        assert_eq!(session.code(), "0", "{}", session.said());
        assert_eq!(
            fs::read_to_string(claude.0.path().join("home/told")).unwrap(),
            "told\n"
        );
    }
    ends_with_its_meaning("convocate:v9.1.0");
    says_what_is_missing("convocate:v9.1.0");
    has_go_only_as_its_sum_says(&tagboat);
    docker(&["rmi", "convocate:v9.1.0"]);
}

/// The code of claude is that of the container; a session that somebody closes ends well; what is in the home stays.
fn ends_with_its_meaning(image: &str) {
    let claude = Claude::that("exit 5");
    claude.mounts();
    fs::write(claude.0.path().join("home/CLAUDE.md"), "mine\n").unwrap();
    let session = Session::start(image, "dash", &claude, &[]);
    assert_eq!(session.code(), "5");
    assert!(
        session.said().contains("claude ended with the exit code 5"),
        "{}",
        session.said()
    );
    assert_eq!(
        fs::read_to_string(claude.0.path().join("home/CLAUDE.md")).unwrap(),
        "mine\n"
    );
    let claude = Claude::that("echo up >$HOME/up; sleep 1000");
    let session = Session::start(image, "dash", &claude, &[]);
    session.until("claude runs", |session| {
        session.inside("cat /home/claude/up") == "up"
    });
    session.inside("runuser -u claude -- tmux kill-session -t claude");
    assert_eq!(session.code(), "0");
    assert!(
        session.said().contains("the session was closed"),
        "{}",
        session.said()
    );
}

fn says_what_is_missing(image: &str) {
    let ended = |words: &[&str]| {
        let session = Session::run(&[&["run", "-d"], words, &[image]].concat());
        (session.code(), session.said())
    };
    let (code, told) = ended(&[]);
    assert!(
        code == "127" && told.contains("there is no /usr/local/bin/claude: it is not in the image"),
        "{code}: {told}"
    );
    let place = tempfile::tempdir().unwrap();
    let mount = format!("{}:/usr/local/bin/claude:ro", place.path().display());
    let (code, told) = ended(&["-v", &mount]);
    assert!(
        code == "126" && told.contains("is a directory: Docker makes one"),
        "{code}: {told}"
    );
    for id in ["0", "claude", "-1", "01", "99999999999"] {
        let (code, told) = ended(&["-e", &format!("CLAUDE_UID={id}")]);
        assert!(
            code == "64" && told.contains("must be the number of a user that is not root"),
            "{code}: {told}"
        );
    }
}
