//! The choice of one thing from a short list: a tag, a sort column, a text to copy.

use super::{Field, Screen};
use crate::model::attach::AttachLine;
use crate::model::names::{HostName, ImageRef, SessionName};

/// What is chosen from, and what for. The list is frozen when it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What for.
    pub purpose: ChosenFor,
    /// What there is.
    pub options: Vec<ChoiceOption>,
    /// Which one the cursor is on.
    pub cursor: usize,
}

/// What something is chosen for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChosenFor {
    /// These sessions are restarted onto the chosen tag.
    RestartOnto(Vec<(HostName, SessionName)>),
    /// The chosen tag is pushed to these hosts.
    PushTo(Vec<HostName>),
    /// The chosen tag becomes active on these hosts.
    ActivateOn(Vec<HostName>),
    /// A new session on this host is made from the chosen template.
    NewSession(HostName),
    /// The terminal is given to the chosen program in this session.
    Attach(HostName, SessionName),
    /// This screen is sorted by the chosen column.
    Sort(Screen),
    /// The chosen text is copied.
    Copy,
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceOption {
    /// What is chosen.
    pub value: Chosen,
    /// How it is called.
    pub label: String,
    /// What there is to know about it.
    pub note: String,
}

/// A thing that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// A tag of an image.
    Tag(ImageRef),
    /// A column.
    Column(Field),
    /// A template, by its name.
    Template(String),
    /// A program.
    Attach(AttachLine),
    /// A text.
    Text(String),
}

impl Choice {
    /// What the operator is asked.
    pub fn title(&self) -> String {
        match &self.purpose {
            ChosenFor::RestartOnto(sessions) => match sessions.as_slice() {
                [(host, session)] => format!("restart {host}/{session} onto which tag?"),
                many => format!("restart {} sessions onto which tag?", many.len()),
            },
            ChosenFor::PushTo(hosts) => format!("push which tag to {}?", name_hosts(hosts)),
            ChosenFor::ActivateOn(hosts) => format!("activate which tag on {}?", name_hosts(hosts)),
            ChosenFor::NewSession(host) => format!("new session on {host} from which template?"),
            ChosenFor::Attach(host, session) => format!("attach {host}/{session} to what?"),
            ChosenFor::Sort(screen) => format!("sort {} by", screen.title().to_lowercase()),
            ChosenFor::Copy => "copy".to_owned(),
        }
    }
}

fn name_hosts(hosts: &[HostName]) -> String {
    match hosts {
        [one] => one.to_string(),
        many => format!("{} hosts", many.len()),
    }
}
