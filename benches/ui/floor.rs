//! The least that a ratatui program can be: a list and a cursor, drawn when a key comes. Nothing can be faster.

use crossterm::event::{Event, KeyCode, read};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

/// The word with which this bench starts itself as that program.
pub(crate) const WORD: &str = "floor";

/// Runs it until `q`.
pub(crate) fn run() -> color_eyre::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let ended = show(&mut terminal);
    ratatui::try_restore()?;
    ended
}

fn show(terminal: &mut ratatui::DefaultTerminal) -> color_eyre::Result<()> {
    let mut cursor = 0_u16;
    loop {
        terminal.draw(|frame| {
            let area = frame.area();
            for y in 0..area.height {
                let line = Line::from(format!(
                    " {y:>3}  hello, world: a row of the smallest list that there is"
                ));
                let style = if y == cursor {
                    Style::new().add_modifier(Modifier::REVERSED)
                } else {
                    Style::new()
                };
                frame.buffer_mut().set_line(0, y, &line.style(style), area.width);
            }
        })?;
        match read()? {
            Event::Key(key) if key.code == KeyCode::Char('q') => return Ok(()),
            Event::Key(key) if key.code == KeyCode::Char('j') => cursor = cursor.saturating_add(1),
            Event::Key(key) if key.code == KeyCode::Char('k') => cursor = cursor.saturating_sub(1),
            _ => {}
        }
    }
}
