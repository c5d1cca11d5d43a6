//! The two front ends on one engine: the console and the command line.

mod attached;
pub mod cli;
mod clipboard;
mod effects;
pub mod format;
pub mod glyphs;
mod hangup;
pub mod input;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod run;
mod signals;
pub mod svg;
mod terminal;
pub mod text;
pub mod theme;
pub mod view;
