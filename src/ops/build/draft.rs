//! From what is wanted built to what can be planned: the context, the builder and the labels, as they are found here.

use super::buildx::{NoBuildx, find_buildx};
use super::embedded::EMBEDDED_EPOCH;
use super::pack::look;
use super::revision::Revision;
use super::source_files::BadContext;
use crate::model::names::ImageRef;
use crate::model::plan::{BuildDraft, BuildWish, Builder, ContextFrom};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;

/// Why a build cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum BadDraft {
    /// The context is none.
    #[error(transparent)]
    Context(#[from] BadContext),
    /// The builder that was asked for is not here.
    #[error(transparent)]
    NoBuilder(#[from] NoBuildx),
    /// Nobody looks any more.
    #[error("the look at the context was ended")]
    Ended,
}

impl BadDraft {
    /// What the operator can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Context(BadContext::NoDirectory { .. }) => "name the directory of a project",
            Self::Context(BadContext::NoDockerfile { .. }) => {
                "name it with --file, from the root of the context, or write one to begin with: tagboat build --eject DIR"
            }
            Self::Context(BadContext::DockerfileElsewhere(_)) => "name it from the root of the context",
            Self::Context(BadContext::BadPattern { .. }) => "mend that line",
            Self::Context(BadContext::NotAFile { .. }) => "leave it out: write its path into .dockerignore",
            Self::Context(BadContext::Unreadable { .. }) => {
                "look at its rights, or leave it out: write its path into .dockerignore"
            }
            Self::NoBuilder(_) => "install the package docker-buildx, or build with --builder classic",
            Self::Context(BadContext::Unwritable(_) | BadContext::Ended) | Self::Ended => "run it again",
        }
    }
}

/// Looks at the context, and for a builder.
pub async fn draft_build(wish: BuildWish, now: Timestamp) -> Result<BuildDraft, BadDraft> {
    let mut settings = wish.settings;
    settings.builder = builder(wish.builder).await?;
    let (origin, dockerfile, epoch) = (wish.origin, wish.dockerfile, settings.epoch);
    let looked = spawn_blocking(move || {
        let origin = found(origin)?;
        let revision = revision(&origin);
        let epoch = epoch.or(revision.committed_at);
        Ok::<_, BadContext>((look(origin, &dockerfile, epoch)?, revision, epoch))
    });
    let (context, revision, epoch) = looked.await.map_err(|_| BadDraft::Ended)??;
    settings.epoch = epoch;
    Ok(BuildDraft {
        labels: labels(&wish.reference, &revision, epoch, now),
        reference: wish.reference,
        context,
        settings,
    })
}

/// Where it really is: by its absolute path, without links.
fn found(origin: ContextFrom) -> Result<ContextFrom, BadContext> {
    let ContextFrom::Directory(text) = origin else {
        return Ok(ContextFrom::Embedded);
    };
    let path = match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(text),
    };
    let refuse = |error| BadContext::NoDirectory {
        path: path.clone(),
        error,
    };
    let found = std::fs::canonicalize(&path).map_err(refuse)?;
    let text = found.into_os_string().into_string();
    text.map(ContextFrom::Directory)
        .map_err(|_| refuse(std::io::ErrorKind::InvalidFilename.into()))
}

fn revision(origin: &ContextFrom) -> Revision {
    match origin {
        ContextFrom::Embedded => Revision {
            name: Some(concat!("tagboat-", env!("CARGO_PKG_VERSION")).to_owned()),
            committed_at: Some(EMBEDDED_EPOCH),
            source: None,
        },
        ContextFrom::Directory(path) => Revision::of(Path::new(path)),
    }
}

async fn builder(wanted: Option<Builder>) -> Result<Builder, NoBuildx> {
    if wanted == Some(Builder::Classic) {
        return Ok(Builder::Classic);
    }
    match (find_buildx().await, wanted) {
        (Ok(_), _) => Ok(Builder::Buildkit),
        (Err(why), Some(_)) => Err(why),
        (Err(why), None) => {
            tracing::info!(%why, "the classic builder is used");
            Ok(Builder::Classic)
        }
    }
}

/// What the image says of itself, in the words of the Open Container Initiative.
fn labels(
    reference: &ImageRef,
    revision: &Revision,
    epoch: Option<i64>,
    now: Timestamp,
) -> BTreeMap<String, String> {
    let created = epoch
        .and_then(|second| Timestamp::from_second(second).ok())
        .unwrap_or(now);
    let created = created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let known = [
        ("version", Some(reference.tag.to_string())),
        ("created", Some(created)),
        ("revision", revision.name.clone()),
        ("source", revision.source.clone()),
    ];
    known
        .into_iter()
        .filter_map(|(key, value)| Some((format!("org.opencontainers.image.{key}"), value?)))
        .collect()
}
