//! The plan that makes hosts members of the fleet, keeps them so, or ends that: changes of each host, and the image that it gets.

mod init;
mod machine;
mod mend;
mod remove_host;
mod update;

pub use init::plan_init;
pub use mend::plan_mend;
pub use remove_host::plan_remove_host;
pub use update::plan_update;

use super::push::usable;
use super::{Gate, PlanLine, Presence, PushIntent, PushOptions, PushPlan, count, plan_push};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host, Privilege};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{HostName, ImageRef, SessionName};
use crate::model::profile::Guard;
use crate::model::setup::{Change, Examination, FileSum, Made};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which hosts, and what they get. Each of them was examined before.
#[derive(Debug, Clone)]
pub struct SetupIntent {
    /// The hosts, in the order given.
    pub hosts: Vec<HostName>,
    /// The image that they get with it.
    pub image: SetupImage,
}

/// The image that comes with a setup.
#[derive(Debug, Clone, Default)]
pub enum SetupImage {
    /// None: stamps stay as they are.
    #[default]
    None,
    /// This one is pushed and stamped.
    Push {
        /// Its tag here.
        reference: ImageRef,
        /// Whether it may go to hosts although it fails their contract.
        allow_failing: bool,
        /// How it is sent.
        options: PushOptions,
    },
}

/// A setup, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupPlan {
    /// What for.
    pub work: SetupWork,
    /// The hosts and what changes on each.
    pub hosts: Vec<SetupTarget>,
    /// The texts of the files that are put on hosts, each once.
    pub texts: BTreeMap<FileSum, String>,
    /// What is pushed to those of the hosts that lack it, after that.
    pub push: Option<PushPlan>,
    /// The hosts that are left out.
    pub refused: Vec<Refusal>,
}

/// What a setup is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupWork {
    /// A machine becomes a member.
    Init,
    /// What is older than this version is replaced.
    Update,
    /// What was found wrong is mended.
    Mend,
    /// A member becomes a machine.
    Remove,
}

impl SetupWork {
    /// The verb, as on the command line.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Init => "host init",
            Self::Update => "host update",
            Self::Mend => "host doctor --fix",
            Self::Remove => "host remove",
        }
    }
}

/// One host of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupTarget {
    /// The host.
    pub host: HostName,
    /// What changes, in this order.
    pub changes: Vec<Change>,
    /// How many pieces are as they are to be.
    pub there: usize,
    /// The sessions on it: none of them is touched.
    pub sessions: Vec<SessionName>,
    /// What the operator should know of this host, and what mends it.
    pub remarks: Vec<String>,
    /// Whether it wants every change typed.
    pub guard: Guard,
}

impl SetupTarget {
    fn of(host: &Host) -> Self {
        Self {
            host: host.name.clone(),
            changes: Vec::new(),
            there: 0,
            sessions: host.sessions().map(|session| session.name().clone()).collect(),
            remarks: Vec::new(),
            guard: host.settings.guard,
        }
    }
}

impl SetupTarget {
    fn takes_up_restarts(&self) -> bool {
        let is_one = |change: &Change| matches!(change, Change::TakeUpRestarts { .. });
        self.changes.iter().any(is_one)
    }

    /// The sessions that keep their containers: all but those whose restart is taken up.
    fn untouched(&self) -> impl Iterator<Item = &SessionName> {
        let is_taken_up = |name: &SessionName| {
            self.changes.iter().any(|change| match change {
                Change::TakeUpRestarts { journals } => journals
                    .iter()
                    .any(|journal| journal.ends_with(&format!("-{name}"))),
                _ => false,
            })
        };
        self.sessions.iter().filter(move |name| !is_taken_up(name))
    }
}

