//! Brings lists, marks and dialogs in line with the fleet, once for any number of events.

use crate::model::console::facets::of_screen;
use crate::model::console::{Overlay, RowId, Screen, Severity, State};

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

    /// Closes plans whose target is not what it was: confirming them could only be refused.
    fn close_what_vanished(&mut self) {
        let (fleet, jobs) = (&self.fleet, &self.jobs);
        let mut reasons = Vec::new();
        self.overlays.retain(|overlay| {
            let Overlay::Plan(dialog) = overlay else {
                return true;
            };
            let vanished = dialog.vanished(fleet, jobs);
            let stays = vanished.is_none();
            reasons.extend(vanished.map(|why| format!("{}: {why}; nothing was changed", dialog.plan.verb())));
            stays
        });
        for reason in reasons {
            self.say(Severity::Warn, reason);
        }
    }
}
