//! A restart onto the same image gives a container that an inspect cannot tell apart, and twice is as once.

use crate::before_and_after::{Restarted, all_at_once, on_each_store, sorted};
use crate::rig::Rig;
use serde_json::{Map, Value};

/// Options of all kinds that a lab host can run.
const RICH: &str = "--network $S-net --network-alias first --ip 10.207.0.7 --mac-address 02:42:0a:0a:0a:01 \
    --hostname chosen --domainname example.org -e FOO=bar -e EMPTY= --label own=yes --user 1000:1000 \
    --workdir /work --stop-signal SIGINT --stop-timeout 3 --init --cap-add NET_ADMIN --cap-drop CHOWN \
    --security-opt no-new-privileges --ulimit nofile=1000:2000 --memory 64m --pids-limit 100 --shm-size 8m \
    --oom-score-adj 10 --read-only --tmpfs /run:size=1m --add-host db:10.0.0.9 --dns 10.0.0.1 --dns-search example.org \
    --group-add 27 --device /dev/null:/dev/mynull --sysctl net.ipv4.ip_unprivileged_port_start=0 --cpu-shares 512 \
    --log-opt max-size=1m --restart on-failure:2 -p 127.0.0.1::80 -p 9000/udp --expose 81 -v /anonymous \
    --mount type=volume,dst=/also-anonymous --mount type=bind,src=/srv,dst=/srv,readonly --mount type=tmpfs,dst=/t \
    --health-cmd true --health-interval 1s --tty";

/// Where two containers of one session differ: its id, times, the label of the restart, what an engine makes for each.
const MAY_DIFFER: [&str; 16] = [
    "/Id",
    "/Created",
    "/State/Pid",
    "/State/StartedAt",
    "/State/Health/Log",
    "/ResolvConfPath",
    "/HostnamePath",
    "/HostsPath",
    "/LogPath",
    "/GraphDriver",
    "/Storage",
    "/Config/Labels/tagboat.restart",
    "/Config/Labels/tagboat.role",
    "/NetworkSettings/SandboxID",
    "/NetworkSettings/SandboxKey",
    "/ExecIDs",
];

/// Where the first restart makes explicit what was open: names of anonymous volumes, numbers of random ports.
const MADE_EXPLICIT: [&str; 3] = [
    "/HostConfig/Mounts",
    "/HostConfig/PortBindings",
    "/HostConfig/Binds",
];

/// What an engine makes for an endpoint, and gives it where no address was asked for.
const OF_AN_ENDPOINT: [&str; 4] = ["EndpointID", "IPAddress", "GlobalIPv6Address", "MacAddress"];

fn differences(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    // The engine writes no option as nothing or as an empty list.
    let is_same = one == other || (is_nothing(one) && is_nothing(other));
    if MAY_DIFFER.contains(&at) || at.ends_with("/EndpointID") || is_same {
        return;
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let only_here = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(only_here) {
                let of = |object: &Map<String, Value>| object.get(key).cloned().unwrap_or(Value::Null);
                differences(&of(one), &of(other), &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(_), Value::Array(_)) if sorted(one) == sorted(other) => {}
        _ => found.push(format!("{at}: {one} -> {other}")),
    }
}

/// Without what an engine derives from a container's own id and gives to it; without the mode of a mount, which a volume
/// loses that is named from then on.
fn comparable(mut container: Value) -> Value {
    let short = container["Id"].as_str().unwrap()[..12].to_owned();
    if container["Config"]["Hostname"] == short.as_str() {
        container["Config"]["Hostname"] = Value::Null;
    }
    let has_own_mac = !is_nothing(&container["Config"]["MacAddress"]);
    let mode = container["HostConfig"]["NetworkMode"].clone();
    let settings = container["NetworkSettings"].as_object_mut().unwrap();
    // What engines up to API 1.51 say of the default bridge a second time.
    for key in OF_AN_ENDPOINT {
        settings.remove(key);
    }
    for (name, network) in settings["Networks"].as_object_mut().unwrap() {
        for key in ["Aliases", "DNSNames"] {
            if let Some(names) = network[key].as_array_mut() {
                names.retain(|name| name.as_str() != Some(&short));
            }
        }
        // The one that was chosen is that of the first network; engines from 28 on make others by chance.
        if !has_own_mac || mode != name.as_str() {
            network["MacAddress"] = Value::Null;
        }
        if is_nothing(&network["IPAMConfig"]) {
            network["IPAddress"] = Value::Null;
            network["GlobalIPv6Address"] = Value::Null;
        }
    }
    for mount in container["Mounts"].as_array_mut().unwrap() {
        mount["Mode"] = Value::Null;
    }
    container
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Restarts it twice onto the image that it runs.
async fn assert_round_trip(rig: &mut Rig) {
    let context = format!("{} on {}", rig.session, rig.link.name());
    let first = Restarted::onto(rig, "v1.0.0").await;
    let mut found = Vec::new();
    differences(
        &comparable(first.before),
        &comparable(first.after),
        "",
        &mut found,
    );
    found.retain(|text| {
        !MADE_EXPLICIT.iter().any(|pointer| {
            text.starts_with(&format!("{pointer}:")) || text.starts_with(&format!("{pointer}/"))
        })
    });
    assert!(found.is_empty(), "{context}, once: {found:#?}");

    let second = Restarted::onto(rig, "v1.0.0").await;
    let mut found = Vec::new();
    differences(
        &comparable(second.before),
        &comparable(second.after),
        "",
        &mut found,
    );
    assert!(found.is_empty(), "{context}, twice: {found:#?}");
}

#[tokio::test]
async fn lab_round_trip_a_rich_session_cannot_be_told_apart_and_twice_is_as_once() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "rich", &[]).await;
        rig.sh(&format!(
            "docker network rm $S-net $S-net2 >/dev/null 2>&1; docker network create --subnet 10.207.0.0/24 $S-net >/dev/null
             docker network create --subnet 10.208.0.0/24 $S-net2 >/dev/null
             docker create --name $S {RICH} convocate:v1.0.0 >/dev/null
             docker network connect --alias second --ip 10.208.0.7 $S-net2 $S; docker start $S >/dev/null
             until [ \"$(docker inspect -f '{{{{.State.Health.Status}}}}' $S)\" = healthy ]; do :; done"
        ))
        .await;
        assert_round_trip(&mut rig).await;
        rig.clean().await;
        rig.sh("docker network rm $S-net $S-net2 >/dev/null").await;
    })
    .await;
}

#[tokio::test]
async fn lab_round_trip_sessions_of_every_shape_cannot_be_told_apart_and_twice_is_as_once() {
    on_each_store(async |host| {
        let shapes = [
            ("bare", ""),
            ("with-rm", "--rm -v /own"),
            ("in-the-host", "--network host --pid host --uts host"),
            ("alone", "--network none --restart unless-stopped"),
            ("published", "-P --expose 99 -p 80"),
        ];
        all_at_once(shapes, async |(name, options)| {
            let mut rig = Rig::on(host, name, &[]).await;
            rig.sh(&format!(
                "docker run -d --name $S {options} convocate:v1.0.0 >/dev/null"
            ))
            .await;
            assert_round_trip(&mut rig).await;
            rig.clean().await;
        })
        .await;
    })
    .await;
}
