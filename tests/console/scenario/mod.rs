//! A fleet in every state that a screen must be able to show, at a fixed time, told as the engine would tell it.

mod contracts;
mod costs;
mod delta_push;
mod jobs;
mod published;
pub(crate) mod release;

pub(crate) use contracts::{checked, failing};
pub(crate) use costs::{quiet, weighed, worked_in};
pub(crate) use delta_push::{delta_push, stocked};
pub(crate) use jobs::{DONE, INTERRUPTED, RUNNING, of_job};
pub(crate) use published::{publication, published};

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tagboat::model::compose::{ComposeOwner, ComposePlace};
use tagboat::model::console::{Msg, Size, State, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{
    Connection, ConnectionProblem, Container, ContainerState, ContentId, Delta, Fleet, Health, Host,
    HostChange, HostFacts, HostImage, Platform, Privilege, RunsOn, SourceImage, Space, Stamp, StampRecord,
    Stock, Storage, Store,
};
use tagboat::model::names::{
    ContainerId, ContainerRole, Digest, HostName, ImageId, ImageRef, JobId, Operator, SessionName,
};
use tagboat::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};

/// When everything happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T03:14:00Z".parse().unwrap()
}

pub(crate) fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub(crate) fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

pub(crate) fn session(name: &str) -> SessionName {
    SessionName::parse(name).unwrap()
}

pub(crate) fn tag(tag: &str) -> ImageRef {
    ImageRef::parse(&format!("convocate:{tag}")).unwrap()
}

pub(crate) fn job_id(text: &str) -> JobId {
    JobId::parse(text).unwrap()
}

pub(crate) fn operator() -> Operator {
    Operator::parse("lena@desk").unwrap()
}

/// Each tag has one content; on every store it has another id.
pub(crate) fn digest(seed: &str) -> Digest {
    let mut hex = String::new();
    for round in 0_u64..4 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ round;
        for byte in seed.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        write!(hex, "{:016x}", hash ^ (hash >> 29)).unwrap();
    }
    Digest::parse(&format!("sha256:{hex}")).unwrap()
}

pub(crate) fn image_id(seed: &str) -> ImageId {
    ImageId(digest(&format!("id of {seed}")))
}

pub(crate) fn settings(name: &str) -> HostSettings {
    HostSettings {
        name: host(name),
        address: Address::Ssh(format!("ops@{name}.example.net")),
        known_from: KnownFrom::ConfigFile,
        groups: vec![name[..2].to_owned()],
        helper: true,
        guard: if name == "us-01" {
            Guard::Strict
        } else {
            Guard::Normal
        },
        profile: Profile::convocate(),
    }
}

pub(crate) const HOSTS: [&str; 6] = ["eu-01", "eu-02", "eu-03", "eu-04", "eu-05", "us-01"];

/// The console before the engine said anything.
pub(crate) fn silent(size: (u16, u16)) -> State {
    let hosts = HOSTS.map(|name| Host::new(settings(name)));
    State::new(
        Fleet::new(hosts),
        operator(),
        now(),
        0xa1b2,
        Size {
            width: size.0,
            height: size.1,
        },
    )
}

/// The console after every host was listed, without jobs.
pub(crate) fn listed(size: (u16, u16)) -> State {
    let mut state = silent(size);
    for event in fleet_events() {
        update(&mut state, Msg::from(event));
    }
    state.settle();
    state
}

/// The console with jobs in every state.
pub(crate) fn busy(size: (u16, u16)) -> State {
    let mut state = listed(size);
    for event in jobs::job_events(&state.fleet) {
        update(&mut state, Msg::from(event));
    }
    state.messages.acknowledge();
    state.settle();
    state
}

pub(crate) fn tell(state: &mut State, host_name: &str, change: HostChange) {
    let event = of_host(host_name, change);
    update(state, Msg::from(event));
}

fn of_host(host_name: &str, change: HostChange) -> Event {
    Event::Fleet(Delta::Host {
        host: host(host_name),
        change,
    })
}

pub(crate) fn fleet_events() -> Vec<Event> {
    let known = Stock {
        contracts: contracts::contracts(),
        ..Stock::default()
    };
    let mut events = vec![source(), Event::Fleet(Delta::Stock(known))];
    let mut tell = |name: &str, change: HostChange| events.push(of_host(name, change));
    for (name, store, engine) in [
        ("eu-01", Store::Classic, "26.1.5"),
        ("eu-02", Store::Containerd, "28.5.2"),
        ("eu-04", Store::Classic, "20.10.24"),
        ("eu-05", Store::Classic, "26.1.5"),
        ("us-01", Store::Classic, "26.1.5"),
    ] {
        tell(name, HostChange::Connection(Connection::Connected));
        tell(name, HostChange::Facts(facts(engine, store)));
        tell(name, stamp("v3.1.0"));
        for (version, age) in [("v3.0.0", 20), ("v3.1.0", 4)] {
            tell(name, HostChange::Image(host_image(name, version, age)));
        }
    }
    for (host, container) in containers() {
        tell(host, HostChange::Container(container));
    }
    // Its tag was loaded again from another build.
    tell("eu-02", HostChange::Image(moved_image()));
    for (name, age) in [
        ("eu-01", 12),
        ("eu-02", 8),
        ("eu-04", 2_400),
        ("eu-05", 250),
        ("us-01", 20),
    ] {
        tell(name, HostChange::Listed(ago(age)));
    }
    tell(
        "eu-03",
        failed(
            ConnectionProblem::Unreachable("connect to port 22 timed out".into()),
            Some(20),
        ),
    );
    tell(
        "eu-04",
        failed(
            ConnectionProblem::HostKeyChanged(
                "the key is SHA256:9f3c\u{1b}[31m, known_hosts line 12 has another".into(),
            ),
            None,
        ),
    );
    events
}

