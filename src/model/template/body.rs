//! From a template, its values and what the host told to the body of a create request.

use super::mount::{is_plain_path, is_volume_name};
use super::pattern::{Answers, Pattern, Placeholder};
use super::{Bindings, IfMissing, MountPattern, SessionTemplate};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// On a container that a job made from a template: the job, so that one that is resumed knows its own.
pub const START_LABEL: &str = "tagboat.start";

/// Why a template does not become a container.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfillable {
    /// Nothing is known for a placeholder.
    #[error("nothing is known for {0}")]
    Unknown(Placeholder),
    /// What was filled in makes no path.
    #[error("{0:?} is no absolute path")]
    Path(String),
    /// What was filled in makes no name of a volume.
    #[error("{0:?} is no name of a volume")]
    Volume(String),
    /// What was filled in makes no port.
    #[error("{0:?} is no port: write HOST:CONTAINER or HOST:CONTAINER/udp")]
    Port(String),
}

impl From<Placeholder> for Unfillable {
    fn from(placeholder: Placeholder) -> Self {
        Self::Unknown(placeholder)
    }
}

/// A template with what is its own in it.
#[derive(Debug, Clone, Copy)]
pub struct Filled<'a> {
    /// The template.
    pub template: &'a SessionTemplate,
    /// What was known when it was planned.
    pub bindings: &'a Bindings,
}

impl Filled<'_> {
    /// The paths of the host that are mounted, with what is done where they are missing. Mounts ask the host nothing.
    pub fn paths(&self) -> Result<Vec<(String, IfMissing)>, Unfillable> {
        let binds = self.template.mounts.iter().filter(|mount| !mount.is_volume());
        binds
            .map(|mount| Ok((self.path(&mount.source)?, mount.if_missing)))
            .collect()
    }

    /// The network, where the template names one.
    pub fn network(&self) -> Result<Option<String>, Unfillable> {
        let nothing = Answers::default();
        let name = self.template.network.name.as_ref();
        Ok(name.map(|name| name.fill(self.bindings, &nothing)).transpose()?)
    }

    /// The body of the create request; bind mounts of the paths in `absent` are left out.
    pub fn body(
        &self,
        reference: &str,
        job: &str,
        answers: &Answers,
        absent: &BTreeSet<String>,
    ) -> Result<Value, Unfillable> {
        let fill = |pattern: &Pattern| pattern.fill(self.bindings, answers);
        let all = |patterns: &[Pattern]| patterns.iter().map(fill).collect::<Result<Vec<_>, _>>();
        let named = |patterns: &BTreeMap<String, Pattern>| {
            let one =
                |(key, pattern): (&String, &Pattern)| Ok::<_, Placeholder>((key.clone(), fill(pattern)?));
            patterns.iter().map(one).collect::<Result<BTreeMap<_, _>, _>>()
        };
        let template = self.template;
        let env: Vec<_> = named(&template.env)?
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let mut labels = named(&template.labels)?;
        labels.insert(START_LABEL.to_owned(), job.to_owned());
        let mut config = Map::new();
        config.insert("Image".to_owned(), json!(reference));
        config.insert("Env".to_owned(), json!(env));
        config.insert("Labels".to_owned(), json!(labels));
        let texts = [
            ("User", &template.process.user),
            ("WorkingDir", &template.process.workdir),
            ("Hostname", &template.network.hostname),
        ];
        for (key, pattern) in texts {
            if let Some(pattern) = pattern {
                config.insert(key.to_owned(), json!(fill(pattern)?));
            }
        }
        if !template.process.command.is_empty() {
            config.insert("Cmd".to_owned(), json!(all(&template.process.command)?));
        }
        let ports = all(&template.network.ports)?;
        let ports: Vec<_> = ports.iter().map(|text| port(text)).collect::<Result<_, _>>()?;
        let exposed: Map<_, _> = ports
            .iter()
            .map(|port| (port.inside.clone(), json!({})))
            .collect();
        config.insert("ExposedPorts".to_owned(), Value::Object(exposed));
        let mut host = self.host_config(&ports, absent)?;
        host.insert("Dns".to_owned(), json!(all(&template.network.dns)?));
        config.insert("HostConfig".to_owned(), Value::Object(host));
        Ok(Value::Object(config))
    }

    fn host_config(
        &self,
        ports: &[Port],
        absent: &BTreeSet<String>,
    ) -> Result<Map<String, Value>, Unfillable> {
        let template = self.template;
        let mounts = template.mounts.iter().map(|mount| self.mount(mount, absent));
        let mounts: Vec<Value> = mounts
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect();
        let mut bindings: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for port in ports {
            let entry = json!({ "HostIp": port.address, "HostPort": port.outside });
            bindings.entry(&port.inside).or_default().push(entry);
        }
        let limits = &template.limits;
        let body = json!({
            "Mounts": mounts,
            "PortBindings": bindings,
            "NetworkMode": self.network()?.unwrap_or_else(|| "default".to_owned()),
            "RestartPolicy": { "Name": template.restart.word(), "MaximumRetryCount": template.restart.most() },
            "AutoRemove": template.removes_itself,
            "Memory": limits.memory.unwrap_or_default(),
            "NanoCpus": limits.millicpus.unwrap_or_default().saturating_mul(1_000_000),
            "PidsLimit": limits.pids,
            "CgroupParent": limits.cgroup_parent.clone().unwrap_or_default(),
        });
        Ok(match body {
            Value::Object(map) => map,
            _ => Map::new(),
        })
    }

    /// A mount in the engine's explicit form: an engine refuses it when its source is missing, and never makes one.
    fn mount(&self, mount: &MountPattern, absent: &BTreeSet<String>) -> Result<Option<Value>, Unfillable> {
        let target = self.path(&mount.target)?;
        let (kind, source) = if mount.is_volume() {
            let name = mount.source.fill(self.bindings, &Answers::default())?;
            if !is_volume_name(&name) || name.contains(['{', ':']) {
                return Err(Unfillable::Volume(name));
            }
            ("volume", name)
        } else {
            ("bind", self.path(&mount.source)?)
        };
        if kind == "bind" && absent.contains(&source) {
            return Ok(None);
        }
        Ok(Some(
            json!({ "Type": kind, "Source": source, "Target": target, "ReadOnly": mount.is_read_only }),
        ))
    }

    fn path(&self, pattern: &Pattern) -> Result<String, Unfillable> {
        let path = pattern.fill(self.bindings, &Answers::default())?;
        if is_plain_path(&path) {
            Ok(path)
        } else {
            Err(Unfillable::Path(path))
        }
    }
}

