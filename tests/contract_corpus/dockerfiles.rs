//! The Dockerfiles. Each says in a comment what it is checked against and what must be found: `# expect cloche: FAIL entrypoint line 4`;
//! CANARY in it stands for the secret, and `# files: .env` for what is in its folder.

use crate::told::{CANARY, contract, corpus, told};
use std::collections::BTreeMap;
use std::fs;
use tagboat::model::contract::{
    Contract, DockerfileFacts, Guideline, Requirement, Rule, Severity, check_dockerfile,
};
use tagboat::model::dockerfile::{BuildContext, Dockerfile, stage_facts};

struct Fixture {
    name: String,
    text: String,
    contract: String,
    expected: String,
    context: BuildContext,
}

fn fixtures(kind: &str) -> Vec<Fixture> {
    let folder = corpus().join("dockerfiles").join(kind);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap().replace("CANARY", CANARY);
            let said = |key: &str| {
                text.lines()
                    .find_map(|line| line.trim().strip_prefix(key).map(str::to_owned))
            };
            let line = said("# expect ").unwrap_or_else(|| panic!("{name} does not say what is expected"));
            let (contract, expected) = line.split_once(':').unwrap();
            let files = said("# files: ").unwrap_or_default();
            let ignore = said("# dockerignore: ").unwrap_or_default().replace(' ', "\n");
            Fixture {
                contract: contract.to_owned(),
                expected: expected.trim().to_owned(),
                context: BuildContext::new(&ignore, files.split_whitespace().map(str::to_owned).collect()),
                name,
                text,
            }
        })
        .collect()
}

fn found(fixture: &Fixture) -> Vec<String> {
    let file = match Dockerfile::read(&fixture.text) {
        Ok(file) => file,
        Err(error) => return vec![format!("unreadable line {}", error.line)],
    };
    let stage = stage_facts(&file, None, &BTreeMap::new()).unwrap();
    let facts = DockerfileFacts {
        file: &file,
        stage: &stage,
        context: &fixture.context,
    };
    told(&check_dockerfile(&contract(&fixture.contract), &facts))
}

#[test]
fn each_bad_dockerfile_has_its_one_defect_found_and_no_other() {
    let fixtures = fixtures("bad");
    assert!(fixtures.len() >= 40, "{}", fixtures.len());
    let wrong: Vec<String> = fixtures
        .iter()
        .filter_map(|fixture| {
            let found = found(fixture);
            (found != [fixture.expected.clone()])
                .then(|| format!("{}: {found:?}, not {:?}", fixture.name, fixture.expected))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn no_good_dockerfile_has_a_false_alarm() {
    let fixtures = fixtures("good");
    assert!(fixtures.len() >= 10, "{}", fixtures.len());
    let wrong: Vec<String> = fixtures
        .iter()
        .filter(|fixture| !found(fixture).is_empty())
        .map(|fixture| format!("{}: {:?}", fixture.name, found(fixture)))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn what_is_installed_at_each_start_is_found_in_both_forms() {
    let rule = Rule {
        id: "baked-in".to_owned(),
        severity: Severity::Warning,
        fix: "install it with RUN".to_owned(),
        requirement: Requirement::Guideline(Guideline::BakedIn),
    };
    let contract = Contract {
        name: "own".to_owned(),
        title: String::new(),
        rules: vec![rule],
    };
    let found = |text: &str| {
        let file = Dockerfile::read(text).unwrap();
        let stage = stage_facts(&file, None, &BTreeMap::new()).unwrap();
        let facts = DockerfileFacts {
            file: &file,
            stage: &stage,
            context: &BuildContext::default(),
        };
        told(&check_dockerfile(&contract, &facts))
    };
    assert_eq!(
        found("FROM a:1\nCMD npm install && npm start\n"),
        ["warning baked-in line 2"]
    );
    assert_eq!(
        found("FROM a:1\nENTRYPOINT [\"bash\", \"-c\", \"pip3 install x; run\"]\n"),
        ["warning baked-in line 2"]
    );
    assert!(found("FROM a:1\nCMD [\"npm\", \"start\"]\n").is_empty());
}
