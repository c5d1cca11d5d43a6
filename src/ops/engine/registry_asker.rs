//! Asks a registry for a plan, beside the actor. Every question is answered, in time.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::failure::Refusal;
use crate::model::fleet::{Delta, RegistryLook};
use crate::model::names::{ImageRef, RegistryTag};
use crate::ops::report::StepError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a front end waits for an answer: a registry may want to be left alone for a moment.
const IN_ALL: Duration = Duration::from_secs(90);

/// Looks at a registry and at the source, and tells what they have.
pub(super) async fn tell_registry(
    workshop: Arc<Workshop>,
    events: mpsc::Sender<Event>,
    reference: ImageRef,
    to: RegistryTag,
) {
    let unknown = |refusal| RegistryLook {
        reference: reference.clone(),
        image: None,
        to: to.clone(),
        name_here: None,
        there: Err(refusal),
    };
    let look = async {
        let exports = match workshop.exports().await {
            Ok(exports) => exports,
            Err(StepError::Trouble(trouble)) => {
                return unknown(Refusal::of_plan(trouble.cause, trouble.advice));
            }
            Err(StepError::Cancelled(state)) => return unknown(Refusal::of_plan(state, "run it again")),
        };
        workshop.eyes(exports).look(&reference, &to).await
    };
    let look = match timeout(IN_ALL, look).await {
        Ok(look) => look,
        Err(_) => unknown(Refusal::of_plan(
            format!(
                "{} did not answer within {} s",
                to.repository.registry(),
                IN_ALL.as_secs()
            ),
            "run it again when it does",
        )),
    };
    let told = Event::Fleet(Delta::Registry(Box::new(look)));
    if events.send(told).await.is_err() {
        tracing::debug!("nobody wants to know any more what a registry has");
    }
}
