//! The preconditions of a restart, captured by id in its plan and looked at again before anything changes.

mod chosen_macs;
mod obstacles;

use super::journal::Facts;
use super::{Restart, scripts};
use crate::model::clean::clean;
use crate::model::fleet::ContainerState;
use crate::model::successor::{self, Needs, Order, Origin, Part, Successor};
use crate::ops::report::{Outcome, StepError};
use obstacles::Obstacles;
use serde_json::{Value, json};
use std::time::Duration;

/// How long the host may take to look: it asks its engine about every container, and for the changes in one.
const LOOK: Duration = Duration::from_mins(1);

/// A restart whose preconditions hold.
pub(super) struct Ready {
    /// The engine's whole answer about the old container.
    pub(super) old: Value,
    /// What to create.
    pub(super) successor: Successor,
    /// What to create beside it for a session that runs with `--rm`: its container cannot be put back once it is stopped.
    pub(super) spares: Option<Spares>,
    /// Whether the session runs now.
    pub(super) is_up: bool,
    /// Its restart policy, as `docker update --restart` takes it.
    pub(super) policy: String,
    /// The engine's socket on the host.
    pub(super) socket: String,
}

impl Ready {
    /// What the journal on the host must know of it.
    pub(super) fn facts(&self) -> Facts {
        Facts {
            policy: self.policy.clone(),
            is_up: self.is_up,
            vanishes: self.spares.is_some(),
            new_vanishes: successor::vanishes_when_stopped(&self.successor.body),
            socket: self.socket.clone(),
            returns_as: None,
        }
    }
}

/// What can take the place of a container that removes itself: one like it, and one that survives the engine's end too.
pub(super) struct Spares {
    pub(super) stand_in: Successor,
    pub(super) keeper: Successor,
}

