//! Reads a project where it is: its files, and what Compose makes of them, if it is there.

use super::host::Place;
use crate::model::clean::clean;
use crate::model::compose::check::{Composed, ImageFacts, ProjectFiles, SourceFile};
use crate::model::names::PinKey;
use crate::ops::ports::{EngineError, Script, ScriptCall, ShellError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long Compose may take to read a project.
const LOOK: Duration = Duration::from_mins(1);

/// Prints a project.
const READ: Script = Script {
    name: "compose read",
    text: concat!(
        include_str!("../../../assets/host/engine.sh"),
        include_str!("../../../assets/host/compose/read.sh")
    ),
};

/// Why a project cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The script did not run.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// There is no such folder or file, or it cannot be read.
    #[error("{0}")]
    NotThere(String),
    /// The answer is none.
    #[error("the answer {0:?} is not understood")]
    NotUnderstood(String),
}

/// Reads the project in a folder, or that of one file.
pub async fn look(place: &Place, path: &str, pin: &PinKey) -> Result<ProjectFiles, LookError> {
    let mut call = ScriptCall::question(READ, [place.socket.as_str(), path, pin.as_str()]).within(LOOK);
    call.as_root = place.as_root;
    let output = place.shell.run(call).await?;
    let told = output.success().map_err(|why| LookError::NotThere(clean(&why)))?;
    read(&told)
}

/// What the engine knows of these images; what it does not have is not in the answer.
pub async fn image_facts(
    place: &Place,
    references: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, ImageFacts>, EngineError> {
    let engine = place.engine.clone().map_err(EngineError::Unreachable)?;
    let mut facts = BTreeMap::new();
    for reference in references {
        // What is no reference at all is no image either.
        let is_asked = !reference.is_empty() && !reference.contains(['$', ' ', '{']);
        let image = match engine.image(&reference).await {
            _ if !is_asked => None,
            Err(EngineError::Answered { code: 400, .. }) => None,
            other => other?,
        };
        if let Some(image) = image {
            facts.insert(reference, ImageFacts::of(&image.raw));
        }
    }
    Ok(facts)
}

/// Reads the script's lines.
fn read(told: &str) -> Result<ProjectFiles, LookError> {
    let mut files = ProjectFiles {
        files: Vec::new(),
        env_path: String::new(),
        env: None,
        composed: Composed::NotAsked("there is no Compose".to_owned()),
        probed: None,
    };
    let mut last = "";
    for line in told.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let not_understood = || LookError::NotUnderstood(clean(line).chars().take(80).collect());
        match word {
            "file" => last = rest,
            "env" => {
                clean(rest).clone_into(&mut files.env_path);
                last = "";
            }
            "text" => {
                let text = decoded(rest).ok_or_else(not_understood)?;
                if last.is_empty() {
                    files.env = Some(text);
                } else {
                    files.files.push(SourceFile {
                        path: clean(last),
                        text,
                    });
                }
            }
            "config" => {
                let text = decoded(rest).ok_or_else(not_understood)?;
                files.composed = match serde_json::from_str(&text) {
                    Ok(value) => Composed::Read(value),
                    Err(error) => Composed::Bad(clean(&error.to_string())),
                };
            }
            "probed" => files.probed = decoded(rest).and_then(|text| serde_json::from_str(&text).ok()),
            "bad" => files.composed = Composed::Bad(clean(rest)),
            "compose" => files.composed = Composed::NotAsked(format!("Compose {} is too old", clean(rest))),
            "none" => {}
            _ => return Err(not_understood()),
        }
    }
    if files.env_path.is_empty() || files.files.is_empty() {
        return Err(LookError::NotUnderstood(clean(told).chars().take(80).collect()));
    }
    Ok(files)
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}
