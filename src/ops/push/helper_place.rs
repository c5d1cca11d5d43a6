//! Where the helper is on a host: put there once for each version, under its SHA-256, by the login and for the login.

use super::context::Push;
use super::scripts::HELPER;
use crate::ops::helper::Helper;
use crate::ops::ports::ScriptCall;
use crate::ops::report::StepError;
use std::time::Duration;

/// The helper packed is about a megabyte: over the slowest link that is worth a delta it takes a minute.
const SENDING: Duration = Duration::from_mins(5);

/// What came of putting the helper on a host.
pub(super) enum Placed {
    /// It is there; so many bytes were sent for it.
    At(String, u64),
    /// The host does not take it, and why.
    Refused(String),
}

/// Finds the helper on the host, or puts it there.
pub(super) async fn place(
    push: &Push<'_>,
    helper: &Helper,
    state: impl Fn() -> String,
) -> Result<Placed, StepError> {
    let sum = helper.sha256.hex().to_owned();
    let call = ScriptCall::question(HELPER, [sum.clone(), "look".to_owned()]).until(push.reporter.cancel());
    match ask(push, call, &state).await? {
        Ok(answer) => {
            if let Some(path) = answer.strip_prefix("has ") {
                return Ok(Placed::At(path.to_owned(), 0));
            }
        }
        Err(why) => return Ok(Placed::Refused(why)),
    }
    let mut input = helper.packed;
    let mut call = ScriptCall::question(HELPER, [sum, "put".to_owned()])
        .within(SENDING)
        .until(push.reporter.cancel());
    call.input = Some(&mut input);
    Ok(match ask(push, call, &state).await? {
        Ok(answer) => match answer.strip_prefix("has ") {
            Some(path) => Placed::At(path.to_owned(), helper.packed.len() as u64),
            None => Placed::Refused(format!("the host said {answer}")),
        },
        Err(why) => Placed::Refused(why),
    })
}

/// One question; what the script refuses is no failure of the push.
async fn ask(
    push: &Push<'_>,
    call: ScriptCall<'_>,
    state: &impl Fn() -> String,
) -> Result<Result<String, String>, StepError> {
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, state()))?;
    Ok(output.success().map(|answer| answer.trim().to_owned()))
}
