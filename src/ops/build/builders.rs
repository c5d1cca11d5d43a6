//! The step in which an image is built, by either builder, with what that tells.

use super::buildx::{self, Ended};
use super::classic::ClassicReader;
use super::news::{Account, News, Said};
use super::run::{Build, NOTHING_TAGGED, engine_trouble};
use crate::model::job::Progress;
use crate::model::plan::{Builder, ContextFrom};
use crate::ops::ports::{BuildRequest, EngineError};
use crate::ops::report::{Outcome, StepError};
use futures_util::StreamExt;
use std::fs::{self, File};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc;

/// News that may wait to be told.
const WAITING: usize = 64;

impl Build<'_> {
    /// Has the image built under its staging tag.
    pub(super) async fn build(&self, context: File) -> Result<Outcome<()>, StepError> {
        let account = Mutex::new(Account::default());
        let (tell, mut told) = mpsc::channel(WAITING);
        let work = async {
            match self.plan.settings.builder {
                Builder::Classic => self.build_classic(context, tell).await,
                Builder::Buildkit => self.build_buildkit(context, tell).await,
            }
        };
        let telling = async {
            while let Some(news) = told.recv().await {
                let said = account.lock().unwrap_or_else(PoisonError::into_inner).hear(news);
                self.say(said).await;
            }
        };
        // Who builds lets go of its end when it is done, so both end.
        let (built, ()) = tokio::join!(work, telling);
        let account = account.into_inner().unwrap_or_else(PoisonError::into_inner);
        match built {
            Ok(Ended::Built) => Ok(Outcome::done(())),
            Ok(Ended::Cancelled) => Err(StepError::Cancelled(format!(
                "{NOTHING_TAGGED} The engine has ended the build."
            ))),
            Ok(Ended::Failed(said)) => {
                for line in account.untold() {
                    self.reporter.log(line).await;
                }
                let advice = "mend what the last lines say, and build again: the steps before are taken from this build";
                Err(StepError::trouble(
                    account.cause(&said, self.dockerfile().as_deref()),
                    NOTHING_TAGGED,
                    advice,
                ))
            }
            Err(error) => Err(engine_trouble(&error)),
        }
    }

    async fn say(&self, said: Said) {
        if let Some((done, of)) = said.steps {
            self.reporter.tell(Progress {
                done: u64::from(done),
                total: Some(u64::from(of)),
                rate: 0,
            });
        }
        if let Some(line) = said.line {
            self.reporter.log(line).await;
        }
    }

    async fn build_classic(&self, context: File, tell: mpsc::Sender<News>) -> Result<Ended, EngineError> {
        let settings = &self.plan.settings;
        let mut args = settings.args.clone();
        if let Some(epoch) = settings.epoch {
            args.insert("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string());
        }
        let request = BuildRequest {
            dockerfile: self.plan.context.dockerfile.clone(),
            reference: self.staging.clone(),
            args,
            labels: self.plan.labels.clone(),
            target: settings.target.clone(),
            no_cache: settings.no_cache,
            network: settings.network.clone(),
        };
        let mut pieces = self.exports.source().build(request, context);
        let mut reader = ClassicReader::default();
        loop {
            let piece = tokio::select! {
                piece = pieces.next() => piece,
                () = self.reporter.cancel().cancelled() => return Ok(Ended::Cancelled),
            };
            let news = match piece {
                Some(Ok(piece)) => reader.take(&piece),
                Some(Err(EngineError::Answered { code: _, message })) => {
                    if let Some(rest) = reader.rest() {
                        let _ = tell.send(rest).await;
                    }
                    return Ok(Ended::Failed(message));
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(Ended::Built),
            };
            for news in news {
                // Who tells goes on until this ends.
                let _ = tell.send(news).await;
            }
        }
    }

    async fn build_buildkit(&self, context: File, tell: mpsc::Sender<News>) -> Result<Ended, EngineError> {
        let cancel = self.reporter.cancel();
        let built = buildx::build(
            self.plan,
            &self.staging,
            &self.place.engine,
            context,
            tell,
            cancel,
        )
        .await;
        built.map_err(|error| EngineError::Unreachable(format!("docker buildx: {error}")))
    }

    /// The text of the Dockerfile, to find the line of a step in it.
    fn dockerfile(&self) -> Option<String> {
        match &self.plan.context.origin {
            ContextFrom::Embedded => {
                let is_it = |file: &&super::embedded::EmbeddedFile| file.path == self.plan.context.dockerfile;
                super::embedded::EMBEDDED
                    .iter()
                    .find(is_it)
                    .map(|file| file.text.to_owned())
            }
            ContextFrom::Directory(path) => {
                fs::read_to_string(Path::new(path).join(&self.plan.context.dockerfile)).ok()
            }
        }
    }
}
