//! Unix signals as messages.

use super::hangup;
use crate::model::console::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Stop and continue have other numbers on other systems, and tokio names neither.
#[cfg(target_os = "linux")]
const STOP_AND_CONTINUE: (i32, i32) = (20, 18);
#[cfg(not(target_os = "linux"))]
const STOP_AND_CONTINUE: (i32, i32) = (18, 19);

/// Listens for the signals that the console answers, and for the end of its terminal.
pub(super) fn listen() -> std::io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(8);
    let (stop, go_on) = STOP_AND_CONTINUE;
    let kinds = [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::HangUp),
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::from_raw(stop), Signal::Stop),
        (SignalKind::from_raw(go_on), Signal::Continue),
    ];
    for (kind, told) in kinds {
        let mut stream = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                if sender.send(told).await.is_err() {
                    break;
                }
            }
        });
    }
    hangup::watch(sender)?;
    Ok(receiver)
}
