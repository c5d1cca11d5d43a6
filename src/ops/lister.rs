//! One full list of a host: containers and images from its engine, stamp and free space from its shell.

use crate::model::clean::clean;
use crate::model::compose::ComposeOwner;
use crate::model::fleet::{
    ConnectionProblem, Container, ContentId, HostFacts, HostImage, HostLease, Listing, MachineId, RunsOn,
    Space, Stamp, StampRecord,
};
use crate::model::names::{Digest, ImageId, SessionLabel, SessionName};
use crate::ops::connector::{Connected, engine_problem};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{EngineFacts, EngineImage, ListedContainer, Script, ScriptCall, ShellError};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

const SURVEY: Script = Script {
    name: "survey",
    text: include_str!("../../assets/host/survey.sh"),
};

/// Lists one connected host. What is in an image never changes, so each is inspected once.
pub struct Lister {
    connected: Connected,
    facts: EngineFacts,
    contents: HashMap<ImageId, Option<Content>>,
}

/// What an inspect of an image told.
#[derive(Clone)]
struct Content {
    id: ContentId,
    layers: Vec<Digest>,
}

impl Lister {
    /// A lister for a host that was just connected.
    pub async fn new(connected: Connected) -> Result<Self, ConnectionProblem> {
        let facts = connected
            .link
            .engine
            .facts()
            .await
            .map_err(|error| engine_problem(&error))?;
        Ok(Self {
            connected,
            facts,
            contents: HashMap::new(),
        })
    }

    /// The link that it lists through.
    pub fn link(&self) -> &HostLink {
        &self.connected.link
    }

    /// Lists everything. An error means that nothing of it can be believed.
    pub async fn list(&mut self) -> Result<Listing, ConnectionProblem> {
        let link = self.connected.link.clone();
        let (survey, containers, images) = tokio::join!(
            survey(&link, &self.facts.data_root),
            link.engine.containers(),
            link.engine.images()
        );
        let survey = survey?;
        let containers = containers.map_err(|error| engine_problem(&error))?;
        let images = images.map_err(|error| engine_problem(&error))?;
        self.contents
            .retain(|id, _| images.iter().any(|image| image.id == *id));
        let mut listed = BTreeMap::new();
        for image in images {
            let image = self.host_image(image, &survey.history).await?;
            listed.insert(image.id.clone(), image);
        }
        let containers = containers
            .into_iter()
            .map(|one| (one.id.clone(), container(&link, one)))
            .collect();
        Ok(Listing {
            facts: Some(HostFacts {
                engine: self.facts.version.clone(),
                api: self.facts.api.clone(),
                store: self.facts.store,
                platform: self.facts.platform.clone(),
                privilege: link.privilege,
                has_zstd: self.connected.has_zstd,
                space: survey.space,
                machine: MachineId::of(&self.facts.id, &survey.boot),
            }),
            stamp: survey.stamp,
            history: survey.history,
            labels: survey.labels,
            lease: survey.lease,
            clock_off: survey.clock_off,
            images: listed,
            containers,
        })
    }

    async fn host_image(
        &mut self,
        image: EngineImage,
        history: &[StampRecord],
    ) -> Result<HostImage, ConnectionProblem> {
        let link = &self.connected.link;
        let is_managed = image
            .references
            .iter()
            .any(|reference| reference.image == link.profile().image);
        let content = match self.contents.get(&image.id) {
            Some(known) => known.clone(),
            None if is_managed => {
                let details = link.engine.image(image.id.as_str()).await;
                let content = details
                    .map_err(|error| engine_problem(&error))?
                    .map(|details| Content {
                        id: details.content,
                        layers: details.layers,
                    });
                self.contents.insert(image.id.clone(), content.clone());
                content
            }
            None => None,
        };
        let (content, layers) = content.map_or((None, Vec::new()), |known| (Some(known.id), known.layers));
        Ok(HostImage {
            // Only what tagboat once stamped can be told from other people's untagged images.
            is_managed_leftover: image.references.is_empty()
                && history.iter().any(|record| record.image_id == image.id.as_str()),
            id: image.id,
            content,
            layers,
            references: image.references,
            size: image.size,
            created_at: image.created_at,
        })
    }
}

