//! Checks images against the contracts of profiles, each once: the verdict is kept, and known to the next who asks.

use super::error::CheckError;
use super::image::facts_of_record;
use crate::model::contract::{Contract, Report, Verdict, check_image};
use crate::model::fleet::{SourceImage, StockedContract};
use crate::model::names::{Digest, ImageId, ImageName, ImageRef};
use crate::model::profile::HostSettings;
use crate::ops::config::{ConfigError, ContractSet};
use crate::ops::export::Exports;
use crate::ops::layers::{ImageRecord, KeptVerdict, LayerStore, Priority};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The checks of one console. Clones share them.
#[derive(Clone, Default)]
pub struct Checker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    contracts: ContractSet,
    /// The contracts of the profiles, and the image that each is about.
    asked: BTreeSet<(ImageName, String)>,
    /// What was made here last, where it cannot be kept on the disk: hosts of one push ask one after the other. Who holds it checks.
    made: tokio::sync::Mutex<Vec<KeptVerdict>>,
}

/// Verdicts that are kept in memory.
const MADE: usize = 16;

/// A contract as it is now.
#[derive(Debug, Clone)]
pub struct UsedContract {
    /// What it requires.
    pub contract: Contract,
    /// The digest of all that.
    pub digest: Digest,
}

impl UsedContract {
    /// A contract as it was read.
    pub fn of(contract: Contract) -> Self {
        // Structs of texts and numbers always have this form.
        let text = serde_json::to_vec(&contract).unwrap_or_else(|_| format!("{contract:?}").into_bytes());
        Self {
            digest: Digest::from_bytes(&Sha256::digest(text).into()),
            contract,
        }
    }
}

