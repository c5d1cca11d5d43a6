//! What a host has of a project that is to be put there, and what its Compose makes of the files before they are: asked before a plan
//! is shown, and once more before anything is put.

use super::host::Place;
use crate::model::clean::clean;
use crate::model::compose::bootstrap::{Bootstrap, FolderSeen, HostProject, ProjectContainer, Tried};
use crate::model::fleet::{ContainerState, ContentId};
use crate::model::names::{Digest, RegistryDigest, RegistryTag};
use crate::ops::ports::{EngineError, ListedContainer, Script, ScriptCall, ShellError};
use crate::ops::registry::{Asking, Keychain, LOOKS, Publications, RegistryError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::io::Cursor;
use std::time::Duration;

/// How long one question may take; Compose reads the project for one of them.
const ASKED: Duration = Duration::from_mins(1);

const LOOK: Script = Script {
    name: "compose bootstrap look",
    text: concat!(
        include_str!("../../../assets/host/engine.sh"),
        include_str!("../../../assets/host/compose/bootstrap/look.sh")
    ),
};

const TRY: Script = Script {
    name: "compose bootstrap try",
    text: concat!(
        include_str!("../../../assets/host/engine.sh"),
        include_str!("../../../assets/host/compose/run.sh"),
        "\n",
        include_str!("../../../assets/host/compose/bootstrap/try.sh")
    ),
};

const PATHS: Script = Script {
    name: "compose bootstrap paths",
    text: include_str!("../../../assets/host/compose/bootstrap/paths.sh"),
};

/// Why a host does not tell.
#[derive(Debug, thiserror::Error)]
pub enum NoBootstrap {
    /// The engine does not answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The script did not run.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// Compose does not take the files.
    #[error("Compose does not take the project: {0}")]
    Bad(String),
    /// The answer is none.
    #[error("{0}")]
    NotUnderstood(String),
}

/// What the host has of it.
pub async fn look_at_project(place: &Place, one: &Bootstrap) -> Result<HostProject, NoBootstrap> {
    let engine = place.engine.clone().map_err(EngineError::Unreachable)?;
    let arguments = [
        place.socket.clone(),
        one.project.to_string(),
        one.folder.to_string(),
    ];
    let told = asked(place, ScriptCall::question(LOOK, arguments)).await?;
    let mut seen = read(&told)?;
    let containers = engine.containers().await?;
    seen.containers = containers
        .iter()
        .filter_map(|container| of_project(container, one))
        .collect();
    let image = engine.image(&one.pinned.to_string()).await?;
    (seen.image, seen.content) = image.map(|image| (image.id, image.content)).unzip();
    Ok(seen)
}

/// What Compose makes of the files, and which of the paths that services have mounted are not there.
pub async fn try_project(
    place: &Place,
    one: &Bootstrap,
    seen: &HostProject,
    env: &str,
) -> Result<Tried, NoBootstrap> {
    let kind = seen.compose.as_ref().map_or("plugin", |(kind, _)| kind.as_str());
    let (user, home) = &seen.account;
    let arguments = [
        place.socket.as_str(),
        kind,
        one.project.as_str(),
        one.folder.as_str(),
        user,
        home,
    ];
    let lines = [one.text.as_str(), env].map(|text| BASE64_STANDARD.encode(text) + "\n");
    let mut input = Cursor::new(lines.concat().into_bytes());
    let mut call = ScriptCall::question(TRY, arguments);
    call.input = Some(&mut input);
    let told = asked(place, call).await?;
    let values = |word: &str| -> Vec<String> {
        let lines = told.lines().filter_map(|line| line.strip_prefix(word));
        lines.map(|rest| rest.trim().to_owned()).collect()
    };
    if let Some(why) = values("bad ").first() {
        return Err(NoBootstrap::Bad(clean(why)));
    }
    let config = values("config ")
        .first()
        .and_then(|text| BASE64_STANDARD.decode(text).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| not_understood(&told))?;
    let paths = Tried::paths(&config, one.folder.as_str());
    let arguments = std::iter::once(place.socket.clone()).chain(paths);
    let missing = asked(place, ScriptCall::question(PATHS, arguments)).await?;
    Ok(Tried {
        config,
        unset: values("unset "),
        missing: missing.lines().map(str::to_owned).collect(),
    })
}

/// What is in the image that a registry has under a digest, where this machine knows: its engine has it, or it was published from here.
pub async fn content_here(
    here: &Place,
    publications: &Publications,
    from: &RegistryDigest,
) -> Option<ContentId> {
    if let Ok(engine) = &here.engine
        && let Ok(Some(image)) = engine.image(&from.to_string()).await
    {
        return Some(image.content);
    }
    publications
        .content(&from.repository, &from.digest)
        .ok()
        .flatten()
}

/// The digest that a tag has in its registry, as the engine of the host is told; none where there is no such tag.
pub async fn published_digest(
    place: &Place,
    keychain: &Keychain,
    tag: &RegistryTag,
) -> Result<Option<Digest>, RegistryError> {
    let engine = place.engine.clone().map_err(EngineError::Unreachable);
    let engine = engine.map_err(|error| RegistryError::of(&error))?;
    let asking = Asking {
        engine: &*engine,
        keychain,
        reporter: None,
        tries: LOOKS,
    };
    asking.digest(tag).await
}

async fn asked(place: &Place, call: ScriptCall<'_>) -> Result<String, NoBootstrap> {
    let mut call = call.within(ASKED);
    call.as_root = place.as_root;
    let output = place.shell.run(call).await?;
    output
        .success()
        .map_err(|why| NoBootstrap::NotUnderstood(clean(&why)))
}

/// A container of it, whatever made it.
fn of_project(container: &ListedContainer, one: &Bootstrap) -> Option<ProjectContainer> {
    let label = |wanted: &str| {
        let mut labels = container.labels.iter();
        labels
            .find(|(key, _)| key == wanted)
            .map(|(_, value)| value.as_str())
    };
    if label("com.docker.compose.project") != Some(one.project.as_str()) {
        return None;
    }
    // What `run` made is of no service, whatever it is labelled with.
    let is_of_run = label("com.docker.compose.oneoff") == Some("True");
    let service = label("com.docker.compose.service").filter(|_| !is_of_run);
    Some(ProjectContainer {
        name: container.name.clone(),
        service: service.unwrap_or_default().to_owned(),
        is_up: container.state == ContainerState::Running,
        image: container.image_id.clone(),
    })
}

/// Reads the lines of the look.
fn read(told: &str) -> Result<HostProject, NoBootstrap> {
    let mut seen = HostProject::default();
    let mut is_whole = false;
    for line in told.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let pair = || {
            rest.split_once(' ')
                .map(|(one, two)| (one.to_owned(), two.to_owned()))
        };
        match word {
            "compose" => seen.compose = pair().map(|(kind, version)| (kind, clean(&version))),
            "none" => {}
            "account" => seen.account = pair().ok_or_else(|| not_understood(line))?,
            "folder" => {
                is_whole = true;
                seen.folder = match rest {
                    "there" => FolderSeen::There,
                    "missing" => FolderSeen::Missing,
                    _ => FolderSeen::Strange,
                };
            }
            "parent" => seen.above = Some(rest.to_owned()),
            "other" => seen.others.push(rest.to_owned()),
            "file" => {
                seen.file = Some(text(rest).ok_or_else(|| not_understood("the Compose file is no text"))?);
            }
            "env" => seen.env = Some(text(rest).ok_or_else(|| not_understood("the .env is no text"))?),
            "volume" => seen.volumes.push(rest.to_owned()),
            _ => return Err(not_understood(line)),
        }
    }
    if is_whole {
        Ok(seen)
    } else {
        Err(not_understood(told))
    }
}