fn failed(problem: ConnectionProblem, retry_in: Option<i64>) -> HostChange {
    HostChange::Connection(Connection::Failed {
        problem,
        retry_at: retry_in.map(|seconds| ago(-seconds)),
    })
}

fn facts(engine: &str, store: Store) -> HostFacts {
    HostFacts {
        engine: engine.into(),
        api: "1.45".into(),
        store,
        platform: platform(),
        privilege: Privilege::Sudo,
        has_zstd: store == Store::Containerd,
        space: Space {
            staging: 18_400_000_000,
            engine_root: 42_700_000_000,
        },
        machine: None,
    }
}

fn platform() -> Platform {
    Platform {
        os: "linux".into(),
        architecture: "amd64".into(),
    }
}

pub(crate) fn stamp(active: &str) -> HostChange {
    let record = |version: &str, days: i64| StampRecord {
        at: ago(days * 86_400),
        operator: "lena@desk".into(),
        reference: tag(version),
        image_id: image_id(version).to_string(),
        job: "20261101-101500-00aa".into(),
    };
    HostChange::Stamp {
        stamp: Stamp::Active(tag(active)),
        history: vec![record("v3.0.0", 20), record("v3.1.0", 4)],
    }
}

fn host_image(host: &str, version: &str, days: i64) -> HostImage {
    let id = if host == "eu-02" {
        format!("{version} manifest")
    } else {
        version.to_owned()
    };
    HostImage {
        id: image_id(&id),
        content: Some(ContentId(digest(version))),
        layers: vec![digest("base"), digest(version)],
        references: vec![tag(version)],
        size: 1_160_000_000,
        created_at: Some(ago(days * 86_400)),
        is_managed_leftover: false,
    }
}

fn moved_image() -> HostImage {
    HostImage {
        id: image_id("dev, second build"),
        references: vec![tag("dev")],
        content: Some(ContentId(digest("dev, second build"))),
        layers: vec![digest("base"), digest("dev, second build")],
        ..host_image("eu-02", "dev", 1)
    }
}

/// A tag that no container and no stamp needs.
pub(crate) fn spare_image(version: &str) -> HostChange {
    HostChange::Image(host_image("us-01", version, 60))
}

/// A tag that names another content than at the source.
pub(crate) fn other_content(version: &str) -> HostChange {
    HostChange::Image(HostImage {
        id: image_id("another build"),
        content: Some(ContentId(digest("another build"))),
        layers: vec![digest("another build")],
        ..host_image("eu-01", version, 1)
    })
}

fn source() -> Event {
    let image = |version: &str, hours: i64| SourceImage {
        id: image_id(version),
        content: ContentId(digest(version)),
        platform: platform(),
        size: 1_160_000_000,
        layers: vec![digest("base"), digest(version)],
        created_at: Some(ago(hours * 3600)),
    };
    let images = BTreeMap::from([
        (tag("v3.2.0"), image("v3.2.0", 1)),
        (tag("v3.1.0"), image("v3.1.0", 96)),
    ]);
    Event::Fleet(Delta::Source {
        problem: None,
        images,
    })
}

pub(crate) fn container(name: &str, runs: &str, state: ContainerState) -> Container {
    let session = Profile::convocate().select(name, std::iter::empty(), true);
    Container {
        id: ContainerId::parse(digest(name).hex()).unwrap(),
        name: name.into(),
        session,
        runs_on: RunsOn::Reference(tag(runs)),
        image_id: image_id(runs),
        state,
        health: Health::None,
        created_at: ago(7_500),
        compose: None,
        storage: Storage::default(),
    }
}

fn containers() -> Vec<(&'static str, Container)> {
    use ContainerState::{Exited, Running};
    let predecessor = ContainerRole::Predecessor(job_id("20261119-090000-77aa"))
        .container_name(&session("convocate-session-atlas"));
    let mut containers = vec![
        ("eu-01", container("convocate-session-atlas", "v3.0.0", Running)),
        ("eu-01", container(&predecessor, "v3.0.0", Exited)),
        ("eu-01", container("convocate-session-birch", "v3.1.0", Running)),
        ("eu-01", container("convocate-session-cedar", "v3.0.0", Exited)),
        ("eu-02", container("convocate-session-delta", "dev", Running)),
        ("eu-02", container("convocate-session-ember", "v2.9.0", Running)),
        ("eu-04", container("convocate-session-fjord", "v3.0.0", Running)),
        ("eu-05", container("convocate-session-grove", "v3.1.0", Running)),
        ("us-01", container("convocate-session-heath", "v3.1.0", Running)),
        ("us-01", container("convocate-session-inlet", "v3.0.0", Running)),
    ];
    for (host, container) in &mut containers {
        if *host == "eu-02" {
            container.image_id = image_id(&format!(
                "{} manifest",
                container.runs_on.reference().unwrap().tag
            ));
        }
        if container.name.ends_with("heath") {
            container.health = Health::Unhealthy;
        }
        if container.name.ends_with("birch") {
            container.compose = Some(Box::new(ComposeOwner {
                name: "agents/birch".to_owned(),
                place: ComposePlace::Unknown("this is a test".to_owned()),
            }));
        }
    }
    containers
}