fn container(link: &HostLink, listed: ListedContainer) -> Container {
    let runs_on = RunsOn::read(&listed.created_from);
    let runs_image = runs_on
        .reference()
        .is_some_and(|reference| reference.image == link.profile().image);
    let labels = listed
        .labels
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let label = |wanted: &str| {
        labels
            .clone()
            .find(|(key, _)| *key == wanted)
            .map(|(_, value)| value)
    };
    Container {
        compose: ComposeOwner::of_labels(label).map(Box::new),
        session: link.profile().select(&listed.name, labels, runs_image),
        id: listed.id,
        name: clean(&listed.name),
        runs_on,
        image_id: listed.image_id,
        state: listed.state,
        health: listed.health,
        created_at: listed.created_at,
        storage: listed.storage,
    }
}

/// What the shell of a host tells.
struct Survey {
    stamp: Stamp,
    history: Vec<StampRecord>,
    labels: BTreeMap<SessionName, SessionLabel>,
    space: Space,
    lease: Option<HostLease>,
    clock_off: i64,
    boot: String,
}

/// A clock that differs by less is not told: an answer takes a while.
const CLOCK_TOLERANCE: i64 = 5;

async fn survey(link: &HostLink, data_root: &str) -> Result<Survey, ConnectionProblem> {
    let paths = &link.profile().paths;
    let (labels, notice) = (paths.session_labels(), paths.lease_notice());
    let arguments = [&paths.stamp, &paths.history, &paths.staging].map(String::as_str);
    let call = ScriptCall::question(SURVEY, arguments.into_iter().chain([data_root, &labels, &notice]));
    let asked = Timestamp::now().as_second();
    let output = link
        .shell
        .run(call)
        .await
        .map_err(|error: ShellError| ConnectionProblem::Lost(error.to_string()))?;
    let survey = read_survey(&output.stdout, link);
    let between = (asked, Timestamp::now().as_second());
    Ok(Survey {
        clock_off: clock_off(survey.clock_off, between),
        ..survey
    })
}

/// By how many seconds a clock differs that was read between these two moments; small differences are none, and others are
/// told to five seconds, so that they are no change whenever they are looked at.
fn clock_off(clock: i64, (from, to): (i64, i64)) -> i64 {
    let off = clock - clock.clamp(from, to.max(from));
    if off.abs() < CLOCK_TOLERANCE {
        0
    } else {
        off / 5 * 5
    }
}

fn read_survey(output: &str, link: &HostLink) -> Survey {
    let values = |key: &'static str| {
        output
            .lines()
            .filter_map(move |line| line.strip_prefix(key)?.strip_prefix('='))
    };
    let value = |key| values(key).next().unwrap_or_default();
    let stamp = match value("stamp_state") {
        "missing" => Stamp::Missing,
        "read" => Stamp::read(&clean(value("stamp")), &link.profile().image),
        _ => Stamp::Unreadable(clean(value("stamp_problem"))),
    };
    Survey {
        stamp,
        history: values("history").filter_map(StampRecord::read).collect(),
        labels: values("label").filter_map(label).collect(),
        lease: values("lease").next().and_then(HostLease::read),
        // As it was told; how far that is off is for the caller, who knows when it was asked.
        clock_off: value("clock")
            .parse()
            .unwrap_or_else(|_| Timestamp::now().as_second()),
        boot: value("boot").to_owned(),
        space: Space {
            staging: value("staging").parse().unwrap_or_default(),
            engine_root: value("engine_root").parse().unwrap_or_default(),
        },
    }
}

/// A line of the file of labels; one that somebody wrote by hand and that is none is left out.
fn label(line: &str) -> Option<(SessionName, SessionLabel)> {
    let (session, label) = line.split_once('\t')?;
    Some((
        SessionName::parse(session).ok()?,
        SessionLabel::parse(label).ok()?,
    ))
}