/// What is known of a host whose setup can change: it answers, was examined, and the login has root there.
fn changeable<'a>(name: &HostName, fleet: &'a Fleet) -> Result<(&'a Host, &'a Examination), Refusal> {
    let host = fleet.host(name).ok_or_else(|| {
        Refusal::of_host(
            name,
            "there is no such host in the config",
            format!("tagboat host add {name}"),
        )
    })?;
    let facts = usable(host)?;
    if facts.privilege == Privilege::None {
        return Err(Refusal::of_host(
            name,
            "the login is not root and may not use `sudo -n`",
            "log in as root, or give the login a line `NOPASSWD: ALL` in /etc/sudoers.d",
        ));
    }
    let why = match &host.examined {
        Some(Ok(told)) => return Ok((host, told)),
        Some(Err(why)) => why.as_str(),
        None => "it was not examined",
    };
    Err(Refusal::of_host(
        name,
        format!("what is on it is not known: {why}"),
        format!("see `tagboat host doctor {name}`"),
    ))
}

/// The texts of files among the pieces that these hosts get.
fn texts_for(hosts: &[SetupTarget], made: impl IntoIterator<Item = Made>) -> BTreeMap<FileSum, String> {
    use crate::model::setup::Piece;
    let wanted = |sum: &FileSum| {
        hosts.iter().flat_map(|host| &host.changes).any(
            |change| matches!(change, Change::Put { piece: Piece::File { sum: put, .. }, .. } if put == sum),
        )
    };
    made.into_iter()
        .filter_map(|(piece, text)| match piece {
            Piece::File { sum, .. } if wanted(&sum) => Some((sum, text)),
            _ => None,
        })
        .collect()
}

impl SetupPlan {
    /// Makes it from hosts that can change; refuses where none is left.
    fn of(
        work: SetupWork,
        (hosts, refused): (Vec<SetupTarget>, Vec<Refusal>),
        made: impl IntoIterator<Item = Made>,
    ) -> Result<Self, Refusal> {
        if hosts.is_empty() {
            return Err(Refusal::of_all(&refused, "host"));
        }
        Ok(Self {
            work,
            texts: texts_for(&hosts, made),
            hosts,
            push: None,
            refused,
        })
    }

    /// Adds the image. A host that cannot get it is left out as a whole; one that has it, stamped, gets nothing of it.
    fn with_image(mut self, image: &SetupImage, fleet: &Fleet) -> Result<Self, Refusal> {
        let SetupImage::Push {
            reference,
            allow_failing,
            options,
        } = image
        else {
            return Ok(self);
        };
        let intent = PushIntent {
            reference: reference.clone(),
            hosts: self.hosts.iter().map(|one| one.host.clone()).collect(),
            replace_tag: false,
            allow_failing: *allow_failing,
            options: *options,
        };
        let mut push = plan_push(&intent, fleet)?;
        let out: Vec<HostName> = push.refused.iter().filter_map(|one| one.host.clone()).collect();
        self.hosts.retain(|one| !out.contains(&one.host));
        self.refused.append(&mut push.refused);
        push.hosts
            .retain(|one| one.presence != Presence::Same || one.before.active() != Some(reference));
        self.push = (!push.hosts.is_empty()).then_some(push);
        Ok(self)
    }

    /// One host of it.
    pub fn host(&self, target: &Target) -> Option<&SetupTarget> {
        self.hosts.iter().find(|one| one.host == target.host)
    }

    fn gets_image(&self, host: &HostName) -> bool {
        self.push.as_ref().is_some_and(|push| push.targets_host(host))
    }

    pub(super) fn needed_tags(&self) -> Vec<(HostName, ImageRef)> {
        let push = self.push.iter();
        push.flat_map(|push| {
            let hosts = push.hosts.iter();
            hosts.map(|one| (one.host.clone(), push.reference.clone()))
        })
        .collect()
    }

