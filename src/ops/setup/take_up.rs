//! Has the host take up the restarts that were interrupted, as its hook does at boot, and waits for their end.

use super::{Changed, Setup};
use crate::ops::ports::Script;
use crate::ops::report::StepError;
use std::time::Duration;

const TAKE_UP: Script = Script {
    name: "setup take up",
    text: include_str!("../../../assets/host/setup/take-up.sh"),
};

/// How long the host may take for them, a little less than it is waited for: a stop, a probe, an engine that only comes up.
const WITHIN: Duration = Duration::from_secs(280);

/// Starts them, and waits until each has its end.
pub(super) async fn take_up(setup: &Setup<'_>) -> Result<Changed, StepError> {
    let state = setup.link.profile().paths.state.clone();
    let arguments = vec![state, WITHIN.as_secs().to_string()];
    let said = setup
        .ask(TAKE_UP, arguments, None, "the journals of restarts")
        .await?;
    Ok(match said.as_str() {
        "none" => Changed::Already("none is interrupted any more".to_owned()),
        _ => Changed::Now,
    })
}
