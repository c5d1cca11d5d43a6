//! Nothing of a session's own is lost: a restart onto the same image gives a container that an inspect cannot tell apart.

use crate::rig::Rig;
use serde_json::Value;
use tagboat::model::job::TrackResult;

/// Options of all kinds that a lab host can run.
const RICH: &str = "--hostname chosen --domainname example.org -e FOO=bar -e EMPTY= --label own=yes --user 1000:1000 \
    --workdir /work --stop-signal SIGINT --stop-timeout 3 --init --cap-add NET_ADMIN --cap-drop CHOWN \
    --security-opt no-new-privileges --ulimit nofile=1000:2000 --memory 64m --pids-limit 100 --shm-size 8m \
    --oom-score-adj 10 --read-only --tmpfs /run:size=1m --add-host db:10.0.0.9 --dns 10.0.0.1 --dns-search example.org \
    --group-add 27 --device /dev/null:/dev/mynull --sysctl net.ipv4.ip_unprivileged_port_start=0 --cpu-shares 512 \
    --log-opt max-size=1m --restart on-failure:2 -p 127.0.0.1::80 -p 9000/udp --expose 81 -v /anonymous \
    --mount type=volume,dst=/also-anonymous --mount type=bind,src=/srv,dst=/srv,readonly --mount type=tmpfs,dst=/t \
    --health-cmd true --health-interval 1s --mac-address 02:42:0a:0a:0a:01 --ip 10.77.0.7 --tty";

/// Where two containers of one session may differ.
const MAY_DIFFER: [&str; 16] = [
    "/Id",
    "/Created",
    "/State",
    "/ResolvConfPath",
    "/HostnamePath",
    "/HostsPath",
    "/LogPath",
    "/GraphDriver",
    "/Mounts",
    "/HostConfig/Mounts",
    "/HostConfig/PortBindings",
    "/Config/Labels/tagboat.restart",
    "/Config/Labels/tagboat.role",
    "/NetworkSettings/SandboxID",
    "/NetworkSettings/SandboxKey",
    "/ExecIDs",
];

fn differences(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    if MAY_DIFFER.contains(&at) || at.ends_with("/EndpointID") || at.ends_with("/DNSNames") || one == other {
        return;
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for key in one
                .keys()
                .chain(other.keys().filter(|key| !one.contains_key(*key)))
            {
                let of =
                    |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or(Value::Null);
                differences(&of(one), &of(other), &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if sorted(one) == sorted(other) => {}
        _ => found.push(format!("{at}: {one} -> {other}")),
    }
}

fn sorted(list: &[Value]) -> Vec<String> {
    let mut texts: Vec<_> = list.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

/// The answer of an inspect without what an engine derives from the container's own id.
async fn told(rig: &Rig) -> Value {
    let mut container = rig
        .link
        .engine
        .inspect(rig.session.as_str())
        .await
        .unwrap()
        .unwrap();
    let short = container["Id"].as_str().unwrap()[..12].to_owned();
    for network in container["NetworkSettings"]["Networks"]
        .as_object_mut()
        .unwrap()
        .values_mut()
    {
        if let Some(aliases) = network["Aliases"].as_array_mut() {
            aliases.retain(|alias| alias.as_str() != Some(&short));
        }
    }
    container
}

fn mounts(container: &Value) -> Vec<String> {
    let list = container["Mounts"].as_array().unwrap();
    sorted(
        &list
            .iter()
            .map(|mount| {
                serde_json::json!([
                    mount["Type"],
                    mount["Name"],
                    mount["Source"],
                    mount["Destination"],
                    mount["RW"]
                ])
            })
            .collect::<Vec<_>>(),
    )
}

#[tokio::test]
async fn lab_a_restart_onto_the_same_image_changes_nothing_that_an_inspect_tells_and_twice_is_as_once() {
    for host in crate::rig::one_of_each_store() {
        let mut rig = Rig::on(host, "rich", &[]).await;
        rig.sh("docker network create --subnet 10.77.0.0/24 $S-net >/dev/null 2>&1 || true")
            .await;
        rig.sh("docker network create $S-net2 >/dev/null 2>&1 || true")
            .await;
        rig.sh(&format!(
            "docker create --name $S --network $S-net --network-alias first {RICH} convocate:v1.0.0 >/dev/null
             docker network connect --alias second $S-net2 $S; docker start $S >/dev/null"
        ))
        .await;
        let before = told(&rig).await;
        for _ in 0..2 {
            let result = rig.restart("v1.0.0").await;
            assert!(
                matches!(result, TrackResult::Done(_)),
                "{host}: {result:?} {:?}",
                rig.lines()
            );
            let after = told(&rig).await;
            let mut found = Vec::new();
            differences(&before, &after, "", &mut found);
            // An address and a derived MAC that nobody asked for may change on the second network.
            found.retain(|text| !text.contains("-net2/"));
            assert!(found.is_empty(), "{host}: {found:#?}");
            assert_eq!(mounts(&before), mounts(&after), "{host}");
        }
        rig.clean().await;
        rig.sh("docker network rm $S-net $S-net2 >/dev/null").await;
    }
}
