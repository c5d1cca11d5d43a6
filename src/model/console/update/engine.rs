//! Taking in what the engine says.

use super::{dialog, intake, jobs, logs, quit, source};
use crate::model::console::{Effect, Severity, State};
use crate::model::event::Event;
use crate::model::fleet::{Delta, Freshness, HostChange};

/// Takes in one event, made harmless first.
pub(super) fn hear(state: &mut State, event: Event) -> Vec<Effect> {
    match intake::cleaned(event) {
        Event::Fleet(delta) => {
            change(state, delta);
            Vec::new()
        }
        Event::Known(job) => jobs::know(state, *job),
        Event::Job { id, event } => {
            let has_run = state.live_jobs().next().is_some();
            let mut effects = jobs::happen(state, &id, event);
            if has_run {
                effects.extend(quit::when_all_ended(state));
            }
            effects
        }
        Event::Refused { id, refusal } => jobs::refuse(state, &id, refusal),
        Event::Weighed { host, costs } => {
            dialog::weighed(state, &host, &costs);
            Vec::new()
        }
        Event::Drafted(drafted) => {
            source::drafted(state, *drafted);
            Vec::new()
        }
        Event::Logs(stream, news) => logs::hear(state, stream, news),
        Event::Notice(text) => {
            state.say(Severity::Info, text);
            Vec::new()
        }
    }
}

fn change(state: &mut State, delta: Delta) {
    let only_confirms = only_confirms(state, &delta);
    if state.fleet.apply(delta) && !only_confirms {
        state.touch_rows();
    }
}

/// Whether a delta only says that what is shown is still true: that alone is no reason to draw.
fn only_confirms(state: &State, delta: &Delta) -> bool {
    let Delta::Host {
        host,
        change: HostChange::Listed(_),
    } = delta
    else {
        return false;
    };
    let now = state.clock.now;
    state
        .fleet
        .host(host)
        .is_some_and(|host| matches!(host.freshness(now), Freshness::Fresh(_)))
}
