//! Small fleets in words, and random hosts for properties.

use jiff::Timestamp;
use proptest::prelude::*;
use tagboat::model::fleet::{
    Connection, Container, ContainerState, ContentId, Delta, Fleet, Health, Host, HostChange, HostFacts,
    HostImage, Platform, Privilege, RunsOn, SourceImage, Space, Stamp, StampRecord, Stock, Storage, Store,
};
use tagboat::model::names::{ContainerId, ContainerRole, Digest, HostName, ImageId, ImageRef, SessionName};
use tagboat::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile, PruneRule};

pub(crate) const GIB: u64 = 1 << 30;

pub(crate) fn reference(tag: &str) -> ImageRef {
    ImageRef::parse(&format!("convocate:{tag}")).unwrap()
}

pub(crate) fn digest(number: u8) -> Digest {
    Digest::from_bytes(&[number; 32])
}

pub(crate) fn host_name() -> HostName {
    HostName::parse("eu-1").unwrap()
}

/// One host that can be changed until it is as a test wants it.
pub(crate) struct OneHost {
    pub(crate) settings: HostSettings,
    changes: Vec<HostChange>,
    source: Vec<(ImageRef, SourceImage)>,
    stock: Stock,
    containers: u8,
}

impl OneHost {
    /// A connected Linux host with room for everything and `convocate:v1` active.
    pub(crate) fn new() -> Self {
        let settings = HostSettings {
            name: host_name(),
            address: Address::Local,
            known_from: KnownFrom::ConfigFile,
            groups: Vec::new(),
            guard: Guard::Normal,
            helper: true,
            profile: Profile::convocate(),
        };
        Self {
            settings,
            changes: Vec::new(),
            source: Vec::new(),
            stock: Stock::default(),
            containers: 0,
        }
        .with(HostChange::Connection(Connection::Connected))
        .with(HostChange::Facts(facts("amd64", 100 * GIB)))
        .with(HostChange::Listed(Timestamp::UNIX_EPOCH))
        .stamped("v1", &[])
    }

    pub(crate) fn with(mut self, change: HostChange) -> Self {
        self.changes.push(change);
        self
    }

    pub(crate) fn stamped(self, active: &str, earlier: &[&str]) -> Self {
        let record = |tag: &&str| StampRecord {
            at: Timestamp::UNIX_EPOCH,
            operator: "me@desk".to_owned(),
            reference: reference(tag),
            image_id: digest(0).to_string(),
            job: "-".to_owned(),
        };
        let history = earlier.iter().chain([&active]).map(record).collect();
        self.with(HostChange::Stamp {
            stamp: Stamp::Active(reference(active)),
            history,
        })
    }

    pub(crate) fn image(self, number: u8, tags: &[&str]) -> Self {
        self.with(HostChange::Image(image(
            number,
            tags.iter().map(|tag| reference(tag)).collect(),
        )))
    }

    pub(crate) fn container(mut self, name: &str, tag: &str, number: u8, state: ContainerState) -> Self {
        self.containers += 1;
        let change = container(
            self.containers,
            name,
            RunsOn::Reference(reference(tag)),
            number,
            state,
        );
        self.with(HostChange::Container(change))
    }

    pub(crate) fn at_source(mut self, number: u8, tag: &str, architecture: &str, size: u64) -> Self {
        let image = SourceImage {
            id: ImageId(digest(number)),
            content: ContentId(digest(number)),
            platform: platform(architecture),
            size,
            layers: vec![digest(number)],
            created_at: None,
        };
        self.source.push((reference(tag), image));
        self
    }

    /// An image at the source that is made of these layers.
    pub(crate) fn made_of(mut self, tag: &str, layers: &[u8], size: u64) -> Self {
        self = self.at_source(200, tag, "amd64", size);
        if let Some((_, image)) = self.source.last_mut() {
            image.layers = layers.iter().map(|layer| digest(*layer)).collect();
        }
        self
    }

    /// An image on the host that is made of these layers.
    pub(crate) fn has(self, number: u8, tags: &[&str], layers: &[u8]) -> Self {
        let references = tags.iter().map(|tag| reference(tag)).collect();
        self.with(HostChange::Image(HostImage {
            layers: layers.iter().map(|layer| digest(*layer)).collect(),
            ..image(number, references)
        }))
    }

    pub(crate) fn stocked(mut self, stock: Stock) -> Self {
        self.stock = stock;
        self
    }

    pub(crate) fn fleet(self) -> Fleet {
        let mut fleet = Fleet::new([Host::new(self.settings)]);
        for change in self.changes {
            fleet.apply(Delta::Host {
                host: host_name(),
                change,
            });
        }
        fleet.apply(Delta::Source {
            problem: None,
            images: self.source.into_iter().collect(),
        });
        fleet.apply(Delta::Stock(self.stock));
        fleet
    }
}