    /// What it does to how many hosts.
    pub fn title(&self) -> String {
        let hosts = count(self.hosts.len(), "host");
        match (self.work, &self.push) {
            (SetupWork::Init, None) => format!("make {hosts} ready"),
            (SetupWork::Init, Some(push)) => format!("make {hosts} ready, with {}", push.reference),
            (SetupWork::Update, None) => format!("update {hosts}"),
            (SetupWork::Update, Some(push)) => format!("update {hosts}, to {}", push.reference),
            (SetupWork::Mend, _) => format!("mend {hosts}"),
            (SetupWork::Remove, _) => format!("take tagboat off {hosts}"),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        // One on which nothing changes is neither held up by others nor does it hold them up.
        self.hosts
            .iter()
            .filter(|one| !one.changes.is_empty() || self.gets_image(&one.host))
            .map(|one| Target::host(one.host.clone()))
            .collect()
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        let Some(host) = self.host(target) else {
            return Vec::new();
        };
        let mut steps: Vec<Step> = host.changes.iter().map(Change::step).collect();
        if !steps.is_empty() {
            steps.insert(0, Step::about(StepKind::Check, SETUP));
        }
        if let Some(push) = self.push.as_ref().filter(|_| self.gets_image(&host.host)) {
            steps.extend(push.steps(target));
        }
        steps
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let mut lines = Vec::new();
        for one in &self.hosts {
            let target = Target::host(one.host.clone());
            let changes = one.changes.iter().map(|change| PlanLine {
                target: target.clone(),
                before: change.before().to_owned(),
                after: change.after(),
                note: change.note(),
                costs: Vec::new(),
            });
            lines.extend(changes);
            let image = self.push.iter().flat_map(PushPlan::lines);
            lines.extend(image.filter(|line| line.target == target));
            if one.changes.is_empty() && !self.gets_image(&one.host) {
                lines.push(PlanLine {
                    target: target.clone(),
                    before: "as it is to be".to_owned(),
                    after: "the same".to_owned(),
                    note: format!("{} are there; nothing changes", count(one.there, "piece")),
                    costs: Vec::new(),
                });
            }
            // What is said of a host stands under its last line.
            if let Some(last) = lines.last_mut() {
                last.costs.extend(one.remarks.iter().cloned());
            }
        }
        lines
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let mut words = Vec::new();
        let names: Vec<String> = self
            .hosts
            .iter()
            .flat_map(|one| one.untouched().map(move |name| format!("{name} on {}", one.host)))
            .collect();
        match names.as_slice() {
            [] => words.push("there are no sessions on them".to_owned()),
            [first @ .., last] if first.len() < 3 => {
                let all: Vec<_> = first.iter().chain([last]).cloned().collect();
                words.push(format!(
                    "sessions keep their container and their tag: {}",
                    all.join(", ")
                ));
            }
            all => words.push(format!(
                "{} sessions keep their container and their tag, among them {}",
                all.len(),
                all[..2].join(", ")
            )),
        }
        if self.work == SetupWork::Remove {
            words.push("images, the stamp and its history stay".to_owned());
        }
        words
    }

    pub(super) fn undo(&self) -> String {
        match self.work {
            SetupWork::Init => "tagboat host remove takes the pieces off again".to_owned(),
            SetupWork::Update => {
                "tagboat host update of the earlier version puts its own pieces back".to_owned()
            }
            SetupWork::Mend => self.undo_of_mend(),
            SetupWork::Remove => "tagboat host init puts everything back".to_owned(),
        }
    }

    fn undo_of_mend(&self) -> String {
        let mut changes = self.hosts.iter().flat_map(|one| &one.changes);
        let restarts = self.hosts.iter().any(SetupTarget::takes_up_restarts);
        let ways = [
            (
                restarts,
                "tagboat rollback takes back a restart that the host finishes",
            ),
            (
                changes.any(|change| matches!(change, Change::Put { .. })),
                "tagboat host remove takes the pieces off again",
            ),
            (true, "what is removed is of no use to anybody"),
        ];
        let ways: Vec<_> = ways
            .iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, way)| *way)
            .collect();
        ways.join("; ")
    }

    pub(super) fn gate(&self) -> Gate {
        // A restart that is taken up stops and renames containers of sessions: no less than the restart itself was asked for.
        let is_strict = |one: &SetupTarget| {
            one.guard == Guard::Strict || self.work == SetupWork::Remove || one.takes_up_restarts()
        };
        let typed: Vec<_> = self.hosts.iter().filter(|one| is_strict(one)).collect();
        match (typed.as_slice(), &self.push) {
            ([], Some(push)) => push.gate(),
            ([], None) => Gate::Plan,
            ([one], _) => Gate::Typed(one.host.to_string()),
            (several, _) => Gate::Typed(several.len().to_string()),
        }
    }
}

/// What the check before a setup is about: a push checks for itself.
pub(super) const SETUP: &str = "setup";
