//! Asks a host what a restart of some of its sessions would cost: one call for all of them, which changes nothing.

use super::host_link::HostLink;
use super::ports::{Script, ScriptCall};
use super::report::StepError;
use crate::model::cost::{self, Cost};
use crate::model::names::ContainerId;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What the host may take for its answer. What it has not told by then it tells as unknown.
const HOST_HAS: Duration = Duration::from_secs(9);

/// How long the answer may take in all.
const WITHIN: Duration = Duration::from_secs(15);

const UNTOUCHED: &str = "Nothing was changed.";

/// Looks at containers.
pub(super) const COST: Script = Script {
    name: "restart cost",
    text: concat!(
        include_str!("../../assets/host/engine.sh"),
        include_str!("../../assets/host/restart/cost.sh")
    ),
};

/// The cost of each of these containers; `now` is when they are asked. A container that is not there any more, and a part
/// that could not be told, say so in the cost. An error where the host or its engine cannot be asked at all.
pub async fn weigh(
    link: &HostLink,
    ids: &[ContainerId],
    now: Timestamp,
    cancel: &CancellationToken,
) -> Result<BTreeMap<ContainerId, Cost>, StepError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let advice = || format!("see `tagboat status --host {}`", link.name());
    let arguments = [link.engine_socket(), HOST_HAS.as_secs().to_string()]
        .into_iter()
        .chain(ids.iter().map(ToString::to_string));
    let call = ScriptCall::question(COST, arguments)
        .as_root()
        .within(WITHIN)
        .until(cancel);
    let answer = link.shell.run(call).await;
    let answer = answer.map_err(|error| StepError::of_shell(&error, UNTOUCHED, advice()))?;
    let told = answer
        .success()
        .map_err(|why| StepError::passing(why, UNTOUCHED, advice()))?;
    cost::read(&told, ids, now)
        .map_err(|why| StepError::passing(format!("its engine does not answer: {why}"), UNTOUCHED, advice()))
}
