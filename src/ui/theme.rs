//! What things mean, and how that looks: roles to styles, with the terminal's own 16 colours or with none.

use crate::model::console::Severity;
use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Role {
    Plain,
    Muted,
    Heading,
    Key,
    Good,
    Busy,
    Warn,
    Bad,
    Mark,
    Cursor,
    Tab,
    Border,
    Input,
}

/// The styles of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    has_colour: bool,
}

impl Theme {
    /// With the terminal's 16 colours.
    pub const COLOUR: Self = Self { has_colour: true };
    /// Without any colour, for `NO_COLOR`.
    pub const MONO: Self = Self { has_colour: false };

    /// The style of a role.
    pub fn style(self, role: Role) -> Style {
        let style = Style::new();
        let (colour, modifier) = match role {
            Role::Plain => (None, Modifier::empty()),
            // Dim, not dark grey: that is invisible on some palettes.
            Role::Muted | Role::Border => (None, Modifier::DIM),
            Role::Heading => (None, Modifier::BOLD),
            Role::Key => (Some(Color::Cyan), Modifier::BOLD),
            Role::Good => (Some(Color::Green), Modifier::empty()),
            Role::Busy => (Some(Color::Cyan), Modifier::empty()),
            Role::Warn => (Some(Color::Yellow), Modifier::empty()),
            Role::Bad => (Some(Color::Red), Modifier::BOLD),
            Role::Mark => (Some(Color::Magenta), Modifier::BOLD),
            Role::Cursor | Role::Tab => (None, Modifier::REVERSED),
            Role::Input => (None, Modifier::UNDERLINED),
        };
        let style = style.add_modifier(modifier);
        match colour.filter(|_| self.has_colour) {
            Some(colour) => style.fg(colour),
            None => style,
        }
    }
}

impl From<Severity> for Role {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Plain,
            Severity::Good => Self::Good,
            Severity::Warn => Self::Warn,
            Severity::Bad => Self::Bad,
        }
    }
}
