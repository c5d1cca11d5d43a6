//! Examines hosts beside the actor. Every host is answered for, in time.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::fleet::{Delta, HostChange};
use crate::model::names::HostName;
use crate::ops::report::StepError;
use crate::ops::setup::examine;
use futures_util::future::join_all;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a front end waits for an answer; a little more than the question may take on a host.
const IN_ALL: Duration = Duration::from_secs(50);

/// Examines one host, and tells what it said, or why it could not be asked.
pub(super) async fn tell_examination(workshop: Arc<Workshop>, events: mpsc::Sender<Event>, host: HostName) {
    let asked = async {
        let link = workshop.link(&host).await?;
        examine(&link, workshop.clock.as_ref()).await
    };
    let told = match timeout(IN_ALL, asked).await {
        Ok(Ok(told)) => Ok(told),
        Ok(Err(StepError::Trouble(trouble))) => Err(trouble.cause),
        Ok(Err(StepError::Cancelled(state))) => Err(state),
        Err(_) => Err(format!("no answer within {} s", IN_ALL.as_secs())),
    };
    let change = HostChange::Examined(Box::new(told));
    if events
        .send(Event::Fleet(Delta::Host { host, change }))
        .await
        .is_err()
    {
        tracing::debug!("nobody wants to know any more what an examination told");
    }
}

/// Examines hosts after they were set up: what was found before is not what is there now.
pub(super) async fn tell_examinations(
    workshop: &Arc<Workshop>,
    events: &mpsc::Sender<Event>,
    hosts: &BTreeSet<HostName>,
) {
    let asked = hosts
        .iter()
        .map(|host| tell_examination(workshop.clone(), events.clone(), host.clone()));
    join_all(asked).await;
}
