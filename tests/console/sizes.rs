//! Every screen at every size, in colour, without colour and in ASCII.

use crate::scenario::{busy, silent};
use crate::script::{draw, draw_with, press, screen, text};
use ratatui::style::Color;
use tagboat::model::console::{Msg, Size, update};
use tagboat::ui::glyphs::Glyphs;
use tagboat::ui::theme::Theme;

const SIZES: [(u16, u16); 12] = [
    (1, 1),
    (3, 2),
    (39, 9),
    (40, 10),
    (59, 19),
    (60, 20),
    (79, 23),
    (80, 24),
    (120, 36),
    (159, 60),
    (160, 45),
    (500, 200),
];

const SCRIPTS: [&str; 36] = [
    "",
    "G",
    "2",
    "3",
    "4",
    "<enter>",
    "2<enter>",
    "2jj<enter>",
    "2jjj<enter>",
    "3<enter>",
    "3G<enter>",
    "4<enter>",
    "4j<enter>",
    "4jjj<enter>",
    "r",
    "jr",
    "t",
    "3p",
    "3p<enter>",
    "2x",
    "2jjx",
    "4c",
    "q",
    "?",
    ":re",
    ":",
    "/is:x",
    "/hsot:x",
    "s",
    "!",
    "d",
    "x",
    "n",
    "e",
    "L",
    "L/",
];

#[test]
fn every_screen_is_drawn_at_every_size() {
    for script in SCRIPTS {
        let mut state = busy((120, 36));
        press(&mut state, script);
        for (width, height) in SIZES {
            update(&mut state, Msg::Resize(Size { width, height }));
            draw(&mut state);
            update(
                &mut state,
                Msg::Resize(Size {
                    width: 80,
                    height: 24,
                }),
            );
        }
    }
    for (width, height) in SIZES {
        draw(&mut silent((width, height)));
    }
}

#[test]
fn each_state_is_a_word_and_a_sign_so_that_it_is_read_without_colour() {
    let words = [
        (
            "",
            [
                "behind",
                "on active",
                "moved",
                "missing",
                "running",
                "stopped",
                "unhealthy",
            ]
            .as_slice(),
        ),
        ("2", &["connected", "unreachable", "host key changed", "stale"]),
        ("3", &["only here", "active on", "in use"]),
        ("4", &["running", "failed", "done", "interrupted"]),
    ];
    for (script, words) in words {
        let mut state = busy((120, 36));
        press(&mut state, script);
        let buffer = draw_with(&mut state, Theme::MONO, &Glyphs::ASCII);
        let content = text(&buffer);
        for word in words {
            assert!(content.contains(word), "{word} is not on the screen:\n{content}");
        }
        assert!(content.is_ascii(), "{content}");
        for cell in &buffer.content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
    }
}

#[test]
fn the_names_that_matter_are_on_the_smallest_screen() {
    let mut state = busy((40, 10));
    let content = screen(&mut state);
    assert!(
        content.contains("atlas") && content.contains("behind"),
        "{content}"
    );
}

#[test]
fn the_header_names_jobs_and_failures_at_80_columns() {
    let mut state = busy((80, 24));
    let content = screen(&mut state);
    let header = content.lines().next().unwrap().to_owned();
    for words in [
        "4 of 6 hosts",
        "2 not reached",
        "2 stale 40m",
        "1 job 46 %",
        "6 behind",
    ] {
        assert!(header.contains(words), "{words}: {header}");
    }
}
