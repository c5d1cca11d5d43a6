//! A push between real stores and over real ssh: both stores as target, a containerd store as source, a login with sudo, a
//! send that is cancelled, cut and resumed, an engine without room. Skipped, with a word, where no lab is up.
//!
//! The stamp and the history are in a folder of its own, so that the hosts' own stamps are not touched.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why it was skipped"
)]

mod wire;

use tagboat::model::fleet::{Privilege, Store};
use tagboat::model::job::{JobEvent, StepKind, StepState, TrackResult};
use tagboat::model::names::ImageRef;
use tagboat::ops::export::{Exports, manifest_forms};
use tokio_util::sync::CancellationToken;
use wire::{Lab, Told, assert_done, forget, lab_command, on_host, plan_for, push, push_told, source_image};

#[tokio::test(flavor = "multi_thread")]
async fn an_image_arrives_on_both_stores_with_its_content_and_is_stamped() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("arrives", 3_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let mut stores = Vec::new();
    let hosts = std::env::var("TAGBOAT_LAB_HOSTS").unwrap();
    for host in hosts.split(' ') {
        let link = lab.link(host).await;
        let plan = plan_for(&reference, &image, host);
        let (result, told) = push(&plan, &link, &exports).await;
        assert_done(&result);
        for event in told.events.lock().unwrap().iter() {
            if let JobEvent::Step { step, state, .. } = event
                && state.is_over()
            {
                eprintln!("{host} {step}: {state:?}");
            }
        }

        let there = link.engine.image(&reference.to_string()).await.unwrap().unwrap();
        let store = link.engine.facts().await.unwrap().store;
        eprintln!("{host} {store:?}: {}", there.id);
        assert_eq!(there.content, image.content);
        assert_eq!(there.layers, image.layers);
        assert_eq!(
            there.id == image.id,
            store == Store::Classic,
            "the classic store keeps the id"
        );
        stores.push(store);
        let staging = format!("tagboat-staging:{}", image.id.short());
        assert_eq!(link.engine.image(&staging).await.unwrap(), None);
        assert_eq!(
            on_host(&link, r#"cat "$1"; stat -c %a "$1""#).await,
            format!("{reference}\n644\n")
        );
        let history = on_host(&link, r#"cat "${1%/*}/image-history""#).await;
        let fields: Vec<_> = history.trim_end().split('\t').skip(1).collect();
        let expected = [
            "tester@desk",
            &reference.to_string(),
            there.id.as_str(),
            "20261121-013000-a1b2",
        ];
        assert_eq!(fields, expected);
        assert_eq!(
            on_host(&link, "ls /tmp | grep -c convocate-image").await.trim(),
            "0"
        );

        // It runs, which an image with a missing layer would not.
        let run = on_host(
            &link,
            r"docker run --rm --network none convocate:test-push-arrives cat /again",
        )
        .await;
        assert_eq!(run, "twice\n");

        let (again, told) = push(&plan, &link, &exports).await;
        assert_done(&again);
        assert!(matches!(told.end_of(StepKind::Send), StepState::Skipped(_)));
        assert!(matches!(told.end_of(StepKind::Stamp), StepState::Skipped(_)));

        on_host(&link, r#"rm -r "${1%/*}""#).await;
        forget(&*link.engine, &reference).await;
    }
    eprintln!("proven on {stores:?}");
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_cancelled_on_the_wire_ends_on_the_host_too_and_is_resumed() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("resumes", 60_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let link = lab.link("lab-1").await;
    let plan = plan_for(&reference, &image, "lab-1");
    let told = Told {
        cancel_at: Some((StepKind::Send, 5_000_000)),
        ..Told::default()
    };
    let (cancelled, _) = push_told(&plan, &link, &exports, told).await;
    let TrackResult::Cancelled(state) = &cancelled else {
        panic!("{cancelled:#?}")
    };
    assert!(state.contains(".tar.zst.part"), "{state}");
    let receiving = on_host(&link, "pgrep -f '[c]onvocate-image-.*part'; true").await;
    assert_eq!(
        receiving.trim(),
        "",
        "nothing of the push runs on the host any more"
    );
    let part = on_host(&link, "stat -c '%s %a' /tmp/convocate-image-*.part").await;
    let (size, mode) = part.trim().split_once(' ').unwrap();
    eprintln!("cancelled with {size} bytes there");
    assert_eq!(mode, "600");

    let (resumed, told) = push(&plan, &link, &exports).await;
    assert_done(&resumed);
    eprintln!("resumed: {:?}", told.end_of(StepKind::Send));
    assert!(
        matches!(told.end_of(StepKind::Send), StepState::Done(Some(note)) if note.starts_with("resumed"))
    );
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containerd_store_is_a_source_too_and_a_login_with_sudo_is_enough() {
    let Some(lab) = Lab::find().await else { return };
    if !std::env::var("TAGBOAT_LAB_HOSTS").unwrap().contains("lab-3") {
        eprintln!("skipped: it needs three hosts with both stores");
        return;
    }
    let source = lab.link("lab-2").await;
    on_host(
        &source,
        "docker rm -f tagboat-push-test >/dev/null 2>&1
        docker create --name tagboat-push-test convocate:v1.0.0 >/dev/null &&
        date +%s%N >/tmp/tagboat-push-test && docker cp /tmp/tagboat-push-test tagboat-push-test:/committed >/dev/null 2>&1 &&
        docker commit tagboat-push-test convocate:test-push-committed >/dev/null
        docker rm -f tagboat-push-test >/dev/null; rm /tmp/tagboat-push-test",
    )
    .await;
    let reference = ImageRef::parse("convocate:test-push-committed").unwrap();
    let image = source_image(&*source.engine, &reference).await;
    let exports = Exports::new(source.engine.clone(), lab.layers());
    let link = lab.link_as("lab-3", "ops@lab-3").await;
    assert_eq!(link.privilege, Privilege::Sudo);
    let (result, _) = push(&plan_for(&reference, &image, "lab-3"), &link, &exports).await;
    assert_done(&result);
    let there = link.engine.image(&reference.to_string()).await.unwrap().unwrap();
    eprintln!(
        "{} on the containerd store is {} on the classic one",
        image.id, there.id
    );
    assert_eq!((there.content, there.layers), (image.content, image.layers));
    assert_eq!(
        on_host(&link, r#"cat "$1"; stat -c %U "$1""#).await,
        format!("{reference}\nroot\n")
    );
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*source.engine, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_without_room_fails_the_load_leaves_no_tag_and_the_next_push_sends_nothing() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("no-room", 9_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let plan = plan_for(&reference, &image, "lab-1");
    let link = lab.link("lab-1").await;
    on_host(&link, "mount -t tmpfs -o size=4m tmpfs /var/lib/docker/tmp").await;
    let (failed, _) = push(&plan, &link, &exports).await;
    on_host(&link, "umount /var/lib/docker/tmp").await;
    let TrackResult::Failed(failure) = &failed else {
        panic!("{failed:#?}")
    };
    eprintln!("{failure}");
    assert_eq!(failure.step, StepKind::Load);
    assert!(failure.cause.contains("no space left") && failure.advice.contains("free space"));
    let staging = format!("tagboat-staging:{}", image.id.short());
    assert_eq!(link.engine.image(&staging).await.unwrap(), None);
    assert_eq!(link.engine.image(&reference.to_string()).await.unwrap(), None);

    let (again, told) = push(&plan, &link, &exports).await;
    assert_done(&again);
    assert!(matches!(told.end_of(StepKind::Send), StepState::Skipped(_)));
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_goes_silent_is_noticed_and_what_it_still_held_does_not_spoil_the_next_push() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("silent", 20_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let plan = plan_for(&reference, &image, "lab-1");
    let link = lab.link("lab-1").await;
    lab_command(&["shape", "lab-1", "rate=16mbit"]);
    let told = Told {
        cancel_at: Some((StepKind::Send, 6_000_000)),
        on_reach: Some(|| lab_command(&["cut", "lab-1"])),
        ..Told::default()
    };
    let begun = std::time::Instant::now();
    let (broken, _) = push_told(&plan, &link, &exports, told).await;
    eprintln!(
        "noticed after {:.1} s in all: {broken:?}",
        begun.elapsed().as_secs_f32()
    );
    let TrackResult::Failed(failure) = &broken else {
        panic!("{broken:#?}")
    };
    assert!(
        failure.retryable && failure.state.contains(".tar.zst.part"),
        "{failure}"
    );
    drop(link);

    lab_command(&["heal", "lab-1"]);
    lab_command(&["shape", "lab-1", "off"]);
    let link = lab.link("lab-1").await;
    let (resumed, told) = push(&plan, &link, &exports).await;
    assert_done(&resumed);
    eprintln!("{:?}", told.end_of(StepKind::Send));
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_far_link_both_halves_go_at_once_and_what_arrived_of_both_is_gone_on_from() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("far", 24_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.layers());
    // Of what is still being exported there is no second half.
    let never = CancellationToken::new();
    exports.ingest(&image, &reference, |_| {}, &never).await.unwrap();
    let plan = plan_for(&reference, &image, "lab-1");
    lab_command(&["shape", "lab-1", "rate=80mbit", "delay=30ms"]);
    let link = lab.link("lab-1").await;
    let told = Told {
        cancel_at: Some((StepKind::Send, 14_000_000)),
        ..Told::default()
    };
    let (cancelled, _) = push_told(&plan, &link, &exports, told).await;
    assert!(matches!(cancelled, TrackResult::Cancelled(_)), "{cancelled:?}");
    let arrived = on_host(
        &link,
        "wc -c /tmp/*.part /tmp/*.part.half | awk '$1 > 2000000' | grep -c part",
    )
    .await;
    assert_eq!(arrived.trim(), "2", "some of both halves");

    let (resumed, told) = push(&plan, &link, &exports).await;
    assert_done(&resumed);
    let said = format!("{:?}", told.end_of(StepKind::Send));
    let there: f64 = said
        .split_once("resumed: ")
        .unwrap()
        .1
        .split_once(" MB")
        .unwrap()
        .0
        .parse()
        .unwrap();
    assert!(there > 8.0, "{said}");
    lab_command(&["shape", "lab-1", "off"]);
    let left = on_host(&link, "ls /tmp | grep -c -e part -e half || true").await;
    assert_eq!(left.trim(), "0");
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containerd_store_knows_images_under_the_manifests_that_are_told_before() {
    let Some(lab) = Lab::find().await else { return };
    let exports = Exports::new(lab.source.clone(), lab.layers());
    let never = CancellationToken::new();
    let link = lab.link("lab-2").await;
    if link.engine.facts().await.unwrap().store != Store::Containerd {
        eprintln!("skipped: lab-2 has no containerd store");
        return;
    }
    let there = |name: String| {
        let engine = link.engine.clone();
        async move { engine.image(&name).await.unwrap().unwrap().id.0 }
    };
    // One that came there by `docker save` and `docker load`, and one that is pushed.
    let saved = ImageRef::parse("convocate:v1.0.0").unwrap();
    let (pushed, image) = lab.new_image("manifests", 300_000).await;
    assert_done(&push(&plan_for(&pushed, &image, "lab-2"), &link, &exports).await.0);
    for (number, reference) in [(1, saved), (0, pushed.clone())] {
        let image = source_image(&*lab.source, &reference).await;
        let ingested = exports.ingest(&image, &reference, |_| {}, &never).await;
        let record = ingested.unwrap().0;
        let forms = manifest_forms(&record.config_digest, record.config_size(), &record.sizes());
        assert_eq!(there(reference.to_string()).await, forms[number], "{reference}");
    }
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &pushed).await;
    forget(&*lab.source, &pushed).await;
}
