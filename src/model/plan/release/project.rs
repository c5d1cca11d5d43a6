//! The project of a release: which version it says it is, and whether what is built is what it has committed.

use crate::model::failure::Refusal;
use crate::model::plan::count;
use serde::{Deserialize, Serialize};

/// A project as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectState {
    /// What says the version: a file, or this tagboat.
    pub version_from: String,
    /// The version that it says.
    pub version: String,
    /// What git says of the context and of that file.
    pub tree: Tree,
}

/// What git says of what is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tree", rename_all = "snake_case")]
pub enum Tree {
    /// It is the context that this tagboat carries, which nobody changes.
    Carried,
    /// It is in no repository, or git is not here.
    Unversioned,
    /// A repository.
    Git {
        /// The last commit that changed the context: the revision of the image.
        commit: String,
        /// What is checked out.
        head: String,
        /// The files that are not as they are committed, in git's order.
        changed: Vec<String>,
        /// The commit that the git tag of this version names, where there is one.
        tagged: Option<String>,
    },
}

/// Files that are named; of more, the number is.
const NAMED: usize = 5;
/// Digits of a commit that are shown.
const SHORT: usize = 12;

impl ProjectState {
    /// What says the version of the context that this tagboat carries.
    pub const CARRIED: &str = "this tagboat";

    /// Whether it is the released version, with or without the `v` of tags.
    pub(super) fn is_version(&self, version: &str) -> bool {
        let bare = |text: &'_ str| text.strip_prefix('v').unwrap_or(text).to_owned();
        bare(&self.version) == bare(version)
    }

    /// Refuses a version that the project does not say, and a tree of which git does not say that it is all committed.
    pub(super) fn refuse(&self, version: &str, allow_dirty: bool) -> Result<(), Refusal> {
        if !self.is_version(version) {
            return Err(Refusal::of_plan(
                format!(
                    "{} says {}, and {version} is to be released",
                    self.version_from, self.version
                ),
                if self.version_from == Self::CARRIED {
                    format!(
                        "name the project that is released (--context DIR), or release {}",
                        self.version
                    )
                } else {
                    format!("write {version} there and commit it, or release {}", self.version)
                },
            ));
        }
        match &self.tree {
            Tree::Git {
                head,
                tagged: Some(tagged),
                ..
            } if tagged != head => Err(Refusal::of_plan(
                format!(
                    "the git tag {version} names {}, and {} is checked out",
                    short(tagged),
                    short(head)
                ),
                format!("check {version} out, or release another version"),
            )),
            Tree::Git { changed, .. } if !changed.is_empty() && !allow_dirty => Err(Refusal::of_plan(
                format!("what is built is not what is committed: {}", named(changed)),
                "commit it or put it away, or release it all the same with --allow-dirty",
            )),
            Tree::Unversioned if !allow_dirty => Err(Refusal::of_plan(
                "git does not say what is built: it is in no repository, or git is not here",
                "commit the project, or release it all the same with --allow-dirty",
            )),
            Tree::Carried | Tree::Unversioned | Tree::Git { .. } => Ok(()),
        }
    }

    /// The commit that an image of it names as its revision; none where files differ from it.
    pub(super) fn clean_commit(&self) -> Option<&str> {
        match &self.tree {
            Tree::Git { commit, changed, .. } if changed.is_empty() => Some(commit),
            Tree::Carried | Tree::Unversioned | Tree::Git { .. } => None,
        }
    }

    /// What it says and what git says of it, in one line.
    pub fn words(&self) -> String {
        let says = format!("{} says {}", self.version_from, self.version);
        match &self.tree {
            Tree::Carried => says,
            Tree::Unversioned => format!("{says}; not in git (--allow-dirty)"),
            Tree::Git {
                commit,
                changed,
                tagged,
                head: _,
            } => {
                let commit = short(commit);
                let tagged = if tagged.is_some() {
                    ", which is tagged so"
                } else {
                    ""
                };
                match changed.as_slice() {
                    [] => format!("{says}; the tree is as committed in {commit}{tagged}"),
                    changed => format!("{says}; beside {commit}, {} (--allow-dirty)", named(changed)),
                }
            }
        }
    }
}

fn short(commit: &str) -> &str {
    commit.get(..SHORT).unwrap_or(commit)
}

fn named(changed: &[String]) -> String {
    let first = changed.iter().take(NAMED).map(String::as_str);
    let first = first.collect::<Vec<_>>().join(", ");
    match changed.len().saturating_sub(NAMED) {
        0 => format!("{first} changed"),
        more => format!("{first} and {} more changed", count(more, "file")),
    }
}