impl Checker {
    /// Checks against the contracts of the profiles of these hosts.
    pub fn new(contracts: ContractSet, hosts: &[HostSettings]) -> Self {
        let profiles = hosts.iter().map(|host| &host.profile);
        let asked = profiles.filter_map(|profile| Some((profile.image.clone(), profile.contract.clone()?)));
        let shared = Shared {
            contracts,
            asked: asked.collect(),
            made: tokio::sync::Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The contracts that an image must meet by its name.
    pub fn contracts_of(&self, image: &ImageName) -> impl Iterator<Item = &str> {
        let of_image = self.shared.asked.iter().filter(move |(known, _)| known == image);
        of_image.map(|(_, contract)| contract.as_str())
    }

    /// The contracts of the profiles, each once.
    fn asked(&self) -> BTreeSet<&String> {
        self.shared.asked.iter().map(|(_, name)| name).collect()
    }

    /// A contract as it is now. Blocks for as long as a small file takes.
    pub fn contract(&self, name: &str) -> Result<UsedContract, ConfigError> {
        self.shared.contracts.find(name).map(UsedContract::of)
    }

    /// The contracts of the profiles as they are now, and what is kept of images that were checked against them. Blocks.
    pub fn stocked(&self, store: &LayerStore) -> BTreeMap<String, StockedContract> {
        let kept = store.verdicts();
        let stocked = self.asked().into_iter().map(|name| {
            let digest = self.contract(name).map(|used| used.digest);
            let is_now = |one: &&KeptVerdict| digest.as_ref() == Ok(&one.contract);
            let verdicts = kept.iter().filter(is_now);
            let verdicts = verdicts.map(|one| (one.image.clone(), one.verdict.clone()));
            let stocked = StockedContract {
                verdicts: verdicts.collect(),
                digest: digest.map_err(|error| error.to_string()),
            };
            (name.clone(), stocked)
        });
        stocked.collect()
    }

    /// What comes of an image; it is read only where that is not known. Who asks for the same meanwhile waits for the same reading.
    pub async fn verdict(
        &self,
        exports: &Exports,
        used: &UsedContract,
        (reference, image): (&ImageRef, &SourceImage),
        progress: impl FnMut(u64) + Send,
        cancel: &CancellationToken,
    ) -> Result<Verdict, CheckError> {
        if let Some(verdict) = exports.store().verdict(&image.id, &used.digest) {
            return Ok(verdict);
        }
        let (record, _) = exports.ingest(image, reference, progress, cancel).await?;
        let mut made = self.turn(cancel).await?;
        let is_it = |one: &&KeptVerdict| one.image == image.id && one.contract == used.digest;
        let known = made.iter().find(is_it).map(|one| one.verdict.clone());
        if let Some(verdict) = known.or_else(|| exports.store().verdict(&image.id, &used.digest)) {
            return Ok(verdict);
        }
        let report = read(exports, used, record, cancel).await?;
        let kept = keep(exports.store(), &image.id, used, &report);
        let verdict = kept.verdict.clone();
        made.truncate(MADE - 1);
        made.insert(0, kept);
        Ok(verdict)
    }

    /// All that is found in an image, read anew whatever is known. The verdict of it is kept.
    pub async fn report(
        &self,
        exports: &Exports,
        used: &UsedContract,
        (reference, image): (&ImageRef, &SourceImage),
        cancel: &CancellationToken,
    ) -> Result<Report, CheckError> {
        let (record, _) = exports.ingest(image, reference, |_| {}, cancel).await?;
        let _turn = self.turn(cancel).await?;
        let report = read(exports, used, record, cancel).await?;
        keep(exports.store(), &image.id, used, &report);
        Ok(report)
    }

    /// What the contracts of the profiles require now, by their names: none of one that cannot be used. Blocks.
    pub fn digests(&self) -> BTreeMap<String, Option<Digest>> {
        let digest = |name: &String| self.contract(name).ok().map(|used| used.digest);
        let names = self.asked().into_iter();
        names.map(|name| (name.clone(), digest(name))).collect()
    }

    /// Whether somebody's image is being read.
    pub fn is_reading(&self) -> bool {
        self.shared.made.try_lock().is_err()
    }

    /// Reads an image that the store has whole, where the verdict of it is not known, behind everything else on this machine, and keeps
    /// what comes of it. Nobody's turn waits for that: who asks meanwhile reads by himself.
    pub async fn recheck(
        &self,
        store: &LayerStore,
        name: &str,
        image: &ImageId,
    ) -> Result<Option<Verdict>, CheckError> {
        let cancel = CancellationToken::new();
        let _ended_with_this = cancel.clone().drop_guard();
        let (tell, told) = tokio::sync::oneshot::channel();
        let (checker, store, name, image) = (self.clone(), store.clone(), name.to_owned(), image.clone());
        let read = move || {
            Priority::Background.apply();
            // Nobody waits any more where it cannot be told.
            let _ = tell.send(checker.read_unknown(&store, &name, &image, &cancel));
        };
        std::thread::spawn(read);
        told.await.unwrap_or(Err(CheckError::Cancelled))
    }

    fn read_unknown(
        &self,
        store: &LayerStore,
        name: &str,
        image: &ImageId,
        cancel: &CancellationToken,
    ) -> Result<Option<Verdict>, CheckError> {
        // That a contract cannot be used is told with the stock.
        let used = self.contract(name).ok();
        let unknown = used.filter(|used| store.verdict(image, &used.digest).is_none());
        let (Some(used), Some(record)) = (unknown, store.image(image)) else {
            return Ok(None);
        };
        let layers: Vec<_> = record.layers.iter().map(|layer| layer.id.clone()).collect();
        if !store.has_image(image, &layers) {
            return Ok(None);
        }
        let facts = facts_of_record(store, &Arc::new(record), cancel)?;
        let kept = keep(store, image, &used, &check_image(&used.contract, &facts));
        Ok(Some(kept.verdict))
    }

    /// One image is read after the other: each takes a processor, and the memory of its list of files.
    async fn turn(
        &self,
        cancel: &CancellationToken,
    ) -> Result<tokio::sync::MutexGuard<'_, Vec<KeptVerdict>>, CheckError> {
        tokio::select! {
            turn = self.shared.made.lock() => Ok(turn),
            () = cancel.cancelled() => Err(CheckError::Cancelled),
        }
    }
}

async fn read(
    exports: &Exports,
    used: &UsedContract,
    record: Arc<ImageRecord>,
    cancel: &CancellationToken,
) -> Result<Report, CheckError> {
    let (store, contract, stop) = (exports.store().clone(), used.contract.clone(), cancel.clone());
    let work = move || {
        let facts = facts_of_record(&store, &record, &stop)?;
        Ok(check_image(&contract, &facts))
    };
    let checked = tokio::task::spawn_blocking(work).await;
    checked.unwrap_or(Err(CheckError::Cancelled))
}

/// Keeps what came of a check; that it cannot be is no reason not to tell it.
pub fn keep(store: &LayerStore, image: &ImageId, used: &UsedContract, report: &Report) -> KeptVerdict {
    let kept = KeptVerdict {
        image: image.clone(),
        contract: used.digest.clone(),
        verdict: Verdict::of(report),
    };
    if let Err(error) = store.keep_verdict(kept.clone()) {
        tracing::warn!(%error, "what came of a check is not kept");
    }
    kept
}
