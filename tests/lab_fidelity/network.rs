//! Networks: which, under which names and addresses (RF12-RF21, RF23); published ports are in `ports`.

use crate::before_and_after::{Restarted, all_at_once, has, on_each_store, sorted, told};
use crate::rig::Rig;
use serde_json::{Value, json};

/// Makes a network of the session anew.
async fn network(rig: &Rig, name: &str, options: &str) {
    rig.sh(&format!(
        "docker network rm $S-{name} >/dev/null 2>&1; docker network create {options} $S-{name} >/dev/null"
    ))
    .await;
}

/// The aliases that somebody gave: engines up to API 1.44 add the short id.
fn aliases(container: &Value, network: &str) -> Vec<String> {
    let short = &container["Id"].as_str().unwrap()[..12];
    let list = container["NetworkSettings"]["Networks"][network]["Aliases"].as_array();
    let texts = list
        .into_iter()
        .flatten()
        .map(|alias| alias.as_str().unwrap().to_owned());
    texts.filter(|alias| alias != short).collect()
}

#[tokio::test]
async fn lab_rf12_to_rf18_rf23_all_networks_are_kept_with_names_and_addresses_that_were_asked_for() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "nets", &[]).await;
        network(&rig, "a", "--ipv6 --subnet 10.201.0.0/24 --subnet fd00:81::/64").await;
        network(&rig, "b", "--subnet 10.202.0.0/24 --attachable").await;
        network(&rig, "c", "--internal").await;
        rig.sh(
            "docker run -d --name $S-peer --network $S-a convocate:v1.0.0 >/dev/null
             docker create --name $S --mac-address 02:42:0a:51:00:99 --link $S-peer:friend --network name=$S-a,alias=one,alias=uno,driver-opt=com.example.one=1 \
               --ip 10.201.0.7 --ip6 fd00:81::7 --link-local-ip 169.254.81.7 convocate:v1.0.0 >/dev/null
             docker network connect --alias two --ip 10.202.0.9 --link-local-ip 169.254.82.9 --driver-opt com.example.two=2 --link $S-peer:mate $S-b $S
             docker network connect $S-c $S
             docker start $S >/dev/null",
        )
        .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        let [a, b, c] = ["a", "b", "c"].map(|name| format!("{}-{name}", rig.session));
        let names = |container: &Value| {
            let networks = container["NetworkSettings"]["Networks"].as_object().unwrap();
            networks.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(&seen.after), [a.as_str(), &b, &c], "{host}: RF12");
        assert_eq!(aliases(&seen.after, &a), ["one", "uno"], "{host}: RF13 RF14");
        assert_eq!(aliases(&seen.after, &b), ["two"], "{host}: RF13 RF14");
        assert!(aliases(&seen.after, &c).is_empty(), "{host}: RF14");
        let at = |network: &str, key: &str| format!("/NetworkSettings/Networks/{network}/{key}");
        seen.assert_kept(&[
            ("RF12 mode", "/HostConfig/NetworkMode"),
            ("RF15 IPv4", &at(&a, "IPAMConfig/IPv4Address")),
            ("RF15 IPv4 in use", &at(&a, "IPAddress")),
            ("RF15 IPv6", &at(&a, "IPAMConfig/IPv6Address")),
            ("RF15 IPv6 in use", &at(&a, "GlobalIPv6Address")),
            ("RF15 second network", &at(&b, "IPAMConfig/IPv4Address")),
            ("RF15 second network, in use", &at(&b, "IPAddress")),
            ("RF16", &at(&a, "MacAddress")),
            ("RF17 link-local", &at(&a, "IPAMConfig/LinkLocalIPs")),
            ("RF17 link-local, second network", &at(&b, "IPAMConfig/LinkLocalIPs")),
            ("RF17 driver options", &at(&a, "DriverOpts")),
            ("RF17 driver options, second network", &at(&b, "DriverOpts")),
            ("RF18 links", &at(&a, "Links")),
            ("RF18 links, second network", &at(&b, "Links")),
        ]);
        let macs = rig.sh("docker exec $S sh -c 'cat /sys/class/net/*/address'").await;
        assert!(macs.contains("02:42:0a:51:00:99"), "{host}: RF16: {macs}");

        for name in [rig.session.to_string(), "one".to_owned(), "uno".to_owned()] {
            let found = rig.sh(&format!("docker exec $S-peer nslookup {name}")).await;
            assert!(found.contains("10.201.0.7"), "{host}: RF13 RF23: {name}: {found}");
        }
        rig.sh("docker exec $S nslookup friend >/dev/null").await;
        let names = seen.after["NetworkSettings"]["Networks"][&a]["DNSNames"].to_string();
        assert!(!names.contains("tagboat"), "{host}: RF23: {names}");
        rig.clean().await;
        rig.sh("docker network rm $S-a $S-b $S-c >/dev/null").await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf16_rf17_a_second_networks_chosen_mac_and_the_gateways_order_stay() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "macs", &[]).await;
        if !has(&rig, "RF16 on a second network", 44).await {
            return;
        }
        let gateways = has(&rig, "RF17 GwPriority", 48).await;
        let [one, two] = if gateways { [",gw-priority=1", ",gw-priority=7"] } else { ["", ""] };
        network(&rig, "a", "--subnet 10.203.0.0/24").await;
        network(&rig, "b", "--subnet 10.204.0.0/24").await;
        network(&rig, "c", "--subnet 10.205.0.0/24").await;
        rig.sh(&format!(
            "docker run -d --name $S --network name=$S-a{one} --network name=$S-b,mac-address=02:42:0a:51:00:98{two} \
               --network name=$S-c convocate:v1.0.0 >/dev/null"
        ))
        .await;
        let session = rig.session.clone();
        let at = |network: &str, key: &str| format!("/NetworkSettings/Networks/{session}-{network}/{key}");
        let rows = [("RF16", at("b", "MacAddress")), ("RF17", at("b", "GwPriority")), ("RF17", at("a", "GwPriority"))];
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        for (item, pointer) in &rows[..if gateways { 3 } else { 1 }] {
            seen.assert_kept(&[(item, pointer)]);
        }
        // Of a stopped one an inspect tells no address at all.
        rig.sh("docker stop $S >/dev/null").await;
        let stopped = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(stopped.before.pointer(&at("b", "MacAddress")), Some(&json!("")), "{host}: RF16");
        rig.sh("docker start $S >/dev/null").await;
        let now = told(&rig).await;
        assert_eq!(now.pointer(&at("b", "MacAddress")), Some(&json!("02:42:0a:51:00:98")), "{host}: RF16 stopped");
        rig.clean().await;
        rig.sh("docker network rm $S-a $S-b $S-c >/dev/null").await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf16_an_address_that_the_engine_made_is_not_taken_along() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "made", &[]).await;
        network(&rig, "a", "--subnet 10.206.0.0/24").await;
        rig.sh("docker run -d --name $S --network $S-a convocate:v1.0.0 >/dev/null").await;
        // Another container takes the old one's address as soon as it is free: a successor that asked for it would fail.
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        let id = seen.after["Id"].as_str().unwrap().to_owned();
        let endpoint = &seen.after["NetworkSettings"]["Networks"][format!("{}-a", rig.session)];
        assert!(
            endpoint["IPAMConfig"].is_null() || endpoint["IPAMConfig"] == json!({}),
            "{host}: RF15: {endpoint}"
        );
        let address = endpoint["IPAddress"].as_str().unwrap().to_owned();
        rig.sh(&format!(
            "docker stop $S >/dev/null; docker run -d --name $S-thief --network $S-a --ip {address} convocate:v1.0.0 >/dev/null; docker start $S >/dev/null"
        ))
        .await;
        let now = told(&rig).await;
        let endpoint = &now["NetworkSettings"]["Networks"][format!("{}-a", rig.session)];
        assert_eq!(now["Id"], id.as_str());
        assert_ne!(endpoint["IPAddress"], address.as_str(), "{host}: RF15 RF16");
        rig.clean().await;
        rig.sh("docker network rm $S-a >/dev/null").await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf18_rf19_on_the_default_bridge_links_stay_and_no_name_is_added() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "bridge", &[]).await;
        rig.sh("docker run -d --name $S-db convocate:v1.0.0 >/dev/null
             docker run -d --name $S --link $S-db:base --link $S-db convocate:v1.0.0 >/dev/null")
            .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        seen.assert_kept(&[("RF19 mode", "/HostConfig/NetworkMode")]);
        let links = sorted(&seen.before["HostConfig"]["Links"]);
        assert_eq!(links.len(), 2, "{host}: RF18: {links:?}");
        assert_eq!(links, sorted(&seen.after["HostConfig"]["Links"]), "{host}: RF18");
        let hosts = rig.sh("docker exec $S cat /etc/hosts").await;
        assert!(hosts.contains("base"), "{host}: RF18: {hosts}");
        let bridge =
            |container: &Value, key: &str| container["NetworkSettings"]["Networks"]["bridge"][key].clone();
        for key in ["Aliases", "DNSNames", "IPAMConfig", "Links"] {
            assert_eq!(
                bridge(&seen.before, key),
                bridge(&seen.after, key),
                "{host}: RF19: {key}"
            );
        }
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf20_host_none_macvlan_and_ipvlan_stay_what_they_are() {
    on_each_store(async |host| {
        let modes = [
            ("host", true),
            ("none", true),
            ("macvlan", true),
            ("ipvlan", false),
        ];
        all_at_once(modes, async |(mode, start)| {
            let mut rig = Rig::on(host, &format!("mode-{mode}"), &[]).await;
            let on = if mode.ends_with("vlan") {
                network(
                    &rig,
                    "v",
                    &format!(
                        "-d {mode} -o parent=eth0 --subnet 10.{}.0.0/24",
                        if start { 207 } else { 208 }
                    ),
                )
                .await;
                if start {
                    "$S-v --ip 10.207.0.7"
                } else {
                    "$S-v --ip 10.208.0.7"
                }
            } else {
                mode
            };
            rig.sh(&format!(
                "docker create --name $S --network {on} convocate:v1.0.0 >/dev/null"
            ))
            .await;
            if start {
                rig.sh("docker start $S >/dev/null").await;
            } else {
                eprintln!("{host}: RF20 {mode}: kept, but not started: the kernel has none");
            }
            let seen = Restarted::onto(&mut rig, "v1.0.0").await;
            seen.assert_kept(&[(mode, "/HostConfig/NetworkMode")]);
            if mode.ends_with("vlan") {
                let at = format!(
                    "/NetworkSettings/Networks/{}-v/IPAMConfig/IPv4Address",
                    rig.session
                );
                seen.assert_kept(&[(mode, &at)]);
            }
            rig.clean().await;
            if mode.ends_with("vlan") {
                rig.sh("docker network rm $S-v >/dev/null").await;
            }
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf21_rf47_a_session_in_the_namespaces_of_another_container_finds_it_by_its_name() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "shares", &[]).await;
        rig.sh(
            "docker run -d --name $S-owner --ipc shareable convocate:v1.0.0 >/dev/null
             docker run -d --name $S --network container:$S-owner --ipc container:$S-owner --pid container:$S-owner \
               --stop-timeout 1 convocate:v1.0.0 >/dev/null",
        )
        .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        for key in ["NetworkMode", "IpcMode", "PidMode"] {
            let owner = rig.sh("docker inspect -f '{{.Id}}' $S-owner").await;
            let now = seen.after["HostConfig"][key].as_str().unwrap();
            assert!(
                now == format!("container:{owner}") || now == format!("container:{}-owner", rig.session),
                "{host}: RF21 RF47 {key}: {now}"
            );
        }
        let same = "for ns in net ipc pid; do
            [ \"$(readlink /proc/$(docker inspect -f '{{.State.Pid}}' $S)/ns/$ns)\" = \"$(readlink /proc/$(docker inspect -f '{{.State.Pid}}' $S-owner)/ns/$ns)\" ] || echo $ns
          done";
        assert_eq!(rig.sh(same).await, "", "{host}: RF21 RF47: not in the same namespaces");
        rig.clean().await;
    })
    .await;
}
