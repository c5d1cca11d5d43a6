//! Whatever a secret is and wherever it is: it is found, and no form of the report holds it.

use crate::built::{Image, file};
use crate::told::contract;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use tagboat::model::contract::{DockerfileFacts, Report, check_dockerfile, check_image};
use tagboat::model::dockerfile::{BuildContext, Dockerfile, stage_facts};

/// Lines of a Dockerfile in which `@` stands for the value.
const LINES: [&str; 12] = [
    "ENV DB_PASSWORD=@",
    "ENV A=b DB_PASSWORD='@' C=d",
    "ENV API_TOKEN @",
    "ARG API_KEY=@",
    "LABEL client-secret=\"@\"",
    "RUN export GH_TOKEN=@ && make",
    "RUN API_KEY='@' make",
    "RUN git clone https://me:@@example.org/r",
    "ENV URL=postgres://me:@@db/x",
    "COPY <<EOF /etc/x\nurl: https://me:@@example.org\nEOF",
    "# ghp_@@@@",
    "ADD https://me:@@example.org/x /x",
];

fn values() -> impl Strategy<Value = String> {
    // Letters and digits, so that a quote does not end it; long enough to be in no text by chance.
    "[a-zA-Z0-9]{4}[A-Z][0-9][a-z][a-zA-Z0-9]{8}"
}

fn is_silent(report: &Report, value: &str) -> bool {
    let json = serde_json::to_string(report).unwrap();
    !json.contains(value) && !format!("{report:?}").contains(value)
}

fn has_secret(report: &Report) -> bool {
    report
        .findings
        .iter()
        .any(|finding| finding.id.starts_with("secret-"))
}

proptest! {
    #[test]
    fn a_value_in_a_dockerfile_is_found_and_never_told(value in values(), line in 0..LINES.len()) {
        let line = LINES[line].replace("@@@@", &value.repeat(4)).replacen('@', &value, 1);
        let text = format!("FROM cloche-base\nUSER root\n{line}\nUSER agent\n");
        let file = Dockerfile::read(&text).unwrap();
        let stage = stage_facts(&file, None, &BTreeMap::new()).unwrap();
        let facts = DockerfileFacts { file: &file, stage: &stage, context: &BuildContext::default() };
        let report = check_dockerfile(&contract("cloche"), &facts);
        prop_assert!(has_secret(&report), "{text}");
        prop_assert!(is_silent(&report, &value), "{text}");
    }

    #[test]
    fn a_value_in_an_image_is_found_and_never_told(value in values(), place in 0..6_usize) {
        let mut image = Image::cloche();
        match place {
            0 => image.env(&format!("SESSION_TOKEN={value}")),
            1 => image.set("Labels", json!({"x.secret": value})),
            2 => image.step(&format!("RUN |1 API_KEY={value} /bin/sh -c make"), true),
            3 => image.add(vec![file("srv/.netrc", 0o600, value.clone())]),
            4 => image.env(&format!("URL=https://me:{value}@example.org/")),
            _ => image.add(vec![file("root/.npmrc", 0o600, format!("//r/:_authToken={value}"))]),
        }
        let report = check_image(&contract("cloche"), &image.facts());
        prop_assert!(has_secret(&report));
        prop_assert!(is_silent(&report, &value));
    }

    #[test]
    fn what_is_no_dockerfile_is_told_without_what_is_in_it(value in values()) {
        for text in [format!("FROM a\n{value} x\n"), format!("FROM a\nRUN <<{value}\n"), format!("FROM a\nENV \"{value}\n{value}=\n")] {
            if let Err(error) = Dockerfile::read(&text) {
                prop_assert!(!error.to_string().contains(&value), "{error}");
            }
        }
    }
}
