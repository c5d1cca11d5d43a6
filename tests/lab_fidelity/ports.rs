//! Published ports of every kind: the ones that clients know stay (RF22).

use crate::before_and_after::{Restarted, on_each_store};
use crate::rig::Rig;

#[tokio::test]
async fn lab_rf22_fixed_random_ranged_and_all_exposed_ports_stay_the_ones_that_clients_know() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "ports", &[]).await;
        rig.sh(
            "docker run -d --name $S -p 18080:80 -p 81 -p 127.0.0.1::82 -p 127.0.0.1:18083:83 -p 18084-18094:84 -p 53/udp \
               -p 18086:86/udp -p '[::]::87' -p 18088:88 -p 18089:88 -P --expose 99 --expose 100/udp convocate:v1.0.0 >/dev/null",
        )
        .await;
        let first = Restarted::onto(&mut rig, "v1.0.0").await;
        first.assert_kept(&[
            ("RF22", "/NetworkSettings/Ports"),
            ("RF22 -P", "/HostConfig/PublishAllPorts"),
            ("RF34", "/Config/ExposedPorts"),
        ]);
        for port in ["80", "81", "82", "83", "84", "87", "88", "99"] {
            first.assert_kept(&[("RF22", &format!("/NetworkSettings/Ports/{port}~1tcp/0/HostPort"))]);
        }
        // They are asked for from now on, so a second restart has nothing left to decide.
        let second = Restarted::onto(&mut rig, "v1.0.0").await;
        second.assert_kept(&[("RF22", "/NetworkSettings/Ports"), ("RF22", "/HostConfig/PortBindings")]);
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf22_a_session_without_published_ports_gets_none() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "no-ports", &[]).await;
        rig.sh("docker run -d --name $S --expose 99 convocate:v1.0.0 >/dev/null")
            .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(
            seen.before["NetworkSettings"]["Ports"], seen.after["NetworkSettings"]["Ports"],
            "{host}"
        );
        seen.assert_kept(&[("RF34", "/Config/ExposedPorts")]);
        rig.clean().await;
    })
    .await;
}
