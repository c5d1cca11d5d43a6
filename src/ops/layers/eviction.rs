//! What the store holds, and what goes when that is too much.

use super::failure::StoreError;
use super::images;
use super::store::{LayerStore, files_in};
use super::unfinished;
use super::usage::Usage;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Records of images that are kept; the oldest go. Each is about 20 kB.
const RECORDS: usize = 500;

/// Something with a size that can go.
struct Kept {
    facts: PathBuf,
    content: PathBuf,
    bytes: u64,
    used: SystemTime,
    /// The layer's digest in hex; none for an archive that was made of layers.
    layer: Option<String>,
}

impl LayerStore {
    /// How much there is.
    pub fn usage(&self) -> Usage {
        let kept = self.kept();
        let layers = kept.iter().filter(|one| one.layer.is_some()).count();
        Usage {
            layers,
            archives: kept.len() - layers,
            bytes: kept.iter().map(|one| one.bytes).sum(),
            limit: self.shared.limit,
            last_used: kept.iter().map(|one| one.used).max(),
        }
    }

    /// Removes what was not used for the longest time until the rest is within the limit. What this console holds stays.
    pub fn evict(&self) {
        let mut kept = self.kept();
        kept.sort_by_key(|one| one.used);
        let mut bytes: u64 = kept.iter().map(|one| one.bytes).sum();
        for one in kept {
            if bytes <= self.shared.limit {
                break;
            }
            if one.layer.as_deref().is_some_and(|hex| self.is_held(hex)) {
                continue;
            }
            // Without its facts it is not used, so they go first.
            unfinished::remove(&one.facts);
            unfinished::remove(&one.content);
            bytes -= one.bytes;
        }
    }

    /// Removes everything. Who holds a layer can still read it.
    ///
    /// # Errors
    /// When something stays.
    pub fn clear(&self) -> Result<(), StoreError> {
        for folder in [self.folder(), &self.images_folder(), &self.derived_folder()] {
            // Facts and records come first: without them nothing is used. What is unfinished belongs to who writes it.
            for ending in [".json", ".costs", ".verdicts", ".layer", ".index", ".tar.gz"] {
                for (_, path) in files_in(folder, ending) {
                    match fs::remove_file(&path) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(StoreError::new(&path, error));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Removes what killed consoles left, the oldest records of images, and indexes of layers that no record names.
    pub fn sweep(&self) {
        for folder in [self.folder(), &self.images_folder(), &self.derived_folder()] {
            unfinished::sweep(folder);
        }
        for (hex, path) in files_in(self.folder(), ".layer") {
            if !self.folder().join(format!("{hex}.json")).exists() && unfinished::is_left_over(&path) {
                unfinished::remove(&path);
            }
        }
        let mut records = files_in(&self.images_folder(), ".json");
        records.sort_by_key(|(_, path)| modified(path));
        let surplus = records.len().saturating_sub(RECORDS);
        for (_, path) in records.drain(..surplus) {
            unfinished::remove(&path.with_extension("costs"));
            unfinished::remove(&path.with_extension("verdicts"));
            unfinished::remove(&path);
        }
        let named: BTreeSet<_> = records
            .iter()
            .filter_map(|(_, path)| images::read(path))
            .flat_map(|record| record.layers)
            .map(|layer| layer.id.hex().to_owned())
            .collect();
        for (hex, path) in files_in(self.folder(), ".index") {
            if !named.contains(&hex) && !self.folder().join(format!("{hex}.layer")).exists() {
                unfinished::remove(&path);
            }
        }
    }

    /// Where archives are that were made from layers and are kept.
    pub fn derived_folder(&self) -> PathBuf {
        self.folder().join("derived")
    }

    fn kept(&self) -> Vec<Kept> {
        let layers = files_in(self.folder(), ".layer").into_iter().map(|(hex, path)| {
            let facts = path.with_extension("json");
            (Some(hex), facts, path)
        });
        let derived = files_in(&self.derived_folder(), ".json").into_iter();
        let archives = derived.map(|(_, facts)| (None, facts.clone(), facts.with_extension("")));
        let kept = layers.chain(archives).filter_map(|(layer, facts, content)| {
            Some(Kept {
                bytes: fs::metadata(&content).ok()?.len(),
                // One without facts is not whole yet, or not any more.
                used: modified(&facts)?,
                facts,
                content,
                layer,
            })
        });
        kept.collect()
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|facts| facts.modified()).ok()
}
