//! The step `load` of a delta: the helper rebuilds the archive on the host from the recipe and the files of an image there.

use super::attempt::Attempt;
use super::context::{Arrived, Push};
use super::helper_place::{Placed, place};
use super::inventory::Held;
use super::load::{Trouble, load_failed, load_patience, not_tagged, trouble, unpack_trouble};
use super::scripts::REBUILD;
use crate::model::fleet::Privilege;
use crate::ops::helper::Helper;
use crate::ops::ports::ScriptCall;
use crate::ops::report::{Outcome, StepError};

/// The exit code of the script when the engine did not load what the helper made; others are the helper's own trouble.
const NOT_LOADED: i32 = 3;

/// Rebuilds the archive straight into the engine. What the host cannot do is refused, not failed: another way will do.
pub(super) async fn rebuild(
    push: &Push<'_>,
    recipe: &Arrived,
    base: &Held,
    sent: &mut u64,
) -> Result<Outcome<Attempt<()>>, StepError> {
    let helper = Helper::embedded();
    let path = match place(push, helper, || not_tagged(push, recipe)).await? {
        Placed::At(path, bytes) => {
            *sent += bytes;
            path
        }
        Placed::Refused(why) => return Ok(Outcome::refused(format!("the helper has no place: {why}"))),
    };
    let arguments = [
        push.link.profile().paths.docker_socket.clone(),
        recipe.file.clone(),
        path,
        helper.sha256.hex().to_owned(),
        base.id.to_string(),
    ];
    let mut call = ScriptCall::question(REBUILD, arguments)
        .within(load_patience(push))
        .until(push.reporter.cancel());
    call.as_root = push.link.privilege == Privilege::Sudo;
    let ran = push.link.shell.run(call).await;
    let output = ran.map_err(|error| push.shell_failed(&error, not_tagged(push, recipe)))?;
    let code = output.code;
    match output.success() {
        Ok(said) => Ok(match unpack_trouble(&said) {
            None => Outcome::noted(Attempt::Went(()), note(&said)),
            Some(line) => Outcome::refused(line),
        }),
        Err(why) if code == NOT_LOADED && trouble(&why) == Trouble::Host => {
            Err(load_failed(push, recipe, &why))
        }
        Err(why) => Ok(Outcome::refused(why)),
    }
}

/// What the helper told of itself: `rebuilt 942 MB in 4.2 s with 12 MB of memory`.
fn note(said: &str) -> String {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("applied "))
        .unwrap_or_default();
    let value = |key: &str| {
        let word = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        word.and_then(|number| number.parse::<u64>().ok())
            .unwrap_or_default()
    };
    let milliseconds = value("milliseconds");
    format!(
        "rebuilt {} MB in {}.{} s with {} MB of memory",
        value("bytes") / 1_000_000,
        milliseconds / 1000,
        milliseconds % 1000 / 100,
        value("peak_kb") / 1000
    )
}

#[cfg(test)]
mod tests {
    use super::note;

    #[test]
    fn the_helper_is_quoted_in_short() {
        let said =
            "applied bytes=942100000 milliseconds=4270 peak_kb=12252\nLoaded image: tagboat-staging:1\n";
        assert_eq!(note(said), "rebuilt 942 MB in 4.2 s with 12 MB of memory");
    }
}
