//! The push as a whole, on a simulated host: what it does in which order, and what holds when something breaks.

use super::scene::{Scene, assert_untouched};
use crate::model::fleet::{Privilege, Store};
use crate::model::job::{StepKind, StepState, TrackResult};
use crate::model::names::{Digest, ImageId, ImageRef};
use crate::ops::export::fixture::{Fixture, Layout};
use crate::ops::export::staging_reference;
use crate::ops::ports::{ContainerEngine, EngineError};
use crate::ops::simulated::{ExportFault, Fault, Flavour, SimulatedHost};
use std::fs;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_push_runs_its_steps_in_order_and_leaves_the_image_the_stamp_and_a_line_of_history() {
    for store in [Store::Classic, Store::Containerd] {
        let scene = Scene::new(store).await;
        let ended = scene.push().await;
        let words: Vec<_> = ended
            .done()
            .told
            .ends()
            .iter()
            .map(|(step, _)| step.kind.word())
            .collect();
        assert_eq!(
            words,
            [
                "check", "compare", "export", "send", "verify", "load", "confirm", "stamp", "clean up"
            ]
        );
        let scripts = [
            "stamp-look",
            "push-room",
            "push-staged",
            "push-receive",
            "push-verify",
            "push-load",
            "stamp-look",
            "stamp",
            "push-discard",
        ];
        assert_eq!(scene.host.shell.scripts(), scripts);
        assert_eq!(scene.host.engine.references(), ["convocate:v1"]);
        let id = scene.host.engine.image("convocate:v1").await.unwrap().unwrap().id;
        assert_eq!(id == scene.plan.image.id, store == Store::Classic);
        assert_eq!(scene.stamp(), "convocate:v1\n");
        let history = scene.host.read("etc/image-history").unwrap();
        let (at, rest) = history.split_once('\t').unwrap();
        assert!(at.parse::<jiff::Timestamp>().is_ok());
        assert_eq!(
            rest,
            format!("tester@desk\tconvocate:v1\t{id}\t20261121-013000-a1b2\n")
        );
        assert!(scene.host.staged().is_empty());
        let progress = ended.told.last_progress().unwrap();
        assert_eq!(Some(progress.done), progress.total);
    }
}

#[tokio::test]
async fn a_second_push_sends_nothing_and_stamps_nothing() {
    let scene = Scene::new(Store::Classic).await;
    scene.push().await.done();
    let again = scene.push().await;
    again.done();
    for kind in [
        StepKind::Export,
        StepKind::Send,
        StepKind::Load,
        StepKind::Stamp,
        StepKind::CleanUp,
    ] {
        assert!(again.was_skipped(kind), "{kind:?}");
    }
    assert_eq!(scene.host.read("etc/image-history").unwrap().lines().count(), 1);
}

#[tokio::test]
async fn a_host_that_has_the_image_under_another_tag_only_gets_the_tag() {
    let scene = Scene::new(Store::Classic).await;
    scene.host.engine.load(Fixture::new(Layout::Legacy).bytes());
    let other = ImageRef::parse("convocate:other").unwrap();
    scene.host.engine.tag("convocate:v1", &other).await.unwrap();
    scene.host.engine.remove_image("convocate:v1").await.unwrap();
    let ended = scene.push().await;
    assert!(ended.done().was_skipped(StepKind::Send));
    assert_eq!(
        scene.host.engine.references(),
        ["convocate:other", "convocate:v1"]
    );
    assert_eq!(scene.stamp(), "convocate:v1\n");
    assert_eq!(scene.source.exports.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_was_loaded_and_never_confirmed_is_not_taken_for_the_image_and_loses_its_staging_tag() {
    let scene = Scene::new(Store::Classic).await;
    scene.host.engine.load(Fixture::new(Layout::Legacy).bytes());
    let staging = staging_reference(&scene.plan.image).unwrap();
    scene.host.engine.tag("convocate:v1", &staging).await.unwrap();
    scene.host.engine.remove_image("convocate:v1").await.unwrap();
    let ended = scene.push().await;
    assert!(!ended.done().was_skipped(StepKind::Send));
    assert_eq!(scene.host.engine.references(), ["convocate:v1"]);
}

#[tokio::test]
async fn a_tag_that_names_another_image_is_moved_only_when_that_was_asked_for() {
    let mut scene = Scene::new(Store::Classic).await;
    scene.host.engine.load(Fixture::new(Layout::Blobs).bytes());
    let other = Digest::parse(&format!("sha256:{}", "0".repeat(64))).unwrap();
    scene
        .host
        .engine
        .spoil("convocate:v1", |image| image.content.0 = other);
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Compare);
    assert!(ended.failure().advice.contains("--replace-tag"));
    assert_eq!(scene.source.exports.load(Ordering::Relaxed), 0);

    scene.plan.replace_tag = true;
    scene.push().await.done();
    let there = scene.host.engine.image("convocate:v1").await.unwrap().unwrap();
    assert_eq!(there.content, scene.plan.image.content);
}

#[tokio::test]
async fn an_image_that_changed_here_since_the_plan_was_made_is_not_pushed() {
    let scene = Scene::new(Store::Classic).await;
    let other = ImageId::parse(&format!("sha256:{}", "1".repeat(64))).unwrap();
    scene.source.spoil("convocate:v1", |image| image.id = other);
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Check);
    assert!(
        ended
            .failure()
            .cause
            .contains("changed here since the plan was made")
    );
    scene.source.remove_image("convocate:v1").await.unwrap();
    assert_untouched(&scene, scene.push().await.failure(), StepKind::Check);
    assert!(scene.host.shell.scripts().is_empty());
}

