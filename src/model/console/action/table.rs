//! The action table itself. What the footer, the help and the palette say is said here and nowhere else.

use super::places::{
    ACCEPTING, CLOSED, CONFIRMED, COPIED, EVERYWHERE, HOSTS_AND_IMAGES, JOBS, LISTS, LISTS_AND_DETAILS,
    LISTS_AND_SMALL, MARKED, MOVED, MOVED_BY_LETTERS, PICKER, SESSIONS,
};
use super::{Action, ActionInfo, Risk};
use crate::model::console::{Place, Screen};

/// Every action, in the order in which footers and help name them.
pub const ACTIONS: &[ActionInfo] = &[
    of(
        Action::Open,
        "open",
        "details",
        "Opens the details of the row under the cursor.",
        &["enter", "l", "right"],
        LISTS,
    )
    .hinted(),
    of(
        Action::Restart,
        "restart",
        "restart",
        "Restarts the sessions onto the active tag of their host; shows the plan first.",
        &["r"],
        SESSIONS,
    )
    .asking()
    .hinted(),
    of(
        Action::RestartOnto,
        "restart-onto",
        "onto a tag",
        "Restarts the sessions onto a tag that you choose; shows the plan first.",
        &["t"],
        SESSIONS,
    )
    .asking()
    .hinted(),
    of(
        Action::Push,
        "push",
        "push",
        "Copies an image to hosts and stamps it when it is verified and loaded; no session is touched.",
        &["p"],
        HOSTS_AND_IMAGES,
    )
    .asking()
    .hinted(),
    of(
        Action::Activate,
        "activate",
        "activate",
        "Stamps a tag that hosts have already, so that sessions that start from now on get it.",
        &["e"],
        HOSTS_AND_IMAGES,
    )
    .asking()
    .hinted(),
    of(
        Action::Prune,
        "prune",
        "prune",
        "Removes image tags that no session needs; shows each with its reason first.",
        &["x"],
        HOSTS_AND_IMAGES,
    )
    .asking_for_a_word()
    .hinted(),
    of(
        Action::CancelJob,
        "cancel-job",
        "cancel",
        "Cancels a running job: the step that runs is ended on the host too.",
        &["c"],
        JOBS,
    )
    .asking()
    .hinted(),
    of(
        Action::ResumeJob,
        "resume-job",
        "resume",
        "Takes up an interrupted job at the step where it stopped.",
        &["u"],
        JOBS,
    )
    .asking()
    .hinted(),
    of(
        Action::Accept,
        "accept",
        "accept",
        "Takes what is shown. In a plan that one key confirms it takes the focused button, which is Cancel.",
        &["enter"],
        ACCEPTING,
    )
    .hinted(),
    of(
        Action::Confirm,
        "confirm",
        "yes",
        "Confirms the plan or the question.",
        &["y"],
        CONFIRMED,
    )
    .hinted(),
    of(
        Action::Decline,
        "decline",
        "no",
        "Leaves everything as it is.",
        &["n"],
        CONFIRMED,
    )
    .hinted(),
    of(
        Action::Mark,
        "mark",
        "mark",
        "Marks the row and moves on; actions work on the marked rows.",
        &["space"],
        MARKED,
    )
    .hinted(),
    of(
        Action::MarkRange,
        "mark-range",
        "range",
        "Begins a range of marks, and ends it.",
        &["v"],
        LISTS,
    ),
    of(
        Action::MarkAll,
        "mark-all",
        "all",
        "Marks every row that the filter shows.",
        &["a"],
        MARKED,
    ),
    of(
        Action::MarkNone,
        "mark-none",
        "none",
        "Removes all marks.",
        &["A"],
        MARKED,
    ),
    of(
        Action::MarkInvert,
        "mark-invert",
        "invert",
        "Marks what is not marked, and the other way round.",
        &["i"],
        MARKED,
    ),
    of(
        Action::ReplaceTag,
        "replace-tag",
        "move tag",
        "Lets the push move the tag where it names another image; the plan then asks for a typed word.",
        &["m"],
        PICKER,
    )
    .hinted(),
    of(
        Action::Filter,
        "filter",
        "filter",
        "Shows only the rows that match; live while you type.",
        &["/"],
        LISTS,
    )
    .hinted(),
    of(
        Action::SortMenu,
        "sort",
        "sort",
        "Chooses the column to sort by.",
        &["s"],
        LISTS,
    ),
    of(
        Action::SortReverse,
        "sort-reverse",
        "reverse",
        "Turns the order around.",
        &["S"],
        LISTS,
    ),
    of(
        Action::Clear,
        "clear",
        "clear",
        "Removes the filter, or else the marks.",
        &["esc"],
        LISTS,
    ),
    of(
        Action::Copy,
        "copy",
        "copy",
        "Copies a name, a tag, an id or a command line.",
        &["y"],
        COPIED,
    ),
    of(
        Action::Down,
        "down",
        "down",
        "Moves down one row.",
        &["j", "down"],
        MOVED,
    ),
    of(Action::Up, "up", "up", "Moves up one row.", &["k", "up"], MOVED),
    of(
        Action::Top,
        "top",
        "first",
        "Goes to the first row.",
        &["g g", "home"],
        MOVED_BY_LETTERS,
    ),
    of(
        Action::Bottom,
        "bottom",
        "last",
        "Goes to the last row.",
        &["G", "end"],
        MOVED_BY_LETTERS,
    ),
    of(
        Action::HalfDown,
        "half-down",
        "half down",
        "Moves down half a page.",
        &["C-d"],
        MOVED,
    ),
    of(
        Action::HalfUp,
        "half-up",
        "half up",
        "Moves up half a page.",
        &["C-u"],
        MOVED_BY_LETTERS,
    ),
    of(
        Action::PageDown,
        "page-down",
        "page down",
        "Moves down one page.",
        &["pgdn"],
        MOVED,
    ),
    of(
        Action::PageUp,
        "page-up",
        "page up",
        "Moves up one page.",
        &["pgup"],
        MOVED,
    ),
    of(
        Action::Show(Screen::Sessions),
        "sessions",
        "sessions",
        "Shows the sessions.",
        &["1"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::Show(Screen::Hosts),
        "hosts",
        "hosts",
        "Shows the hosts.",
        &["2"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::Show(Screen::Images),
        "images",
        "images",
        "Shows the image tags, here and on the hosts.",
        &["3"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::Show(Screen::Jobs),
        "jobs",
        "jobs",
        "Shows the jobs.",
        &["4"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::NextScreen,
        "next-screen",
        "next screen",
        "Shows the next screen.",
        &["tab"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::PreviousScreen,
        "previous-screen",
        "previous screen",
        "Shows the screen before.",
        &["backtab"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::Close,
        "close",
        "back",
        "Closes what is open and changes nothing.",
        &["esc", "q", "h", "left"],
        CLOSED,
    )
    .hinted(),
    of(
        Action::Palette,
        "palette",
        "palette",
        "Finds any action by its name, and takes verbs with arguments.",
        &[":"],
        LISTS_AND_DETAILS,
    )
    .hinted(),
    of(
        Action::Help,
        "help",
        "help",
        "Explains every key, searchable.",
        &["?"],
        LISTS_AND_DETAILS,
    )
    .hinted(),
    of(
        Action::Messages,
        "messages",
        "messages",
        "Shows what was said, and notes that you read it.",
        &["!"],
        LISTS_AND_DETAILS,
    ),
    of(
        Action::Refresh,
        "refresh",
        "refresh",
        "Lists every host again now and draws the screen anew.",
        &["C-r"],
        EVERYWHERE,
    ),
    of(
        Action::Suspend,
        "suspend",
        "suspend",
        "Gives the terminal back to the shell; `fg` continues.",
        &["C-z"],
        EVERYWHERE,
    ),
    of(
        Action::Quit,
        "quit",
        "quit",
        "Ends the console; asks first while jobs run.",
        &["q"],
        LISTS_AND_SMALL,
    )
    .hinted(),
    of(
        Action::Interrupt,
        "interrupt",
        "quit",
        "Ends the console from everywhere; asks first while jobs run.",
        &["C-c"],
        EVERYWHERE,
    ),
];

const fn of(
    action: Action,
    name: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    places: &'static [Place],
) -> ActionInfo {
    ActionInfo {
        action,
        name,
        title,
        help,
        keys,
        risk: Risk::Safe,
        places,
        is_hinted: false,
    }
}

impl ActionInfo {
    const fn asking(mut self) -> Self {
        self.risk = Risk::Reversible;
        self
    }

    const fn asking_for_a_word(mut self) -> Self {
        self.risk = Risk::Destructive;
        self
    }

    const fn hinted(mut self) -> Self {
        self.is_hinted = true;
        self
    }
}
