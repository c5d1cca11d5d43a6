//! Stamping by the real script, in this machine's shell and in busybox: the stamp is the old one or the new one.

use super::activate::activate_on_host;
use super::stamp::{StampError, Stamped, look, stamp};
use crate::model::fleet::{Privilege, Stamp, Store};
use crate::model::job::{StepKind, StepState, Target, TrackResult};
use crate::model::names::{ImageId, ImageRef, JobId, Operator};
use crate::model::plan::{ActivatePlan, ActivateTarget};
use crate::ops::export::fixture::{Fixture, Layout};
use crate::ops::ports::ContainerEngine;
use crate::ops::report::TrackReporter;
use crate::ops::simulated::{Flavour, LeapingClock, MemorySink, SimulatedHost, SmallDisk};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

fn reference() -> ImageRef {
    ImageRef::parse("convocate:v1").unwrap()
}

fn job() -> JobId {
    JobId::parse("20261121-013000-a1b2").unwrap()
}

fn operator() -> Operator {
    Operator::parse("tester@desk").unwrap()
}

/// Hosts of every flavour that this machine has, each with `convocate:v1`.
fn hosts() -> Vec<(SimulatedHost, ImageId)> {
    [Flavour::Native, Flavour::Busybox]
        .into_iter()
        .filter_map(|flavour| SimulatedHost::with(Store::Classic, flavour, Privilege::Root))
        .map(|host| {
            let id = host.engine.load(Fixture::new(Layout::Legacy).bytes());
            (host, id)
        })
        .collect()
}

async fn write(host: &SimulatedHost, id: &ImageId) -> Result<Stamped, StampError> {
    stamp(&host.link, &Stamp::Unknown, &reference(), id, &operator(), &job()).await
}

#[tokio::test]
async fn the_first_stamp_makes_its_folder_and_a_file_that_all_may_read() {
    for (host, id) in hosts() {
        assert_eq!(look(&host.link).await, Ok(Stamp::Missing));
        assert_eq!(write(&host, &id).await, Ok(Stamped::Now));
        assert_eq!(host.read("etc/current-image").unwrap(), "convocate:v1\n");
        for (name, mode) in [
            ("etc", 0o755),
            ("etc/current-image", 0o644),
            ("etc/image-history", 0o644),
        ] {
            let bits = fs::metadata(host.path(name)).unwrap().permissions().mode();
            assert_eq!(bits & 0o7777, mode, "{name}");
        }
        assert_eq!(
            fs::read_dir(host.path("etc")).unwrap().count(),
            2,
            "no temporary file stays"
        );
        assert_eq!(look(&host.link).await, Ok(Stamp::Active(reference())));
    }
}

#[tokio::test]
async fn a_stamp_that_holds_the_reference_is_left_alone_but_gets_a_missing_line_of_history() {
    for (host, id) in hosts() {
        fs::create_dir(host.path("etc")).unwrap();
        fs::write(host.path("etc/current-image"), "convocate:v1\n").unwrap();
        for _ in 0..2 {
            assert_eq!(write(&host, &id).await, Ok(Stamped::Already));
            assert_eq!(host.read("etc/image-history").unwrap().lines().count(), 1);
        }
    }
}

#[tokio::test]
async fn a_tag_that_names_another_image_or_none_is_not_stamped() {
    for (host, id) in hosts() {
        let other = ImageId::parse(&format!("sha256:{}", "7".repeat(64))).unwrap();
        let refused = write(&host, &other).await.unwrap_err();
        assert!(refused.to_string().contains("names sha256:"), "{refused}");
        host.engine.remove_image("convocate:v1").await.unwrap();
        let refused = write(&host, &id).await.unwrap_err();
        assert!(refused.to_string().contains("is not there any more"), "{refused}");
        assert!(!host.path("etc").exists());
    }
}

#[tokio::test]
async fn links_and_folders_in_the_place_of_the_stamp_or_its_history_are_refused_with_their_path() {
    for (host, id) in hosts() {
        for name in ["etc/current-image", "etc/image-history"] {
            fs::remove_dir_all(host.path("etc")).ok();
            fs::create_dir(host.path("etc")).unwrap();
            let place = host.path(name);
            symlink(host.path("victim"), &place).unwrap();
            for refused in [
                look(&host.link).await.unwrap_err(),
                write(&host, &id).await.unwrap_err(),
            ] {
                let said = refused.to_string();
                assert!(
                    said.contains(&format!("{} is a symbolic link", place.display())),
                    "{said}"
                );
            }
            fs::remove_file(&place).unwrap();
            fs::create_dir(&place).unwrap();
            for refused in [
                look(&host.link).await.unwrap_err(),
                write(&host, &id).await.unwrap_err(),
            ] {
                assert!(refused.to_string().contains("is not a regular file"), "{refused}");
            }
        }
        assert!(!host.path("victim").exists());
    }
}

#[tokio::test]
async fn a_planted_link_in_the_place_of_the_temporary_file_is_not_written_through() {
    for (host, id) in hosts() {
        fs::create_dir(host.path("etc")).unwrap();
        fs::write(host.path("victim"), "precious").unwrap();
        let temporary = format!("etc/current-image.new-{}", job());
        symlink(host.path("victim"), host.path(&temporary)).unwrap();
        assert_eq!(write(&host, &id).await, Ok(Stamped::Now));
        assert_eq!(host.read("victim").unwrap(), "precious");
        assert_eq!(host.read("etc/current-image").unwrap(), "convocate:v1\n");
    }
}

