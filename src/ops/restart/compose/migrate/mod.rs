//! Brings a project from its build to a pin: the console checks and records, and from there on the host goes on alone, with the
//! journal, the engine and the probe of every restart (`assets/host/compose/migrate`).

mod attempt;
mod record;

use super::{OF_PROJECT, scripts};
use crate::model::compose::check::ProjectFiles;
use crate::model::compose::migrate::{Migration, MigrationEdit, edited, judge};
use crate::model::compose::{ComposeService, digest, with_pin};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ContainerId, JobId, Operator, SessionName};
use crate::model::plan::{MigratePlan, Replacement, RestartTarget};
use crate::model::probe::{ProbeRules, Settled};
use crate::ops::compose::{Place, look};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall};
use crate::ops::report::{Outcome, StepError, TrackReporter};
use crate::ops::restart::{Restart, Restarted, told};
use attempt::Attempt;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::io::Cursor;
use std::time::Duration;

/// How long the host may take to have Compose read a project some times.
const TRY: Duration = Duration::from_mins(2);

/// One migration and what it works with.
struct Migrating<'a> {
    restart: &'a Restart<'a>,
    plan: &'a MigratePlan,
    migration: &'a Migration,
}

/// A migration whose preconditions hold.
struct Ready {
    /// The files as they are.
    files: ProjectFiles,
    /// The Compose file as it is to be, and the one of the way back.
    after: String,
    back: String,
    /// The env file as it is to be.
    env_after: String,
    /// How Compose is called there.
    kind: String,
    /// For whom Compose runs: the name and the home.
    account: (String, String),
    /// What each service's container was made from, in the words of that container.
    built_as: Vec<String>,
}

/// Migrates one project. One that was interrupted is followed to its end, or begins anew where its host has put back what was.
pub async fn migrate_on_host(
    plan: &MigratePlan,
    (job, is_resumed): (&JobId, bool),
    operator: &Operator,
    link: &HostLink,
    reporter: &TrackReporter,
) -> TrackResult {
    let Some(target) = as_restart(plan) else {
        return TrackResult::NotBegun("the plan has no container to begin with".to_owned());
    };
    let restart = Restart {
        target: &target,
        job,
        operator,
        link,
        reporter,
        again: Some(format!(
            "tagboat compose migrate {} --host {} --image {}",
            plan.migration.project, plan.host, plan.migration.onto
        )),
        told: &told::MIGRATION,
    };
    let migrating = Migrating {
        restart: &restart,
        plan,
        migration: &plan.migration,
    };
    let ended = if is_resumed {
        match Box::pin(restart.follow_recorded()).await {
            Ok(Some(Restarted::PutBack(_)) | None) => migrating.run().await,
            Ok(Some(restarted)) => Ok(restarted),
            Err(restarted) => Err(restarted),
        }
    } else {
        migrating.run().await
    };
    match ended {
        Ok(restarted) | Err(restarted) => restarted.result(),
    }
}

/// What the journal of every restart is about; that of a migration is called after its project.
fn as_restart(plan: &MigratePlan) -> Option<RestartTarget> {
    let migration = &plan.migration;
    let first = migration.services.iter().find(|one| one.container.is_some())?;
    Some(RestartTarget {
        host: plan.host.clone(),
        session: SessionName::parse(&format!("{OF_PROJECT}{}", migration.project)).ok()?,
        container: first.container.clone()?,
        from: first.service.to_string(),
        from_id: first.from_id.clone()?,
        onto: migration.onto.clone(),
        onto_id: migration.onto_id.clone(),
        was_up: first.is_up,
        probe: ProbeRules {
            settled: Settled::Stable(plan.stable),
            sign: None,
            deadline: plan.deadline,
            keep_predecessors: 0,
        },
        guard: plan.guard,
        by: Replacement::Compose {
            service: ComposeService {
                project: migration.project.clone(),
                service: first.service.clone(),
                working_dir: migration.folder.clone(),
                config_files: vec![migration.file.clone()],
                env_files: Vec::new(),
            },
            pin: migration.pin.clone(),
        },
        cost: None,
    })
}

