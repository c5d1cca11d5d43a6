//! The way in which an image is expected to go to a host: what of it, against what, and how many bytes that is.
//!
//! The push looks at the host again before it sends (`ops::push`), and may find more there or less.

use super::lack::{HeldLayers, missing};
use super::{Mode, ModeChoice};
use crate::model::amount::bytes;
use crate::model::fleet::{Host, HostFacts, HostImage, SourceImage, Stock};
use crate::model::names::{Digest, ImageRef};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The way in which an image is expected to go to a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// What is sent.
    pub mode: Mode,
    /// The image on the host that a delta is made against; none for other modes, and where only the push can tell.
    pub base: Option<ImageRef>,
    /// What goes over the link.
    pub bytes: Estimate,
    /// The bytes of the whole image, compressed where that is known.
    pub whole: u64,
    /// Why this way.
    pub why: String,
}

/// A number of bytes, as far as it is known before they are made. The few kB that an archive adds to its layers do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// So many.
    Exactly(u64),
    /// So many or fewer.
    AtMost(u64),
    /// Nobody knows.
    Unknown,
}

/// The container of the helper takes half a second on a host; fewer bytes than these are sent in that time on nearly any link.
pub const WORTH_A_HELPER: u64 = 500_000;

/// A base that is smaller than this part of the image saves less than waiting for it costs.
pub const LEAST_BASE: u64 = 8;

/// A recipe is used when it is at most this part of the layers, in tenths.
pub const MOST_OF_LAYERS: u64 = 9;

impl Estimate {
    /// The most that it can be, where that is known.
    pub fn most(self) -> Option<u64> {
        match self {
            Self::Exactly(bytes) | Self::AtMost(bytes) => Some(bytes),
            Self::Unknown => None,
        }
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(sent) => f.write_str(&bytes(*sent)),
            Self::AtMost(sent) => write!(f, "at most {}", bytes(*sent)),
            Self::Unknown => f.write_str("what changed"),
        }
    }
}

impl Route {
    /// The way in a few words: `delta against v3.1.0, 182 kB`.
    pub fn brief(&self) -> String {
        let base = self.base.as_ref().map(|base| format!(" against {}", base.tag));
        format!("{}{}, {}", self.mode, base.unwrap_or_default(), self.bytes)
    }

    /// The way in one line: `delta against convocate:v3.1.0: 182 kB instead of 445 MB; the layers would be 39.0 MB`.
    pub fn words(&self) -> String {
        let base = self.base.as_ref().map(|base| format!(" against {base}"));
        let saves = self.bytes.most().is_some_and(|sent| sent < self.whole);
        let instead = if saves {
            format!(" instead of {}", bytes(self.whole))
        } else {
            String::new()
        };
        format!(
            "{}{}: {}{instead}; {}",
            self.mode,
            base.unwrap_or_default(),
            self.bytes,
            self.why
        )
    }
}

/// What a host and the operator's machine have of an image that is pushed.
pub(super) struct Look<'a> {
    pub(super) image: &'a SourceImage,
    pub(super) host: &'a Host,
    pub(super) facts: &'a HostFacts,
    pub(super) stock: &'a Stock,
}