fn text(encoded: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()
}

fn not_understood(told: &str) -> NoBootstrap {
    let told: String = clean(told).chars().take(80).collect();
    NoBootstrap::NotUnderstood(format!("the answer {told:?} is not understood"))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::compose::bootstrap::FolderSeen;

    #[test]
    fn what_a_bare_host_tells_is_read_and_what_is_no_answer_is_refused() {
        let bare = read("compose plugin 2.26.1\nfolder missing\naccount root /root\n").unwrap();
        assert_eq!(bare.compose, Some(("plugin".to_owned(), "2.26.1".to_owned())));
        assert_eq!(bare.account, ("root".to_owned(), "/root".to_owned()));
        assert_eq!((bare.folder, bare.env), (FolderSeen::Missing, None));
        let used = "none\nfolder there\naccount ops /home/ops\nother /srv/f/compose.yml\nenv QT0xCg==\nvolume f_home\n";
        let used = read(used).unwrap();
        assert_eq!(used.compose, None);
        assert_eq!(used.others, ["/srv/f/compose.yml"]);
        assert_eq!((used.env.as_deref(), used.volumes.len()), (Some("A=1\n"), 1));
        for none in [
            "",
            "compose plugin 2\n",
            "folder there\nwhat\n",
            "folder there\nenv !\n",
        ] {
            assert!(read(none).is_err(), "{none:?}");
        }
    }
}
