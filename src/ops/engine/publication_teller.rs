//! Tells the front end what was published from this machine, by whatever process, as soon as that is recorded.

use crate::model::event::Event;
use crate::model::fleet::Delta;
use crate::ops::registry::Publications;
use crate::ops::watch::Watching;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How often the record is looked at for what other processes have added: one length.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Tells the publications now, and again whenever one is added, until nobody listens to the engine any more.
pub(super) async fn tell_publications(
    publications: Publications,
    events: mpsc::Sender<Event>,
    watching: Watching,
) {
    let mut told = None;
    loop {
        let (record, before) = (publications.clone(), told);
        let look = move || {
            // Taken before it is read: what is added meanwhile is read again.
            let length = record.length();
            (before != Some(length)).then(|| (length, record.last_ones()))
        };
        match spawn_blocking(look).await {
            Ok(Some((length, Ok(published)))) => {
                told = Some(length);
                let event = Event::Fleet(Delta::Published(published));
                if events.send(event).await.is_err() {
                    return;
                }
            }
            Ok(Some((length, Err(error)))) => {
                told = Some(length);
                tracing::warn!(%error, "what was published cannot be read");
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "what was published was not looked at"),
        }
        if watching == Watching::Once {
            return;
        }
        tokio::select! {
            () = publications.appended() => {}
            () = sleep(LOOK_EVERY) => {}
            () = events.closed() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tell_publications;
    use crate::model::event::Event;
    use crate::model::fleet::{ContentId, Delta, Publication};
    use crate::model::names::{Digest, ImageId, ImageRef, JobId, RegistryTag};
    use crate::ops::registry::Publications;
    use crate::ops::watch::Watching;
    use jiff::Timestamp;
    use tokio::sync::mpsc;

    fn publication(digest: u8) -> Publication {
        Publication {
            time: Timestamp::UNIX_EPOCH,
            job: JobId::new(Timestamp::UNIX_EPOCH, 1),
            reference: ImageRef::parse("convocate:v1").unwrap(),
            image_id: ImageId(Digest::from_bytes(&[digest; 32])),
            content: ContentId(Digest::from_bytes(&[digest; 32])),
            published: RegistryTag::parse("ghcr.io/acme/convocate:v1").unwrap(),
            digest: Digest::from_bytes(&[digest; 32]),
        }
    }

    async fn told(events: &mut mpsc::Receiver<Event>) -> Vec<Publication> {
        match events.recv().await {
            Some(Event::Fleet(Delta::Published(published))) => published,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_this_process_and_others_publish_is_told_each_time_and_nothing_in_between() {
        let state = tempfile::tempdir().unwrap();
        let ours = Publications::within(state.path());
        ours.append(&publication(1)).unwrap();
        let (sender, mut events) = mpsc::channel(8);
        let telling = tokio::spawn(tell_publications(ours.clone(), sender, Watching::Live));
        assert_eq!(told(&mut events).await, [publication(1)]);
        ours.append(&publication(2)).unwrap();
        assert_eq!(told(&mut events).await, [publication(2), publication(1)]);
        Publications::within(state.path())
            .append(&publication(3))
            .unwrap();
        let all = [publication(3), publication(2), publication(1)];
        assert_eq!(told(&mut events).await, all);
        assert!(events.is_empty());
        drop(events);
        telling.await.unwrap();
    }

    #[tokio::test]
    async fn who_looks_once_is_told_once() {
        let state = tempfile::tempdir().unwrap();
        let (sender, mut events) = mpsc::channel(8);
        tell_publications(Publications::within(state.path()), sender, Watching::Once).await;
        assert_eq!(told(&mut events).await, []);
        assert_eq!(events.recv().await, None);
    }
}
