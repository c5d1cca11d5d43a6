//! What came of checks of an image against contracts, beside its record, with which it goes: so a plan knows it at once.

use super::failure::StoreError;
use super::store::{LayerStore, files_in};
use super::unfinished;
use crate::model::contract::Verdict;
use crate::model::names::{Digest, ImageId};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Verdicts that are kept for each image; the oldest go. An image has few contracts, and each has few versions.
const VERDICTS: usize = 16;

/// A verdict, and what it is about.
///
/// The image is known by its id and not by its content: that leaves out the history, in which a contract looks for secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVerdict {
    /// The image.
    pub image: ImageId,
    /// The digest of the contract as it was used.
    pub contract: Digest,
    /// What came of it.
    pub verdict: Verdict,
}

/// The file of an image.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The version of this form, and of the checks: another version may see more, or less.
    form: u32,
    tagboat: String,
    verdicts: Vec<KeptVerdict>,
}

impl Kept {
    const FORM: u32 = 1;

    fn of(verdicts: Vec<KeptVerdict>) -> Self {
        Self {
            form: Self::FORM,
            tagboat: env!("CARGO_PKG_VERSION").to_owned(),
            verdicts,
        }
    }

    /// What of a file is of use; nothing where it is damaged or of another version, so that it is made anew.
    fn read(path: &Path) -> Vec<KeptVerdict> {
        let bytes = fs::read(path).ok();
        let kept = bytes.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        let is_ours = |kept: &Self| kept.form == Self::FORM && kept.tagboat == env!("CARGO_PKG_VERSION");
        kept.filter(is_ours).map(|kept| kept.verdicts).unwrap_or_default()
    }
}

impl LayerStore {
    /// What came of the check of an image against the contract of this digest.
    pub fn verdict(&self, image: &ImageId, contract: &Digest) -> Option<Verdict> {
        let mut kept = Kept::read(&self.verdicts_path(image)).into_iter();
        let found = kept.find(|one| one.image == *image && one.contract == *contract);
        found.map(|one| one.verdict)
    }

    /// What came of all checks that are kept.
    pub fn verdicts(&self) -> Vec<KeptVerdict> {
        let files = files_in(&self.images_folder(), ".verdicts");
        files.iter().flat_map(|(_, path)| Kept::read(path)).collect()
    }

    /// Keeps what came of a check.
    ///
    /// # Errors
    /// When it cannot be written; what was kept stays then.
    pub fn keep_verdict(&self, new: KeptVerdict) -> Result<(), StoreError> {
        let path = self.verdicts_path(&new.image);
        let mut verdicts = Kept::read(&path);
        verdicts.retain(|one| one.image == new.image && one.contract != new.contract);
        verdicts.push(new);
        verdicts.drain(..verdicts.len().saturating_sub(VERDICTS));
        let text = serde_json::to_vec(&Kept::of(verdicts)).map_err(|error| StoreError::new(&path, error))?;
        unfinished::write_whole(&path, &text)
    }

    fn verdicts_path(&self, image: &ImageId) -> PathBuf {
        self.images_folder().join(format!("{}.verdicts", image.0.hex()))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptVerdict, VERDICTS};
    use crate::model::contract::Verdict;
    use crate::model::names::{Digest, ImageId};
    use crate::ops::layers::LayerStore;
    use std::fs;

    fn digest(of: u8) -> Digest {
        Digest::from_bytes(&[of; 32])
    }

    fn kept(contract: u8, fails: usize) -> KeptVerdict {
        KeptVerdict {
            image: ImageId(digest(1)),
            contract: digest(contract),
            verdict: Verdict {
                fails,
                ..Verdict::default()
            },
        }
    }

    #[test]
    fn a_verdict_is_of_one_image_and_one_contract_and_the_last_one_counts() {
        let folder = tempfile::tempdir().unwrap();
        let store = LayerStore::new(folder.path().join("layers"));
        let image = ImageId(digest(1));
        for one in [kept(7, 3), kept(8, 0), kept(7, 1)] {
            store.keep_verdict(one).unwrap();
        }
        assert_eq!(store.verdict(&image, &digest(7)).unwrap().fails, 1);
        assert_eq!(store.verdict(&image, &digest(8)).unwrap().fails, 0);
        assert_eq!(store.verdict(&image, &digest(9)), None);
        assert_eq!(store.verdict(&ImageId(digest(2)), &digest(7)), None);
        assert_eq!(store.verdicts(), [kept(8, 0), kept(7, 1)]);
        for contract in 20..60 {
            store.keep_verdict(kept(contract, 0)).unwrap();
        }
        assert_eq!(store.verdicts().len(), VERDICTS);
        store.clear().unwrap();
        assert_eq!(store.verdicts(), []);
    }

    #[test]
    fn a_verdict_goes_with_the_record_of_its_image() {
        let folder = tempfile::tempdir().unwrap();
        let store = LayerStore::new(folder.path().join("layers"));
        store.keep_verdict(kept(7, 0)).unwrap();
        let record = store.verdicts_path(&ImageId(digest(1))).with_extension("json");
        fs::write(&record, "{}").unwrap();
        store.sweep();
        assert_eq!(store.verdicts().len(), 1);
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::open(&record).unwrap().set_modified(long_ago).unwrap();
        for number in 0..500 {
            fs::write(record.with_file_name(format!("{number}.json")), "{}").unwrap();
        }
        store.sweep();
        assert!(!record.exists());
        assert_eq!(store.verdicts(), []);
    }

    #[test]
    fn a_file_that_is_damaged_or_of_another_version_counts_as_none_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = LayerStore::new(folder.path().join("layers"));
        let image = ImageId(digest(1));
        store.keep_verdict(kept(7, 0)).unwrap();
        let path = store.verdicts_path(&image);
        let whole = fs::read_to_string(&path).unwrap();
        for spoilt in [
            whole[..whole.len() / 2].to_owned(),
            whole.replace("\"form\":1", "\"form\":2"),
            whole.replace(env!("CARGO_PKG_VERSION"), "0.0.0-of-another-day"),
        ] {
            fs::write(&path, spoilt).unwrap();
            assert_eq!(store.verdict(&image, &digest(7)), None);
            store.keep_verdict(kept(7, 0)).unwrap();
            assert!(store.verdict(&image, &digest(7)).is_some());
        }
    }
}
