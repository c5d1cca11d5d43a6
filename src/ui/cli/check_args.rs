//! The arguments of `tagboat check`.

use clap::{Args, ValueHint};
use std::collections::BTreeMap;
use std::path::Path;

/// `tagboat check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What to check: NAME:TAG, a tag of the profile's image, a Dockerfile, or a folder with one.
    #[arg(value_name = "IMAGE|DOCKERFILE|DIR", value_hint = ValueHint::AnyPath)]
    pub subject: String,
    /// The contract [default: that of the profile whose image it is].
    #[arg(long, value_name = "NAME")]
    pub contract: Option<String>,
    /// Run the probes of the contract too: in containers without network, capabilities and anything to write to.
    #[arg(long)]
    pub probe: bool,
    /// The stage of the Dockerfile that is built [default: the last].
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// What the build is given; may be given more than once.
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = read_pair)]
    pub build_args: Vec<(String, String)>,
    /// Print one JSON object.
    #[arg(long, conflicts_with = "sarif")]
    pub json: bool,
    /// Print SARIF, as code hosts and editors read it.
    #[arg(long)]
    pub sarif: bool,
}

impl CheckArgs {
    /// Whether a file or folder is checked, which needs no engine.
    pub fn is_path(&self) -> bool {
        Path::new(&self.subject).exists() || self.looks_like_path()
    }

    /// Whether it can only be meant as a path.
    fn looks_like_path(&self) -> bool {
        let name = self.subject.rsplit('/').next().unwrap_or_default();
        let begins_so = self.subject.starts_with(['/', '.', '~']);
        begins_so
            || name.starts_with("Dockerfile")
            || name.ends_with(".Dockerfile")
            || name == "Containerfile"
    }

    /// What the build is given, by name; the last of equals counts.
    pub fn given(&self) -> BTreeMap<String, String> {
        self.build_args.iter().cloned().collect()
    }
}

fn read_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::read_pair;

    #[test]
    fn a_build_argument_has_a_name_and_a_value_which_may_hold_anything() {
        assert_eq!(read_pair("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert_eq!(read_pair("A="), Ok(("A".to_owned(), String::new())));
        assert!(read_pair("A").is_err() && read_pair("=b").is_err());
    }
}
