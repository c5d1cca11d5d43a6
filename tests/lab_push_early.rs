//! A large archive is loaded while it arrives: the engine has it in hand before the send ends, and makes no image of it before all
//! of it was verified. On both stores; skipped, with a word, where no lab is up.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why it was skipped"
)]

mod wire;

use std::sync::Mutex;
use std::thread::JoinHandle;
use tagboat::model::job::{StepKind, TrackResult};
use tagboat::ops::export::Exports;
use wire::{Lab, Told, assert_done, forget, lab_command, on_host, plan_for, push, push_told};

/// Bytes of noise in the image: more than the least for which the load begins early.
const LARGE: usize = 60_000_000;

/// Sent by then: a part of it that the engine can have read.
const MIDDLE: u64 = 36_000_000;

/// Removes the stamp of these tests.
const FORGET_STAMP: &str = r#"rm -r "${1%/*}""#;

/// What a push leaves behind when it is not done: loads that wait, files beside the part, tags. A client of the engine may take a
/// moment to end after its push.
const LEFT: &str = "left() { pgrep -x docker; ls -d /tmp/*.part.?????? 2>/dev/null; docker images -q tagboat-staging; }; tries=0; \
    while [ -n \"$(left)\" ] && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.1; done; left; true";

/// What looks at a host beside the push: the push tells its progress within itself, and would not go on while it looks.
static LOOK: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// Slows the rest of the send down, and waits until the load is under way in the engine's own temporary folder, or in its content
/// store: while the rest still arrives, and within a minute.
fn look_for_load(host: &'static str) {
    // The push stands here until the line is slow: beside it, a busy machine was slower than the rest of the send.
    lab_command(&["shape", host, "rate=2mbit"]);
    let look = move || {
        let begun = "find /var/lib/docker/tmp /var/lib/docker/containerd /var/lib/containerd -size +8M -newer /run/before-the-push -type f";
        let look = format!(
            "tries=0; until [ -n \"$({begun} 2>/dev/null)\" ]; do ls /tmp/*.part >/dev/null || exit 1; \
             tries=$((tries + 1)); [ $tries -lt 1200 ] || exit 1; sleep 0.05; done"
        );
        lab_command(&["exec", host, "sh", "-c", &look]);
        lab_command(&["shape", host, "off"]);
    };
    *LOOK.lock().unwrap() = Some(std::thread::spawn(look));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_read_an_archive_while_it_arrives() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("early", LARGE).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let seen: [(&str, fn()); 2] = [
        ("lab-1", || look_for_load("lab-1")),
        ("lab-2", || look_for_load("lab-2")),
    ];
    for (host, look) in seen {
        lab_command(&["shape", host, "rate=50mbit"]);
        lab_command(&["exec", host, "touch", "/run/before-the-push"]);
        let link = lab.link(host).await;
        let told = Told {
            cancel_at: Some((StepKind::Send, MIDDLE)),
            on_reach: Some(look),
            ..Told::default()
        };
        let (result, _) = push_told(&plan_for(&reference, &image, host), &link, &exports, told).await;
        let look = LOOK.lock().unwrap().take().unwrap();
        look.join().unwrap();
        assert_done(&result);
        let there = link.engine.image(&reference.to_string()).await.unwrap().unwrap();
        assert_eq!(
            (there.content, there.layers),
            (image.content.clone(), image.layers.clone())
        );
        assert_eq!(on_host(&link, LEFT).await.trim(), "", "{host}");
        on_host(&link, FORGET_STAMP).await;
        forget(&*link.engine, &reference).await;
    }
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_does_not_arrive_whole_makes_no_image_and_the_next_push_goes_on() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("early-cut", LARGE).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let plan = plan_for(&reference, &image, "lab-1");
    lab_command(&["shape", "lab-1", "rate=100mbit"]);
    let link = lab.link("lab-1").await;
    let told = Told {
        cancel_at: Some((StepKind::Send, MIDDLE)),
        ..Told::default()
    };
    let (cancelled, _) = push_told(&plan, &link, &exports, told).await;
    lab_command(&["shape", "lab-1", "off"]);
    assert!(matches!(cancelled, TrackResult::Cancelled(_)), "{cancelled:?}");
    assert_eq!(on_host(&link, LEFT).await.trim(), "");
    assert_eq!(link.engine.image(&reference.to_string()).await.unwrap(), None);

    let (resumed, told) = push(&plan, &link, &exports).await;
    assert_done(&resumed);
    let said = format!("{:?}", told.end_of(StepKind::Send));
    assert!(said.contains("resumed"), "{said}");
    on_host(&link, FORGET_STAMP).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_spoilt_while_it_arrives_makes_no_image() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("early-spoilt", LARGE).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let plan = plan_for(&reference, &image, "lab-2");
    lab_command(&["shape", "lab-2", "rate=100mbit"]);
    let link = lab.link("lab-2").await;
    let spoil: fn() = || {
        let flip = "for part in /tmp/*.part; do printf x | dd of=\"$part\" bs=1 seek=1000 conv=notrunc 2>/dev/null; done";
        lab_command(&["exec", "lab-2", "sh", "-c", flip]);
    };
    let told = Told {
        cancel_at: Some((StepKind::Send, MIDDLE)),
        on_reach: Some(spoil),
        ..Told::default()
    };
    let (failed, _) = push_told(&plan, &link, &exports, told).await;
    lab_command(&["shape", "lab-2", "off"]);
    let TrackResult::Failed(failure) = &failed else {
        panic!("{failed:?}")
    };
    assert_eq!(failure.step, StepKind::Verify, "{failure}");
    assert_eq!(on_host(&link, LEFT).await.trim(), "");
    assert_eq!(link.engine.image(&reference.to_string()).await.unwrap(), None);
    assert_done(&push(&plan, &link, &exports).await.0);
    on_host(&link, FORGET_STAMP).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}
