//! A drawn screen as an SVG file: the screenshots of the manual, which are also the tests of how things look.

use super::text;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// The colours that a terminal would have.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Behind everything.
    pub background: &'static str,
    /// Text that has no colour of its own.
    pub foreground: &'static str,
    /// Red, green, yellow, magenta and cyan.
    pub colours: [&'static str; 5],
}

impl Palette {
    /// A dark terminal.
    pub const DARK: Self = Self {
        background: "#14171c",
        foreground: "#d7dae0",
        colours: ["#ff7a72", "#7ccf8a", "#e2b860", "#d49bf0", "#66c5d8"],
    };

    fn colour(&self, colour: Color) -> &'static str {
        let [red, green, yellow, magenta, cyan] = self.colours;
        match colour {
            Color::Red => red,
            Color::Green => green,
            Color::Yellow => yellow,
            Color::Magenta => magenta,
            Color::Cyan => cyan,
            _ => self.foreground,
        }
    }
}

const CELL: (usize, usize) = (8, 17);

/// Cells of one row that look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    from: u16,
    columns: u16,
    text: String,
    colour: Color,
    modifier: Modifier,
}

/// Draws a screen.
pub fn render(buffer: &Buffer, palette: &Palette) -> String {
    let area = buffer.area;
    let (width, height) = (
        usize::from(area.width) * CELL.0 + 16,
        usize::from(area.height) * CELL.1 + 16,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"ui-monospace,Menlo,'DejaVu Sans Mono',monospace\" font-size=\"13\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{}\"/>\n",
        palette.background
    );
    for y in area.top()..area.bottom() {
        for run in runs(buffer, y) {
            draw(&mut svg, &run, usize::from(y - area.y), palette);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for x in buffer.area.left()..buffer.area.right() {
        let cell = &buffer[(x, y)];
        let symbol = if cell.symbol().is_empty() {
            " "
        } else {
            cell.symbol()
        };
        match runs.last_mut() {
            Some(run) if run.colour == cell.fg && run.modifier == cell.modifier => {
                run.text.push_str(symbol);
                run.columns += 1;
            }
            _ => runs.push(Run {
                from: x - buffer.area.x,
                columns: 1,
                text: symbol.to_owned(),
                colour: cell.fg,
                modifier: cell.modifier,
            }),
        }
    }
    runs
}

fn draw(svg: &mut String, run: &Run, row: usize, palette: &Palette) {
    let (x, y) = (usize::from(run.from) * CELL.0 + 8, row * CELL.1 + 8);
    let width = usize::from(run.columns) * CELL.0;
    let is_reversed = run.modifier.contains(Modifier::REVERSED);
    let mut colour = palette.colour(run.colour);
    // Writing to a string cannot fail.
    if is_reversed {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{colour}\"/>",
            CELL.1
        );
        colour = palette.background;
    }
    let words = run.text.trim();
    if words.is_empty() {
        return;
    }
    // Not every renderer keeps blanks at the ends of a text.
    let blanks = text::width(&run.text) - text::width(run.text.trim_start());
    let (x, width) = (x + blanks * CELL.0, text::width(words) * CELL.0);
    let mut style = String::new();
    if run.modifier.contains(Modifier::BOLD) {
        style.push_str(" font-weight=\"bold\"");
    }
    if run.modifier.contains(Modifier::UNDERLINED) {
        style.push_str(" text-decoration=\"underline\"");
    }
    if run.modifier.contains(Modifier::DIM) && !is_reversed {
        style.push_str(" opacity=\"0.62\"");
    }
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" xml:space=\"preserve\" fill=\"{colour}\"{style}>{}</text>",
        y + 13,
        escaped(words)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
