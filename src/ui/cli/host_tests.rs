//! `tagboat host list` and `tagboat host add` on a played engine, with the config file that is there afterwards.

use super::tests::Run;
use std::path::Path;

/// A config file of its own, in which eu-01 is not yet.
struct Fleet(tempfile::TempDir);

const CONFIG: &str = "\
# My fleet.
[defaults]
guard = \"strict\" # all of them

[[hosts]]
name = \"us-01\"
groups = [\"gpu\", \"us\"]
guard = \"normal\"

[[hosts]]
name = \"here\"
address = \"local\"
profile = \"cloche\"
";

impl Fleet {
    fn new() -> Self {
        let fleet = Self(tempfile::tempdir().unwrap());
        std::fs::write(fleet.file(), CONFIG).unwrap();
        fleet
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join("config.toml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    /// What a run prints, without the path of the file.
    async fn shown(&self, words: &[&str], answer: Option<&'static str>) -> String {
        let file = self.file().to_str().unwrap().to_owned();
        let words = [&["--config", file.as_str()], words].concat();
        let run = Run {
            answer,
            ..Run::of(&words)
        };
        run.go().await.shown().replace(&file, "FILE")
    }

    async fn refused(&self, words: &[&str]) -> String {
        let shown = self.shown(words, None).await;
        assert_eq!(self.text(), CONFIG, "{words:?}");
        shown
    }
}

#[tokio::test]
async fn the_hosts_are_listed_as_they_are_configured_and_nothing_is_asked() {
    let fleet = Fleet::new();
    insta::assert_snapshot!(fleet.shown(&["host", "list"], None).await);
    insta::assert_snapshot!(
        fleet
            .shown(&["host", "list", "--json", "--host", "group:gpu"], None)
            .await
    );
}

#[tokio::test]
async fn a_host_that_works_is_shown_and_after_a_yes_it_is_in_the_file() {
    let fleet = Fleet::new();
    let words = [
        "host",
        "add",
        "eu-01",
        "root@10.0.0.7",
        "--group",
        "eu,gpu",
        "--guard",
        "normal",
    ];
    insta::assert_snapshot!(fleet.shown(&words, Some("y")).await);
    insta::assert_snapshot!(fleet.text());
}

#[tokio::test]
async fn a_no_and_a_dry_run_leave_the_file_as_it_is() {
    let fleet = Fleet::new();
    let shown = fleet.shown(&["host", "add", "eu-02"], Some("n")).await;
    assert!(
        shown.contains("not confirmed") && shown.contains("exit 3"),
        "{shown}"
    );
    assert_eq!(fleet.text(), CONFIG);
    insta::assert_snapshot!(fleet.refused(&["host", "add", "eu-02", "--dry-run"]).await);
}

#[tokio::test]
async fn off_a_terminal_a_host_is_added_only_with_yes_and_told_as_json() {
    let fleet = Fleet::new();
    let shown = fleet.refused(&["host", "add", "eu-01"]).await;
    assert!(
        shown.contains("there is no terminal to ask on") && shown.contains("exit 3"),
        "{shown}"
    );
    insta::assert_snapshot!(
        fleet
            .shown(&["host", "add", "eu-01", "--yes", "--json"], None)
            .await
    );
    assert!(
        fleet.text().ends_with("\n[[hosts]]\nname = \"eu-01\"\n"),
        "{}",
        fleet.text()
    );
}

#[tokio::test]
async fn what_cannot_be_a_host_is_refused_with_what_was_meant() {
    let fleet = Fleet::new();
    let mut said = String::new();
    for words in [
        &["us-01", "root@elsewhere"][..],
        &["eu-01", "-oProxyCommand=x"],
        &["eu-01", "tcp://eu-01:2375"],
        &["eu-01", "--profile", "cloch"],
        &["eu-01", "--group", "a b"],
    ] {
        let dashed = words.iter().position(|word| word.starts_with("-o")).is_some();
        let words: Vec<&str> = if dashed {
            vec!["host", "add", "--yes", "--", words[0], words[1]]
        } else {
            [&["host", "add", "--yes"], words].concat()
        };
        said.push_str(&fleet.refused(&words).await);
    }
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_host_that_does_not_work_is_written_only_where_it_is_said_so() {
    let fleet = Fleet::new();
    std::fs::write(fleet.file(), CONFIG.replace("us-01", "us-02")).unwrap();
    let shown = fleet.shown(&["host", "add", "us-01", "--yes"], None).await;
    insta::assert_snapshot!(shown);
    assert!(!fleet.text().contains("us-01"));
    insta::assert_snapshot!(
        fleet
            .shown(&["host", "add", "us-01", "--yes", "--no-test"], None)
            .await
    );
    assert!(
        fleet.text().ends_with("\n[[hosts]]\nname = \"us-01\"\n"),
        "{}",
        fleet.text()
    );
}

#[tokio::test]
async fn the_first_host_makes_the_file_and_keeps_the_docker_contexts_in_sight() {
    let home = tempfile::tempdir().unwrap();
    let context = home.path().join("contexts/meta/0");
    std::fs::create_dir_all(&context).unwrap();
    std::fs::write(
        context.join("meta.json"),
        r#"{"Name":"eu-05","Endpoints":{"docker":{"Host":"ssh://eu-05"}}}"#,
    )
    .unwrap();
    let file = home.path().join("new/config.toml");
    let name = file.to_str().unwrap();
    let words = ["--config", name, "host", "add", "eu-01", "--yes"];
    let run = Run {
        docker_config: Some(home.path().to_owned()),
        ..Run::of(&words)
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 0, "{}", outcome.shown());
    assert_eq!(
        std::fs::read_to_string(Path::new(name)).unwrap(),
        "[discovery]\ndocker_contexts = true\n\n[[hosts]]\nname = \"eu-01\"\n"
    );
}

#[tokio::test]
async fn a_host_that_is_forgotten_is_out_of_the_file_and_everything_else_stays_in_it() {
    let fleet = Fleet::new();
    insta::assert_snapshot!(fleet.shown(&["host", "forget", "us-01", "--yes"], None).await);
    assert_eq!(
        fleet.text(),
        CONFIG.replace(
            "[[hosts]]\nname = \"us-01\"\ngroups = [\"gpu\", \"us\"]\nguard = \"normal\"\n\n",
            ""
        )
    );
    let fleet = Fleet::new();
    for (words, said) in [
        (
            &["host", "forget", "us-02", "--yes"][..],
            "there is no host us-02",
        ),
        (&["host", "forget", "us-01"], "there is no terminal to ask on"),
        (&["host", "forget", "us-01", "--dry-run"], "nothing was changed"),
    ] {
        let told = fleet.refused(words).await;
        assert!(told.contains(said), "{words:?}: {told}");
    }
}
