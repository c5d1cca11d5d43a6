//! Contracts as files: the built-in ones and the example of the documentation are read, and a mistake is told with its place.

use super::{ConfigError, ContractSet};
use crate::model::contract::{BUILT_IN, Contract, Guideline, Requirement, Severity};
use std::fs;

fn own(text: &str) -> Result<Contract, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.toml"), text).unwrap();
    ContractSet::new(Some(folder.path().to_owned())).find("own")
}

#[test]
fn every_built_in_contract_is_read_and_says_how_each_requirement_is_met() {
    for (name, _) in BUILT_IN {
        let contract = ContractSet::new(None).find(name).unwrap();
        assert!(!contract.title.is_empty());
        for rule in contract.rules {
            assert!(
                !rule.fix.is_empty() && !rule.requirement.words().is_empty(),
                "{name}: {}",
                rule.id
            );
        }
    }
}

#[test]
fn the_example_of_the_documentation_is_a_contract_with_every_kind_of_requirement() {
    let text = include_str!("../../../docs/contracts.md");
    let example = text
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let contract = own(example).unwrap();
    let kinds: std::collections::BTreeSet<_> = contract
        .rules
        .iter()
        .map(|rule| format!("{:?}", std::mem::discriminant(&rule.requirement)))
        .collect();
    assert_eq!(kinds.len(), 17, "{kinds:?}");
    for name in Guideline::NAMES {
        assert!(
            text.contains(&format!("| `{name}` |")),
            "{name} is not in the documentation"
        );
    }
}

#[test]
fn a_contract_on_a_base_has_its_requirements_but_for_its_own_and_those_left_out() {
    let contract = own("title = \"own\"\nbase = \"cloche\"\nwithout = [\"gosu\"]\n[settings.entrypoint]\nid = \"entrypoint\"\nwords = [\"/ep\"]\nlevel = \"warning\"\n").unwrap();
    let found = |id: &str| {
        contract
            .rules
            .iter()
            .filter(|rule| rule.id == id)
            .collect::<Vec<_>>()
    };
    assert!(found("gosu").is_empty() && found("git").len() == 1);
    let [entrypoint] = found("entrypoint")[..] else {
        panic!()
    };
    assert_eq!(entrypoint.severity, Severity::Warning);
    assert_eq!(
        entrypoint.requirement,
        Requirement::Entrypoint(vec!["/ep".to_owned()])
    );
}

#[test]
fn no_contract_can_be_called_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("none.toml"), "title = \"x\"\n").unwrap();
    fs::write(folder.path().join("own.toml"), "title = \"x\"\nbase = \"none\"\n").unwrap();
    let set = ContractSet::new(Some(folder.path().to_owned()));
    assert!(!set.names().contains(&"none".to_owned()));
    for name in ["none", "own"] {
        let error = set.find(name).unwrap_err();
        assert!(
            error.path.ends_with("none.toml") && error.advice.contains("another name"),
            "{error}"
        );
    }
}

/// A text, the place of its mistake, and words of what is said of it and of the advice.
type Mistake = (&'static str, (usize, usize), &'static str, &'static str);

const MISTAKES: &[Mistake] = &[
    (
        "title = \"x\"\n[limits.size]\nid = \"a\"\nmots = \"1GB\"\n",
        (4, 1),
        "unknown key `mots`",
        "most",
    ),
    (
        "title = \"x\"\n[[contents.programs]]\nid = \"a\"\nname = \"/bin/git\"\n",
        (4, 8),
        "cannot be on PATH",
        "[[contents.files]]",
    ),
    (
        "title = \"x\"\n[[contents.files]]\nid = \"a\"\npath = \"usr\"\n",
        (4, 8),
        "no absolute path",
        "slash",
    ),
    (
        "title = \"x\"\n[[contents.files]]\nid = \"a\"\npath = \"/a\"\nmode = \"rwx\"\n",
        (5, 8),
        "no permission bits",
        "octal",
    ),
    (
        "title = \"x\"\n[[guidelines]]\nrule = \"no-sodu\"\n",
        (3, 8),
        "no guideline `no-sodu`",
        "`no-sudo`",
    ),
    (
        "title = \"x\"\n[secrets]\nid = \"secret-all\"\n",
        (3, 6),
        "cannot be the id",
        "secret-",
    ),
    (
        "title = \"x\"\n[secrets]\nid = \"a\"\n[[probes]]\nid = \"a\"\ncommand = [\"x\"]\n",
        (5, 6),
        "given twice",
        "another id",
    ),
    (
        "title = \"x\"\n[[probes]]\nid = \"a\"\ncommand = []\n",
        (4, 11),
        "no program",
        "arguments",
    ),
    ("title = \"x\"\nwithout = [\"a\"]\n", (2, 12), "no base", "`base`"),
    (
        "title = \"x\"\nbase = \"cloche\"\nwithout = [\"gsou\"]\n",
        (3, 12),
        "no requirement `gsou`",
        "`gosu`",
    ),
    (
        "title = \"x\"\nbase = \"own\"\n",
        (2, 8),
        "built on itself",
        "another base",
    ),
    ("[secrets]\nid = \"a\"\n", (1, 1), "`title` is missing", "add it"),
];

#[test]
fn a_mistake_is_told_with_its_line_and_what_to_write_instead() {
    for (text, place, problem, advice) in MISTAKES {
        let error = own(text).unwrap_err();
        assert_eq!(error.place, Some(*place), "{error}");
        assert!(
            error.problem.contains(problem) && error.advice.contains(advice),
            "{error}: {}",
            error.advice
        );
    }
    let error = own("title = \"x\"\nbase = \"clohce\"\n").unwrap_err();
    assert!(
        error.advice.contains("did you mean cloche"),
        "{error}: {}",
        error.advice
    );
}
