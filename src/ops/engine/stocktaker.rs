//! Tells the front end what is kept of images here, whenever that may have changed, so that plans know it.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::fleet::{Delta, Stock};
use crate::ops::export::stock;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Takes stock now and whenever the workshop says that it changed, until nobody listens to the engine any more.
pub(super) async fn tell_stock(workshop: Arc<Workshop>, events: mpsc::Sender<Event>) {
    loop {
        let (layers, checker) = (workshop.kept.layers.clone(), workshop.kept.checker.clone());
        let look = move || Stock {
            contracts: checker.stocked(&layers),
            ..stock(&layers)
        };
        match tokio::task::spawn_blocking(look).await {
            Ok(stock) => {
                if events.send(Event::Fleet(Delta::Stock(stock))).await.is_err() {
                    return;
                }
            }
            Err(error) => tracing::warn!(%error, "what is kept here could not be looked at"),
        }
        tokio::select! {
            () = workshop.stock_changed.notified() => {}
            () = events.closed() => return,
        }
    }
}
