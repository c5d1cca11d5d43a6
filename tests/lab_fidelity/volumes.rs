//! Volumes, binds and tmpfs (RF01-RF11); what is missing on the host is in `refusals`.

use crate::before_and_after::{Restarted, build, clean, has, on_each_store, sorted};
use crate::rig::Rig;
use serde_json::{Value, json};

/// What is mounted: kind, name, source, target, whether it is writable, propagation.
fn mounts(container: &Value) -> Vec<String> {
    let keys = ["Type", "Name", "Source", "Destination", "RW", "Propagation"];
    let list = container["Mounts"].as_array().unwrap();
    sorted(
        &list
            .iter()
            .map(|mount| json!(keys.map(|key| &mount[key])))
            .collect(),
    )
}

/// Writes a file into every volume of the created session, which names its place.
const MARK: &str = "docker inspect -f '{{range .Mounts}}{{if eq .Type \"volume\"}}{{.Source}} {{.Destination}}{{println}}{{end}}{{end}}' $S |
    while read -r source target; do [ -z \"$source\" ] || echo \"data of $target\" >\"$source/marker\"; done";

/// The names of the volumes at these places, in one line.
async fn volume_at(rig: &Rig, target: &str) -> String {
    let format = format!(
        "{{{{range .Mounts}}}}{{{{if eq .Destination \"{target}\"}}}}{{{{.Name}}}}{{{{end}}}}{{{{end}}}}"
    );
    rig.sh(&format!("docker inspect -f '{format}' $S")).await
}

async fn assert_data(rig: &Rig, targets: &[&str]) {
    for target in targets {
        let found = rig.sh(&format!("docker exec $S cat {target}/marker")).await;
        assert_eq!(found, format!("data of {target}"), "{}", rig.link.name());
    }
}

#[tokio::test]
async fn lab_rf01_rf02_rf03_rf04_rf06_every_volume_bind_and_tmpfs_is_kept_with_its_data() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "volumes", &["v1.1.0"]).await;
        rig.sh(&format!(
            "mkdir -p /srv/$S-shared; mountpoint -q /srv/$S-shared || mount --bind /srv/$S-shared /srv/$S-shared
             mount --make-shared /srv/$S-shared
             docker create --name $S -v /own -v $S-home:/home/claude -v $S-ro:/ro:ro -v $S-nc:/nc:nocopy \
               --mount type=volume,dst=/also-own --mount type=volume,src=$S-nc2,dst=/nc2,volume-nocopy,readonly \
               -v /srv/$S-shared:/slave:ro,rslave -v /srv:/labelled:z -v /srv:/labelled-alone:ro,Z \
               --mount type=bind,src=/srv/$S-shared,dst=/shared,bind-propagation=rshared \
               --tmpfs /run:size=1m,mode=1770,uid=1000 --mount type=tmpfs,dst=/t,tmpfs-size=2097152,tmpfs-mode=1700 \
               convocate:v1.0.0 >/dev/null
             {MARK}; docker start $S >/dev/null"
        ))
        .await;
        let tmpfs = "docker exec $S mount | grep -E ' on /(run|t) ' | sort";
        let before = rig.sh(tmpfs).await;
        let seen = Restarted::onto(&mut rig, "v1.1.0").await;
        assert_eq!(mounts(&seen.before), mounts(&seen.after), "{host}: RF01-RF04");
        assert_data(&rig, &["/scratch", "/own", "/also-own", "/home/claude", "/ro", "/nc", "/nc2"]).await;
        assert_eq!(rig.sh(tmpfs).await, before, "{host}: RF06");
        assert_eq!(before.lines().count(), 2, "{host}: RF06: {before}");
        seen.assert_kept(&[("RF06 --tmpfs", "/HostConfig/Tmpfs")]);
        let binds = sorted(&seen.after["HostConfig"]["Binds"]);
        for bind in sorted(&seen.before["HostConfig"]["Binds"]) {
            // An anonymous one has its name now; flags such as nocopy, z and Z are only here.
            assert!(bind == "\"/own\"" || binds.contains(&bind), "{host}: RF03 RF04: {bind} in {binds:?}");
        }
        let asked = seen.before["HostConfig"]["Mounts"].as_array().unwrap();
        let now = seen.after["HostConfig"]["Mounts"].as_array().unwrap();
        for mount in asked.iter().filter(|mount| mount["Target"] != "/also-own") {
            assert!(now.contains(mount), "{host}: RF03 RF04 RF06: {mount} in {now:?}");
        }
        rig.clean().await;
        rig.sh("umount /srv/$S-shared; rmdir /srv/$S-shared; docker volume rm $S-ro $S-nc $S-nc2 >/dev/null").await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf07_a_part_of_a_volume_and_an_image_stay_mounted() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "subpath", &[]).await;
        if !has(&rig, "RF07", 45).await {
            return;
        }
        let image = if has(&rig, "RF07 image mounts", 48).await {
            "--mount type=image,src=convocate:v0.9.0,dst=/image"
        } else {
            ""
        };
        rig.sh(&format!(
            "docker volume create $S-parts >/dev/null; at=$(docker volume inspect -f '{{{{.Mountpoint}}}}' $S-parts)
             mkdir -p $at/one/part $at/two; echo part >$at/one/part/marker
             docker run -d --name $S --mount type=volume,src=$S-parts,dst=/part,volume-subpath=one/part {image} \
               convocate:v1.0.0 >/dev/null"
        ))
        .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(rig.sh("docker exec $S cat /part/marker").await, "part", "{host}");
        let of = |container: &Value, target: &str| {
            let list = container["HostConfig"]["Mounts"].as_array().cloned().unwrap_or_default();
            list.into_iter().find(|mount| mount["Target"] == target)
        };
        assert_eq!(of(&seen.before, "/part"), of(&seen.after, "/part"), "{host}");
        if !image.is_empty() {
            assert_eq!(of(&seen.before, "/image"), of(&seen.after, "/image"), "{host}");
            assert_eq!(rig.sh("docker exec $S cat /image/etc/convocate-version").await, "v0.9.0");
        }
        rig.clean().await;
        rig.sh("docker volume rm $S-parts >/dev/null").await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf08_what_came_from_another_container_stays_after_that_one_is_gone() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "from", &[]).await;
        rig.sh(&format!(
            "mkdir -p /srv/$S-from
             docker create --name $S-donor -v $S-given:/given -v /anonymous -v /srv/$S-from:/bind:ro convocate:v1.0.0 >/dev/null
             docker create --name $S --volumes-from $S-donor:ro convocate:v1.0.0 >/dev/null
             {MARK}; docker start $S >/dev/null; docker rm $S-donor >/dev/null"
        ))
        .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(mounts(&seen.before), mounts(&seen.after), "{host}");
        assert_data(&rig, &["/given", "/anonymous", "/scratch"]).await;
        seen.assert_told("RF08", &["--volumes-from"]);
        rig.clean().await;
        rig.sh("docker volume rm $S-given >/dev/null; rmdir /srv/$S-from").await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf09_rf10_a_new_volume_is_told_and_adopted_ones_are_listed_and_survive_rm_v() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "adopts", &[]).await;
        build(&rig, "test-volume", "VOLUME /cache").await;
        rig.sh(&format!(
            "docker create --name $S -v /own convocate:v1.0.0 >/dev/null; {MARK}; docker start $S >/dev/null"
        ))
        .await;
        let adopted = [volume_at(&rig, "/own").await, volume_at(&rig, "/scratch").await];
        let seen = Restarted::onto(&mut rig, "test-volume").await;
        seen.assert_told("RF09", &["the new image declares a volume at /cache"]);
        seen.assert_told("RF10", &[&adopted[0], "at /own"]);
        seen.assert_told("RF10", &[&adopted[1], "at /scratch"]);
        let new = volume_at(&rig, "/cache").await;
        assert_eq!(new.len(), 64, "{host}: RF09: an anonymous volume: {new:?}");
        assert!(
            !seen.lines.iter().any(|line| line.contains(&new)),
            "{host}: RF10: it is not adopted"
        );

        rig.sh("docker rm -v $S.tagboat-old-${J%-$S} >/dev/null").await;
        assert_data(&rig, &["/own", "/scratch"]).await;
        rig.sh("docker rm -f -v $S >/dev/null").await;
        let left = rig.sh("docker volume ls -q").await;
        for volume in &adopted {
            assert!(left.contains(volume.as_str()), "{host}: RF10: {volume} in {left}");
        }
        assert!(
            !left.contains(&new),
            "{host}: RF09: it is still the session's own"
        );
        rig.sh(&format!("docker volume rm {} >/dev/null", adopted.join(" ")))
            .await;
        clean(&rig, &["test-volume"]).await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf11_rf52_an_rm_session_keeps_its_anonymous_volumes_and_stays_one() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "rm-volumes", &[]).await;
        rig.sh(&format!("docker create --rm --name $S -v /own convocate:v1.0.0 >/dev/null; {MARK}; docker start $S >/dev/null"))
            .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(mounts(&seen.before), mounts(&seen.after), "{host}: RF11");
        assert_data(&rig, &["/own", "/scratch"]).await;
        seen.assert_kept(&[("RF52", "/HostConfig/AutoRemove")]);
        seen.assert_told("RF10", &["at /own"]);
        rig.clean().await;
    })
    .await;
}
