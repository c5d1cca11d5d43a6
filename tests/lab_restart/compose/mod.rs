//! Sessions of Compose projects: restarted by their pin, put back by it, and refused where that cannot be done.

mod crashes;
mod project;
mod refused;

use super::rig::{Rig, failure, one_of_each_store};
use project::Project;
use std::time::Duration;
use tagboat::model::job::{StepKind, StepState, TrackResult};
use tagboat::model::probe::{ProbeCommand, Sign};

#[tokio::test]
async fn lab_compose_moves_the_session_with_its_volumes_and_every_other_byte_of_the_env_stays() {
    for host in one_of_each_store() {
        let Some(mut project) = Project::on(host, "compose-moves").await else {
            return;
        };
        project.sh("chown ops:games .env; chmod 640 .env").await;
        let neighbours = project.ids_of_neighbours().await;
        let result = project.restart("v1.1.0").await;
        assert!(matches!(result, TrackResult::Done(_)), "{host}: {result:?}");
        project.assert_whole(host, "v1.1.0", "running").await;
        project.assert_env(host, "v1.1.0").await;
        assert_eq!(project.sh("stat -c '%U:%G %a' .env").await, "ops:games 640");
        assert_eq!(project.ids_of_neighbours().await, neighbours, "{host}");
        assert_eq!(project.sh("ls -A").await, ".env\ncompose.yml", "{host}");
        for kind in [
            StepKind::Check,
            StepKind::Record,
            StepKind::Hold,
            StepKind::WritePin,
            StepKind::Up,
            StepKind::Probe,
            StepKind::Commit,
            StepKind::CleanUp,
        ] {
            let state = project.rig.step(kind);
            assert!(matches!(state, Some(StepState::Done(_))), "{kind:?}: {state:?}");
        }
        let told = project.rig.lines().join("\n");
        assert!(
            told.contains("get convocate:v1.1.0 at their next `up`: neighbour"),
            "{told}"
        );
        assert!(!told.contains("stubborn"), "{told}");

        // It still is Compose's, which finds nothing to change about it.
        assert_eq!(
            project.sh("docker compose ps --format '{{.Name}}' agent").await,
            project.rig.session.as_str()
        );
        let id = project.sh("docker inspect -f '{{.Id}}' $S").await;
        project.sh("docker compose up -d 2>&1").await;
        assert_eq!(project.sh("docker inspect -f '{{.Id}}' $S").await, id, "{host}");
        assert_ne!(
            project.ids_of_neighbours().await,
            neighbours,
            "{host}: the pin is theirs too"
        );
        project.clean().await;
    }
}

#[tokio::test]
async fn lab_compose_gets_a_broken_image_back_out_with_its_last_words_and_its_log() {
    for host in one_of_each_store() {
        let Some(mut project) = Project::on(host, "compose-broken").await else {
            return;
        };
        let neighbours = project.ids_of_neighbours().await;
        let told = failure(&project.restart("v1.2.0-broken").await);
        assert!(
            told.contains("cannot start") && told.contains("runs the old image"),
            "{told}"
        );
        assert!(told.contains("Compose made its container anew"), "{told}");
        project.assert_whole(host, "v1.0.0", "running").await;
        project.assert_env(host, "v1.0.0").await;
        assert_eq!(project.ids_of_neighbours().await, neighbours);
        assert!(project.sh("cat $D/failed.log").await.contains("cannot start"));
        assert!(matches!(
            project.rig.step(StepKind::PutBack),
            Some(StepState::Done(_))
        ));
        assert_eq!(project.pins().await, "0", "{host}");
        project.clean().await;
    }
}

