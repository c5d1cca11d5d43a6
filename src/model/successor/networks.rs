//! Networks: one at create, the others after it; aliases and addresses that were asked for, none that were given (RF12-RF21).

use super::{Findings, entries, is_empty, text};
use serde_json::{Map, Value, json};

/// A network to connect once the container is created.
#[derive(Debug, Clone, PartialEq)]
pub struct FurtherNetwork {
    /// Its name.
    pub name: String,
    /// How the container is on it.
    pub endpoint: Value,
}

/// How a container is attached.
#[derive(Default)]
pub(super) struct Attached {
    pub(super) at_create: Map<String, Value>,
    pub(super) further: Vec<FurtherNetwork>,
}

pub(super) fn keep(
    config: &mut Map<String, Value>,
    host_config: &mut Map<String, Value>,
    container: &Value,
    findings: &mut Findings,
) -> Attached {
    links(host_config, findings);
    let mode = host_config
        .get("NetworkMode")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if let Some(other) = mode.strip_prefix("container:") {
        findings.needs.containers.push(other.to_owned());
        // The address is the other one's; the engine refuses a container that brings its own.
        config.remove("MacAddress");
        return Attached::default();
    }
    if matches!(mode.as_str(), "host" | "none") {
        return Attached::default();
    }
    let present = container
        .pointer("/NetworkSettings/Networks")
        .and_then(Value::as_object);
    let Some(present) = present.filter(|present| !present.is_empty()) else {
        return alone(host_config, findings);
    };
    let first = first_of(present, &mode);
    if !is_default(&mode) && first != mode && text(&present[first], "/NetworkID") != mode {
        host_config.insert("NetworkMode".to_owned(), json!(first));
        findings.note(format!(
            "it was taken off {mode} after its creation and stays off it"
        ));
    }
    let mac = config
        .get("MacAddress")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let short_id = &text(container, "/Id")[..12];
    let mut attached = Attached::default();
    for (name, endpoint) in present {
        let mut kept = endpoint_of(endpoint, short_id);
        if name != "bridge" {
            findings.needs.networks.push(name.clone());
        }
        // Where it is told here, it was chosen; engines from API 1.44 on want it at the network (RF16).
        if name == first && !mac.is_empty() {
            kept.insert("MacAddress".to_owned(), json!(mac));
        }
        // Only a create takes a chosen MAC address; the engines that have one for each network take several networks there.
        if name == first || kept.contains_key("MacAddress") {
            attached.at_create.insert(name.clone(), Value::Object(kept));
        } else {
            let endpoint = Value::Object(kept);
            attached.further.push(FurtherNetwork {
                name: name.clone(),
                endpoint,
            });
        }
    }
    attached
}

/// A container that was taken off all of its networks.
fn alone(host_config: &mut Map<String, Value>, findings: &mut Findings) -> Attached {
    host_config.insert("NetworkMode".to_owned(), json!("none"));
    findings.note("it was taken off all of its networks and stays off them");
    Attached::default()
}

fn is_default(mode: &str) -> bool {
    matches!(mode, "" | "default" | "bridge")
}

/// The network that goes with the create request: the one of the network mode, which may be a name or an id.
fn first_of<'a>(present: &'a Map<String, Value>, mode: &str) -> &'a str {
    let is_it = |(name, endpoint): &(&String, &Value)| {
        name.as_str() == mode
            || (is_default(mode) && name.as_str() == "bridge")
            || (!mode.is_empty() && text(endpoint, "/NetworkID") == mode)
    };
    let found = present.iter().find(is_it).or_else(|| present.iter().next());
    found.map_or("", |(name, _)| name.as_str())
}

