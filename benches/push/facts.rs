//! What is in the images, as `scripts/bench.d/images facts` tells it.

use crate::shell::output;
use color_eyre::eyre::OptionExt;

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// The image's tag.
    pub(crate) tag: String,
    /// Its `DiffID`.
    pub(crate) digest: String,
    /// Its bytes, uncompressed.
    pub(crate) bytes: u64,
    /// Its entries: files, folders, links.
    pub(crate) files: u64,
}

/// Regular files of an image with another content than t1 has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// The image's tag.
    pub(crate) tag: String,
    /// Only those of the upgraded package.
    pub(crate) is_package: bool,
    /// How many.
    pub(crate) files: u64,
    /// The bytes of a tar of them.
    pub(crate) bytes: u64,
    /// The same tar as zstd of level 3.
    pub(crate) zstd3: u64,
    /// The same tar as zstd of level 19.
    pub(crate) zstd19: u64,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Layers of all images, base first.
    pub(crate) layers: Vec<Layer>,
    /// What differs.
    pub(crate) changed: Vec<Changed>,
    /// Which package t3 has in another version, and its versions.
    pub(crate) upgrade: String,
}

impl Facts {
    /// Asks the script.
    pub(crate) fn find() -> color_eyre::Result<Self> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/bench.d/images");
        Self::read(&output(program, &["facts"])?)
    }

    fn read(text: &str) -> color_eyre::Result<Self> {
        let mut facts = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            let word = |index: usize| words.get(index).copied().ok_or_eyre("a short line of facts");
            let number = |index: usize| -> color_eyre::Result<u64> { Ok(word(index)?.parse()?) };
            match word(0)? {
                "layer" => facts.layers.push(Layer {
                    tag: word(1)?.to_owned(),
                    digest: word(3)?.to_owned(),
                    bytes: number(4)?,
                    files: number(5)?,
                }),
                "changed" => facts.changed.push(Changed {
                    tag: word(1)?.to_owned(),
                    is_package: word(2)? == "upgrade",
                    files: number(3)?,
                    bytes: number(4)?,
                    zstd3: number(5)?,
                    zstd19: number(6)?,
                }),
                _ => facts.upgrade = format!("{} to {}", word(2)?, word(3)?),
            }
        }
        Ok(facts)
    }

    /// The layers of a tag that t1 does not have.
    pub(crate) fn new_layers<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Layer> {
        let is_old = |digest: &str| {
            self.layers
                .iter()
                .any(|layer| layer.tag == "t1" && layer.digest == digest)
        };
        self.layers
            .iter()
            .filter(move |layer| layer.tag == tag && (tag == "t1" || !is_old(&layer.digest)))
    }

    /// Their bytes together.
    pub(crate) fn new_bytes(&self, tag: &str) -> u64 {
        self.new_layers(tag).map(|layer| layer.bytes).sum()
    }

    /// What differs in a tag: of the upgraded package, or in all.
    pub(crate) fn changed(&self, tag: &str, is_package: bool) -> Option<&Changed> {
        let mut all = self.changed.iter();
        all.find(|changed| changed.tag == tag && changed.is_package == is_package)
    }
}
