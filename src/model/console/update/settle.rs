//! Brings lists, marks and dialogs in line with the fleet, once for any number of events.

use crate::model::console::facets::of_screen;
use crate::model::console::{Overlay, RowId, Screen, Severity, State};
use crate::model::failure::Refusal;

impl State {
    /// Orders the lists again if something changed; tells the row that went away from under the cursor.
    pub fn settle(&mut self) -> Option<RowId> {
        if !std::mem::take(&mut self.frame.is_order_stale) {
            return None;
        }
        let mut lost_here = None;
        for screen in Screen::ALL {
            let rows = of_screen(self, screen);
            let outcome = self.lists.of_mut(screen).reorder(rows);
            if screen == self.screen {
                lost_here = outcome.lost_cursor;
            }
            match outcome.lost_marks.as_slice() {
                [] => {}
                [one] => self.say(Severity::Warn, format!("{one} is gone, and so is its mark")),
                many => {
                    let text = format!("{} marked {}s are gone", many.len(), screen.noun());
                    self.say(Severity::Warn, text);
                }
            }
        }
        self.close_what_vanished();
        lost_here
    }

    /// Says in the place of plans whose target is not what it was that they are not possible: confirming them could only be
    /// refused, and what is typed for them must not act on what lies below.
    fn close_what_vanished(&mut self) {
        let (fleet, jobs) = (&self.fleet, &self.jobs);
        let mut reasons = Vec::new();
        for overlay in &mut self.overlays {
            let Overlay::Plan(dialog) = overlay else {
                continue;
            };
            if let Some(why) = dialog.vanished(fleet, jobs) {
                let what = dialog.plan.verb().to_owned();
                reasons.push(format!("{what}: {why}; nothing was changed"));
                let refusal = Refusal::of_plan(why, "close this, look again, and begin anew");
                *overlay = Overlay::Vanished { what, refusal };
            }
        }
        for reason in reasons {
            self.say(Severity::Warn, reason);
        }
    }
}
