//! Takes images in as soon as they are built or tagged at the source, and checks them, so that a push finds them ready.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::ops::export::Exports;
use crate::ops::watch::FreshTag;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Tags that may wait while an image is taken in; a push takes in by itself what was not.
pub(super) const WAITING: usize = 16;

/// Takes in one image after the other until nobody listens to the engine any more. What fails is only logged: the push that
/// needs the image tells it.
pub(super) async fn prepare_all(
    mut fresh: mpsc::Receiver<FreshTag>,
    workshop: Arc<Workshop>,
    events: mpsc::Sender<Event>,
) {
    let work = async {
        while let Some(tag) = fresh.recv().await {
            prepare(&workshop, tag).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = events.closed() => {}
    }
}

async fn prepare(workshop: &Workshop, (reference, image): FreshTag) {
    let Ok(exports) = workshop.exports().await else {
        tracing::info!(%reference, "a new tag is not prepared, because the source is away");
        return;
    };
    match exports.prepare(&image, &reference).await {
        Ok(_) => {
            tracing::info!(%reference, "a new tag is prepared");
            workshop.stock_changed.notify_one();
            check(workshop, exports, (&reference, &image)).await;
        }
        Err(error) => tracing::info!(%reference, %error, "a new tag could not be prepared"),
    }
}

/// Checks an image that was taken in against the contracts of its hosts.
async fn check(workshop: &Workshop, exports: &Exports, (reference, image): (&ImageRef, &SourceImage)) {
    let (checker, cancel) = (&workshop.kept.checker, CancellationToken::new());
    for name in checker.contracts_of(&reference.image) {
        let used = match checker.contract(name) {
            Ok(used) => used,
            Err(error) => {
                tracing::info!(%reference, %error, "a new tag is not checked");
                continue;
            }
        };
        match checker
            .verdict(exports, &used, (reference, image), |_| {}, &cancel)
            .await
        {
            Ok(_) => workshop.stock_changed.notify_one(),
            Err(error) => tracing::info!(%reference, %error, "a new tag could not be checked"),
        }
    }
}
