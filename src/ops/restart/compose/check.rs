//! What must hold before a restart by Compose: its files make the very container that runs, and the new pin changes its image alone.

use super::look::{EnvFile, Found, Kind, Tried, major, read_found, read_tried};
use super::mounts::{Mounts, declared_volumes};
use super::{ComposeRestart, scripts};
use crate::model::clean::clean;
use crate::model::compose::{Misfit, ServiceNeeds, effect_of_pin, has_pin, with_pin};
use crate::model::names::ProjectPath;
use crate::model::successor::Needs;
use crate::ops::ports::{Script, ScriptCall};
use crate::ops::report::{Outcome, StepError};
use crate::ops::restart::check::LayerFate;
use serde_json::Value;
use std::io::Cursor;
use std::time::Duration;

/// How long the host may take to look, and to have Compose read a project some times.
const LOOK: Duration = Duration::from_mins(1);

/// The oldest Compose that tells its projects as JSON.
const OLDEST: u32 = 2;

/// A restart whose preconditions hold.
pub(super) struct Ready {
    /// The engine's whole answer about the old container.
    pub(super) old: Value,
    /// Its volumes, as `NAME DESTINATION`.
    pub(super) volumes: Vec<String>,
    /// Whether the session runs now.
    pub(super) is_up: bool,
    /// The engine's socket on the host.
    pub(super) socket: String,
    /// How Compose is called there.
    pub(super) kind: Kind,
    /// For whom Compose runs: the name and the home.
    pub(super) account: (String, String),
    /// The env file that holds the pin.
    pub(super) env_file: ProjectPath,
    /// Its text now.
    pub(super) env_before: String,
    /// Its text with the new pin.
    pub(super) env_after: String,
}

/// The env file that gets the new pin.
struct Pinned<'a> {
    /// As Compose is told of it.
    name: &'a str,
    path: &'a ProjectPath,
    before: &'a str,
    after: String,
}

