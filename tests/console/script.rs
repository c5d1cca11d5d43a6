//! Drives the console by keys, as text: `jj<space>/lab-2<enter>`, and reads its screen back as text.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, State, update};
use tagboat::model::plan::Plan;
use tagboat::ui::glyphs::Glyphs;
use tagboat::ui::input::Input;
use tagboat::ui::keymap::Keymap;
use tagboat::ui::keys::Key;
use tagboat::ui::theme::Theme;
use tagboat::ui::view::{self, Look};

/// Presses keys one after the other, a second apart, and draws after each as the loop would.
pub(crate) fn press(state: &mut State, script: &str) -> Vec<Effect> {
    let mut input = Input::new(Keymap::with([]).unwrap());
    let mut effects = Vec::new();
    for key in Key::parse_script(script).unwrap() {
        let later = state.clock.now + SignedDuration::from_secs(1);
        effects.extend(update(state, Msg::Time(later)));
        if let Some(msg) = input.press(key, state.place()) {
            effects.extend(update(state, msg));
        }
        draw(state);
    }
    effects
}

/// The plan that the engine was told to run.
pub(crate) fn ran(effects: &[Effect]) -> Option<Plan> {
    effects.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Run { plan, .. }) => Some((**plan).clone()),
        _ => None,
    })
}

/// What the message line says, if anything.
pub(crate) fn toast(state: &State) -> String {
    let message = state.messages.toast();
    message.map(|message| message.text.clone()).unwrap_or_default()
}

/// Draws the state; remembers what was shown, as the loop does.
pub(crate) fn draw(state: &mut State) -> Buffer {
    draw_with(state, Theme::COLOUR, &Glyphs::UNICODE)
}

pub(crate) fn draw_with(state: &mut State, theme: Theme, glyphs: &Glyphs) -> Buffer {
    state.settle();
    let keymap = Keymap::with([]).unwrap();
    let look = Look {
        theme,
        glyphs: *glyphs,
        keymap: &keymap,
    };
    let area = Rect::new(0, 0, state.size.width, state.size.height);
    let mut buffer = Buffer::empty(area);
    state.shown = view::draw(&mut buffer, area, state, &look);
    buffer
}

/// The screen as lines of text without the blanks at their ends.
pub(crate) fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let line = |y: u16| {
        let cells = (area.left()..area.right()).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (area.top()..area.bottom())
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What the screen says now.
pub(crate) fn screen(state: &mut State) -> String {
    text(&draw(state))
}
