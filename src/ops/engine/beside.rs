//! What the engine does unasked, beside commands and jobs: it tells what is kept and recorded here, takes in what is built, and checks.

use super::preparer::prepare_all;
use super::publication_teller::tell_publications;
use super::rechecker::recheck_all;
use super::stocktaker::tell_stock;
use super::workshop::Workshop;
use crate::model::event::Event;
use crate::ops::watch::{FreshTag, Watching};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// Begins all of it; images are taken in and checked only where that is wanted.
pub(super) fn begin(
    tasks: &TaskTracker,
    workshop: &Arc<Workshop>,
    events: &mpsc::Sender<Event>,
    fresh: mpsc::Receiver<FreshTag>,
    (is_prepared, watching): (bool, Watching),
) {
    let published = workshop.pulls.publications.clone();
    tasks.spawn(tell_stock(workshop.clone(), events.clone()));
    tasks.spawn(tell_publications(published, events.clone(), watching));
    if is_prepared {
        tasks.spawn(prepare_all(fresh, workshop.clone(), events.clone()));
        tasks.spawn(recheck_all(workshop.clone(), events.clone()));
    }
}