/// A port of the host that leads into a session.
struct Port {
    address: String,
    outside: String,
    /// As the engine writes it: `80/tcp`.
    inside: String,
}

fn port(text: &str) -> Result<Port, Unfillable> {
    let wrong = || Unfillable::Port(text.to_owned());
    let is_port = |part: &str| part.parse::<u16>().is_ok_and(|number| number > 0);
    let (outside, inside) = text.rsplit_once(':').ok_or_else(wrong)?;
    let (number, protocol) = inside.split_once('/').unwrap_or((inside, "tcp"));
    let (address, outside) = outside.rsplit_once(':').unwrap_or(("", outside));
    let is_address = address
        .chars()
        .all(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '[' | ']'));
    if !is_port(number) || !is_port(outside) || !is_address || !matches!(protocol, "tcp" | "udp" | "sctp") {
        return Err(wrong());
    }
    Ok(Port {
        address: address.to_owned(),
        outside: outside.to_owned(),
        inside: format!("{number}/{protocol}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Filled, START_LABEL, Unfillable};
    use crate::model::names::{HostName, SessionName};
    use crate::model::template::{Answers, Bindings, IfMissing, Pattern, Placeholder, SessionTemplate};
    use serde_json::json;
    use std::collections::{BTreeMap, BTreeSet};

    fn bindings() -> Bindings {
        Bindings {
            id: "4f2a0000-1".to_owned(),
            name: SessionName::parse("convocate-session-4f2a0000-1").unwrap(),
            host: HostName::parse("eu-01").unwrap(),
            values: BTreeMap::new(),
        }
    }

    fn answers() -> Answers {
        Answers(BTreeMap::from([
            (Placeholder::HostIpv4, "10.0.0.7".to_owned()),
            (Placeholder::UidOf("claude".into()), "1337".to_owned()),
            (Placeholder::GidOf("claude".into()), "1338".to_owned()),
        ]))
    }

    fn template() -> SessionTemplate {
        SessionTemplate::convocate().remove(0)
    }

    #[test]
    fn the_built_in_template_makes_the_container_that_the_agent_would_run() {
        let (template, bindings) = (template(), bindings());
        let filled = Filled {
            template: &template,
            bindings: &bindings,
        };
        let absent = BTreeSet::from([
            "/home/claude/.ssh".to_owned(),
            "/home/claude/.gitconfig".to_owned(),
        ]);
        let body = filled
            .body("convocate:v1", "20261121-013000-a1b2", &answers(), &absent)
            .unwrap();
        assert_eq!(body["Image"], "convocate:v1");
        assert_eq!(body["Env"], json!(["CLAUDE_GID=1338", "CLAUDE_UID=1337"]));
        assert_eq!(body["Hostname"], "convocate-4f2a0000");
        assert_eq!(body["WorkingDir"], "/home/claude");
        assert!(body.get("Cmd").is_none(), "the image's own command runs");
        assert_eq!(body["Labels"][START_LABEL], "20261121-013000-a1b2");
        let host = &body["HostConfig"];
        assert_eq!(
            (&host["AutoRemove"], &host["Dns"]),
            (&json!(true), &json!(["10.0.0.7"]))
        );
        assert_eq!(host["CgroupParent"], "convocate-sessions.slice");
        assert_eq!(host["Mounts"].as_array().unwrap().len(), 4);
        assert_eq!(
            host["Mounts"][0],
            json!({"Type": "bind", "Source": "/home/claude/4f2a0000-1", "Target": "/home/claude", "ReadOnly": false})
        );
        assert_eq!(
            filled.paths().unwrap()[0],
            ("/home/claude/4f2a0000-1".to_owned(), IfMissing::Make)
        );
    }

    #[test]
    fn limits_and_ports_are_told_in_the_engines_units() {
        let (mut template, bindings) = (template(), bindings());
        template.limits.memory = Some(2_000_000_000);
        template.limits.millicpus = Some(1500);
        template.limits.pids = Some(200);
        template.network.ports = ["8080:80", "127.0.0.1:53:53/udp"]
            .map(|text| Pattern::parse(text).unwrap())
            .into();
        let filled = Filled {
            template: &template,
            bindings: &bindings,
        };
        let body = filled
            .body("convocate:v1", "j", &answers(), &BTreeSet::new())
            .unwrap();
        let host = &body["HostConfig"];
        assert_eq!(
            (&host["Memory"], &host["NanoCpus"], &host["PidsLimit"]),
            (&json!(2_000_000_000_u64), &json!(1_500_000_000_u64), &json!(200))
        );
        assert_eq!(
            host["PortBindings"]["53/udp"],
            json!([{"HostIp": "127.0.0.1", "HostPort": "53"}])
        );
        assert_eq!(body["ExposedPorts"], json!({"80/tcp": {}, "53/udp": {}}));
    }

    #[test]
    fn what_a_value_makes_of_a_path_or_a_port_is_looked_at_again() {
        let (mut template, mut bindings) = (template(), bindings());
        bindings.values.insert("where".to_owned(), "../../etc".to_owned());
        template.mounts[0].source = Pattern::parse("/home/claude/{where}").unwrap();
        let filled = Filled {
            template: &template,
            bindings: &bindings,
        };
        assert_eq!(
            filled.paths(),
            Err(Unfillable::Path("/home/claude/../../etc".to_owned()))
        );
        let mut template = self::template();
        template.network.ports = vec![Pattern::parse("{where}:80").unwrap()];
        let filled = Filled {
            template: &template,
            bindings: &bindings,
        };
        assert!(matches!(
            filled.body("convocate:v1", "j", &answers(), &BTreeSet::new()),
            Err(Unfillable::Port(_))
        ));
        let nothing = Answers::default();
        assert_eq!(
            Filled {
                template: &self::template(),
                bindings: &bindings
            }
            .body("r", "j", &nothing, &BTreeSet::new()),
            Err(Unfillable::Unknown(Placeholder::GidOf("claude".into())))
        );
    }
}
