//! The four screens, and every place of the console where a key can have a meaning.

/// A screen with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Screen {
    /// Every session of the fleet.
    Sessions,
    /// Every host.
    Hosts,
    /// Every managed image tag, here and on the hosts.
    Images,
    /// Running and finished jobs.
    Jobs,
}

impl Screen {
    /// All screens, in the order of their keys.
    pub const ALL: [Self; 4] = [Self::Sessions, Self::Hosts, Self::Images, Self::Jobs];

    /// The title of its tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sessions => "Sessions",
            Self::Hosts => "Hosts",
            Self::Images => "Images",
            Self::Jobs => "Jobs",
        }
    }

    /// What one row of it is.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Sessions => "session",
            Self::Hosts => "host",
            Self::Images => "image tag",
            Self::Jobs => "job",
        }
    }

    /// The next one, around the end.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The one before, around the start.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}

/// Where the keys go now. Each place gives keys their meaning through the action table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The list of a screen.
    List(Screen),
    /// The details of a row of a screen.
    Details(Screen),
    /// A rollout, session by session.
    Rollout,
    /// The choice of how a rollout goes.
    RolloutOrder,
    /// A plan that one key confirms.
    Plan,
    /// A plan that a typed word confirms.
    Typed,
    /// A question with yes and no.
    Question,
    /// A refusal that is read and closed.
    Refused,
    /// What stands in the place of a plan that went away under the fingers: letters do nothing.
    Vanished,
    /// A choice of hosts, several at once.
    Hosts,
    /// A choice of one thing: a tag, a sort column.
    Choice,
    /// What a session writes.
    Logs,
    /// What is typed at the foot of that: a search, or the name of a file.
    LogEntry,
    /// The list of messages.
    Messages,
    /// The searchable help.
    Help,
    /// The palette.
    Palette,
    /// The filter line.
    Filter,
    /// The window is too small to show what a key would do.
    TooSmall,
}

impl Place {
    /// Whether letters are text here and never actions.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Typed | Self::Vanished | Self::Help | Self::Palette | Self::Filter | Self::LogEntry
        )
    }
}
