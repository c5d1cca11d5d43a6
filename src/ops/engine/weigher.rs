//! Asks hosts beside the actor what restarts would cost. Every host is answered for, in time.

use super::workshop::Workshop;
use crate::model::cost::Cost;
use crate::model::event::Event;
use crate::model::names::{ContainerId, HostName};
use crate::ops::cost::weigh;
use crate::ops::report::StepError;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long a front end waits for an answer; a little more than the question may take on a host.
const IN_ALL: Duration = Duration::from_secs(16);

/// Asks one host, and tells what it said, or why it could not be asked.
pub(super) async fn tell_costs(
    workshop: Arc<Workshop>,
    events: mpsc::Sender<Event>,
    host: HostName,
    ids: Vec<ContainerId>,
) {
    let cancel = CancellationToken::new();
    let asked = async {
        let link = workshop.link(&host).await?;
        weigh(&link, &ids, workshop.clock.now(), &cancel).await
    };
    let untold = |why: &str| -> BTreeMap<ContainerId, Cost> {
        let cost = Cost::untold(workshop.clock.now(), why);
        ids.iter().map(|id| (id.clone(), cost.clone())).collect()
    };
    let costs = match timeout(IN_ALL, asked).await {
        Ok(Ok(costs)) => costs,
        Ok(Err(StepError::Trouble(trouble))) => untold(&trouble.cause),
        Ok(Err(StepError::Cancelled(state))) => untold(&state),
        Err(_) => untold(&format!("no answer within {} s", IN_ALL.as_secs())),
    };
    if events.send(Event::Weighed { host, costs }).await.is_err() {
        tracing::debug!("nobody wants to know any more what a restart costs");
    }
}
