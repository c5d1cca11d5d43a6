//! The action table itself. What the footer, the help and the palette say is said here and nowhere else.

use super::places::{
    ACCEPTING, CLOSED, CONFIRMED, COPIED, EVERYWHERE, HOSTS, HOSTS_AND_IMAGES, IMAGES, JOBS, LISTS,
    LISTS_AND_DETAILS, LISTS_AND_SMALL, LOGS, MARKED, MOVED, MOVED_BY_LETTERS, PICKER, ROLLED_BACK, ROLLOUT,
    ROLLOUT_ORDER, SESSIONS, SESSIONS_AND_HOSTS,
};
use super::{Action, ActionInfo, Risk};
use crate::model::console::{Place, Screen};

/// Every action, in the order in which footers and help name them: name, title, keys, places, and the help below.
#[rustfmt::skip]
pub const ACTIONS: &[ActionInfo] = &[
    of(Action::Open, "open", "details", &["enter", "l", "right"], LISTS,
        "Opens the details of the row under the cursor.").hinted(),
    of(Action::Restart, "restart", "restart", &["r"], SESSIONS,
        "Restarts the sessions onto the active tag of their host; shows the plan first.").asking().hinted(),
    of(Action::RestartOnto, "restart-onto", "onto a tag", &["t"], SESSIONS,
        "Restarts the sessions onto a tag that you choose; shows the plan first.").asking().hinted(),
    of(Action::RollOut, "roll-out", "roll out", &["o"], SESSIONS,
        "Restarts the marked sessions, or all that are behind, in waves; you choose how, then the plan is shown.").asking().hinted(),
    of(Action::RollBack, "roll-back", "roll back", &["b"], ROLLED_BACK,
        "Brings sessions back to their predecessors, hosts to the tag before, or takes back what a job did; shows the plan first.")
        .asking().hinted(),
    of(Action::PauseRollout, "pause-rollout", "pause", &["p"], ROLLOUT,
        "Lets the sessions that are being restarted end and begins no other, at once; again, and it goes on after a yes.").hinted(),
    of(Action::ApproveRollout, "approve-rollout", "approve", &["a"], ROLLOUT,
        "Says that the canaries are good: the others follow.").asking().hinted(),
    of(Action::SkipSession, "skip-session", "skip", &["s"], ROLLOUT,
        "Leaves the session under the cursor out; it keeps its container.").asking().hinted(),
    of(Action::RetrySession, "retry-session", "try again", &["t"], ROLLOUT,
        "Tries the session under the cursor again, which had failed or was left out.").asking().hinted(),
    of(Action::More, "more", "more", &["+", "=", "space"], ROLLOUT_ORDER,
        "One more, or the next value.").hinted(),
    of(Action::Less, "less", "less", &["-"], ROLLOUT_ORDER,
        "One less, or the value before.").hinted(),
    of(Action::Logs, "logs", "output", &["L"], SESSIONS,
        "Shows what the session writes, and follows it.").pointed().hinted(),
    of(Action::Attach, "attach", "attach", &["e"], SESSIONS,
        "Gives the terminal to a shell in the session, or to its own; the console comes back when that ends.").pointed().hinted(),
    of(Action::Start, "start", "start", &["u"], SESSIONS,
        "Starts the sessions that are stopped; shows the plan first.").asking(),
    of(Action::Stop, "stop", "stop", &["d"], SESSIONS,
        "Stops the sessions; shows the plan first, and asks for a typed word where that removes one.").asking(),
    of(Action::Remove, "remove", "remove", &["x"], SESSIONS,
        "Removes the sessions and what restarts kept of them; their volumes stay.").asking_for_a_word(),
    of(Action::Label, "label", "label", &["c"], SESSIONS,
        "Gives the session under the cursor a label that is shown beside its name; its name stays.").asking(),
    of(Action::New, "new", "new session", &["n"], SESSIONS_AND_HOSTS,
        "Makes a new session on the host from a template of the config; shows the plan first.").asking(),
    of(Action::Push, "push", "push", &["p"], HOSTS_AND_IMAGES,
        "Copies an image to hosts and stamps it when it is verified and loaded; no session is touched.").asking().hinted(),
    of(Action::Activate, "activate", "activate", &["e"], HOSTS_AND_IMAGES,
        "Stamps a tag that hosts have already, so that sessions that start from now on get it.").asking().hinted(),
    of(Action::Prune, "prune", "prune", &["x"], HOSTS_AND_IMAGES,
        "Removes image tags that no session needs; shows each with its reason first.").asking_for_a_word().hinted(),
    of(Action::CheckImage, "check-image", "check", &["c"], IMAGES,
        "Reads the image under the cursor and shows what it has of its contract, requirement by requirement; changes nothing.").pointed().hinted(),
    of(Action::Examine, "examine", "doctor", &["d"], HOSTS,
        "Examines the host under the cursor and shows what is wrong with it; changes nothing.").pointed().hinted(),
    of(Action::MendHost, "mend-host", "mend", &["m"], HOSTS,
        "Mends what the examination of the hosts found and is safe to mend; shows the plan first.").asking().hinted(),
    of(Action::MakeReady, "make-ready", "make ready", &["I"], HOSTS,
        "Makes hosts members of the fleet: the daily prune, and recovery after a boot; shows the plan first.").asking(),
    of(Action::UpdateHost, "update-host", "update", &["U"], HOSTS,
        "Brings what tagboat has on the hosts up to date with this version; shows the plan first.").asking(),
    of(Action::CancelJob, "cancel-job", "cancel", &["c"], JOBS,
        "Cancels a running job: the step that runs is ended on the host too.").asking().hinted(),
    of(Action::ResumeJob, "resume-job", "resume", &["u"], JOBS,
        "Takes up a job that was interrupted or did not end well; shows the plan of what is left of it first.").asking().hinted(),
    of(Action::Accept, "accept", "accept", &["enter"], ACCEPTING,
        "Takes what is shown. In a plan that one key confirms it takes the focused button, which is Cancel.").hinted(),
    of(Action::Confirm, "confirm", "yes", &["y"], CONFIRMED,
        "Confirms the plan or the question.").hinted(),
    of(Action::Decline, "decline", "no", &["n"], CONFIRMED,
        "Leaves everything as it is.").hinted(),
    of(Action::Mark, "mark", "mark", &["space"], MARKED,
        "Marks the row and moves on; actions work on the marked rows.").hinted(),
    of(Action::MarkRange, "mark-range", "range", &["v"], LISTS,
        "Begins a range of marks, and ends it."),
    of(Action::MarkAll, "mark-all", "all", &["a"], MARKED,
        "Marks every row that the filter shows."),
    of(Action::MarkNone, "mark-none", "none", &["A"], MARKED,
        "Removes all marks."),
    of(Action::MarkInvert, "mark-invert", "invert", &["i"], MARKED,
        "Marks what is not marked, and the other way round."),
    of(Action::ReplaceTag, "replace-tag", "move tag", &["m"], PICKER,
        "Lets the push move the tag where it names another image; the plan then asks for a typed word.").hinted(),
    of(Action::AllowFailing, "allow-failing", "allow failing", &["f"], PICKER,
        "Lets the push bring an image to hosts whose contract it fails; the plan then asks for a typed word.").hinted(),
    of(Action::LogSearch, "search", "search", &["/"], LOGS,
        "Searches the lines; without capitals in any case.").hinted(),
    of(Action::NextMatch, "next-match", "next", &["n"], LOGS,
        "Goes to the next line below that holds what is searched for.").hinted(),
    of(Action::PreviousMatch, "previous-match", "previous", &["N"], LOGS,
        "Goes to the next line above that holds what is searched for.").hinted(),
    of(Action::LogPause, "pause", "pause", &["p"], LOGS,
        "Holds what is shown, or follows the newest lines again; scrolling up holds it too.").hinted(),
    of(Action::LogWrap, "wrap", "wrap", &["w"], LOGS,
        "Shows long lines whole, or cut.").hinted(),
    of(Action::LogSave, "save", "save", &["s"], LOGS,
        "Saves the lines that are held into a new file.").hinted(),
    of(Action::Filter, "filter", "filter", &["/"], LISTS,
        "Shows only the rows that match; live while you type.").hinted(),
    of(Action::SortMenu, "sort", "sort", &["s"], LISTS,
        "Chooses the column to sort by."),
    of(Action::SortReverse, "sort-reverse", "reverse", &["S"], LISTS,
        "Turns the order around."),
    of(Action::Clear, "clear", "clear", &["esc"], LISTS,
        "Removes the filter, or else the marks."),
    of(Action::Copy, "copy", "copy", &["y"], COPIED,
        "Copies a name, a tag, an id or a command line."),
    of(Action::Down, "down", "down", &["j", "down"], MOVED,
        "Moves down one row."),
    of(Action::Up, "up", "up", &["k", "up"], MOVED,
        "Moves up one row."),
    of(Action::Top, "top", "first", &["g g", "home"], MOVED_BY_LETTERS,
        "Goes to the first row."),
    of(Action::Bottom, "bottom", "last", &["G", "end"], MOVED_BY_LETTERS,
        "Goes to the last row."),
    of(Action::HalfDown, "half-down", "half down", &["C-d"], MOVED,
        "Moves down half a page."),
    of(Action::HalfUp, "half-up", "half up", &["C-u"], MOVED_BY_LETTERS,
        "Moves up half a page."),
    of(Action::PageDown, "page-down", "page down", &["pgdn"], MOVED,
        "Moves down one page."),
    of(Action::PageUp, "page-up", "page up", &["pgup"], MOVED,
        "Moves up one page."),
    of(Action::Show(Screen::Sessions), "sessions", "sessions", &["1"], LISTS_AND_DETAILS,
        "Shows the sessions."),
    of(Action::Show(Screen::Hosts), "hosts", "hosts", &["2"], LISTS_AND_DETAILS,
        "Shows the hosts."),
    of(Action::Show(Screen::Images), "images", "images", &["3"], LISTS_AND_DETAILS,
        "Shows the image tags, here and on the hosts."),
    of(Action::Show(Screen::Jobs), "jobs", "jobs", &["4"], LISTS_AND_DETAILS,
        "Shows the jobs."),
    of(Action::NextScreen, "next-screen", "next screen", &["tab"], LISTS_AND_DETAILS,
        "Shows the next screen."),
    of(Action::PreviousScreen, "previous-screen", "previous screen", &["backtab"], LISTS_AND_DETAILS,
        "Shows the screen before."),
    of(Action::Close, "close", "back", &["esc", "q", "h", "left"], CLOSED,
        "Closes what is open and changes nothing.").hinted(),
    of(Action::Palette, "palette", "palette", &[":"], LISTS_AND_DETAILS,
        "Finds any action by its name, and takes verbs with arguments.").hinted(),
    of(Action::Help, "help", "help", &["?"], LISTS_AND_DETAILS,
        "Explains every key, searchable.").hinted(),
    of(Action::Messages, "messages", "messages", &["!"], LISTS_AND_DETAILS,
        "Shows what was said, and notes that you read it."),
    of(Action::Refresh, "refresh", "refresh", &["C-r"], EVERYWHERE,
        "Lists every host again now and draws the screen anew."),
    of(Action::Suspend, "suspend", "suspend", &["C-z"], EVERYWHERE,
        "Gives the terminal back to the shell; `fg` continues."),
    of(Action::Quit, "quit", "quit", &["q"], LISTS_AND_SMALL,
        "Ends the console; asks first while jobs run.").hinted(),
    of(Action::Interrupt, "interrupt", "quit", &["C-c"], EVERYWHERE,
        "Ends the console from everywhere; asks first while jobs run."),
];

const fn of(
    action: Action,
    name: &'static str,
    title: &'static str,
    keys: &'static [&'static str],
    places: &'static [Place],
    help: &'static str,
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

    const fn pointed(mut self) -> Self {
        self.risk = Risk::Pointed;
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
