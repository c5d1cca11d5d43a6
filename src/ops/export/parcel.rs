//! A parcel: what goes to the staging directory of a host, read by any number of senders, also while it is still being made.

use super::failure::ExportError;
use super::growth::{Extent, Growth, ParcelContents};
use super::running::Interest;
use super::wrapping::Wrapping;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageRef};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use tokio::io::AsyncRead;
use tokio::sync::watch;
use tokio_util::io::StreamReader;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The version of what is made here: parcels of another form have other names.
const FORM: u32 = 3;

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// What a parcel is made of, which is known before its bytes are.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) name: String,
    pub(super) wrapping: Wrapping,
    pub(super) staging: ImageRef,
    /// Bytes that it can have at most, as far as the image's size tells.
    pub(super) bound: u64,
}

impl Label {
    pub(super) fn new(
        image: &SourceImage,
        layers: &BTreeSet<Digest>,
        base: &[Digest],
        wrapping: Wrapping,
        staging: ImageRef,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(format!(
            "tagboat parcel {FORM} {} {}\n",
            wrapping.word(),
            image.content.0
        ));
        for layer in layers {
            hash.update(format!("{layer}\n"));
        }
        for layer in base {
            hash.update(format!("on {layer}\n"));
        }
        let digest = Digest::from_bytes(&hash.finalize().into());
        Self {
            name: digest.hex()[..16].to_owned(),
            wrapping,
            staging,
            // What no compression can make smaller grows by less than a half per cent; headers of files, which the image's size
            // leaves out, become a few bytes each.
            bound: image.size + image.size / 64 + (1 << 20),
        }
    }
}

/// What is known of a parcel when all of it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelFacts {
    /// Its length in bytes.
    pub size: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// What is in it.
    pub contents: Arc<ParcelContents>,
}

type Told = Option<Result<ParcelFacts, ExportError>>;

/// An archive for hosts. As long as it is held, its bytes can be read and the export that makes it goes on.
pub struct Parcel {
    label: Label,
    growth: Arc<Growth>,
    facts: watch::Receiver<Told>,
    _hashing: DropGuard,
    _interest: Option<Interest>,
}

impl Parcel {
    /// A parcel of the bytes in `growth`, which is hashed from now on as far as it is made.
    pub(super) fn of(label: Label, growth: Arc<Growth>, interest: Option<Interest>) -> Self {
        let ended = CancellationToken::new();
        let (told, facts) = watch::channel(None);
        let (hashed, until) = (growth.clone(), ended.clone());
        tokio::spawn(async move {
            tokio::select! {
                facts = hash_all(&hashed) => {
                    told.send_replace(Some(facts));
                }
                () = until.cancelled() => {}
            }
        });
        Self {
            label,
            growth,
            facts,
            _hashing: ended.drop_guard(),
            _interest: interest,
        }
    }

    /// 16 hex digits that tell what it is made of. The same whenever the same parcel is made again, by any console.
    pub fn name(&self) -> &str {
        &self.label.name
    }

    /// What its bytes are.
    pub fn wrapping(&self) -> Wrapping {
        self.label.wrapping
    }

    /// The reference that it loads under.
    pub fn staging(&self) -> &ImageRef {
        &self.label.staging
    }

    /// Bytes that it can have at most; its length once that is known.
    pub fn upper_bound(&self) -> u64 {
        match self.growth.now() {
            Extent::Whole(size, _) => size,
            Extent::Growing(available) => self.label.bound.max(available),
            Extent::Failed(_) => self.label.bound,
        }
    }

    /// Bytes that can be read now.
    pub fn available(&self) -> u64 {
        self.growth.available()
    }

    /// Its length in bytes, once all of it is made.
    pub fn size(&self) -> Option<u64> {
        match self.growth.now() {
            Extent::Whole(size, _) => Some(size),
            _ => None,
        }
    }

    /// What is in it, once all of it is made.
    pub fn contents(&self) -> Option<Arc<ParcelContents>> {
        match self.growth.now() {
            Extent::Whole(_, contents) => Some(contents),
            _ => None,
        }
    }

    /// Whether it will never be whole.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.growth.now(), Extent::Failed(_))
    }

    /// Waits until all of it is made and hashed.
    pub async fn finished(&self) -> Result<ParcelFacts, ExportError> {
        let mut facts = self.facts.clone();
        let told = facts.wait_for(Option::is_some).await;
        let told = told.ok().and_then(|told| told.clone());
        told.unwrap_or_else(|| Err(ExportError::Broken("nobody hashes the archive".to_owned())))
    }

    /// Reads it from a place on. Waits for bytes that are not made yet; an export that fails is an error, never an end.
    pub fn reader(self: &Arc<Self>, from: u64) -> impl AsyncRead + Send + Unpin + use<> {
        let pieces = try_unfold((self.clone(), from), |(parcel, at)| async move {
            if !parcel.growth.reaches(at).await.map_err(io::Error::other)? {
                return Ok(None);
            }
            let bytes = read(&parcel.growth, at).await.map_err(io::Error::other)?;
            let next = at + bytes.len() as u64;
            Ok::<_, io::Error>(Some((bytes, (parcel, next))))
        });
        StreamReader::new(Box::pin(pieces))
    }

    /// The digest of a stretch of it: what a host that has that must have. Waits for its bytes; none when it is shorter.
    pub async fn digest_of(
        &self,
        stretch: Range<u64>,
        cancel: &CancellationToken,
    ) -> Result<Option<Digest>, ExportError> {
        let length = stretch.end - stretch.start;
        tokio::select! {
            hashed = hash(&self.growth, stretch) => {
                let (digest, hashed) = hashed?;
                Ok((hashed == length).then_some(digest))
            }
            () = cancel.cancelled() => Err(ExportError::Cancelled),
        }
    }
}

async fn hash_all(growth: &Arc<Growth>) -> Result<ParcelFacts, ExportError> {
    let (sha256, hashed) = hash(growth, 0..u64::MAX).await?;
    match growth.now() {
        Extent::Whole(size, contents) if size == hashed => Ok(ParcelFacts {
            size,
            sha256,
            contents,
        }),
        _ => Err(ExportError::Unreadable(format!("it ended after {hashed} bytes"))),
    }
}

/// The digest of a stretch, as far as there is so much, and how many bytes that is.
async fn hash(growth: &Arc<Growth>, stretch: Range<u64>) -> Result<(Digest, u64), ExportError> {
    let mut hash = Sha256::new();
    let mut at = stretch.start;
    while at < stretch.end && growth.reaches(at).await? {
        let bytes = read(growth, at).await?;
        let count = usize::try_from(stretch.end - at)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        at += count as u64;
        hash = blocking(move || hash.chain_update(&bytes[..count])).await?;
    }
    Ok((Digest::from_bytes(&hash.finalize().into()), at - stretch.start))
}

/// Some bytes at a place that was reached.
async fn read(growth: &Arc<Growth>, at: u64) -> Result<Bytes, ExportError> {
    let growth = growth.clone();
    let bytes = blocking(move || growth.read(at, PIECE)).await?;
    match bytes {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        Ok(_) => Err(ExportError::Unreadable(format!("there is nothing at {at}"))),
        Err(error) => Err(ExportError::Unreadable(error.to_string())),
    }
}

/// Runs what blocks where it may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ExportError::Broken(error.to_string()))
}
