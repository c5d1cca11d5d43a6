//! The traps of Dockerfiles: what a builder reads in them, and what the text alone does not tell.

use super::{Command, Dockerfile, Setting, StageFacts, stage_facts};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(text: &str) -> Dockerfile {
    match Dockerfile::read(text) {
        Ok(file) => file,
        Err(error) => panic!("{error}"),
    }
}

fn facts_with(text: &str, target: Option<&str>, given: &[(&str, &str)]) -> StageFacts {
    let given: BTreeMap<_, _> = given
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    match stage_facts(&read(text), target, &given) {
        Ok(facts) => facts,
        Err(error) => panic!("{error}"),
    }
}

fn facts(text: &str) -> StageFacts {
    facts_with(text, None, &[])
}

/// A setting as text: its value and line, or what is not known of it.
fn told(setting: &Setting<String>) -> String {
    match setting {
        Setting::Set { value, line } => format!("{value} on {line}"),
        Setting::Unset => "unset".to_owned(),
        Setting::OfBase => "of the base".to_owned(),
        Setting::Unclear { line } => format!("unclear on {line}"),
    }
}

fn words(setting: &Setting<Command>) -> Vec<String> {
    match setting {
        Setting::Set { value, .. } => value.words().into_iter().map(str::to_owned).collect(),
        _ => vec!["?".to_owned()],
    }
}

fn commands(facts: &StageFacts) -> Vec<String> {
    let all = facts.runs.iter().flat_map(|run| &run.run.commands);
    all.map(|command| command.words.join(" ")).collect()
}

#[test]
fn the_last_stage_counts_or_the_one_that_is_named() {
    let text = "FROM a AS Build\nUSER one\nFROM b AS other\nUSER two\nFROM build\nWORKDIR /w\n";
    assert_eq!(told(&facts(text).user), "one on 2");
    assert_eq!(facts(text).base.reference.as_deref(), Some("a"));
    assert_eq!(told(&facts_with(text, Some("OTHER"), &[]).user), "two on 4");
    assert_eq!(told(&facts_with(text, Some("0"), &[]).workdir), "of the base");
    let error = stage_facts(&read(text), Some("bulid"), &BTreeMap::new())
        .err()
        .unwrap();
    assert_eq!(error.known, ["Build", "other"]);
}

#[test]
fn what_only_the_base_image_knows_is_not_guessed_and_of_nothing_everything_is_known() {
    assert_eq!(told(&facts("FROM debian\n").user), "of the base");
    assert_eq!(told(&facts("FROM scratch\n").user), "unset");
    assert_eq!(told(&facts("FROM debian\nWORKDIR sub\n").workdir), "unclear on 2");
    assert_eq!(
        told(&facts("FROM scratch\nWORKDIR a/../b/\nWORKDIR c\n").workdir),
        "/b/c on 3"
    );
    assert_eq!(
        told(&facts("FROM debian\nUSER $FROM_BASE\n").user),
        "unclear on 2"
    );
}

#[test]
fn arguments_are_expanded_as_the_build_would() {
    let text = "ARG TAG=12\nARG NAME\nFROM debian:${TAG}-slim\nARG TAG\nARG U=agent\nENV V=$TAG\nUSER ${U:-x}\nWORKDIR /$V/$NAME\n";
    let plain = facts(text);
    assert_eq!(plain.base.reference.as_deref(), Some("debian:12-slim"));
    assert_eq!(told(&plain.user), "agent on 7");
    assert_eq!(told(&plain.workdir), "unclear on 8");
    let given = facts_with(text, None, &[("TAG", "13"), ("U", "root"), ("NAME", "n")]);
    assert_eq!(given.base.reference.as_deref(), Some("debian:13-slim"));
    assert_eq!(told(&given.user), "root on 7");
    assert_eq!(facts("FROM $IMAGE\n").base.reference, None);
    // An argument that the stage does not declare is not seen in it.
    assert_eq!(told(&facts("ARG U=a\nFROM scratch\nUSER x$U\n").user), "x on 3");
}

#[test]
fn env_is_read_with_quotes_in_its_old_form_and_before_arguments() {
    let text = "FROM scratch\nARG A=arg\nENV A=env B=\"two words\" C=$A D='$A'\nENV OLD form with  spaces\nUSER $A\n";
    let facts = facts(text);
    let value = |name: &str| {
        facts
            .env_of(name)
            .and_then(|one| one.value.as_ref())
            .map(|value| value.look().to_owned())
    };
    assert_eq!(value("B").as_deref(), Some("two words"));
    assert_eq!(
        value("C").as_deref(),
        Some("arg"),
        "all of one instruction see what was before it"
    );
    assert_eq!(value("D").as_deref(), Some("$A"));
    assert_eq!(value("OLD").as_deref(), Some("form with  spaces"));
    assert_eq!(told(&facts.user), "env on 5");
}

#[test]
fn lines_that_go_on_may_have_comments_and_empty_lines_between_them() {
    let text =
        "FROM debian\nRUN apt-get update \\\n# why\n  && apt-get install \\\n\n    -y git\nUSER \\\n agent\n";
    assert_eq!(
        commands(&facts(text)),
        ["apt-get update", "apt-get install -y git"]
    );
    assert_eq!(told(&facts(text).user), "agent on 7");
}

#[test]
fn the_escape_directive_windows_line_ends_and_a_byte_order_mark_are_read() {
    let text = "# escape=`\r\nFROM debian\r\nRUN apt-get update `\r\n && rm -rf /var/lib/apt/lists/*\r\nUSER agent\r\n";
    assert_eq!(
        commands(&facts(text)),
        ["apt-get update", "rm -rf /var/lib/apt/lists/*"]
    );
    assert_eq!(told(&facts(text).user), "agent on 5");
    assert_eq!(told(&facts("\u{feff}FROM scratch\nUSER a\n").user), "a on 2");
    assert_eq!(
        told(&facts("# syntax=docker/dockerfile:1\nfrom scratch\nuser a\n").user),
        "a on 3"
    );
}