impl Restart<'_> {
    pub(super) async fn check(&self) -> Result<Outcome<Ready>, StepError> {
        let old = self.session_container().await?;
        let is_up = self.state_allows(&old)?;
        let policy = policy_of(&old)
            .ok_or_else(|| self.refuse("its restart policy is not understood", "restart it by hand"))?;
        let old_image = self.image(self.target.from_id.as_str()).await?.ok_or_else(|| {
            self.refuse(
                format!("its image {} is gone, so what is the session's own cannot be told from what the image gave it", self.target.from),
                format!("tagboat push {} --host {}, then restart", self.target.from, self.target.host),
            )
        })?;
        let new_image = self.new_image().await?;
        let mut named = self.named_owners(old.clone()).await?;
        let build = |named: &Value, new_image: &Value, reference: &str, part: Part| {
            let origin = Origin {
                container: named,
                old_image: &old_image,
                new_image,
            };
            let order = Order {
                reference,
                journal: &self.journal_name(),
                part,
            };
            successor::build(origin, order)
                .map_err(|error| self.refuse(error.to_string(), "restart it where it is managed"))
        };
        let onto = self.target.onto.to_string();
        let mut successor = build(&named, &new_image, &onto, Part::Successor)?;
        let seen = self.look_at_host(&successor.needs).await?;
        if chosen_macs::add(&mut named, &seen.stored) {
            successor = build(&named, &new_image, &onto, Part::Successor)?;
        }
        if let Some(why) = super::probe::unfit(&self.target.probe, &successor.body, &new_image) {
            return Err(self.refuse(why, "give its profile another probe in the config"));
        }
        let spares = if is_up && successor::vanishes_when_stopped(&old) {
            let reference = self.old_reference().await?;
            Some(Spares {
                stand_in: build(&named, &old_image, &reference, Part::StandIn)?,
                keeper: build(&named, &old_image, &reference, Part::Keeper)?,
            })
        } else {
            None
        };
        let fate = self.fate_of_layer(spares.is_some());
        let loss = self.tell_layer(seen.layer_changes, fate).await;
        let ready = Ready {
            old,
            successor,
            spares,
            is_up,
            policy,
            socket: seen.socket,
        };
        Ok(match loss {
            Some(loss) => Outcome::noted(ready, loss),
            None => Outcome::done(ready),
        })
    }

    /// The container that is the session now; it must be the one of the plan.
    pub(super) async fn session_container(&self) -> Result<Value, StepError> {
        let name = self.target.session.as_str();
        let found = self.link.engine.inspect(name).await;
        let found =
            found.map_err(|error| StepError::of_engine(&error, super::UNTOUCHED, self.again_advice()))?;
        let Some(container) = found else {
            return Err(StepError::trouble(
                format!("the session {name} has no container any more: somebody removed it"),
                "Nothing was changed.",
                "see `tagboat session list`, and start it anew",
            ));
        };
        let is = |key: &str, wanted: &str| container.get(key).and_then(Value::as_str) == Some(wanted);
        if !is("Id", self.target.container.as_str()) || !is("Image", self.target.from_id.as_str()) {
            return Err(self.refuse(
                "the session has another container than when this was planned",
                "look at it again, then restart it",
            ));
        }
        Ok(container)
    }

    /// Says by name whose namespaces it uses: engines tell an id, which another restart may change at any time (RF21).
    pub(super) async fn named_owners(&self, mut container: Value) -> Result<Value, StepError> {
        for key in ["NetworkMode", "IpcMode", "PidMode"] {
            let mode = container
                .pointer(&format!("/HostConfig/{key}"))
                .and_then(Value::as_str);
            let Some(owner) = mode.and_then(|mode| mode.strip_prefix("container:")) else {
                continue;
            };
            let found = self.link.engine.inspect(owner).await;
            let found =
                found.map_err(|error| StepError::of_engine(&error, super::UNTOUCHED, self.again_advice()))?;
            // One that is gone keeps its id: the host names it among what is missing.
            let name = found
                .as_ref()
                .and_then(|owner| owner.get("Name"))
                .and_then(Value::as_str);
            if let Some(name) = name {
                container["HostConfig"][key] = json!(format!("container:{}", name.trim_start_matches('/')));
            }
        }
        Ok(container)
    }

    pub(super) fn state_allows(&self, container: &Value) -> Result<bool, StepError> {
        let word = container
            .pointer("/State/Status")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match ContainerState::read(word) {
            Some(ContainerState::Paused) => Err(self.refuse(
                "it is paused, and a restart would lose what it holds in memory",
                format!(
                    "`docker unpause {}` on {} first",
                    self.target.session, self.target.host
                ),
            )),
            Some(ContainerState::Removing | ContainerState::Dead) | None => Err(self.refuse(
                format!("it is {word:?}"),
                "wait until the engine has removed it, then start the session anew",
            )),
            // It was weighed, and confirmed, as one that nobody works in.
            Some(state) if state.is_up() && !self.target.was_up => Err(self.refuse(
                "somebody started it since this was planned",
                "look at it again, then restart it",
            )),
            Some(state) => Ok(state.is_up()),
        }
    }

    pub(super) async fn image(&self, name: &str) -> Result<Option<Value>, StepError> {
        let found = self.link.engine.image(name).await;
        let found =
            found.map_err(|error| StepError::of_engine(&error, super::UNTOUCHED, self.again_advice()))?;
        Ok(found.map(|details| details.raw))
    }

    pub(super) async fn new_image(&self) -> Result<Value, StepError> {
        let onto = &self.target.onto;
        let Some(image) = self.image(&onto.to_string()).await? else {
            return Err(self.refuse(
                format!("{onto} is not on the host any more"),
                format!("tagboat push {onto} --host {}", self.target.host),
            ));
        };
        if image.get("Id").and_then(Value::as_str) != Some(self.target.onto_id.as_str()) {
            return Err(self.refuse(
                format!("{onto} names another image than when this was planned"),
                "look at it again, then restart the session",
            ));
        }
        Ok(image)
    }

    /// What a container in the old image is created from: its reference, or its id if that names something else now.
    async fn old_reference(&self) -> Result<String, StepError> {
        let named = if self.target.from.is_empty() {
            None
        } else {
            self.image(&self.target.from).await?
        };
        let is_it =
            |image: &Value| image.get("Id").and_then(Value::as_str) == Some(self.target.from_id.as_str());
        Ok(if named.is_some_and(|image| is_it(&image)) {
            self.target.from.clone()
        } else {
            self.target.from_id.to_string()
        })
    }

    /// Lets the host look at its own files, networks and other containers.
    pub(super) async fn look_at_host(&self, needs: &Needs) -> Result<Seen, StepError> {
        let paths = &self.link.profile().paths;
        let socket = self.link.engine_socket();
        let mut arguments = vec![
            socket.clone(),
            paths.state.clone(),
            self.target.session.to_string(),
            self.target.container.to_string(),
        ];
        for (word, names) in [
            ("bind", &needs.bind_sources),
            ("network", &needs.networks),
            ("container", &needs.containers),
        ] {
            arguments.extend(names.iter().flat_map(|name| [word.to_owned(), name.clone()]));
        }
        let answer = self.run_script(scripts::CHECK, arguments, LOOK).await;
        let answer =
            answer.map_err(|error| StepError::of_shell(&error, super::UNTOUCHED, self.again_advice()))?;
        let lines = answer
            .success()
            .map_err(|why| self.refuse(why, self.again_advice()))?;
        let mut seen = Seen {
            socket,
            layer_changes: 0,
            stored: String::new(),
        };
        let mut obstacles = Obstacles::default();
        for line in lines.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "socket" => rest.clone_into(&mut seen.socket),
                "layer" => seen.layer_changes = rest.trim().parse().unwrap_or_default(),
                "stored" => rest.clone_into(&mut seen.stored),
                "missing" => obstacles.miss(rest),
                "dependent" => obstacles.depends(rest),
                "volumes" => {
                    self.reporter
                        .log(format!(
                            "{rest} took its volumes over with --volumes-from, and keeps them"
                        ))
                        .await;
                }
                _ => return Err(self.obstacle(word, rest)),
            }
        }
        match obstacles.told(&self.target.host) {
            Some((cause, advice)) => Err(self.refuse(cause, advice)),
            None => Ok(seen),
        }
    }

    fn obstacle(&self, word: &str, rest: &str) -> StepError {
        let rest = clean(rest);
        match word {
            "open" => self.open_restart(&rest),
            "tool" => self.refuse(
                format!("there is no {rest} command on the host, which it needs to go on alone"),
                "install Docker's command line on the host",
            ),
            "engine" => self.refuse(
                format!("the docker command on the host does not reach the engine: {rest}"),
                "mend Docker's command line on the host",
            ),
            _ => self.refuse(format!("the host answered {word:?}"), self.again_advice()),
        }
    }

    /// Where the layer of a container goes that a restart replaces.
    pub(super) fn fate_of_layer(&self, vanishes: bool) -> LayerFate {
        match (vanishes, self.target.probe.keep_predecessors) {
            (true, _) => LayerFate::RemovesItself,
            (false, 0) => LayerFate::NotKept,
            (false, _) => LayerFate::InPredecessor,
        }
    }

    /// Files in the container's own layer are not in the next one (RF54).
    pub(super) async fn tell_layer(&self, changes: u32, fate: LayerFate) -> Option<String> {
        if changes == 0 {
            return None;
        }
        let (noun, go, stay) = match changes {
            1 => ("file", "goes", "stays"),
            _ => ("files", "go", "stay"),
        };
        let fate = match fate {
            LayerFate::RemovesItself => format!("{go} away with it, as it runs with --rm"),
            LayerFate::NotKept => format!("{go} away with it, as no predecessor is kept"),
            LayerFate::Composed => format!("{go} away with it, as Compose keeps no old container"),
            LayerFate::InPredecessor => format!("{stay} in its predecessor"),
        };
        let told = format!("{changes} {noun} outside its volumes {fate}");
        self.reporter.log(&told).await;
        Some(told)
    }
}

