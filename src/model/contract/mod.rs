//! Contracts: what an image of one kind must be, and whether an image or a Dockerfile is.

mod command_words;
mod dockerfile_check;
mod dockerfile_secrets;
mod dockerfile_settings;
mod guideline;
mod guideline_check;
mod image_accounts;
mod image_check;
mod image_facts;
mod image_programs;
mod image_secrets;
mod image_settings;
mod packages;
mod report;
mod requirement;
mod verdict;

pub use dockerfile_check::{DockerfileFacts, check_dockerfile};
pub use guideline::Guideline;
pub use image_check::check_image;
pub use image_facts::{HistoryStep, ImageFacts, ImageSettings};
pub use report::{Finding, Outcome, Place, Report};
pub use requirement::{Contract, Probe, Requirement, Rule, SecretRules, Severity, Starter, VolumeRules};
pub use verdict::{BrokenRequirement, ContractState, Verdict};

/// The contracts that need no config, and the text of each.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("cloche", include_str!("../../../assets/contracts/cloche.toml")),
    (
        "convocate",
        include_str!("../../../assets/contracts/convocate.toml"),
    ),
    ("disinto", include_str!("../../../assets/contracts/disinto.toml")),
];

/// What the config says in the place of a contract where nothing is asked of an image.
pub const NO_CONTRACT: &str = "none";

/// The name of the contract of a profile that names none: its own, where one is built in.
pub fn usual_contract(profile: &str) -> Option<String> {
    let is_it = |(name, _): &&(&str, &str)| *name == profile;
    BUILT_IN.iter().find(is_it).map(|(name, _)| (*name).to_owned())
}
