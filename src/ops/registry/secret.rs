//! A text that nobody may see: it cannot be printed, compared in a message, or written to a file, and its memory is wiped.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Deserializer};
use std::sync::Once;
use zeroize::Zeroizing;

/// A password or a token. It has no form in which it could be shown: neither `Debug` nor `Display` nor `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text over. From the first one on, this process leaves no memory image when it dies.
    pub fn new(text: String) -> Self {
        without_core();
        Self(Zeroizing::new(text))
    }

    /// The text, for what sends it to where it belongs.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

/// As it stands in the files of Docker and in the answers of its helpers.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A limit of one byte is the only one that the kernel also keeps to where it hands the image to a program (core(5)).
const NO_IMAGE: u64 = 1;

fn without_core() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let most = getrlimit(Resource::Core).maximum;
        let limit = Rlimit {
            current: Some(most.map_or(NO_IMAGE, |most| most.min(NO_IMAGE))),
            maximum: most,
        };
        if let Err(error) = setrlimit(Resource::Core, limit) {
            tracing::warn!(%error, "a memory image of this process could not be forbidden");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Secret;
    use rustix::process::{Resource, getrlimit};

    /// Does not compile where a type has both implementations to choose from: that is, where it can be shown.
    macro_rules! cannot_be_shown {
        ($type:ty, $($how:path),+) => {$(
            {
                trait Either<A> {
                    fn is_it() {}
                }
                impl<T: ?Sized> Either<()> for T {}
                impl<T: ?Sized + $how> Either<u8> for T {}
                <$type as Either<_>>::is_it();
            }
        )+};
    }

    #[test]
    fn a_secret_cannot_be_shown_in_any_form() {
        cannot_be_shown!(Secret, std::fmt::Debug, std::fmt::Display, serde::Serialize);
        cannot_be_shown!(
            crate::ops::registry::Login,
            std::fmt::Debug,
            std::fmt::Display,
            serde::Serialize
        );
    }

    #[test]
    fn a_process_that_has_a_secret_leaves_no_memory_image() {
        assert_eq!(Secret::new("x".to_owned()).reveal(), "x");
        assert!(getrlimit(Resource::Core).current.is_some_and(|most| most <= 1));
    }
}