#[tokio::test]
async fn a_host_that_cannot_be_stamped_is_told_before_anything_is_sent() {
    let host = SimulatedHost::with(Store::Classic, Flavour::Native, Privilege::None).unwrap();
    let scene = Scene::on(host).await;
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Compare);
    assert!(ended.failure().cause.contains("sudo -n"));

    let scene = Scene::new(Store::Classic).await;
    let stamp = scene.host.path("etc/current-image");
    fs::rename(&stamp, scene.host.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(scene.host.path("elsewhere"), &stamp).unwrap();
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Compare);
    assert!(
        ended.failure().cause.contains("is a symbolic link"),
        "{}",
        ended.failure()
    );
    assert_eq!(scene.source.exports.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_a_part_that_the_next_push_goes_on_from() {
    let scene = Scene::new(Store::Classic).await;
    scene.host.shell.fail("push-receive", Fault::LostAfter(200));
    let broken = scene.push().await;
    assert_untouched(&scene, broken.failure(), StepKind::Send);
    assert!(broken.failure().retryable);
    let [part] = scene.host.staged().try_into().unwrap();
    assert!(
        part.starts_with("convocate-image-") && part.ends_with(".tar.zst.part"),
        "{part}"
    );
    assert!(broken.failure().state.contains(&part));
    let path = scene.host.path("staging").join(&part);
    assert_eq!(fs::metadata(path).unwrap().len(), 200);

    let again = scene.push().await;
    again.done();
    assert!(
        matches!(again.state(StepKind::Send), StepState::Done(Some(note)) if note.starts_with("resumed"))
    );
    let whole = scene.host.shell.input_of("push-receive").unwrap() + 200;
    assert_eq!(again.told.last_progress().unwrap().total, Some(whole as u64));
    assert_eq!(scene.stamp(), "convocate:v1\n");
}

#[tokio::test]
async fn a_byte_that_changes_on_the_way_is_found_before_the_load_and_the_file_is_kept_but_not_built_on() {
    let scene = Scene::new(Store::Classic).await;
    scene.host.shell.fail("push-receive", Fault::Flip(100));
    let spoilt = scene.push().await;
    assert_untouched(&scene, spoilt.failure(), StepKind::Verify);
    assert!(spoilt.failure().cause.contains("got") && spoilt.failure().cause.contains("expected"));
    assert_eq!(scene.host.staged().len(), 1);
    assert!(!scene.host.shell.scripts().contains(&"push-load"));

    scene.push().await.done();
    assert!(scene.host.staged().is_empty());
}

#[tokio::test]
async fn a_load_that_fails_keeps_the_archive_and_the_next_push_sends_nothing() {
    let scene = Scene::new(Store::Classic).await;
    let error = scene.host.path("engine/load-error");
    fs::write(&error, "write /layer.tar: no space left on device\n").unwrap();
    let failed = scene.push().await;
    assert_untouched(&scene, failed.failure(), StepKind::Load);
    assert!(failed.failure().cause.contains("no space left on device"));
    let [archive] = scene.host.staged().try_into().unwrap();
    assert!(archive.ends_with(".tar.zst") && failed.failure().state.contains(&archive));
    assert!(scene.host.engine.references().is_empty());

    fs::remove_file(error).unwrap();
    let again = scene.push().await;
    again.done();
    assert!(again.was_skipped(StepKind::Send) && again.was_skipped(StepKind::Verify));
}

#[tokio::test]
async fn a_loaded_image_that_is_not_the_source_s_loses_its_staging_tag_and_is_not_stamped() {
    let scene = Scene::new(Store::Classic).await;
    let engine = &scene.host.engine;
    *engine.on_load.lock().unwrap() = Some(|image| image.layers.truncate(1));
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Confirm);
    assert!(
        ended.failure().cause.contains("other layers"),
        "{}",
        ended.failure()
    );
    assert!(engine.references().is_empty());
}

#[tokio::test]
async fn an_image_that_is_removed_before_the_stamp_is_not_stamped() {
    let scene = Scene::new(Store::Classic).await;
    let references = scene.host.path("engine/references");
    scene.host.shell.fail(
        "stamp",
        Fault::Before(Box::new(move || {
            fs::remove_file(references.join("convocate:v1")).unwrap();
        })),
    );
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Stamp);
    assert!(
        ended.failure().cause.contains("is not there any more"),
        "{}",
        ended.failure()
    );
    assert_eq!(scene.host.staged().len(), 1, "the archive stays on any failure");
}