#[test]
fn both_forms_of_commands_and_volumes_are_read() {
    assert_eq!(
        words(&facts("FROM a\nENTRYPOINT [\"/ep\", \"a b\"]\n").entrypoint),
        ["/ep", "a b"]
    );
    assert_eq!(
        words(&facts("FROM a\nENTRYPOINT /ep a\n").entrypoint),
        ["/bin/sh", "-c", "/ep a"]
    );
    assert!(words(&facts("FROM a\nENTRYPOINT []\n").entrypoint).is_empty());
    assert_eq!(
        words(&facts("FROM a\nENTRYPOINT ['/ep']\n").entrypoint)[0],
        "/bin/sh"
    );
    let volumes = |text: &str| {
        facts(text)
            .volumes
            .into_iter()
            .map(|one| one.path.unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        volumes("FROM a\nVOLUME [\"/a\", \"/b\"]\nVOLUME /c /d\n"),
        ["/a", "/b", "/c", "/d"]
    );
    assert_eq!(volumes("FROM scratch\nENV D=/data\nVOLUME $D/x\n"), ["/data/x"]);
}

#[test]
fn here_documents_are_read_wherever_they_stand() {
    let text = "FROM debian\nRUN <<EOF\napt-get update\nUSER nobody\nEOF\nRUN cat <<'A' >/x && bash <<-B\nFROM nothing\nA\n\tapt-get install git\n\tB\n\
                COPY <<one /y\nsome text\none\nUSER agent\n";
    let facts = facts(text);
    assert_eq!(
        commands(&facts),
        [
            "apt-get update",
            "USER nobody",
            "cat <<A >/x",
            "bash <<-B",
            "FROM nothing",
            "apt-get install git"
        ]
    );
    assert_eq!(told(&facts.user), "agent on 14");
    assert!(facts.copies[0].sources.is_empty());
    assert_eq!(facts.copies[0].texts[0].look(), "some text\n");
    assert_eq!(Dockerfile::read("FROM a\nRUN <<EOF\nx\n").err().unwrap().line, 2);
}

#[test]
fn a_shift_and_a_here_string_are_no_here_documents() {
    let text = "FROM a\nRUN echo $((1<<2)) && cat <<<x \"<<EOF\"\nUSER b\n";
    assert_eq!(told(&facts(text).user), "b on 3");
}

#[test]
fn what_is_only_for_later_builds_is_not_of_this_image() {
    let facts = facts("FROM a\nONBUILD USER root\nONBUILD ENTRYPOINT [\"x\"]\nUSER agent\n");
    assert_eq!(told(&facts.user), "agent on 4");
    assert_eq!(words(&facts.entrypoint), ["?"]);
}

#[test]
fn a_text_that_is_no_dockerfile_is_told_with_its_line() {
    for (text, line) in [
        ("", 1),
        ("FROM a\nINSTALL x\n", 2),
        ("RUN x\n", 1),
        ("FROM a\n\nUSER\n", 3),
    ] {
        assert_eq!(Dockerfile::read(text).err().unwrap().line, line, "{text:?}");
    }
}

#[test]
fn an_ignore_is_for_the_instruction_below_it() {
    let file = read(
        "FROM a\n# tagboat: ignore no-sudo  the agent may restart its own service\nRUN x\n# tagboat:ignore user\nUSER b\n",
    );
    let told: Vec<_> = file
        .ignores
        .iter()
        .map(|one| (one.id.as_str(), one.above, one.reason.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("no-sudo", Some(3), "the agent may restart its own service"),
            ("user", Some(5), "")
        ]
    );
}

#[test]
fn a_copy_out_of_another_stage_brings_nothing_of_the_context() {
    let facts = facts(
        "FROM a AS b\nFROM c\nCOPY --from=b /.env /x\nCOPY --chown=1:1 [\"a b\", \".env\", \"/y/\"]\nADD https://h/x /z\n",
    );
    let sources: Vec<Vec<_>> = facts
        .copies
        .iter()
        .map(|copy| {
            copy.sources
                .iter()
                .map(|source| source.look().to_owned())
                .collect()
        })
        .collect();
    assert_eq!(
        sources,
        [
            vec![],
            vec!["a b".to_owned(), ".env".to_owned()],
            vec!["https://h/x".to_owned()]
        ]
    );
}

/// Pieces that mean something together.
fn dockerfile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("FROM a\n".to_owned()),
        Just("RUN <<E\n".to_owned()),
        Just("E\n".to_owned()),
        Just("\\\n".to_owned()),
        Just("COPY a <<E b\n".to_owned()),
        Just("ENV A=\"$B ${C:-".to_owned()),
        Just("ONBUILD ".to_owned()),
        Just("VOLUME [\"/a\",\n".to_owned()),
        Just("# escape=`\n".to_owned()),
        Just("USER \r\n".to_owned()),
        ".{0,12}",
        Just("\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_line_of_it(text in dockerfile()) {
        match Dockerfile::read(&text) {
            Ok(file) => {
                let lines = text.lines().count();
                prop_assert!(file.stages.iter().all(|stage| stage.line <= lines));
                prop_assert!(stage_facts(&file, None, &BTreeMap::new()).is_ok());
            }
            Err(error) => prop_assert!(error.line >= 1 && error.line <= text.lines().count().max(1)),
        }
    }
}