pub(crate) fn platform_here() -> Platform {
    platform("amd64")
}

pub(crate) fn facts(architecture: &str, free: u64) -> HostFacts {
    HostFacts {
        engine: "26.1.5".to_owned(),
        api: "1.45".to_owned(),
        store: Store::Classic,
        platform: platform(architecture),
        privilege: Privilege::Root,
        has_zstd: true,
        space: Space {
            staging: free,
            engine_root: free,
        },
        machine: None,
    }
}

fn platform(architecture: &str) -> Platform {
    Platform {
        os: "linux".to_owned(),
        architecture: architecture.to_owned(),
    }
}

pub(crate) fn image(number: u8, references: Vec<ImageRef>) -> HostImage {
    HostImage {
        id: ImageId(digest(number)),
        content: Some(ContentId(digest(number))),
        layers: vec![digest(number)],
        references,
        size: 1_000_000,
        created_at: Some(Timestamp::UNIX_EPOCH),
        is_managed_leftover: false,
    }
}

pub(crate) fn container(
    number: u8,
    name: &str,
    runs_on: RunsOn,
    image: u8,
    state: ContainerState,
) -> Container {
    let session = ContainerRole::read(name)
        .ok()
        .filter(|_| name.starts_with("convocate-session-"));
    Container {
        id: ContainerId::parse(&format!("{number:02x}").repeat(32)).unwrap(),
        name: name.to_owned(),
        session,
        runs_on,
        image_id: ImageId(digest(image)),
        state,
        health: Health::None,
        created_at: Timestamp::UNIX_EPOCH,
        compose: None,
        storage: Storage::default(),
    }
}

pub(crate) fn session(name: &str) -> SessionName {
    SessionName::parse(name).unwrap()
}

const STATES: [ContainerState; 7] = [
    ContainerState::Created,
    ContainerState::Running,
    ContainerState::Paused,
    ContainerState::Restarting,
    ContainerState::Removing,
    ContainerState::Exited,
    ContainerState::Dead,
];

fn any_reference() -> impl Strategy<Value = ImageRef> {
    let name = prop_oneof![6 => Just("convocate"), 1 => Just("bystander"), 1 => Just("tagboat-pin")];
    let tag = prop_oneof![6 => (0_u8..5).prop_map(|tag| format!("v{tag}")), 1 => Just("latest".to_owned())];
    let any_tag = (name, tag).prop_map(|(name, tag)| format!("{name}:{tag}"));
    let pin_of_a_job =
        (0_u8..3).prop_map(|salt| format!("tagboat-pin:job-20261121-101500-000{salt}-{salt:012x}"));
    prop_oneof![12 => any_tag, 1 => pin_of_a_job].prop_map(|text| ImageRef::parse(&text).unwrap())
}

/// A host with some images, each with some tags, and containers that use images by reference, by id, or by a reference
/// that names another image now.
pub(crate) fn any_host() -> impl Strategy<Value = Fleet> {
    let tags = prop::collection::btree_map(any_reference(), 0_u8..6, 0..12);
    let leftovers = prop::collection::vec(any::<bool>(), 6);
    let runs_on = prop_oneof![
        any_reference().prop_map(RunsOn::Reference),
        Just(RunsOn::Other("sha256:0".to_owned()))
    ];
    let containers = prop::collection::vec((runs_on, 0_u8..6, prop::sample::select(&STATES[..])), 0..6);
    let stamps = (0_u8..5, prop::collection::vec(0_u8..5, 0..4));
    let rules = (
        0_usize..3,
        prop_oneof![Just(PruneRule::AnyContainer), Just(PruneRule::RunningOnly)],
    );
    (tags, leftovers, containers, stamps, rules).prop_map(
        |(tags, leftovers, containers, (active, earlier), (keep, rule))| {
            let earlier: Vec<_> = earlier.iter().map(|tag| format!("v{tag}")).collect();
            let mut host = OneHost::new().stamped(
                &format!("v{active}"),
                &earlier.iter().map(String::as_str).collect::<Vec<_>>(),
            );
            host.settings.profile.prune.keep = keep;
            host.settings.profile.prune.rule = rule;
            for (number, is_leftover) in (0..).zip(leftovers) {
                let references = tags
                    .iter()
                    .filter(|(_, id)| **id == number)
                    .map(|(tag, _)| tag.clone())
                    .collect();
                let mut image = image(number, references);
                image.is_managed_leftover = image.references.is_empty() && is_leftover;
                host = host.with(HostChange::Image(image));
            }
            for (number, (runs_on, image, state)) in (0..).zip(containers) {
                let name = format!("convocate-session-{number}");
                host = host.with(HostChange::Container(container(
                    number, &name, runs_on, image, state,
                )));
            }
            host.fleet()
        },
    )
}
