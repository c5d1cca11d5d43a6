//! The state of a project that is to be released: the version that it says, and what git says of it.

use super::revision::{Revision, said, said_lines};
use super::version_file::{NoVersion, version_in};
use crate::model::names::Tag;
use crate::model::plan::{ContextFrom, ProjectState, Tree};
use std::path::{Path, PathBuf};

/// Why a project's version is not known.
#[derive(Debug, thiserror::Error)]
pub enum BadProject {
    /// No file says it.
    #[error("{0} has neither a VERSION file nor a Cargo.toml")]
    NoFile(String),
    /// A file does not say it.
    #[error("{}: {why}", file.display())]
    NoVersion {
        /// The file.
        file: PathBuf,
        /// Why not.
        why: NoVersion,
    },
}

/// The files that say a version, the first of them that is there.
const FILES: [&str; 2] = ["VERSION", "Cargo.toml"];

/// Looks at a project: at `file` for its version, else at one in the context. Blocks while git is asked.
pub fn project_state(
    origin: &ContextFrom,
    file: Option<&Path>,
    version: &Tag,
) -> Result<ProjectState, BadProject> {
    let said_in = |file: &Path| {
        version_in(file).map_err(|why| BadProject::NoVersion {
            file: file.to_owned(),
            why,
        })
    };
    match (origin, file) {
        (ContextFrom::Embedded, None) => Ok(ProjectState {
            version_from: ProjectState::CARRIED.to_owned(),
            version: concat!("v", env!("CARGO_PKG_VERSION")).to_owned(),
            tree: Tree::Carried,
        }),
        (ContextFrom::Embedded, Some(file)) => Ok(ProjectState {
            version_from: file.display().to_string(),
            version: said_in(file)?,
            tree: Tree::Carried,
        }),
        (ContextFrom::Directory(folder), file) => {
            let found = || {
                let mut files = FILES.iter().map(|name| Path::new(folder).join(name));
                files.find(|file| file.is_file())
            };
            let file = file.map(Path::to_owned).or_else(found);
            let file = file.ok_or_else(|| BadProject::NoFile(folder.clone()))?;
            Ok(ProjectState {
                version: said_in(&file)?,
                tree: tree(Path::new(folder), &file, version),
                version_from: file.display().to_string(),
            })
        }
    }
}

/// What git says of a context and of the file that says its version.
fn tree(folder: &Path, file: &Path, version: &Tag) -> Tree {
    let git = |words: &[&str]| said(folder, words);
    let state = || {
        let commit = Revision::of(folder).name?;
        let head = git(&["rev-parse", "HEAD"])?;
        let file = std::path::absolute(file).ok()?;
        let file = file.to_str()?;
        // A file outside of the repository is in no commit of it.
        let status = |paths: &[&str]| said_lines(folder, &[&["status", "--porcelain", "--"], paths].concat());
        let changed = status(&[".", file]).or_else(|| {
            // A file outside of the repository is in no commit of it.
            let mut inside = status(&["."])?;
            inside.push(format!("?? {file}"));
            Some(inside)
        })?;
        let wanted = format!("refs/tags/{version}^{{commit}}");
        Some(Tree::Git {
            commit: commit.trim_end_matches("-dirty").to_owned(),
            head,
            // Two letters and a space come before each path.
            changed: changed
                .iter()
                .filter_map(|line| line.get(3..))
                .map(str::to_owned)
                .collect(),
            tagged: git(&["rev-parse", "--verify", "--quiet", &wanted]),
        })
    };
    state().unwrap_or(Tree::Unversioned)
}

#[cfg(test)]
mod tests {
    use super::{BadProject, project_state};
    use crate::model::names::Tag;
    use crate::model::plan::{ContextFrom, Tree};
    use crate::ops::build::git_fixture::{commit_all, git};
    use std::fs;

    #[test]
    fn a_project_says_its_version_and_git_which_files_differ_and_what_the_tag_names() {
        let place = tempfile::tempdir().unwrap();
        let origin = ContextFrom::Directory(place.path().to_str().unwrap().to_owned());
        let tag = Tag::parse("v1.2.0").unwrap();
        let look = || project_state(&origin, None, &tag);
        assert!(matches!(look(), Err(BadProject::NoFile(_))));
        fs::write(place.path().join("VERSION"), "1.2.0\n").unwrap();
        assert_eq!(look().unwrap().tree, Tree::Unversioned);
        git(place.path(), &["init", "-q"]);
        fs::write(place.path().join("Dockerfile"), "FROM scratch\n").unwrap();
        commit_all(place.path(), "one");
        let Tree::Git {
            commit,
            head,
            changed,
            tagged,
        } = look().unwrap().tree
        else {
            panic!("git does not answer")
        };
        assert_eq!((commit, changed, tagged), (head.clone(), vec![], None));
        git(place.path(), &["tag", "-a", "-m", "it", "v1.2.0"]);
        fs::write(place.path().join("new file"), "").unwrap();
        fs::write(place.path().join("Dockerfile"), "FROM other\n").unwrap();
        let Tree::Git { changed, tagged, .. } = look().unwrap().tree else {
            panic!("git does not answer")
        };
        assert_eq!(changed, ["Dockerfile", "\"new file\""]);
        assert_eq!(tagged, Some(head));
    }

    #[test]
    fn a_version_file_beside_the_repository_is_in_no_commit() {
        let place = tempfile::tempdir().unwrap();
        let project = place.path().join("project");
        fs::create_dir(&project).unwrap();
        fs::write(project.join("Dockerfile"), "FROM scratch\n").unwrap();
        git(&project, &["init", "-q"]);
        commit_all(&project, "one");
        let file = place.path().join("VERSION");
        fs::write(&file, "v2\n").unwrap();
        let origin = ContextFrom::Directory(project.to_str().unwrap().to_owned());
        let state = project_state(&origin, Some(&file), &Tag::parse("v2").unwrap()).unwrap();
        let Tree::Git { changed, .. } = state.tree else {
            panic!("git does not answer")
        };
        assert_eq!(changed, [file.to_str().unwrap()]);
    }
}
