//! Has the service manager of the host start a unit at boot, or not any more.

use super::{Changed, Setup};
use crate::ops::ports::Script;
use crate::ops::report::StepError;

const ENABLE: Script = Script {
    name: "setup enable",
    text: include_str!("../../../assets/host/setup/enable.sh"),
};

/// Says `enable` or `disable` of a unit; `now` starts or stops it, too.
pub(super) async fn enable(
    setup: &Setup<'_>,
    verb: &str,
    unit: &str,
    now: bool,
) -> Result<Changed, StepError> {
    let now = if now { "now" } else { "" };
    let arguments = [verb, unit, now].map(str::to_owned).into();
    let said = setup.ask(ENABLE, arguments, None, unit).await?;
    Ok(match said.as_str() {
        "there" => Changed::Already(format!("it is {verb}d already")),
        _ => Changed::Now,
    })
}
