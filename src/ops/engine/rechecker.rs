//! Checks images of the cache whose verdict is not known, or is of another state of their contract, while nothing else is to do.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::ops::check::Checker;
use crate::ops::export::Exports;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How long it waits after the start: hosts are connected and listed first.
const FIRST: Duration = Duration::from_secs(5);

/// How often the contracts are looked at: a small file each, where they are the operator's own.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Images that are checked, the newest ones. Whoever wants to know of an older one asks, or pushes it.
const NEWEST: usize = 8;

/// Checks what is not known at the start and whenever a contract changed, until nobody listens to the engine any more.
pub(super) async fn recheck_all(workshop: Arc<Workshop>, events: mpsc::Sender<Event>) {
    let tell = || workshop.stock_changed.notify_one();
    let round = || once(workshop.clone());
    tokio::select! {
        () = keep_checked(&workshop.kept.checker, tell, round) => {}
        () = events.closed() => {}
    }
}

async fn once(workshop: Arc<Workshop>) -> bool {
    let is_free = || workshop.jobs.is_empty();
    let tell = || workshop.stock_changed.notify_one();
    match workshop.exports().await {
        Ok(exports) => recheck(exports, &workshop.kept.checker, is_free, tell).await,
        Err(_) => false,
    }
}

/// Goes round until all is done, and again whenever a contract changed; that is told, for what was known of images is not true any more.
async fn keep_checked<F: Future<Output = bool>>(checker: &Checker, tell: impl Fn(), round: impl Fn() -> F) {
    let (mut known, mut is_done) = (None, false);
    sleep(FIRST).await;
    loop {
        let contracts = checker.clone();
        let now = spawn_blocking(move || contracts.digests()).await.ok();
        if now != known {
            if known.is_some() {
                tell();
            }
            (known, is_done) = (now, false);
        }
        if !is_done {
            is_done = round().await;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Checks the newest images, one after the other; false where something else was to do, or the source did not answer, so that the
/// rest has to wait. One that cannot be read is left to whoever asks for it.
async fn recheck(exports: &Exports, checker: &Checker, is_free: impl Fn() -> bool, tell: impl Fn()) -> bool {
    let mut images = match exports.source().images().await {
        Ok(images) => images,
        Err(error) => {
            tracing::info!(%error, "images of the cache are not checked yet");
            return false;
        }
    };
    images.sort_by_key(|image| Reverse(image.created_at));
    let with_contracts = images.iter().filter_map(|image| {
        let names = image.references.iter().map(|reference| &reference.image);
        let contracts: BTreeSet<_> = names.flat_map(|name| checker.contracts_of(name)).collect();
        (!contracts.is_empty()).then_some((image, contracts))
    });
    for (image, contracts) in with_contracts.take(NEWEST) {
        for name in contracts {
            if !is_free() || checker.is_reading() {
                return false;
            }
            match checker.recheck(exports.store(), name, &image.id).await {
                Ok(Some(verdict)) => {
                    tracing::info!(image = %image.id, contract = name, verdict = verdict.words(), "an image of the cache was checked");
                    tell();
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::info!(image = %image.id, %error, "an image of the cache could not be checked");
                }
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Checker, Exports, keep_checked, recheck};
    use crate::model::contract::Verdict;
    use crate::model::fleet::{SourceImage, Store};
    use crate::model::names::{HostName, ImageRef};
    use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
    use crate::ops::config::ContractSet;
    use crate::ops::export::fixture::{Fixture, Layout};
    use crate::ops::layers::LayerStore;
    use crate::ops::simulated::SimulatedEngine;
    use std::cell::Cell;
    use std::fs;
    use std::future::ready;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;
    use tokio::time::timeout;

    const ASKS: &str = "title = \"own\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\n";

    /// A source with one image, and a host that asks for the contract `own` of it.
    struct Scene {
        folder: tempfile::TempDir,
        engine: Arc<SimulatedEngine>,
        exports: Exports,
        checker: Checker,
        image: SourceImage,
        reference: ImageRef,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let fixture = Fixture::new(Layout::Legacy);
            let engine = SimulatedEngine::new(Store::Classic, &folder.path().join("engine"));
            engine.load(fixture.bytes());
            let engine = Arc::new(engine);
            let store = LayerStore::with_small_frames(folder.path().join("layers"));
            let reference = fixture.expected.reference;
            let host = HostSettings {
                name: HostName::local(),
                address: Address::Local,
                known_from: KnownFrom::ConfigFile,
                groups: Vec::new(),
                helper: true,
                guard: Guard::Normal,
                profile: Profile {
                    image: reference.image.clone(),
                    contract: Some("own".to_owned()),
                    ..Profile::convocate()
                },
            };
            let contracts = ContractSet::new(Some(folder.path().to_owned()));
            let scene = Self {
                exports: Exports::new(engine.clone(), store),
                checker: Checker::new(contracts, &[host]),
                image: fixture.expected.image,
                reference,
                engine,
                folder,
            };
            scene.asks(ASKS);
            scene
        }

        fn asks(&self, contract: &str) {
            fs::write(self.folder.path().join("own.toml"), contract).unwrap();
        }

        async fn taken_in() -> Self {
            let scene = Self::new();
            scene
                .exports
                .prepare(&scene.image, &scene.reference)
                .await
                .unwrap();
            scene
        }

        fn verdict(&self) -> Option<Verdict> {
            let contract = self.checker.contract("own").unwrap().digest;
            self.exports.store().verdict(&self.image.id, &contract)
        }

        /// Whether it came to its end, and how often it told that something was checked.
        async fn recheck(&self, is_free: bool) -> (bool, usize) {
            let told = Cell::new(0);
            let is_done = recheck(
                &self.exports,
                &self.checker,
                || is_free,
                || told.set(told.get() + 1),
            )
            .await;
            (is_done, told.get())
        }
    }

    #[tokio::test]
    async fn an_image_of_the_cache_is_checked_once_and_again_when_its_contract_changed() {
        let scene = Scene::taken_in().await;
        let before = scene.checker.digests();
        assert_eq!(scene.recheck(true).await, (true, 1));
        assert_eq!(scene.verdict().map(|verdict| verdict.fails), Some(1));
        assert_eq!(scene.recheck(true).await, (true, 0), "it is known");

        scene.asks(&format!("{ASKS}level = \"warning\"\n"));
        assert_ne!(scene.checker.digests(), before);
        assert_eq!(scene.verdict(), None);
        assert_eq!(scene.recheck(true).await, (true, 1));
        assert_eq!(scene.verdict().map(|verdict| verdict.warnings), Some(1));
        assert_eq!(scene.engine.exports.load(Ordering::SeqCst), 1, "the cache has it");
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_round_until_all_is_done_and_again_when_a_contract_changed_which_is_told() {
        let scene = Scene::new();
        let (rounds, told) = (Cell::new(0), Cell::new(0));
        let round = || {
            rounds.set(rounds.get() + 1);
            // Something else is to do the first time.
            ready(rounds.get() > 1)
        };
        let tell = || told.set(told.get() + 1);
        let mut work = Box::pin(keep_checked(&scene.checker, tell, round));
        let minute = Duration::from_mins(1);
        timeout(minute, &mut work).await.unwrap_err();
        assert_eq!((rounds.get(), told.get()), (2, 0));
        scene.asks("title = \"own\"\n");
        timeout(minute, &mut work).await.unwrap_err();
        assert_eq!((rounds.get(), told.get()), (3, 1));
    }

    #[tokio::test]
    async fn what_the_cache_has_not_whole_is_not_taken_in_for_it() {
        let scene = Scene::new();
        assert_eq!(scene.recheck(true).await, (true, 0));
        assert_eq!(scene.engine.exports.load(Ordering::SeqCst), 0);
        assert_eq!(scene.verdict(), None);
    }

    #[tokio::test]
    async fn while_something_else_is_to_do_it_waits() {
        let scene = Scene::taken_in().await;
        assert_eq!(scene.recheck(false).await, (false, 0));
        assert_eq!(scene.verdict(), None);
        assert_eq!(scene.recheck(true).await, (true, 1));
    }

    #[tokio::test]
    async fn a_contract_that_cannot_be_used_checks_nothing() {
        let scene = Scene::taken_in().await;
        scene.asks("title = 3\n");
        assert_eq!(scene.recheck(true).await, (true, 0));
    }
}