/// What becomes of the layer of a container that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayerFate {
    RemovesItself,
    NotKept,
    Composed,
    InPredecessor,
}

/// What a host told of itself.
pub(super) struct Seen {
    /// The engine's socket.
    pub(super) socket: String,
    /// Files that were changed in the container's own layer.
    pub(super) layer_changes: u32,
    /// The engine's own file of the container, where it holds a MAC address that was chosen.
    stored: String,
}

/// The restart policy in the words of the command line.
pub(super) fn policy_of(container: &Value) -> Option<String> {
    let policy = container.pointer("/HostConfig/RestartPolicy")?;
    let most = policy
        .get("MaximumRetryCount")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    match policy.get("Name").and_then(Value::as_str)? {
        "" | "no" => Some("no".to_owned()),
        word @ ("always" | "unless-stopped") => Some(word.to_owned()),
        "on-failure" if most > 0 => Some(format!("on-failure:{most}")),
        "on-failure" => Some("on-failure".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::policy_of;
    use serde_json::json;

    #[test]
    fn a_restart_policy_is_told_in_the_words_of_the_command_line() {
        let policy = |name: &str, most: u32| {
            policy_of(&json!({"HostConfig": {"RestartPolicy": {"Name": name, "MaximumRetryCount": most}}}))
        };
        assert_eq!(policy("", 0).as_deref(), Some("no"));
        assert_eq!(policy("always", 0).as_deref(), Some("always"));
        assert_eq!(policy("on-failure", 3).as_deref(), Some("on-failure:3"));
        assert_eq!(policy("on-failure", 0).as_deref(), Some("on-failure"));
        assert_eq!(policy("whatever", 0), None);
    }
}
