//! How many bytes frames cost on the wire, with a thousand sessions on a hundred hosts.

use crate::scenario::{container, fleet_events, settings, tell};
use crate::script::press;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tagboat::model::console::{Msg, Size, State, update};
use tagboat::model::fleet::{ContainerState, Fleet, Host, HostChange};
use tagboat::ui::glyphs::Glyphs;
use tagboat::ui::keymap::Keymap;
use tagboat::ui::theme::Theme;
use tagboat::ui::view::{self, Look};

#[derive(Clone, Default)]
struct Counted(Arc<Mutex<usize>>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        *self.0.lock().unwrap() += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A hundred hosts with ten sessions each.
pub(crate) fn large(size: Size) -> State {
    let names: Vec<_> = (1..=100).map(|n| format!("eu-{n:03}")).collect();
    let hosts = names.iter().map(|name| Host::new(settings(name)));
    let now = crate::scenario::now();
    let mut state = State::new(Fleet::new(hosts), crate::scenario::operator(), now, 1, size);
    update(&mut state, Msg::from(fleet_events().remove(0)));
    for name in &names {
        tell(&mut state, name, crate::scenario::stamp("v3.1.0"));
        for n in 0..10 {
            let session = format!("convocate-session-{name}-{n}");
            let container = container(&session, "v3.0.0", ContainerState::Running);
            tell(&mut state, name, HostChange::Container(container));
        }
    }
    state.settle();
    state
}

/// The bytes of the frames after the first one: one for each script.
fn bytes(scripts: &[&str]) -> Vec<usize> {
    let area = Rect::new(0, 0, 200, 60);
    let counted = Counted::default();
    let options = TerminalOptions {
        viewport: Viewport::Fixed(area),
    };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(counted.clone()), options).unwrap();
    let mut state = large(Size {
        width: 200,
        height: 60,
    });
    let keymap = Keymap::with([]).unwrap();
    let look = Look {
        theme: Theme::COLOUR,
        glyphs: Glyphs::UNICODE,
        keymap: &keymap,
    };
    let mut frame = |script: &str| {
        press(&mut state, script);
        terminal
            .draw(|frame| {
                let area = frame.area();
                state.shown = view::draw(frame.buffer_mut(), area, &state, &look);
            })
            .unwrap();
        std::mem::take(&mut *counted.0.lock().unwrap())
    };
    scripts.iter().map(|script| frame(script)).collect()
}

#[test]
fn a_whole_screen_a_page_and_a_step_of_the_cursor_stay_small() {
    let frames = bytes(&["", "2", "jjjjj", "j", "<pgdn>"]);
    assert!(frames[0] < 16 * 1024, "first frame: {} bytes", frames[0]);
    assert!(frames[3] <= 1_200, "cursor: {} bytes", frames[3]);
    assert!(frames[4] <= 8 * 1024, "page: {} bytes", frames[4]);
}