/// What was asked for on one network, without what the engine gave: its addresses, and the alias of the old id (RF14).
fn endpoint_of(endpoint: &Value, short_id: &str) -> Map<String, Value> {
    let mut kept = Map::new();
    for key in ["IPAMConfig", "Links", "DriverOpts", "GwPriority"] {
        let value = endpoint.get(key).unwrap_or(&Value::Null);
        if !is_empty(value) && *value != json!(0) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    let mac = chosen_mac(endpoint);
    if !mac.is_empty() {
        kept.insert("MacAddress".to_owned(), json!(mac));
    }
    let aliases = endpoint.get("Aliases").and_then(Value::as_array);
    let own: Vec<&Value> = aliases
        .into_iter()
        .flatten()
        .filter(|alias| alias.as_str() != Some(short_id))
        .collect();
    if !own.is_empty() {
        kept.insert("Aliases".to_owned(), json!(own));
    }
    kept
}

/// The MAC address that somebody chose for a network, from API 1.44 on (RF16): of a container that never ran the one that is
/// told, else the one that was found in what the engine has stored. One that is told of a running container may be made.
fn chosen_mac(endpoint: &Value) -> &str {
    match (
        text(endpoint, "/DesiredMacAddress"),
        text(endpoint, "/EndpointID"),
    ) {
        ("", "") => text(endpoint, "/MacAddress"),
        (chosen, _) => chosen,
    }
}

/// Links on the default bridge are told as `/target:/this/alias` and taken as `target:alias` (RF18).
fn links(host_config: &mut Map<String, Value>, findings: &mut Findings) {
    let told: Vec<String> = entries(host_config, "Links")
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if told.is_empty() {
        return;
    }
    let mut taken = Vec::new();
    for link in told {
        let (target, alias) = link.split_once(':').unwrap_or((&link, &link));
        let target = target.trim_start_matches('/');
        let alias = alias.rsplit('/').next().unwrap_or(alias);
        findings.needs.containers.push(target.to_owned());
        taken.push(format!("{target}:{alias}"));
    }
    host_config.insert("Links".to_owned(), json!(taken));
}

#[cfg(test)]
mod tests {
    use crate::model::successor::Successor;
    use crate::model::successor::sample::{ID, build_onto, container, image, with};
    use serde_json::{Value, json};

    fn on(mode: &str, networks: Value) -> Successor {
        let old = with(container(), "/HostConfig/NetworkMode", json!(mode));
        build_onto(&with(old, "/NetworkSettings/Networks", networks), &image("v2"))
    }

    #[test]
    fn aliases_stay_without_the_old_id_and_given_addresses_do_not_stay() {
        let built = build_onto(&container(), &image("v2"));
        assert_eq!(
            built.body["NetworkingConfig"],
            json!({"EndpointsConfig": {"agents": {"Aliases": ["session-1"]}}})
        );
        assert_eq!(built.needs.networks, ["agents"]);
    }

    #[test]
    fn the_network_of_the_mode_goes_with_the_create_and_the_others_follow() {
        let built = on(
            "net-b",
            json!({
                "net-a": {"Aliases": ["x", &ID[..12]], "NetworkID": "a"},
                "net-b": {"IPAMConfig": {"IPv4Address": "10.1.0.7", "LinkLocalIPs": ["169.254.3.4"]}, "NetworkID": "b",
                    "DriverOpts": {"o": "1"}, "GwPriority": 5, "IPAddress": "10.1.0.7"},
            }),
        );
        assert_eq!(
            built.body["NetworkingConfig"]["EndpointsConfig"],
            json!({"net-b": {"IPAMConfig": {"IPv4Address": "10.1.0.7", "LinkLocalIPs": ["169.254.3.4"]},
                "DriverOpts": {"o": "1"}, "GwPriority": 5}})
        );
        assert_eq!(built.further_networks.len(), 1);
        assert_eq!(built.further_networks[0].name, "net-a");
        assert_eq!(built.further_networks[0].endpoint, json!({"Aliases": ["x"]}));
        assert_eq!(built.needs.networks, ["net-a", "net-b"]);
    }

    #[test]
    fn a_mode_that_names_the_network_by_its_id_means_that_network() {
        let built = on(
            "b-id",
            json!({"a": {"NetworkID": "a-id"}, "b": {"NetworkID": "b-id"}}),
        );
        assert_eq!(
            built.body["NetworkingConfig"]["EndpointsConfig"],
            json!({"b": {}})
        );
        assert_eq!(built.body["HostConfig"]["NetworkMode"], "b-id");
        assert!(!built.notes.iter().any(|note| note.contains("taken off")));
    }

    #[test]
    fn a_chosen_mac_address_stays_and_a_given_one_does_not() {
        let old = with(container(), "/Config/MacAddress", json!("02:42:00:00:00:98"));
        let built = build_onto(&old, &image("v2")).body;
        assert_eq!(
            built["NetworkingConfig"]["EndpointsConfig"]["agents"]["MacAddress"],
            "02:42:00:00:00:98"
        );
        assert_eq!(built["MacAddress"], "02:42:00:00:00:98");
    }

    #[test]
    fn a_mac_address_that_was_chosen_for_a_further_network_stays() {
        let built = on(
            "a",
            json!({
                "a": {"NetworkID": "a", "EndpointID": "e", "MacAddress": "02:42:0a:00:00:01"},
                "b": {"NetworkID": "b", "EndpointID": "e", "MacAddress": "02:42:0a:00:00:02", "DesiredMacAddress": "02:42:0a:00:00:02"},
                "c": {"NetworkID": "c", "EndpointID": "", "MacAddress": "02:42:0a:00:00:03"},
                "d": {"NetworkID": "d", "EndpointID": "", "MacAddress": ""},
            }),
        );
        assert_eq!(
            built.body["NetworkingConfig"]["EndpointsConfig"],
            json!({"a": {}, "b": {"MacAddress": "02:42:0a:00:00:02"}, "c": {"MacAddress": "02:42:0a:00:00:03"}})
        );
        let further: Vec<&str> = built
            .further_networks
            .iter()
            .map(|network| network.name.as_str())
            .collect();
        assert_eq!(further, ["d"]);
    }

    #[test]
    fn the_default_bridge_needs_no_network_of_that_name_to_be_checked() {
        for mode in ["default", "bridge"] {
            let built = on(mode, json!({"bridge": {"Aliases": null, "IPAMConfig": null}}));
            assert_eq!(
                built.body["NetworkingConfig"]["EndpointsConfig"],
                json!({"bridge": {}})
            );
            assert!(built.needs.networks.is_empty());
        }
    }

    #[test]
    fn host_none_and_shared_networks_are_attached_to_nothing() {
        for (mode, networks) in [
            ("host", json!({"host": {}})),
            ("none", json!({"none": {}})),
            ("container:c1", json!({})),
        ] {
            let built = on(mode, networks);
            assert_eq!(
                built.body["NetworkingConfig"]["EndpointsConfig"],
                json!({}),
                "{mode}"
            );
            assert_eq!(built.body["HostConfig"]["NetworkMode"], mode);
        }
        assert_eq!(on("container:c1", json!({})).needs.containers, ["c1"]);
    }

    #[test]
    fn a_network_that_was_taken_away_later_does_not_come_back() {
        let built = on("gone", json!({"left": {"NetworkID": "l"}}));
        assert_eq!(built.body["HostConfig"]["NetworkMode"], "left");
        let built = on("gone", json!({}));
        assert_eq!(built.body["HostConfig"]["NetworkMode"], "none");
    }

    #[test]
    fn links_are_given_back_in_the_form_that_an_engine_takes() {
        let old = with(
            container(),
            "/HostConfig/Links",
            json!(["/db:/convocate-session-1/base"]),
        );
        let built = build_onto(&old, &image("v2"));
        assert_eq!(built.body["HostConfig"]["Links"], json!(["db:base"]));
        assert_eq!(built.needs.containers, ["db"]);
    }
}
