//! Who is measured: tagboat, the other ways to bring an image to a host, and the floor.

/// One way to bring an image to hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Contestant {
    /// tagboat that knows the image and t1 from before.
    Warm,
    /// tagboat with an empty cache, and no helper on the host.
    Cold,
    /// The seed's flow.
    Seed,
    /// `docker save | zstd | ssh docker load`.
    Stream,
    /// `docker push`, and `docker pull` through a tunnel.
    Registry,
    /// `skopeo copy`, and `docker pull` through a tunnel.
    Skopeo,
    /// `docker load` on the host, of the layers that it lacks.
    FloorChanged,
    /// `docker load` on the host, of the whole image.
    FloorWhole,
}

use Contestant::{Cold, FloorChanged, FloorWhole, Registry, Seed, Skopeo, Stream, Warm};

impl Contestant {
    /// All of them, as they are in the tables.
    pub(crate) const ALL: [Self; 8] = [
        Warm,
        Cold,
        FloorChanged,
        FloorWhole,
        Seed,
        Stream,
        Registry,
        Skopeo,
    ];

    /// For `--who`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Warm => "warm",
            Cold => "cold",
            Seed => "seed",
            Stream => "stream",
            Registry => "registry",
            Skopeo => "skopeo",
            FloorChanged => "floor-changed",
            FloorWhole => "floor-whole",
        }
    }

    /// For the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Warm => "**tagboat**, warm cache",
            Cold => "**tagboat**, cold cache",
            Seed => "save, gzip, scp, load",
            Stream => "save, zstd, ssh load",
            Registry => "docker push, pull",
            Skopeo => "skopeo copy, pull",
            FloorChanged => "*floor: load of the missing layers*",
            FloorWhole => "*floor: load of the image*",
        }
    }

    /// Its script in `benches/push/contestants`.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Warm | Cold => "tagboat.sh",
            Seed => "seed.sh",
            Stream => "stream.sh",
            Registry => "registry.sh",
            Skopeo => "skopeo.sh",
            FloorChanged | FloorWhole => "floor.sh",
        }
    }

    /// It is tagboat.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Warm | Cold)
    }

    /// It sends nothing.
    pub(crate) fn is_floor(self) -> bool {
        matches!(self, FloorChanged | FloorWhole)
    }

    /// It pushes to the registry that runs here.
    pub(crate) fn needs_registry(self) -> bool {
        matches!(self, Registry | Skopeo)
    }

    /// Why it cannot take part on this machine, as `scripts/bench.d/push` found out.
    pub(crate) fn missing(self) -> Option<String> {
        let variable = match self {
            Registry | Skopeo => "TAGBOAT_BENCH_NO_REGISTRY",
            _ => return None,
        };
        let skopeo = || std::env::var("TAGBOAT_BENCH_NO_SKOPEO").ok();
        let own = if self == Skopeo { skopeo() } else { None };
        own.or_else(|| std::env::var(variable).ok())
    }
}
