//! The fields by which rows are filtered and sorted, and which screen has which.

use super::Screen;

/// One property of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each is explained by its word, which is what the operator types"
)]
pub enum Field {
    Host,
    Session,
    Image,
    Tag,
    Active,
    State,
    Is,
    Id,
    Engine,
    Store,
    Group,
    Job,
    Verb,
    By,
    Created,
    Sessions,
    Images,
    Hosts,
    Free,
    Size,
    Built,
    Started,
}

impl Field {
    /// The word for it in filters and in the sort menu.
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Session => "session",
            Self::Image => "image",
            Self::Tag => "tag",
            Self::Active => "active",
            Self::State => "state",
            Self::Is => "is",
            Self::Id => "id",
            Self::Engine => "engine",
            Self::Store => "store",
            Self::Group => "group",
            Self::Job => "job",
            Self::Verb => "verb",
            Self::By => "by",
            Self::Created => "created",
            Self::Sessions => "sessions",
            Self::Images => "images",
            Self::Hosts => "hosts",
            Self::Free => "free",
            Self::Size => "size",
            Self::Built => "built",
            Self::Started => "started",
        }
    }

    /// The fields that a filter on a screen knows.
    pub fn filters(screen: Screen) -> &'static [Self] {
        match screen {
            Screen::Sessions => &[
                Self::Host,
                Self::Session,
                Self::Tag,
                Self::Active,
                Self::State,
                Self::Is,
                Self::Id,
                Self::Group,
            ],
            Screen::Hosts => &[
                Self::Host,
                Self::Tag,
                Self::State,
                Self::Is,
                Self::Engine,
                Self::Store,
                Self::Group,
            ],
            Screen::Images => &[
                Self::Image,
                Self::Tag,
                Self::Id,
                Self::Host,
                Self::Is,
                Self::Group,
            ],
            Screen::Jobs => &[
                Self::Job,
                Self::Verb,
                Self::State,
                Self::Host,
                Self::By,
                Self::Is,
                Self::Group,
            ],
        }
    }

    /// The fields that a screen can be sorted by; the first is its default.
    pub fn sorts(screen: Screen) -> &'static [Self] {
        match screen {
            Screen::Sessions => &[
                Self::Host,
                Self::Session,
                Self::Tag,
                Self::Is,
                Self::State,
                Self::Created,
            ],
            Screen::Hosts => &[
                Self::Host,
                Self::State,
                Self::Tag,
                Self::Sessions,
                Self::Images,
                Self::Free,
            ],
            Screen::Images => &[Self::Built, Self::Tag, Self::Size, Self::Hosts, Self::Sessions],
            Screen::Jobs => &[Self::Started, Self::State, Self::Verb],
        }
    }

    /// Whether large values come first unless it is reversed: what is new, large or much used is what is looked for.
    pub fn is_descending(self) -> bool {
        matches!(
            self,
            Self::Created
                | Self::Sessions
                | Self::Images
                | Self::Hosts
                | Self::Size
                | Self::Built
                | Self::Started
        )
    }
}
