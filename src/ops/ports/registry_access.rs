//! What an engine does with a registry: it publishes, pulls and looks for tagboat, which speaks to no registry itself.

use super::EngineError;
use crate::model::names::{Digest, RegistryDigest, RegistryHost, RegistryTag};
use crate::ops::registry::Login;
use async_trait::async_trait;
use std::net::IpAddr;

/// What an engine says of one layer on its way to or from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerNews {
    /// Which, as the engine calls it.
    pub layer: String,
    /// Bytes that are through.
    pub done: u64,
    /// Bytes in all, where that is known.
    pub total: Option<u64>,
    /// Whether all of it is through.
    pub is_over: bool,
}

/// The registries that an engine also takes without TLS, or without looking at certificates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Insecure {
    /// By their names, `HOST` or `HOST:PORT`.
    pub names: Vec<String>,
    /// By the first address and the length of a network.
    pub networks: Vec<(IpAddr, u8)>,
}

/// Hears of layers while they move.
pub type Heard<'a> = &'a mut (dyn FnMut(LayerNews) + Send);

/// An engine before a registry. A login goes with each request, in a header, and is kept nowhere.
#[async_trait]
pub trait RegistryAccess: Send + Sync {
    /// The digest that a tag names in its registry now; none where there is no such tag.
    async fn tagged_digest(&self, name: &RegistryTag, login: &Login) -> Result<Option<Digest>, EngineError>;

    /// Publishes the image that this engine has under a registry's name. Done only when the engine tells the digest that the
    /// registry has taken. It ends when this is dropped, and when the engine says nothing for minutes.
    async fn publish(
        &self,
        name: &RegistryTag,
        login: &Login,
        heard: Heard<'_>,
    ) -> Result<Digest, EngineError>;

    /// Pulls an image by its digest, for the engine's own platform. It ends as a publication does.
    async fn pull(&self, image: &RegistryDigest, login: &Login, heard: Heard<'_>) -> Result<(), EngineError>;

    /// The image that the engine has under a registry's tag is given that name here too.
    async fn name_for(&self, image: &str, name: &RegistryTag) -> Result<(), EngineError>;

    /// What it takes without TLS.
    async fn insecure(&self) -> Result<Insecure, EngineError>;
}

impl Insecure {
    /// Whether a registry is among them; `addresses` are those of its name. What is on the own machine does not count.
    pub fn has(&self, registry: &RegistryHost, addresses: &[IpAddr]) -> bool {
        if registry.is_loopback() {
            return false;
        }
        let is_named = |name: &String| name.eq_ignore_ascii_case(registry.as_str());
        self.names.iter().any(is_named)
            || addresses
                .iter()
                .any(|address| self.further_networks().any(|network| is_in(*address, network)))
    }

    /// The networks beyond the own machine, which every engine takes so.
    pub fn further_networks(&self) -> impl Iterator<Item = (IpAddr, u8)> {
        self.networks
            .iter()
            .copied()
            .filter(|(first, _)| !first.is_loopback())
    }
}

fn is_in(address: IpAddr, (first, length): (IpAddr, u8)) -> bool {
    match (address, first) {
        (IpAddr::V4(address), IpAddr::V4(first)) => {
            let rest = 32_u32.saturating_sub(length.into());
            (u64::from(address.to_bits()) >> rest) == (u64::from(first.to_bits()) >> rest)
        }
        (IpAddr::V6(address), IpAddr::V6(first)) => {
            let rest = 128_u32.saturating_sub(length.into());
            let shifted = |one: u128| one.checked_shr(rest).unwrap_or_default();
            shifted(address.to_bits()) == shifted(first.to_bits())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Insecure;
    use crate::model::names::RegistryRepository;
    use std::net::IpAddr;

    fn insecure() -> Insecure {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        Insecure {
            names: vec!["Registry.Example:5000".to_owned()],
            networks: vec![
                (ip("127.0.0.0"), 8),
                (ip("::1"), 128),
                (ip("10.20.0.0"), 16),
                (ip("fd00::"), 8),
            ],
        }
    }

    #[test]
    fn a_registry_without_tls_is_found_by_its_name_and_by_its_network() {
        let of = |text: &str| RegistryRepository::parse(text).unwrap().registry().clone();
        let has = |text: &str, at: &str| insecure().has(&of(text), &[at.parse().unwrap()]);
        assert!(has("registry.example:5000/x", "192.0.2.1"));
        assert!(!has("registry.example/x", "192.0.2.1"));
        assert!(has("10.20.3.4:5000/x", "10.20.3.4"));
        assert!(!has("10.21.3.4:5000/x", "10.21.3.4"));
        assert!(has("six.example/x", "fd12::7"));
        assert!(!has("localhost:5000/x", "127.0.0.1"));
        // What claims to be on another machine and is on this one is not sent anywhere.
        assert!(!has("ghcr.io/x", "127.0.0.1"));
        assert_eq!(insecure().further_networks().count(), 2);
    }
}
