//! The probe rules on their way to the host: whether they can be kept there, and the lines that the host's script reads.

use crate::model::probe::{ProbeRules, Settled, Sign};
use serde_json::Value;

/// Why a container that is created from `body` in `image` can never pass, whatever it does.
///
/// A port is looked for among the sockets of the container's own network (`/proc/PID/net/tcp`): in a network that is shared
/// with the host or with another container it could be somebody else's.
pub(super) fn unfit(rules: &ProbeRules, body: &Value, image: &Value) -> Option<String> {
    if rules.settled == Settled::Healthy && !has_health_check(body, image) {
        return Some("the probe waits for its health check, and it has none".to_owned());
    }
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    match &rules.sign {
        Some(Sign::Port(port)) => {
            let network = text("/HostConfig/NetworkMode");
            let is_shared = network == "host" || network.starts_with("container:");
            is_shared.then(|| {
                format!("the probe looks for port {port}, which cannot be told from another's in the network {network:?}")
            })
        }
        Some(Sign::LogLine(_)) if text("/HostConfig/LogConfig/Type") == "none" => {
            Some("the probe looks for a line in its log, and its log driver keeps none".to_owned())
        }
        _ => None,
    }
}

/// A container's own health check comes before that of its image; `NONE` switches it off.
fn has_health_check(body: &Value, image: &Value) -> bool {
    let first = |check: Option<&Value>| {
        let word = check?.get("Test")?.get(0)?.as_str()?;
        Some(word.to_owned()).filter(|word| !word.is_empty())
    };
    let own = first(body.get("Healthcheck"));
    let given = || first(image.pointer("/Config/Healthcheck"));
    own.or_else(given).is_some_and(|word| word != "NONE")
}

/// What the host's script reads of them: lines of its plan, and a file each for what may hold any character.
pub(super) struct Written {
    pub(super) plan: [(&'static str, String); 4],
    pub(super) command: String,
    pub(super) line: String,
}

/// Writes the rules down for the host.
pub(super) fn written(rules: &ProbeRules) -> Written {
    let (stable, healthy) = match rules.settled {
        Settled::Stable(stable) => (stable.as_secs(), "0"),
        Settled::Healthy => (0, "1"),
    };
    let (command, line, port) = match &rules.sign {
        None => (String::new(), String::new(), String::new()),
        Some(Sign::Command(command)) => (command.words().join("\n"), String::new(), String::new()),
        Some(Sign::LogLine(text)) => (String::new(), text.as_str().to_owned(), String::new()),
        Some(Sign::Port(port)) => (String::new(), String::new(), port.to_string()),
    };
    Written {
        plan: [
            ("stable", stable.to_string()),
            ("healthy", healthy.to_owned()),
            ("port", port),
            ("deadline", rules.deadline.as_secs().to_string()),
        ],
        command,
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::{unfit, written};
    use crate::model::probe::{LogText, ProbeRules, Settled, Sign};
    use serde_json::json;
    use std::num::NonZeroU16;
    use std::time::Duration;

    fn looking_for(sign: Sign) -> ProbeRules {
        ProbeRules {
            sign: Some(sign),
            ..ProbeRules::stable_for(Duration::from_secs(5))
        }
    }

    #[test]
    fn who_waits_for_a_health_check_needs_one_of_the_container_or_of_the_new_image() {
        let rules = ProbeRules {
            settled: Settled::Healthy,
            ..ProbeRules::stable_for(Duration::ZERO)
        };
        let check = |word: &str| json!({"Healthcheck": {"Test": [word, "true"]}});
        let image = |config| json!({"Config": config});
        assert!(unfit(&rules, &json!({}), &image(json!({}))).is_some());
        assert!(unfit(&rules, &json!({}), &image(check("CMD"))).is_none());
        assert!(unfit(&rules, &check("CMD-SHELL"), &image(json!({}))).is_none());
        assert!(unfit(&rules, &check("NONE"), &image(check("CMD"))).is_some());
    }

    #[test]
    fn a_port_is_not_looked_for_where_it_could_be_anothers() {
        let rules = looking_for(Sign::Port(NonZeroU16::MIN));
        let network = |mode: &str| json!({"HostConfig": {"NetworkMode": mode}});
        for (mode, fits) in [
            ("agents", true),
            ("none", true),
            ("host", false),
            ("container:abc", false),
        ] {
            assert_eq!(
                unfit(&rules, &network(mode), &json!({})).is_none(),
                fits,
                "{mode}"
            );
        }
    }

    #[test]
    fn a_log_line_is_not_looked_for_where_no_log_is_kept() {
        let rules = looking_for(Sign::LogLine(LogText::new("ready".to_owned()).unwrap()));
        let driver = |word: &str| json!({"HostConfig": {"LogConfig": {"Type": word}}});
        assert!(unfit(&rules, &driver("none"), &json!({})).is_some());
        assert!(unfit(&rules, &driver("json-file"), &json!({})).is_none());
        assert_eq!(written(&rules).line, "ready");
    }
}
