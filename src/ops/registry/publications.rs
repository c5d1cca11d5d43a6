//! What was published from this machine: a file to which a line is appended for each publication.

use crate::model::fleet::{ContentId, Publication};
use crate::model::names::{Digest, RegistryRepository};
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;

/// Publications that a front end is told: the last ones of a machine that publishes each build.
const TOLD: usize = 512;

/// The publications of this machine. Clones share who is told of a new one.
#[derive(Debug, Clone)]
pub struct Publications {
    path: PathBuf,
    appended: Arc<Notify>,
}

impl Publications {
    /// Those of a state directory.
    pub fn within(state: &Path) -> Self {
        Self {
            path: state.join("published.jsonl"),
            appended: Arc::new(Notify::new()),
        }
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds one, as a whole line that is on the disk when this returns.
    pub fn append(&self, publication: &Publication) -> io::Result<()> {
        let mut line = serde_json::to_vec(publication)?;
        line.push(b'\n');
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?;
        file.lock()?;
        file.write_all(&line)?;
        file.sync_data()?;
        self.appended.notify_one();
        Ok(())
    }

    /// Waits until this process added one that nobody was told of yet.
    pub async fn appended(&self) {
        self.appended.notified().await;
    }

    /// The length of the file, which tells that some process added one.
    pub fn length(&self) -> u64 {
        self.path.metadata().map_or(0, |file| file.len())
    }

    /// What a front end wants to know: the last publication of each image under each tag, the last one first.
    pub fn last_ones(&self) -> io::Result<Vec<Publication>> {
        let mut all = self.all()?;
        all.reverse();
        let mut known = HashSet::new();
        all.retain(|one| known.insert((one.published.clone(), one.content.clone())));
        all.truncate(TOLD);
        Ok(all)
    }

    /// All of them, oldest first. A line that is none, such as one that a full disk cut, is passed over.
    pub fn all(&self) -> io::Result<Vec<Publication>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The digests under which this content was published to a repository, newest first.
    pub fn digests(&self, repository: &RegistryRepository, content: &ContentId) -> io::Result<Vec<Digest>> {
        let mut all = self.all()?;
        all.reverse();
        all.retain(|one| one.published.repository == *repository && one.content == *content);
        Ok(all.into_iter().map(|one| one.digest).collect())
    }

    /// What was published to a repository under a digest.
    pub fn content(&self, repository: &RegistryRepository, digest: &Digest) -> io::Result<Option<ContentId>> {
        let mut all = self.all()?.into_iter();
        let found = all.find(|one| one.published.repository == *repository && one.digest == *digest);
        Ok(found.map(|one| one.content))
    }
}

#[cfg(test)]
mod tests {
    use super::Publications;
    use crate::model::fleet::{ContentId, Publication};
    use crate::model::names::{Digest, ImageId, ImageRef, JobId, RegistryTag};
    use jiff::Timestamp;
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    fn publication(to: &str, content: u8, digest: u8) -> Publication {
        Publication {
            time: Timestamp::UNIX_EPOCH,
            job: JobId::new(Timestamp::UNIX_EPOCH, 1),
            reference: ImageRef::parse("convocate:v1").unwrap(),
            image_id: ImageId(Digest::from_bytes(&[content; 32])),
            content: ContentId(Digest::from_bytes(&[content; 32])),
            published: RegistryTag::parse(to).unwrap(),
            digest: Digest::from_bytes(&[digest; 32]),
        }
    }

    #[test]
    fn a_front_end_is_told_the_last_publication_of_each_image_under_each_tag_the_last_one_first() {
        let folder = tempfile::tempdir().unwrap();
        let all = Publications::within(folder.path());
        assert_eq!((all.length(), all.last_ones().unwrap()), (0, Vec::new()));
        for (to, content, digest) in [
            ("ghcr.io/a/x:v1", 1, 11),
            ("ghcr.io/a/x:v1", 2, 12),
            ("ghcr.io/a/x:v1", 1, 13),
            ("ghcr.io/a/y:v1", 1, 14),
        ] {
            all.append(&publication(to, content, digest)).unwrap();
        }
        let told = all.last_ones().unwrap();
        let digests: Vec<_> = told.into_iter().map(|one| one.digest).collect();
        assert_eq!(digests, [14, 13, 12].map(|byte| Digest::from_bytes(&[byte; 32])));
        assert!(all.length() > 0);
    }

    #[test]
    fn what_was_published_is_found_by_its_content_newest_first_and_a_cut_line_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let all = Publications::within(folder.path());
        assert!(all.all().unwrap().is_empty());
        all.append(&publication("ghcr.io/a/x:v1", 1, 11)).unwrap();
        fs::OpenOptions::new()
            .append(true)
            .open(all.path())
            .unwrap()
            .write_all(b"{\"time\":\n")
            .unwrap();
        for one in [
            publication("ghcr.io/a/x:v2", 1, 12),
            publication("ghcr.io/a/y:v1", 1, 13),
            publication("ghcr.io/a/x:v1", 2, 14),
        ] {
            all.append(&one).unwrap();
        }
        let first = publication("ghcr.io/a/x:v1", 1, 11);
        let found = all.digests(&first.published.repository, &first.content).unwrap();
        assert_eq!(found, [12, 11].map(|byte| Digest::from_bytes(&[byte; 32])));
        assert_eq!(
            fs::metadata(all.path()).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