impl ComposeRestart<'_> {
    pub(super) async fn check(&self) -> Result<Outcome<Ready>, StepError> {
        let target = self.restart.target;
        let old = self.restart.session_container().await?;
        let is_up = self.restart.state_allows(&old)?;
        if self.restart.image(target.from_id.as_str()).await?.is_none() {
            return Err(self.refuse(
                format!("its image {} is gone, so it could not be put back", target.from),
                format!(
                    "tagboat push {} --host {}, then restart",
                    target.from, target.host
                ),
            ));
        }
        let new_image = self.restart.new_image().await?;
        let mounts = Mounts::of(&old);
        let needs = Needs {
            bind_sources: mounts.bind_sources,
            networks: Vec::new(),
            containers: Vec::new(),
        };
        let seen = self.restart.look_at_host(&needs).await?;
        let names = self.service.env_files_or_default();
        let found = self.look(&seen.socket, &names).await?;
        let (kind, version) = self.fits(&found)?;
        let pinned = self.pinned(&names, &found.env_files)?;
        let hash = old.pointer("/Config/Labels/com.docker.compose.config-hash");
        let hash = hash.and_then(Value::as_str).unwrap_or_default();
        let (account, before, after) = self.attempt(&seen.socket, kind, &pinned, hash, &names).await?;
        let declared = declared_volumes(&new_image);
        let needs = ServiceNeeds {
            service: &self.service.service,
            onto: &target.onto,
            anonymous: &mounts.anonymous,
            declared: &declared,
        };
        let effect = effect_of_pin(&before, &after, needs).map_err(|misfit| self.misfit(&misfit))?;
        self.tell(&pinned, &effect.others).await;
        let loss = self
            .restart
            .tell_layer(seen.layer_changes, LayerFate::Composed)
            .await;
        let ready = Ready {
            volumes: mounts.volumes,
            is_up,
            kind,
            account,
            env_file: pinned.path.clone(),
            env_before: pinned.before.to_owned(),
            env_after: pinned.after,
            socket: seen.socket,
            old,
        };
        Ok(Outcome::noted(
            ready,
            loss.unwrap_or_else(|| format!("Compose {version}")),
        ))
    }

    /// Lets the host look for Compose and the project.
    async fn look(&self, socket: &str, env_files: &[String]) -> Result<Found, StepError> {
        let service = self.service;
        let mut arguments = vec![
            socket.to_owned(),
            service.project.to_string(),
            service.working_dir.to_string(),
            service.service.to_string(),
        ];
        arguments.extend(self.files(env_files));
        let output = self.run(scripts::LOOK, arguments, "").await?;
        read_found(&output).ok_or_else(|| self.not_understood(&output))
    }

    /// The project's files as the scripts take them.
    fn files(&self, env_files: &[String]) -> impl Iterator<Item = String> {
        let pair = |word: &str, path: &dyn ToString| [word.to_owned(), path.to_string()];
        let config = self.service.config_files.iter();
        let config = config.flat_map(move |path| pair("config", path));
        config.chain(env_files.iter().flat_map(move |path| pair("env", path)))
    }

    /// Compose is there and knows the project, and the session is all that there is of the service.
    fn fits(&self, found: &Found) -> Result<(Kind, String), StepError> {
        let whose = format!("the session belongs to Compose ({})", self.service);
        let install = "install Docker's Compose plugin, version 2 or later, on the host";
        let Some((kind, version)) = &found.compose else {
            return Err(self.refuse(format!("there is no Compose on the host, and {whose}"), install));
        };
        if major(version).is_none_or(|major| major < OLDEST) {
            return Err(self.refuse(
                format!("Compose {version} is on the host, which is too old, and {whose}"),
                install,
            ));
        }
        if let Some(path) = found.missing.first() {
            let advice = if self.service.env_files_or_default().contains(path) {
                format!(
                    "make it with {}={} in it, then restart",
                    self.pin, self.restart.target.from
                )
            } else {
                "bring it back, or start the project anew".to_owned()
            };
            return Err(self.refuse(
                format!("{path}, which is its Compose project's, is not there"),
                advice,
            ));
        }
        if let Some(path) = found.readonly.first() {
            return Err(self.refuse(
                format!("{path}, which pins its image, cannot be written"),
                "make it and its folder writable",
            ));
        }
        if found.containers != [self.restart.target.container.to_string()] {
            return Err(self.refuse(
                format!(
                    "its Compose service has {} containers, and a pin changes them all",
                    found.containers.len()
                ),
                format!(
                    "`docker compose up -d --scale {0}=1 {0}` in {1} first",
                    self.service.service, self.service.working_dir
                ),
            ));
        }
        Ok((*kind, version.clone()))
    }

    /// The env file whose pin counts: the last one that has it, or else the last one.
    fn pinned<'f>(&self, names: &'f [String], files: &'f [EnvFile]) -> Result<Pinned<'f>, StepError> {
        let unread = |file: &EnvFile, why: &str| {
            let cause = format!("{} is not understood: {why}", file.path);
            self.refuse(cause, "mend it, then restart")
        };
        let mut last = None;
        for (name, file) in names.iter().zip(files) {
            let text = file.text.as_deref();
            let text = text.ok_or_else(|| unread(file, "it is no text"))?;
            let has = has_pin(text, self.pin).map_err(|error| unread(file, &error.to_string()))?;
            last = match last {
                Some((one, true)) if !has => Some((one, true)),
                _ => Some(((name, file, text), has)),
            };
        }
        let Some(((name, file, before), _)) = last else {
            let cause = "its Compose project has no env file";
            return Err(self.refuse(cause, self.restart.again_advice()));
        };
        let edit = with_pin(before, self.pin, &self.restart.target.onto)
            .map_err(|error| unread(file, &error.to_string()))?;
        Ok(Pinned {
            name,
            path: &file.path,
            before,
            after: edit.text,
        })
    }

    /// Has Compose read the project with the old pin and the new one: for whom it does, and what comes of it.
    async fn attempt(
        &self,
        socket: &str,
        kind: Kind,
        pinned: &Pinned<'_>,
        hash: &str,
        env_files: &[String],
    ) -> Result<((String, String), String, String), StepError> {
        let service = self.service;
        let mut arguments = vec![
            socket.to_owned(),
            kind.word().to_owned(),
            service.project.to_string(),
            service.working_dir.to_string(),
            service.service.to_string(),
            format!("{}={}", self.pin, self.restart.target.from),
            hash.to_owned(),
            pinned.name.to_owned(),
        ];
        arguments.extend(self.files(env_files));
        let output = self.run(scripts::TRY, arguments, &pinned.after).await?;
        match read_tried(&output) {
            Some(Tried::Read { account, before, after }) => Ok((account, before, after)),
            Some(Tried::Drift) => Err(self.refuse(
                "Compose would change more than its image: the project's files are not those that it was started with, \
                 or another version of Compose started it",
                format!(
                    "`docker compose up -d --no-deps {}` in {} makes it what they say; then restart",
                    service.service, service.working_dir
                ),
            )),
            Some(Tried::Bad(why)) => Err(self.refuse(
                format!("Compose does not read the project: {why}"),
                format!("`docker compose config` in {} tells more", service.working_dir),
            )),
            None => Err(self.not_understood(&output)),
        }
    }

    fn misfit(&self, misfit: &Misfit) -> StepError {
        let advice = match misfit {
            Misfit::IgnoresPin { .. } | Misfit::Builds => format!(
                "write `image: ${{{}}}` for {} in the Compose file, or name its variable in the config (`pin` in [[images]])",
                self.pin, self.service.service
            ),
            Misfit::Replicas(_) => "restart them with Compose".to_owned(),
            Misfit::VolumeLeft(_) => {
                "give the service a named volume there, or declare it in the image".to_owned()
            }
            Misfit::NotUnderstood(_) | Misfit::NoService(_) => {
                format!("look at `docker compose config` in {}", self.service.working_dir)
            }
        };
        self.refuse(misfit.to_string(), advice)
    }

    async fn tell(&self, pinned: &Pinned<'_>, others: &[String]) {
        let onto = &self.restart.target.onto;
        let reporter = self.restart.reporter;
        if pinned.before == pinned.after {
            reporter
                .log(format!("{} in {} is {onto} already", self.pin, pinned.path))
                .await;
        }
        if !others.is_empty() {
            reporter
                .log(format!(
                    "{} in {} pins other services too, which run on and get {onto} at their next `up`: {}",
                    self.pin,
                    pinned.path,
                    others.join(", ")
                ))
                .await;
        }
    }

    async fn run(&self, script: Script, arguments: Vec<String>, input: &str) -> Result<String, StepError> {
        let mut input = Cursor::new(input.as_bytes().to_vec());
        let mut call = ScriptCall::question(script, arguments).as_root().within(LOOK);
        call.input = Some(&mut input);
        let output =
            self.restart.link.shell.run(call).await.map_err(|error| {
                StepError::of_shell(&error, super::UNTOUCHED, self.restart.again_advice())
            })?;
        output
            .success()
            .map_err(|why| self.refuse(why, self.restart.again_advice()))
    }

    fn not_understood(&self, output: &str) -> StepError {
        let first = output.lines().next().unwrap_or_default();
        let first: String = clean(first).chars().take(80).collect();
        self.refuse(
            format!("the host answered {first:?}"),
            self.restart.again_advice(),
        )
    }

    fn refuse(&self, cause: impl AsRef<str>, advice: impl Into<String>) -> StepError {
        self.restart.refuse(cause, advice)
    }
}
