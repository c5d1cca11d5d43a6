//! Whether a session that was just started runs: without a break for as long as its profile says, and healthy.

use super::{Work, state_of};
use crate::model::clean::clean;
use crate::model::fleet::ContainerState;
use crate::model::names::ContainerId;
use crate::model::probe::{ProbeRules, Settled};
use crate::ops::ports::LogQuery;
use crate::ops::report::{Outcome, StepError};
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long its last words may take.
const WORDS: Duration = Duration::from_secs(10);

/// How many of them are kept.
const LAST_LINES: u32 = 20;

impl Work<'_> {
    /// Waits until it is known whether it is good; what it said last is kept where it is not.
    pub(super) async fn probe(&self, id: &ContainerId, rules: &ProbeRules) -> Result<Outcome<()>, StepError> {
        let began = Instant::now();
        let (stable, must_be_healthy) = match rules.settled {
            Settled::Stable(stable) => (stable, false),
            Settled::Healthy => (Duration::ZERO, true),
        };
        if rules.sign.is_some() {
            let told = "what the profile looks for besides is looked for by restarts alone";
            self.reporter.log(told).await;
        }
        let limit = rules.deadline.max(stable);
        let mut first: Option<Value> = None;
        // Those of a container that the engine removes cannot be asked for afterwards.
        let mut words = Vec::new();
        loop {
            if self.reporter.cancel().is_cancelled() {
                return Err(StepError::Cancelled(
                    "It was started and runs on; only its probe was ended.".to_owned(),
                ));
            }
            let now = self.link.engine.inspect(id.as_str()).await;
            let now = now.map_err(|error| StepError::of_engine(&error, STARTED, self.look_again()))?;
            if let Some(fresh) = self.last_words(id).await {
                words = fresh;
            }
            let flaw = now
                .as_ref()
                .map_or(Some(GONE.to_owned()), |it| flaw(it, first.as_ref()));
            if let Some(flaw) = flaw {
                for line in &words {
                    self.reporter.log(line).await;
                }
                return Err(StepError::trouble(
                    flaw,
                    "It was started, and is left as it is now.",
                    self.logs(),
                ));
            }
            let is_deciding = now.as_ref().is_some_and(|it| health(it) == "starting");
            let passed = began.elapsed();
            let is_healthy = now.as_ref().is_some_and(|it| health(it) == "healthy");
            if passed >= stable && !is_deciding && (is_healthy || !must_be_healthy) {
                return Ok(Outcome::noted((), format!("up for {} s", passed.as_secs())));
            }
            if passed >= limit {
                let cause = format!(
                    "its health check has not said healthy within {} s",
                    limit.as_secs()
                );
                return Err(StepError::trouble(cause, STARTED, self.logs()));
            }
            first = first.or(now);
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = self.reporter.cancel().cancelled() => {}
            }
        }
    }

    async fn last_words(&self, id: &ContainerId) -> Option<Vec<String>> {
        let query = LogQuery {
            follow: false,
            since: None,
            tail: Some(LAST_LINES),
        };
        let mut pieces = self.link.engine.logs(id, query);
        let mut said = Vec::new();
        let read = async {
            while let Some(Ok(piece)) = pieces.next().await {
                said.extend_from_slice(&piece.bytes);
            }
        };
        timeout(WORDS, read).await.ok()?;
        let lines: Vec<_> = String::from_utf8_lossy(&said).lines().map(clean).collect();
        (!lines.is_empty()).then_some(lines)
    }

    fn logs(&self) -> String {
        format!(
            "see why with `tagboat session logs {} --host {}`",
            self.session, self.host
        )
    }
}

const STARTED: &str = "It was started, and runs as far as is known.";
const GONE: &str = "it ended, and the engine removed it (--rm)";

/// What is wrong with a container, compared with how it was when it was first looked at.
fn flaw(now: &Value, first: Option<&Value>) -> Option<String> {
    let code = now
        .pointer("/State/ExitCode")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let changed = |pointer: &str| first.is_some_and(|first| first.pointer(pointer) != now.pointer(pointer));
    match state_of(now) {
        Some(ContainerState::Running) if changed("/RestartCount") || changed("/State/StartedAt") => {
            Some("it ended and was started again meanwhile".to_owned())
        }
        Some(ContainerState::Running) if health(now) == "unhealthy" => {
            Some("its health check says unhealthy".to_owned())
        }
        Some(ContainerState::Running) => None,
        Some(ContainerState::Restarting) => Some(format!(
            "it ended with exit code {code}, and is started again and again"
        )),
        Some(ContainerState::Exited | ContainerState::Dead | ContainerState::Removing) => {
            Some(format!("it ended with exit code {code}"))
        }
        _ => Some("it does not run".to_owned()),
    }
}

fn health(container: &Value) -> &str {
    container
        .pointer("/State/Health/Status")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::flaw;
    use serde_json::json;

    #[test]
    fn a_container_that_ends_or_begins_again_is_not_good() {
        let state = |status: &str, started: &str| json!({"State": {"Status": status, "StartedAt": started, "ExitCode": 3}, "RestartCount": 0});
        let first = state("running", "1");
        assert_eq!(flaw(&first, None), None);
        assert_eq!(flaw(&state("running", "1"), Some(&first)), None);
        assert!(flaw(&state("running", "2"), Some(&first)).is_some());
        assert_eq!(
            flaw(&state("exited", "1"), Some(&first)).as_deref(),
            Some("it ended with exit code 3")
        );
        assert!(flaw(&state("restarting", "1"), None).is_some());
        let sick = json!({"State": {"Status": "running", "Health": {"Status": "unhealthy"}}});
        assert_eq!(
            flaw(&sick, None).as_deref(),
            Some("its health check says unhealthy")
        );
    }
}