impl Migrating<'_> {
    async fn run(&self) -> Result<Restarted, Restarted> {
        let reporter = self.restart.reporter;
        let ready = reporter.step(Step::of(StepKind::Check), self.check()).await?;
        let recorded = reporter
            .step(Step::of(StepKind::Record), self.record(&ready))
            .await;
        let recorded = match recorded {
            Ok(()) if reporter.cancel().is_cancelled() => {
                Err(TrackResult::Cancelled(self.restart.told.untouched.to_owned()))
            }
            other => other,
        };
        if let Err(result) = recorded {
            return Err(self.restart.back_out(result).await.into());
        }
        let made = vec![format!("project={}", self.migration.project)];
        self.restart.hand_over(made).await?;
        Box::pin(self.restart.follow()).await
    }

    /// Everything is as the plan saw it, and Compose makes of the new files what was meant, and nothing else.
    async fn check(&self) -> Result<Outcome<Ready>, StepError> {
        let link = self.restart.link;
        let mut built_as = Vec::new();
        for service in &self.migration.services {
            built_as.push(match &service.container {
                Some(id) => {
                    self.container(id, service.from_id.as_ref().map_or("", |id| id.as_str()))
                        .await?
                }
                None => "-".to_owned(),
            });
        }
        self.image_is_there().await?;
        let files = look(
            &Place::of(link),
            self.migration.file.as_str(),
            &self.migration.pin,
        )
        .await
        .map_err(|error| self.refuse(error.to_string()))?;
        let file = files
            .files
            .first()
            .map(|file| file.text.clone())
            .unwrap_or_default();
        let texts = &self.migration.texts;
        if digest(&file) != texts.file || files.env.as_deref().map(digest) != texts.env {
            return Err(self.refuse("the files of the project were changed since this was planned"));
        }
        let (after, back, env_after) = self.texts(&file, &files)?;
        let attempt = self.attempt(&after, &env_after).await?;
        judge(
            &attempt.before,
            &attempt.after,
            (
                &self.migration.names(),
                &self.migration.onto,
                &self.migration.new_volumes(),
            ),
        )
        .map_err(|unfit| self.refuse(unfit.to_string()))?;
        Ok(Outcome::noted(
            Ready {
                files,
                after,
                back,
                env_after,
                kind: attempt.kind,
                account: attempt.account,
                built_as,
            },
            format!("Compose {}", attempt.version),
        ))
    }

    async fn image_is_there(&self) -> Result<(), StepError> {
        let link = self.restart.link;
        let image = link.engine.image(&self.migration.onto.to_string()).await;
        let image = image
            .map_err(|error| StepError::of_engine(&error, self.untouched(), self.restart.again_advice()))?;
        if image.map(|image| image.id) != Some(self.migration.onto_id.clone()) {
            return Err(self.refuse(format!(
                "{} is not the image of the plan any more",
                self.migration.onto
            )));
        }
        Ok(())
    }

    /// The container of the plan, with the image of the plan: by which name that was built.
    async fn container(&self, id: &ContainerId, image: &str) -> Result<String, StepError> {
        let found = self.restart.link.engine.inspect(id.as_str()).await;
        let found = found
            .map_err(|error| StepError::of_engine(&error, self.untouched(), self.restart.again_advice()))?;
        let text = |pointer: &str| {
            let value = found
                .as_ref()
                .and_then(|one| one.pointer(pointer))
                .and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let built_as = text("/Config/Image");
        if text("/Id") != id.as_str() || text("/Image") != image || built_as.contains(char::is_whitespace) {
            return Err(self.refuse("a service has another container than when this was planned"));
        }
        Ok(built_as)
    }

    fn texts(&self, file: &str, files: &ProjectFiles) -> Result<(String, String, String), StepError> {
        let (services, volumes) = (self.migration.names(), self.migration.new_volumes());
        let edit = |pin| MigrationEdit {
            services: &services,
            pin,
            volumes: &volumes,
        };
        let pin = (&self.migration.pin, &self.migration.onto);
        let after = edited(file, edit(Some(pin))).map_err(|why| self.refuse(why.to_string()))?;
        if digest(&after) != self.migration.texts.file_after {
            return Err(
                self.refuse("this version of tagboat would make another file than the one that planned it")
            );
        }
        let back = edited(file, edit(None)).map_err(|why| self.refuse(why.to_string()))?;
        let env = with_pin(files.env.as_deref().unwrap_or_default(), pin.0, pin.1)
            .map_err(|why| self.refuse(format!("{}: {why}", files.env_path)))?;
        Ok((after, back, env.text))
    }

    /// Has Compose read the project with its files and with the new ones.
    async fn attempt(&self, after: &str, env_after: &str) -> Result<Attempt, StepError> {
        let hashes = self.hashes().await?;
        let migration = self.migration;
        let mut arguments = vec![
            self.restart.link.engine_socket(),
            migration.project.to_string(),
            migration.folder.to_string(),
            migration.file.to_string(),
            migration.env_file.to_string(),
        ];
        arguments.extend(hashes);
        let lines = [after, env_after]
            .map(|text| BASE64_STANDARD.encode(text))
            .join("\n")
            + "\n";
        let mut input = Cursor::new(lines.into_bytes());
        let script = Script {
            name: "compose migrate try",
            text: scripts::MIGRATE_TRY,
        };
        let mut call = ScriptCall::question(script, arguments).as_root().within(TRY);
        call.input = Some(&mut input);
        let output = self.restart.link.shell.run(call).await;
        let output = output
            .map_err(|error| StepError::of_shell(&error, self.untouched(), self.restart.again_advice()))?;
        let told = output.success().map_err(|why| self.refuse(why))?;
        Attempt::read(&told).map_err(|why| self.refuse(why))
    }

    /// The hash that Compose gave each container: its files must make the same one.
    async fn hashes(&self) -> Result<Vec<String>, StepError> {
        let mut hashes = Vec::new();
        for service in &self.migration.services {
            let Some(id) = &service.container else { continue };
            let found = self.restart.link.engine.inspect(id.as_str()).await;
            let found = found.map_err(|error| {
                StepError::of_engine(&error, self.untouched(), self.restart.again_advice())
            })?;
            let hash = found
                .as_ref()
                .and_then(|one| one.pointer("/Config/Labels/com.docker.compose.config-hash"))
                .and_then(Value::as_str)
                .unwrap_or_default();
            hashes.push(format!("{}={hash}", service.service));
        }
        Ok(hashes)
    }

    fn untouched(&self) -> &'static str {
        self.restart.told.untouched
    }

    fn refuse(&self, cause: impl AsRef<str>) -> StepError {
        self.restart.refuse(cause, self.restart.again_advice())
    }
}
