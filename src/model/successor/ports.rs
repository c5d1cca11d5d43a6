//! Published ports: a port that the engine picked stays the one that clients know (RF22).

use serde_json::{Map, Value, json};

/// Replaces every binding that left the choice to the engine by what the engine chose.
///
/// A stopped container has no such port now; its binding stays open.
pub(super) fn keep(host_config: &mut Map<String, Value>, container: &Value) {
    let actual = container
        .pointer("/NetworkSettings/Ports")
        .and_then(Value::as_object);
    let Some(actual) = actual else { return };
    let publishes_all = host_config.get("PublishAllPorts") == Some(&Value::Bool(true));
    let mut bindings = match host_config.remove("PortBindings") {
        Some(Value::Object(bindings)) => bindings,
        _ => Map::new(),
    };
    for (port, chosen) in actual {
        let mut chosen: Vec<Binding> = chosen
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Binding::read)
            .collect();
        let asked = match bindings.get(port).and_then(Value::as_array) {
            Some(asked) if !asked.is_empty() => asked.clone(),
            _ if publishes_all && !chosen.is_empty() => vec![json!({"HostIp": "", "HostPort": ""})],
            _ => continue,
        };
        let kept: Vec<Value> = asked
            .iter()
            .flat_map(|binding| settle(binding, &mut chosen))
            .collect();
        bindings.insert(port.clone(), Value::Array(kept));
    }
    host_config.insert("PortBindings".to_owned(), Value::Object(bindings));
}

struct Binding {
    address: String,
    port: String,
}

impl Binding {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            address: value.get("HostIp")?.as_str()?.to_owned(),
            port: value.get("HostPort")?.as_str()?.to_owned(),
        })
    }

    fn write(address: &str, port: &str) -> Value {
        json!({ "HostIp": address, "HostPort": port })
    }
}

/// One binding as it was asked for, with the port that was chosen for it. An open one on all addresses may have got
/// two ports, one for each family.
fn settle(asked: &Value, chosen: &mut Vec<Binding>) -> Vec<Value> {
    let Some(binding) = Binding::read(asked) else {
        return vec![asked.clone()];
    };
    if binding.port.parse::<u16>().is_ok_and(|port| port != 0) {
        return vec![asked.clone()];
    }
    let mut take = |wanted: &dyn Fn(&Binding) -> bool| {
        let at = chosen.iter().position(wanted)?;
        Some(chosen.remove(at))
    };
    if !binding.address.is_empty() {
        return match take(&|one| one.address == binding.address) {
            Some(one) => vec![Binding::write(&binding.address, &one.port)],
            None => vec![asked.clone()],
        };
    }
    let four = take(&|one| !one.address.contains(':'));
    let same_port = |one: &Binding| four.as_ref().is_none_or(|four| four.port == one.port);
    let six = take(&|one| one.address.contains(':') && same_port(one))
        .or_else(|| take(&|one| one.address.contains(':')));
    match (&four, &six) {
        (Some(four), Some(six)) if four.port != six.port => {
            vec![
                Binding::write(&four.address, &four.port),
                Binding::write(&six.address, &six.port),
            ]
        }
        (Some(one), _) | (None, Some(one)) => vec![Binding::write("", &one.port)],
        (None, None) => vec![asked.clone()],
    }
}

#[cfg(test)]
mod tests {
    use crate::model::successor::sample::{build_onto, container, image, with};
    use serde_json::{Value, json};

    fn bindings(asked: Value, actual: Value, all: bool) -> Value {
        let old = with(container(), "/HostConfig/PortBindings", asked);
        let old = with(old, "/HostConfig/PublishAllPorts", json!(all));
        let old = with(old, "/NetworkSettings/Ports", actual);
        build_onto(&old, &image("v2")).body["HostConfig"]["PortBindings"].clone()
    }

    #[test]
    fn a_fixed_port_stays_as_it_was_asked_for() {
        let asked = json!({"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "53/udp": [{"HostIp": "", "HostPort": "53"}]});
        let actual = json!({"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "53/udp": null});
        assert_eq!(bindings(asked.clone(), actual, false), asked);
    }

    #[test]
    fn a_random_port_and_one_of_a_range_stay_the_ones_they_are_now() {
        for open in ["", "0", "8000-8010"] {
            let kept = bindings(
                json!({"80/tcp": [{"HostIp": "", "HostPort": open}]}),
                json!({"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8003"}, {"HostIp": "::", "HostPort": "8003"}]}),
                false,
            );
            assert_eq!(
                kept,
                json!({"80/tcp": [{"HostIp": "", "HostPort": "8003"}]}),
                "{open}"
            );
        }
    }

    #[test]
    fn each_family_keeps_its_own_port_where_they_differ() {
        let kept = bindings(
            json!({"80/tcp": [{"HostIp": "", "HostPort": ""}]}),
            json!({"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "1"}, {"HostIp": "::", "HostPort": "2"}]}),
            false,
        );
        assert_eq!(
            kept["80/tcp"],
            json!([{"HostIp": "0.0.0.0", "HostPort": "1"}, {"HostIp": "::", "HostPort": "2"}])
        );
    }

    #[test]
    fn a_port_that_was_published_with_all_others_stays_too() {
        let kept = bindings(
            json!({}),
            json!({"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "7"}], "9/tcp": null}),
            true,
        );
        assert_eq!(kept, json!({"80/tcp": [{"HostIp": "", "HostPort": "7"}]}));
        assert_eq!(bindings(json!({}), json!({"80/tcp": null}), false), json!({}));
    }

    #[test]
    fn a_stopped_container_leaves_the_choice_to_the_engine() {
        let asked = json!({"80/tcp": [{"HostIp": "", "HostPort": ""}]});
        assert_eq!(bindings(asked.clone(), json!({}), false), asked);
    }
}
