//! Checks an image against a contract, without running it.

use super::image_facts::{ImageFacts, ImageSettings};
use super::report::{Finding, Outcome, Place, Report};
use super::requirement::{Contract, Requirement, Rule};
use super::{image_accounts, image_programs, image_secrets, image_settings};
use crate::model::amount::bytes;
use crate::model::image_files::{Accounts, Node, NodeKind};

/// What an image has of what a contract requires.
pub fn check_image(contract: &Contract, image: &ImageFacts) -> Report {
    let accounts = Accounts::of(&image.files);
    let findings = contract
        .rules
        .iter()
        .flat_map(|rule| check(rule, image, &accounts));
    Report::new(&contract.name, findings.collect())
}

fn check(rule: &Rule, image: &ImageFacts, accounts: &Accounts) -> Vec<Finding> {
    let files = &image.files;
    vec![match &rule.requirement {
        Requirement::File { path, runs, mode } => {
            let found = Finding::of(rule, image_programs::file(image, path, *runs, *mode));
            in_layer(found, files.at(path))
        }
        Requirement::Absent(path) => match files.entry(path) {
            Some(node) => in_layer(Finding::broken(rule, "it is there"), Some(node)),
            None => Finding::ok(rule),
        },
        Requirement::Program(name) => {
            let there = files.program(name, image.settings.path()).map(|found| found.node);
            in_layer(Finding::of(rule, image_programs::on_path(image, name)), there)
        }
        Requirement::User { .. } => {
            Finding::of(rule, image_accounts::user(&rule.requirement, files, accounts))
        }
        Requirement::Unprivileged { user, groups } => match accounts.user(user) {
            Some(account) => Finding::of(rule, image_accounts::privilege(files, accounts, account, groups)),
            None => Finding::unknown(rule, format!("there is no user {user}")),
        },
        Requirement::Folder { path, owner } => folder(rule, image, accounts, path, owner.as_deref()),
        Requirement::Size(limit) => {
            let over = files.bytes() > *limit;
            let found = over.then(|| format!("the layers are {} together", bytes(files.bytes())));
            Finding::of(rule, found)
        }
        Requirement::Waste(limit) => Finding::of(rule, waste(image, *limit)),
        Requirement::Secrets(rules) => return image_secrets::secrets(rule, image, rules),
        Requirement::Volumes(rules) => {
            return image_settings::volumes(rule, &image.settings.volumes, rules);
        }
        _ => return setting(rule, &image.settings, accounts).into_iter().collect(),
    }]
}

/// What comes of a requirement of the config; nothing for one of something else.
fn setting(rule: &Rule, settings: &ImageSettings, accounts: &Accounts) -> Option<Finding> {
    let broken = match &rule.requirement {
        Requirement::Starter(starter) => image_settings::starter(settings, accounts, starter),
        Requirement::Entrypoint(wanted) => image_settings::entrypoint(settings, wanted),
        Requirement::Workdir(wanted) => image_settings::workdir(settings, wanted),
        Requirement::Env {
            name,
            value,
            includes,
        } => image_settings::value(settings.env_of(name), value.as_deref(), includes.as_deref()),
        Requirement::Label { name, is_version } => {
            image_settings::label(settings.label_of(name), *is_version)
        }
        // How a Dockerfile is written is not in the image; a probe is another's work.
        _ => return None,
    };
    Some(Finding::of(rule, broken))
}

/// What is wrong with something is wrong with the layer that it is of.
fn in_layer(finding: Finding, node: Option<&Node>) -> Finding {
    let is_bad = finding.outcome != Outcome::Ok;
    let place = node.filter(|_| is_bad).map(|node| Place::Layer(node.layer + 1));
    finding.at(place)
}

fn folder(rule: &Rule, image: &ImageFacts, accounts: &Accounts, path: &str, owner: Option<&str>) -> Finding {
    let Some(node) = image.files.at(path) else {
        return Finding::broken(rule, "it is not there");
    };
    if !matches!(node.kind, NodeKind::Folder) {
        return in_layer(Finding::broken(rule, "it is no folder"), Some(node));
    }
    let Some(owner) = owner else {
        return Finding::ok(rule);
    };
    match accounts.user(owner) {
        None => Finding::unknown(rule, format!("there is no user {owner}")),
        Some(user) if user.uid == node.owner.uid => Finding::ok(rule),
        Some(_) => {
            let found = format!("it belongs to {}", accounts.name_of(node.owner.uid));
            in_layer(Finding::broken(rule, found), Some(node))
        }
    }
}

fn waste(image: &ImageFacts, limit: u64) -> Option<String> {
    let waste = image.files.waste();
    if waste.bytes <= limit {
        return None;
    }
    let largest = waste.largest(3);
    let examples: Vec<String> = largest
        .iter()
        .map(|(path, size)| format!("/{path} {}", bytes(*size)))
        .collect();
    Some(format!(
        "{} are overwritten or deleted by later layers: {}",
        bytes(waste.bytes),
        examples.join(", ")
    ))
}
