//! BuildKit by `docker buildx build`: a program of this machine, which is told what to do and read line by line.

use super::news::{News, StepNumber};
use super::rawjson::RawJsonReader;
use crate::model::plan::{BuildPlan, BuildSettings};
use std::fs::File;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long the program may take to say which version it is.
const VERSION: Duration = Duration::from_secs(10);

/// How long it may take to end when it is told to, before it is killed.
const END: Duration = Duration::from_secs(10);

/// The first version that tells what it does as JSON.
const LEAST: (u32, u32) = (0, 13);

/// Why BuildKit cannot build here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBuildx {
    /// There is no such program.
    #[error("there is no `docker buildx` here: {0}")]
    Missing(String),
    /// It is too old.
    #[error("`docker buildx` is {0}, and at least v0.13 tells what it does")]
    Old(String),
}

/// Whether BuildKit can be asked to build; its version.
pub async fn find_buildx() -> Result<String, NoBuildx> {
    let mut command = Command::new("docker");
    command
        .args(["buildx", "version"])
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let answer = match timeout(VERSION, command.output()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(NoBuildx::Missing(error.to_string())),
        Err(_) => {
            return Err(NoBuildx::Missing(format!(
                "it did not answer within {} s",
                VERSION.as_secs()
            )));
        }
    };
    let text = String::from_utf8_lossy(&answer.stdout);
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        let first = said
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it says nothing");
        return Err(NoBuildx::Missing(crate::model::clean::clean(first)));
    }
    let version = text.split_whitespace().nth(1).unwrap_or_default().to_owned();
    if is_new_enough(&version) {
        Ok(version)
    } else {
        Err(NoBuildx::Old(version))
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split(['.', '-', '+'])
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= LEAST,
        // What was built from a source without a tag is newer than what it was made from.
        _ => !version.is_empty(),
    }
}

/// The words of the command line; nothing in them is a secret, because arguments that are were refused.
fn arguments(plan: &BuildPlan, staging: &str) -> Vec<String> {
    let BuildSettings {
        args,
        target,
        no_cache,
        network,
        epoch,
        ..
    } = &plan.settings;
    let mut words: Vec<String> = [
        "buildx",
        "build",
        "--builder",
        "default",
        "--progress",
        "rawjson",
        "--load",
        "--provenance=false",
    ]
    .map(str::to_owned)
    .into();
    words.extend(["--tag".to_owned(), staging.to_owned()]);
    words.extend(["--file".to_owned(), plan.context.dockerfile.clone()]);
    let mut pair =
        |flag: &str, key: &str, value: &str| words.extend([flag.to_owned(), format!("{key}={value}")]);
    for (key, value) in args {
        pair("--build-arg", key, value);
    }
    if let Some(epoch) = epoch {
        pair("--build-arg", "SOURCE_DATE_EPOCH", &epoch.to_string());
    }
    for (key, value) in &plan.labels {
        pair("--label", key, value);
    }
    if let Some(target) = target {
        words.extend(["--target".to_owned(), target.clone()]);
    }
    if let Some(network) = network {
        words.extend(["--network".to_owned(), network.clone()]);
    }
    if *no_cache {
        words.push("--no-cache".to_owned());
    }
    words.push("-".to_owned());
    words
}

/// How a build by BuildKit ended.
pub(super) enum Ended {
    /// The image is there.
    Built,
    /// It is not, and what was said last.
    Failed(String),
    /// It was told to end.
    Cancelled,
}

/// Builds; news go to `tell`. A cancellation ends the program, which ends the build in the engine.
pub(super) async fn build(
    plan: &BuildPlan,
    staging: &str,
    engine: &str,
    context: File,
    tell: mpsc::Sender<News>,
    cancel: &CancellationToken,
) -> std::io::Result<Ended> {
    let mut child = Command::new("docker")
        .args(arguments(plan, staging))
        .env("DOCKER_HOST", engine)
        .env_remove("DOCKER_CONTEXT")
        .env_remove("BUILDX_BUILDER")
        .env_remove("SOURCE_DATE_EPOCH")
        .stdin(Stdio::from(context))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let mut reader = RawJsonReader::default();
    if let Some(stderr) = child.stderr.take() {
        let mut lines = BufReader::new(stderr).lines();
        loop {
            let line = tokio::select! {
                line = lines.next_line() => line?,
                () = cancel.cancelled() => {
                    end(&mut child).await;
                    return Ok(Ended::Cancelled);
                }
            };
            let Some(line) = line else { break };
            for news in reader.take(&line) {
                // Who does not listen any more is being cancelled.
                let _ = tell.send(news).await;
            }
        }
    }
    let status = child.wait().await?;
    if status.success() {
        return Ok(Ended::Built);
    }
    Ok(Ended::Failed(
        reader.said_last().unwrap_or_else(|| status.to_string()),
    ))
}

/// Tells the program and what it started to end, and waits for that.
async fn end(child: &mut Child) {
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // One that has just ended hears nothing.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::INT);
    }
    if timeout(END, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

/// The number of a step in the name that BuildKit gives it: `[2/3] RUN x`, `[build 2/3] RUN x`; none for its own work.
pub(super) fn number_in(name: &str) -> Option<(StepNumber, &str)> {
    let (label, words) = name.strip_prefix('[')?.split_once("] ")?;
    let (stage, numbers) = match label.rsplit_once(' ') {
        Some((stage, numbers)) => (Some(stage), numbers),
        None => (None, label),
    };
    let (number, of) = numbers.split_once('/')?;
    let number = StepNumber {
        // The names that it gives to stages without one say nothing.
        stage: stage
            .filter(|stage| !stage.starts_with("stage-"))
            .map(str::to_owned),
        number: number.parse().ok()?,
        of: of.parse().ok()?,
    };
    Some((number, words))
}

#[cfg(test)]
mod tests {
    use super::{is_new_enough, number_in};

    #[test]
    fn versions_that_tell_what_they_do_are_known() {
        for (version, is_enough) in [
            ("v0.12.1", false),
            ("v0.13.0", true),
            ("0.13.1+ds1", true),
            ("v1.0.0-rc1", true),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), is_enough, "{version}");
        }
    }

    #[test]
    fn a_step_is_known_by_its_name_and_the_work_of_the_builder_is_none() {
        let (number, words) = number_in("[build 2/3] RUN make [all]").unwrap();
        assert_eq!(
            (number.to_string().as_str(), words),
            ("[build 2/3]", "RUN make [all]")
        );
        assert_eq!(number_in("[stage-1 1/2] FROM x").unwrap().0.to_string(), "[1/2]");
        assert_eq!(number_in("[2/5] COPY a b").unwrap().0.number, 2);
        assert!(number_in("[internal] load build definition from Dockerfile").is_none());
        assert!(number_in("exporting to image").is_none());
    }
}