#[tokio::test]
async fn a_full_disk_leaves_the_old_stamp_and_no_half_file() {
    for (host, id) in hosts() {
        let etc = host.path("etc");
        fs::create_dir(&etc).unwrap();
        let Some(disk) = SmallDisk::mount(&etc, 16) else {
            eprintln!("skipped: this user may not mount a tmpfs");
            return;
        };
        fs::write(host.path("etc/current-image"), "convocate:v0\n").unwrap();
        disk.fill();
        let refused = write(&host, &id).await.unwrap_err();
        assert!(matches!(refused, StampError::Refused(_)), "{refused:?}");
        assert_eq!(host.read("etc/current-image").unwrap(), "convocate:v0\n");
        let names = fs::read_dir(&etc).unwrap().count();
        assert_eq!(names, 2, "the old stamp and the filler");
        drop(disk);
    }
}

#[tokio::test]
async fn a_host_without_a_way_to_root_is_refused_without_a_question() {
    let host = SimulatedHost::with(Store::Classic, Flavour::Native, Privilege::None).unwrap();
    assert_eq!(look(&host.link).await, Err(StampError::NoPrivilege));
    assert!(host.shell.scripts().is_empty());
}

async fn activate(host: &SimulatedHost, id: &ImageId) -> (TrackResult, Arc<MemorySink>) {
    let target = ActivateTarget {
        guard: crate::model::profile::Guard::Normal,
        host: host.link.name().clone(),
        before: Stamp::Missing,
        before_id: None,
        image_id: id.clone(),
    };
    let plan = ActivatePlan {
        reference: reference(),
        hosts: vec![target.clone()],
        refused: Vec::new(),
    };
    let told = Arc::new(MemorySink::default());
    let reporter = TrackReporter::new(
        Target::host(target.host.clone()),
        told.clone(),
        Arc::new(LeapingClock::default()),
        CancellationToken::new(),
    );
    let result = activate_on_host(&plan, &target, &job(), &operator(), &host.link, &reporter).await;
    (result, told)
}

#[tokio::test]
async fn a_stamp_that_somebody_else_wrote_since_the_plan_is_left_and_named() {
    let (host, id) = hosts().remove(0);
    fs::create_dir_all(host.path("etc")).unwrap();
    fs::write(host.path("etc/current-image"), "convocate:v7\n").unwrap();
    let (result, _) = activate(&host, &id).await;
    let TrackResult::Failed(failure) = result else {
        panic!("{result:?}")
    };
    assert!(
        failure
            .cause
            .contains("missing when the plan was made and is convocate:v7 now"),
        "{failure}"
    );
    assert_eq!(host.read("etc/current-image").unwrap(), "convocate:v7\n");
}

#[tokio::test]
async fn a_tag_that_was_active_before_tagboat_came_gets_a_line_of_history_so_that_a_prune_keeps_it() {
    let (host, id) = hosts().remove(0);
    fs::create_dir_all(host.path("etc")).unwrap();
    // Stamped by hand, as a bare tag.
    let earlier = ImageRef::parse("convocate:v0").unwrap();
    host.engine.tag("convocate:v1", &earlier).await.unwrap();
    fs::write(host.path("etc/current-image"), "v0\n").unwrap();
    let before = look(&host.link).await.unwrap();
    assert_eq!(before.active(), Some(&earlier));
    stamp(&host.link, &before, &reference(), &id, &operator(), &job())
        .await
        .unwrap();
    let history = host.read("etc/image-history").unwrap();
    let tags: Vec<_> = history
        .lines()
        .map(|line| line.split('\t').nth(2).unwrap())
        .collect();
    assert_eq!(tags, ["convocate:v0", "convocate:v1"]);
}

#[tokio::test]
async fn an_activation_stamps_once() {
    let (host, id) = hosts().remove(0);
    let (result, _) = activate(&host, &id).await;
    assert_eq!(
        result,
        TrackResult::Done(Some("convocate:v1 is active".to_owned()))
    );
    assert_eq!(host.read("etc/current-image").unwrap(), "convocate:v1\n");
    let (_, told) = activate(&host, &id).await;
    let (step, state) = told.ends().pop().unwrap();
    assert_eq!(step.kind, StepKind::Stamp);
    assert!(matches!(state, StepState::Skipped(_)));
}

#[tokio::test]
async fn an_activation_of_a_tag_that_moved_or_went_is_refused_before_the_stamp() {
    let (host, id) = hosts().remove(0);
    let other = ImageId::parse(&format!("sha256:{}", "7".repeat(64))).unwrap();
    let (moved, _) = activate(&host, &other).await;
    host.engine.remove_image("convocate:v1").await.unwrap();
    let (gone, _) = activate(&host, &id).await;
    for (result, advice) in [(moved, "tagboat activate"), (gone, "tagboat push")] {
        let TrackResult::Failed(failure) = result else {
            panic!("{result:?}")
        };
        assert_eq!(failure.step, StepKind::Check);
        assert!(
            failure
                .advice
                .contains(&format!("{advice} convocate:v1 --host sim-1")),
            "{failure}"
        );
        assert!(failure.state.contains("there is still no stamp"));
    }
    assert!(!host.path("etc").exists());
}