impl Look<'_> {
    /// The layers that the host lacks, as far as its images are known.
    pub(super) fn missing(&self) -> BTreeSet<Digest> {
        let held = self.host.images().map(|image| HeldLayers {
            layers: &image.layers,
            is_plain: self.stock.plain_manifests.contains(&image.id.0),
        });
        missing(self.facts.store, &self.image.layers, held)
    }

    /// The layers of the image, each once.
    pub(super) fn all(&self) -> BTreeSet<Digest> {
        self.image.layers.iter().cloned().collect()
    }

    /// The way to this host; an error is why a way that the operator forces is none.
    pub(super) fn route(&self, choice: ModeChoice, lacked: &BTreeSet<Digest>) -> Result<Route, String> {
        let all = self.all();
        match choice {
            ModeChoice::Only(Mode::Full) => {
                Ok(self.of_layers(Mode::Full, &all, "--mode full was asked for".to_owned()))
            }
            ModeChoice::Only(Mode::Layers) => {
                Ok(self.of_layers(Mode::Layers, lacked, has(lacked.len(), all.len())))
            }
            ModeChoice::Only(Mode::Delta) => self.forced_delta(lacked),
            ModeChoice::Best => Ok(self.best(lacked, &all)),
        }
    }

    fn best(&self, lacked: &BTreeSet<Digest>, all: &BTreeSet<Digest>) -> Route {
        let base = self.base(lacked, self.image.size / LEAST_BASE);
        let mut why = has(lacked.len(), all.len());
        if let Some((base, reference)) = base.filter(|(base, _)| self.is_worth_it(base, lacked)) {
            match self.helper_problem() {
                None => return self.delta(base, reference, lacked),
                Some(problem) => why = format!("{why}; {problem}"),
            }
        }
        if lacked.len() < all.len() {
            self.of_layers(Mode::Layers, lacked, why)
        } else {
            self.of_layers(Mode::Full, all, why)
        }
    }

    fn forced_delta(&self, lacked: &BTreeSet<Digest>) -> Result<Route, String> {
        if let Some(problem) = self.helper_problem() {
            return Err(problem);
        }
        Ok(match self.base(lacked, 0) {
            Some((base, reference)) => self.delta(base, reference, lacked),
            // The push also looks at images that are not listed, those of other names.
            None => Route {
                mode: Mode::Delta,
                base: None,
                bytes: Estimate::Unknown,
                whole: self.whole(),
                why: "no image of the host is known here yet".to_owned(),
            },
        })
    }

    fn delta(&self, base: &HostImage, reference: &ImageRef, lacked: &BTreeSet<Digest>) -> Route {
        let layers = self.archive(lacked);
        let recipe = self.stock.recipe(&base.layers, lacked);
        Route {
            mode: Mode::Delta,
            base: Some(reference.clone()),
            bytes: match (recipe, layers.most()) {
                (Some(recipe), _) if recipe.is_made => Estimate::Exactly(recipe.bytes),
                (Some(recipe), most) => Estimate::AtMost(recipe.bytes.min(most.unwrap_or(u64::MAX))),
                (None, Some(most)) => Estimate::AtMost(most),
                (None, None) => Estimate::Unknown,
            },
            whole: self.whole(),
            why: match (recipe, layers) {
                (Some(_), Estimate::Exactly(layers)) => {
                    format!("the layers would be {}{}", bytes(layers), self.helper_once())
                }
                _ => format!("only what changed in the files is sent{}", self.helper_once()),
            },
        }
    }

    fn of_layers(&self, mode: Mode, layers: &BTreeSet<Digest>, why: String) -> Route {
        Route {
            mode,
            base: None,
            bytes: self.archive(layers),
            whole: self.whole(),
            why,
        }
    }

    /// The archive with these layers. What is kept here is sent as it is; for a host without zstd it is packed anew.
    fn archive(&self, layers: &BTreeSet<Digest>) -> Estimate {
        let packed = self.stock.packed(layers).filter(|_| self.facts.has_zstd);
        match packed {
            Some(packed) => Estimate::Exactly(packed),
            None => Estimate::AtMost(self.stock.size(layers).unwrap_or(self.image.size)),
        }
    }

    fn whole(&self) -> u64 {
        self.stock.packed(&self.all()).unwrap_or(self.image.size)
    }

    /// The image of the host that a delta is best made against, of at least so many bytes: the one with the shortest
    /// recipe, as far as that is known, else the one that shares most with the image, of the same name, the newest.
    fn base(&self, lacked: &BTreeSet<Digest>, least: u64) -> Option<(&HostImage, &ImageRef)> {
        if lacked.is_empty() {
            return None;
        }
        let wanted = self.all();
        let can_be = |image: &&HostImage| {
            self.stock.is_base(&image.layers)
                && self.stock.size(&image.layers).is_some_and(|size| size >= least)
        };
        let bases = self.host.images().filter(can_be);
        let bases = bases.filter_map(|image| Some((image, image.references.first()?)));
        bases.max_by_key(|(image, reference)| {
            let shared = image.layers.iter().filter(|layer| wanted.contains(layer));
            (
                Reverse(
                    self.stock
                        .recipe(&image.layers, lacked)
                        .map_or(u64::MAX, |recipe| recipe.bytes),
                ),
                self.stock.size(shared),
                reference.image == self.host.settings.profile.image,
                image.created_at,
                *reference,
            )
        })
    }

    /// Whether a delta is expected to be smaller than the layers by more than it costs.
    fn is_worth_it(&self, base: &HostImage, lacked: &BTreeSet<Digest>) -> bool {
        let Some(layers) = self.stock.packed(lacked) else {
            return true;
        };
        let made = self
            .stock
            .recipe(&base.layers, lacked)
            .filter(|recipe| recipe.is_made);
        layers >= WORTH_A_HELPER && made.is_none_or(|made| made.bytes <= layers / 10 * MOST_OF_LAYERS)
    }

    /// Whether the host has the helper is known when the push looks.
    fn helper_once(&self) -> String {
        let helper = self.stock.helper.as_ref();
        helper.map_or_else(String::new, |helper| {
            format!("; the helper goes with its first delta, {}", bytes(helper.bytes))
        })
    }

    fn helper_problem(&self) -> Option<String> {
        helper_problem(self.host, self.facts, self.stock)
    }
}

/// Why the helper cannot rebuild layers on a host; its pushes send the layers that it lacks.
pub(super) fn helper_problem(host: &Host, facts: &HostFacts, stock: &Stock) -> Option<String> {
    if !host.settings.helper {
        return Some("helpers are switched off for this host".to_owned());
    }
    let built_for = &stock.helper.as_ref()?.platform;
    (*built_for != facts.platform)
        .then(|| format!("the helper is built for {built_for}, not for {}", facts.platform))
}

/// What the host has, in words.
fn has(lacked: usize, of: usize) -> String {
    match of - lacked.min(of) {
        0 => "nothing of it is there".to_owned(),
        has if has == of => "the host has all of its layers".to_owned(),
        has => format!("the host has {has} of {of} layers"),
    }
}
