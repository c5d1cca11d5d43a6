//! On strict hosts no verb that changes something is content with a yes.

use super::Run;

#[tokio::test]
async fn every_change_of_a_strict_host_wants_a_word_on_the_command_line_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let config = "[defaults]\nguard = \"strict\"\n[[hosts]]\nname = \"eu-01\"\n";
    std::fs::write(&file, config).unwrap();
    for words in [
        &["push", "v1.2.0"][..],
        &["activate", "v1.0.0"],
        &["session", "restart", "4f2a"],
        &["session", "start", "twin"],
        &["session", "start", "--new"],
        &["session", "stop", "4f2a"],
        &["session", "remove", "4f2a"],
        &["session", "rename", "4f2a", "Web one"],
        &["rollout", "--all"],
        &["rollback", "--active", "--host", "eu-01"],
        &["prune"],
    ] {
        let words = [&["--config", file.to_str().unwrap()], words].concat();
        let run = Run {
            answer: Some("y"),
            ..Run::of(&words)
        };
        let outcome = run.go().await;
        let shown = outcome.shown();
        assert!(
            shown.contains("Type ") && shown.contains(" to go on: "),
            "{words:?}: {shown}"
        );
        assert!(
            shown.contains("not confirmed. Nothing was changed"),
            "{words:?}: {shown}"
        );
        assert_eq!(outcome.code, 3, "{words:?}: {shown}");
    }
}
