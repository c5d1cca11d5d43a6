//! Checks an image beside the actor when an operator asks, and tells all that was found.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::fleet::{Delta, ImageLook, ImageLookState, SourceImage};
use crate::model::names::ImageRef;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Checks an image of the source against each contract that it must meet; each is answered, with a reason where it is not told.
pub(super) async fn tell_image(workshop: Arc<Workshop>, events: mpsc::Sender<Event>, reference: ImageRef) {
    // Who asked is gone when nobody listens; the reading ends then.
    let cancel = CancellationToken::new();
    let work = async {
        match source_image(&workshop, &reference).await {
            Ok(image) => {
                for contract in workshop.kept.checker.contracts_of(&reference.image) {
                    look(&workshop, &events, (&reference, &image, contract), &cancel).await;
                }
                workshop.stock_changed.notify_one();
            }
            Err(why) => {
                let notice = format!("{reference} was not checked: {why}");
                tell(&events, Event::Notice(notice)).await;
            }
        }
    };
    tokio::select! {
        () = work => {}
        () = events.closed() => cancel.cancel(),
    }
}

async fn source_image(workshop: &Workshop, reference: &ImageRef) -> Result<SourceImage, String> {
    let exports = workshop
        .exports()
        .await
        .map_err(|error| error.cause().to_owned())?;
    let found = exports.source().image(&reference.to_string()).await;
    let image = found.map_err(|error| error.to_string())?;
    image
        .map(SourceImage::from)
        .ok_or_else(|| "it is not here any more".to_owned())
}

async fn look(
    workshop: &Workshop,
    events: &mpsc::Sender<Event>,
    (reference, image, contract): (&ImageRef, &SourceImage, &str),
    cancel: &CancellationToken,
) {
    let look = |state: ImageLookState| ImageLook {
        image: image.id.clone(),
        contract: contract.to_owned(),
        state,
    };
    let begun = look(ImageLookState::UnderWay);
    tell(events, Event::Fleet(Delta::Look(Box::new(begun)))).await;
    let found = async {
        let exports = workshop
            .exports()
            .await
            .map_err(|error| error.cause().to_owned())?;
        let used = workshop
            .kept
            .checker
            .contract(contract)
            .map_err(|error| error.to_string())?;
        let report = workshop
            .kept
            .checker
            .report(exports, &used, (reference, image), cancel)
            .await;
        let report = report.map_err(|error| error.to_string())?;
        let digest = used.digest;
        Ok::<_, String>(ImageLookState::Done { digest, report })
    };
    let ended = look(found.await.unwrap_or_else(ImageLookState::Failed));
    tell(events, Event::Fleet(Delta::Look(Box::new(ended)))).await;
}

async fn tell(events: &mpsc::Sender<Event>, event: Event) {
    if events.send(event).await.is_err() {
        tracing::debug!("the front end is gone");
    }
}