#[tokio::test]
async fn a_link_in_the_place_of_the_part_is_not_written_through() {
    let scene = Scene::new(Store::Classic).await;
    scene.host.shell.fail("push-receive", Fault::LostAfter(10));
    scene.push().await;
    let [part] = scene.host.staged().try_into().unwrap();
    let part = scene.host.path("staging").join(part);
    fs::remove_file(&part).unwrap();
    fs::write(scene.host.path("victim"), "precious").unwrap();
    std::os::unix::fs::symlink(scene.host.path("victim"), &part).unwrap();
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Send);
    assert_eq!(scene.host.read("victim").unwrap(), "precious");
}

#[tokio::test]
async fn a_host_with_busybox_alone_gets_gzip_and_all_scripts_run_there() {
    let Some(host) = SimulatedHost::with(Store::Classic, Flavour::Busybox, Privilege::Root) else {
        eprintln!("skipped: busybox is not installed");
        return;
    };
    let scene = Scene::on(host).await;
    scene.host.shell.fail("push-receive", Fault::LostAfter(300));
    let broken = scene.push().await;
    assert_untouched(&scene, broken.failure(), StepKind::Send);
    assert!(scene.host.staged()[0].ends_with(".tar.gz.part"));
    scene.push().await.done();
    assert_eq!(scene.stamp(), "convocate:v1\n");
    assert!(scene.host.staged().is_empty());
}

#[tokio::test]
async fn a_cancelled_push_says_where_it_ended() {
    let scene = Scene::new(Store::Classic).await;
    let cancel = scene.cancel.clone();
    scene
        .host
        .shell
        .fail("push-receive", Fault::Before(Box::new(move || cancel.cancel())));
    let ended = scene.push().await;
    let TrackResult::Cancelled(state) = &ended.result else {
        panic!("{:?}", ended.result)
    };
    assert!(state.contains("the stamp is still convocate:v0"), "{state}");
    assert_eq!(scene.stamp(), "convocate:v0\n");
}

#[tokio::test]
async fn an_export_that_fails_is_told_with_what_the_engine_said_and_nothing_is_sent() {
    let scene = Scene::new(Store::Classic).await;
    let gone = EngineError::Unreachable("connection reset".to_owned());
    *scene.source.export_fault.lock().unwrap() = Some(ExportFault::AtOnce(gone));
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Export);
    assert!(ended.failure().retryable && ended.failure().cause.contains("connection reset"));
    assert!(scene.host.staged().is_empty());
    *scene.source.export_fault.lock().unwrap() = None;
    scene.push().await.done();
}

#[tokio::test]
async fn an_image_is_sent_while_it_is_exported_and_an_engine_that_dies_midway_is_told() {
    let scene = Scene::large().await;
    let gate = scene.source.gate.clone();
    gate.forget_permits(usize::MAX >> 3);
    gate.add_permits(60);
    let gone = EngineError::Unreachable("connection reset".to_owned());
    *scene.source.export_fault.lock().unwrap() = Some(ExportFault::Midway(gone));
    let more = gate.clone();
    let let_go = Fault::Before(Box::new(move || more.add_permits(1000)));
    scene.host.shell.fail("push-staged", let_go);
    let ended = scene.push().await;
    assert_untouched(&scene, ended.failure(), StepKind::Send);
    assert!(
        matches!(ended.state(StepKind::Export), StepState::Done(Some(note)) if note == "streams while it is exported")
    );
    assert!(ended.failure().retryable && ended.failure().cause.contains("connection reset"));
    assert!(ended.failure().state.contains(".tar.zst.part"));

    *scene.source.export_fault.lock().unwrap() = None;
    scene.push().await.done();
}

#[tokio::test]
async fn a_part_of_an_archive_that_was_never_whole_here_is_gone_on_from_when_it_is_exported_again() {
    let scene = Scene::large().await;
    scene.host.shell.fail("push-receive", Fault::LostAfter(50_000));
    let broken = scene.push().await;
    assert_untouched(&scene, broken.failure(), StepKind::Send);
    // What was exported whole is still being kept after the push that wanted it ended; the next one would join that.
    while !scene.exports.is_idle() {
        tokio::task::yield_now().await;
    }
    scene.exports.store().clear().unwrap();
    let again = scene.push().await;
    again.done();
    assert!(
        matches!(again.state(StepKind::Send), StepState::Done(Some(note)) if note.starts_with("resumed: 50 kB"))
    );
    assert_eq!(scene.source.exports.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_push_that_is_a_part_leaves_the_stamp_to_the_whole_and_names_its_command() {
    let mut scene = Scene::new(Store::Classic).await;
    scene.plan.part_of = Some("tagboat compose bootstrap factory --host sim-1".to_owned());
    let ended = scene.push().await;
    assert_eq!(ended.done().state(StepKind::Stamp), StepState::Waiting);
    assert_eq!(scene.stamp(), "convocate:v0\n");
    // What it finds changed by the next time is for the whole, too.
    scene.plan.image.id = ImageId(Digest::from_bytes(&[9; 32]));
    let failure = scene.push().await.failure().to_string();
    assert!(
        failure.contains("then tagboat compose bootstrap factory --host sim-1")
            && !failure.contains("tagboat push"),
        "{failure}"
    );
}
