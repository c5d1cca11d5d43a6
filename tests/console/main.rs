//! The console as an operator drives it: keys in, screens and effects out, without a terminal.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod actions;
mod contracts;
mod daily;
mod dialogs;
mod doctor;
mod elsewhere;
mod events;
mod filters;
mod frames;
mod identity;
mod look;
mod movement;
mod palette;
mod paste;
mod plans;
mod pointed;
mod published;
mod quitting;
mod resumes;
mod rollouts;
mod scenario;
mod screenshots;
mod script;
mod sizes;
mod source;
mod strict;
mod told_costs;