#[tokio::test]
async fn lab_compose_cancelled_in_the_probe_puts_the_pin_and_the_image_back() {
    let Some(mut project) = Project::on("lab-1", "compose-cancel").await else {
        return;
    };
    let mut target = project.target("v1.1.0").await;
    target.probe.settled = tagboat::model::probe::Settled::Stable(Duration::from_mins(2));
    project.rig.fresh_job();
    let (result, ()) = tokio::join!(project.rig.run_as_is(&target), async {
        project.rig.until(StepKind::Probe).await;
        project.rig.cancel.cancel();
    });
    assert!(matches!(result, TrackResult::Cancelled(_)), "{result:?}");
    project.assert_whole("cancelled", "v1.0.0", "running").await;
    project.assert_env("cancelled", "v1.0.0").await;
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_leaves_somebody_elses_change_of_the_env_alone_and_brings_the_session_back_all_the_same()
{
    let Some(mut project) = Project::on("lab-1", "compose-meanwhile").await else {
        return;
    };
    let mut target = project.target("v1.1.0").await;
    target.probe.settled = tagboat::model::probe::Settled::Stable(Duration::from_mins(2));
    project.rig.fresh_job();
    let (result, ()) = tokio::join!(project.rig.run_as_is(&target), async {
        project.rig.until(StepKind::Probe).await;
        project.sh("echo OTHER=1 >>.env").await;
        project.rig.cancel.cancel();
    });
    let TrackResult::Cancelled(told) = result else {
        panic!("{result:?}")
    };
    assert!(told.contains("somebody changed"), "{told}");
    project.assert_whole("meanwhile", "v1.0.0", "running").await;
    assert!(project.sh("cat .env").await.ends_with("OTHER=1"));
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_rolls_back_onto_the_tag_before_whose_image_is_held() {
    let Some(mut project) = Project::on("lab-1", "compose-rollback").await else {
        return;
    };
    for (at, tag) in ["v1.1.0", "v1.0.0", "v1.1.0"].into_iter().enumerate() {
        let result = project.restart(tag).await;
        assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
        project.assert_whole(tag, tag, "running").await;
        project.assert_env(tag, tag).await;
        assert_eq!(
            project.pins().await,
            "1",
            "one predecessor's image is held after {at}"
        );
    }
    let mut target = project.target("v1.0.0").await;
    target.probe.keep_predecessors = 0;
    project.rig.run(&target).await;
    project.assert_whole("none kept", "v1.0.0", "running").await;
    assert_eq!(project.pins().await, "0");
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_keeps_a_stopped_session_stopped() {
    let Some(mut project) = Project::on("lab-2", "compose-stopped").await else {
        return;
    };
    project.sh("docker stop -t 1 $S >/dev/null").await;
    let result = project.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    project.assert_whole("stopped", "v1.1.0", "created").await;
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_makes_a_new_container_on_the_same_image_when_asked_to() {
    let Some(mut project) = Project::on("lab-1", "compose-same").await else {
        return;
    };
    let id = project.sh("docker inspect -f '{{.Id}}' $S").await;
    let result = project.restart("v1.0.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    assert_ne!(project.sh("docker inspect -f '{{.Id}}' $S").await, id);
    assert!(matches!(
        project.rig.step(StepKind::WritePin),
        Some(StepState::Skipped(_))
    ));
    project.assert_whole("same", "v1.0.0", "running").await;
    project.assert_env("same", "v1.0.0").await;
    project.clean().await;
}

/// The second session of a pin finds the new tag in the file already, and goes back without it.
#[tokio::test]
async fn lab_compose_restarts_one_after_the_other_what_shares_a_pin() {
    let Some(mut project) = Project::on("lab-1", "compose-shared").await else {
        return;
    };
    let result = project.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    project.become_service("neighbour");
    let mut target = project.target("v1.1.0").await;
    let failing = ProbeCommand::new(vec!["false".to_owned()]).unwrap();
    target.probe.sign = Some(Sign::Command(failing));
    target.probe.deadline = Duration::from_secs(2);
    let told = failure(&project.rig.run(&target).await);
    assert!(told.contains("probe command does not succeed"), "{told}");
    let image = "docker inspect -f '{{.Config.Image}} {{.State.Status}}' $S";
    assert_eq!(project.sh(image).await, "convocate:v1.0.0 running");
    project.assert_env("shared, put back", "v1.1.0").await;
    let result = project.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    assert_eq!(project.sh(image).await, "convocate:v1.1.0 running");
    project.assert_env("shared, moved", "v1.1.0").await;
    project.clean().await;
}

/// What the project's files take from the environment is what it was when the operator started it.
#[tokio::test]
async fn lab_compose_runs_for_the_account_that_started_the_project() {
    let Some(mut project) = Project::prepare("lab-1", "compose-account").await else {
        return;
    };
    project
        .sh("chown -R ops . && usermod -aG docker ops && su ops -c 'docker compose up -d' 2>&1")
        .await;
    project.rig.fill().await;
    let home = "docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' $S | grep OWNER_HOME";
    assert_eq!(project.sh(home).await, "OWNER_HOME=/home/ops");
    let result = project.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    assert_eq!(project.sh(home).await, "OWNER_HOME=/home/ops");
    project.assert_whole("account", "v1.1.0", "running").await;
    project.clean().await;
}

/// The files that were named when the project was started are named again, and a link stays one.
#[tokio::test]
async fn lab_compose_changes_the_env_file_that_holds_the_pin_wherever_it_is() {
    let Some(mut project) = Project::prepare("lab-1", "compose-files").await else {
        return;
    };
    project
        .sh("mkdir conf; mv .env conf/pins; ln -s conf/pins pins; echo OTHER=1 >other")
        .await;
    project
        .sh("docker compose --env-file pins --env-file other up -d 2>&1")
        .await;
    project.rig.fill().await;
    let result = project.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    let image = "docker inspect -f '{{.Config.Image}} {{index .Config.Labels \"com.docker.compose.project.environment_file\"}}' $S";
    let folder = format!("/srv/{}", project.rig.session);
    assert_eq!(
        project.sh(image).await,
        format!("convocate:v1.1.0 {folder}/pins,{folder}/other")
    );
    assert_eq!(
        project.sh("readlink pins; ls -A conf; cat other").await,
        "conf/pins\npins\nOTHER=1"
    );
    project.sh("mv conf/pins .env; rm -r conf pins other").await;
    project.assert_env("files", "v1.1.0").await;
    project.clean().await;
}

/// An image that was tagged anew is not found again by its tag.
#[tokio::test]
async fn lab_compose_puts_the_old_image_back_even_if_its_tag_names_another_one_by_now() {
    let Some(mut project) = Project::on("lab-1", "compose-moved").await else {
        return;
    };
    let image = project.sh("docker inspect -f '{{.Image}}' $S").await;
    project
        .sh("docker tag convocate:v1.0.0 kept:v1; docker tag convocate:v1.2.0-broken convocate:v1.0.0")
        .await;
    let told = failure(&project.restart("v1.2.0-broken").await);
    project
        .sh("docker tag kept:v1 convocate:v1.0.0; docker rmi kept:v1 >/dev/null")
        .await;
    assert!(told.contains("tagboat-pin:"), "{told}");
    assert_eq!(
        project
            .sh("docker inspect -f '{{.Image}} {{.State.Status}}' $S")
            .await,
        format!("{image} running")
    );
    project.assert_env("moved", "v1.0.0").await;
    project.clean().await;
    project
        .rig
        .sh("docker images --format '{{.Repository}}:{{.Tag}}' tagboat-pin | xargs -r docker rmi >/dev/null")
        .await;
}
