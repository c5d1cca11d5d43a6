//! What a restart refuses before it touches anything: what is missing on the host, and who would be cut off (RF05, RF21, RF24).

use crate::before_and_after::{on_each_store, told};
use crate::rig::{Rig, failure};
use tagboat::model::job::StepKind;

/// The restart is refused in its check, and the container is the very same one as before.
async fn refused(rig: &mut Rig) -> String {
    let before = told(rig).await;
    let text = failure(&rig.restart("v1.0.0").await);
    let after = told(rig).await;
    for pointer in ["/Id", "/Name", "/State/StartedAt", "/State/Status"] {
        assert_eq!(
            before.pointer(pointer),
            after.pointer(pointer),
            "{pointer}: {text}"
        );
    }
    for step in [StepKind::Record, StepKind::Create, StepKind::Stop] {
        assert_eq!(rig.step(step), None, "{text}");
    }
    assert_eq!(rig.sh("docker ps -aq --filter name=^/$S[.]").await, "", "{text}");
    text
}

#[tokio::test]
async fn lab_rf05_missing_bind_sources_are_all_named_and_nothing_is_made_in_their_place() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "no-bind", &[]).await;
        rig.sh(
            "mkdir -p /srv/$S-one /srv/$S-two; docker run -d --name $S -v /srv/$S-one:/one:ro \
               --mount type=bind,src=/srv/$S-two,dst=/two convocate:v1.0.0 >/dev/null; rmdir /srv/$S-one /srv/$S-two",
        )
        .await;
        let text = refused(&mut rig).await;
        for path in ["one", "two"] {
            assert!(text.contains(&format!("bind source /srv/{}-{path}", rig.session)), "{host}: {text}");
        }
        assert_eq!(rig.sh("ls -d /srv/$S-* 2>/dev/null || true").await, "", "{host}: nothing was made");
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf24_networks_that_are_gone_are_all_named() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "no-net", &[]).await;
        rig.sh(
            "docker network create $S-a >/dev/null; docker network create --internal --attachable $S-b >/dev/null
             docker create --name $S --network $S-a convocate:v1.0.0 >/dev/null; docker network connect $S-b $S
             docker network rm $S-a $S-b >/dev/null",
        )
        .await;
        let text = refused(&mut rig).await;
        for network in ["a", "b"] {
            assert!(text.contains(&format!("network {}-{network}", rig.session)), "{host}: {text}");
        }
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf18_rf21_a_container_that_the_session_needs_and_that_is_gone_is_named() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "no-owner", &[]).await;
        rig.sh(
            "id=$(docker run -d --name $S-owner convocate:v1.0.0); docker run -d --name $S --network container:$id convocate:v1.0.0 >/dev/null
             docker rm -f -v $S-owner >/dev/null; echo $id >/tmp/$S",
        )
        .await;
        let id = rig.sh("cat /tmp/$S; rm /tmp/$S").await;
        let text = refused(&mut rig).await;
        assert!(text.contains(&format!("container {id}")), "{host}: {text}");
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf21_those_who_would_be_cut_off_are_all_named_with_what_they_use_and_what_to_do() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "needed", &[]).await;
        rig.sh(
            "docker run -d --name $S --ipc shareable convocate:v1.0.0 >/dev/null
             docker run -d --name $S-net --network container:$S convocate:v1.0.0 >/dev/null
             docker create --name $S-both --ipc container:$S --pid container:$S convocate:v1.0.0 >/dev/null
             docker run -d --name $S-link --link $S:it convocate:v1.0.0 >/dev/null
             docker create --name $S-from --volumes-from $S:ro convocate:v1.0.0 >/dev/null",
        )
        .await;
        let text = refused(&mut rig).await;
        let session = rig.session.to_string();
        for part in [
            format!("{session}-net uses a namespace of it (network)"),
            format!("{session}-both uses a namespace of it (IPC, PID)"),
            format!("{session}-link has a link to it"),
            format!("{session}-both, {session}-link and {session}-net"),
        ] {
            assert!(text.contains(&part), "{host}: {part:?} in {text}");
        }
        assert!(
            !text.contains("-from"),
            "{host}: it keeps the volumes that it has: {text}"
        );
        rig.sh("docker rm -f -v $S-net $S-both $S-link >/dev/null").await;

        let seen = crate::before_and_after::Restarted::onto(&mut rig, "v1.0.0").await;
        seen.assert_told("RF08", &[&format!("{session}-from"), "volumes"]);
        let places = "docker inspect -f '{{range .Mounts}}{{.Name}}{{end}}'";
        let (own, other) = (
            rig.sh(&format!("{places} $S")).await,
            rig.sh(&format!("{places} $S-from")).await,
        );
        assert!(other.contains(&own), "{host}: RF08: {other} still has {own}");
        rig.sh("docker start $S-from >/dev/null").await;
        rig.clean().await;
    })
    .await;
}
