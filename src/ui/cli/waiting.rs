//! What is shown while hosts are asked: one line on a terminal, nothing elsewhere.

use super::output::Output;
use super::program::Terminal;
use crate::model::names::HostName;
use indicatif::{ProgressBar, ProgressStyle};
use std::io;
use std::time::Duration;

/// The line of a survey; it goes away when all have answered.
pub(super) struct Waiting(Option<ProgressBar>);

impl Waiting {
    /// Begins to wait.
    pub(super) fn begin(terminal: Terminal) -> Self {
        Self(terminal.has_bars.then(|| {
            let line = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                line.set_style(style);
            }
            line.enable_steady_tick(Duration::from_millis(120));
            line
        }))
    }

    /// Tells for whom.
    pub(super) fn tell(&self, hosts: usize, silent: &[&HostName]) {
        let Some(line) = &self.0 else { return };
        line.set_message(match silent {
            [] => "reading the images here".to_owned(),
            [one] => format!("asking {one}"),
            [one, ..] => format!("asking {} of {hosts} hosts: {one}, ...", silent.len()),
        });
    }

    /// Says something above the line.
    pub(super) fn note(&self, output: &mut Output<'_>, text: &str) -> io::Result<()> {
        match &self.0 {
            Some(line) => line.suspend(|| output.aside(text)),
            None => output.aside(text),
        }
    }

    /// Ends.
    pub(super) fn end(self) {
        if let Some(line) = self.0 {
            line.finish_and_clear();
        }
    }
}
