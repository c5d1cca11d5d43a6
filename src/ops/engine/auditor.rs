//! Writes the audit of each target that ends: here, and on its host where something was done. What cannot be written is told, and
//! changes nothing of the result.

use super::run_job::Runner;
use crate::model::audit::{AuditEntry, entries, has_touched};
use crate::model::job::{Target, TrackResult};
use crate::model::names::ImageId;
use crate::model::plan::{BuildPlan, Plan, ReleasePlan};
use crate::ops::audit::{NotWritten, write_on_host};
use crate::ops::ports::ContainerEngine;
use tokio::task::spawn_blocking;

impl Runner {
    /// Writes what is to be written of a target that ends so.
    pub(super) async fn audit(&self, target: &Target, result: &TrackResult) {
        let job = self.sink.job();
        let link = self.workshop.links.get(&target.host);
        let link = link.and_then(|slot| slot.borrow().clone());
        let there_now = match (&job.plan, result, &link) {
            (Plan::Push(plan), TrackResult::Done(_), Some(link)) => {
                image_of(link.engine.as_ref(), &plan.reference.to_string()).await
            }
            (Plan::Bootstrap(plan), TrackResult::Done(_), Some(link)) => {
                image_of(link.engine.as_ref(), &plan.bootstrap.pinned.to_string()).await
            }
            (
                Plan::Build(BuildPlan { reference, .. }) | Plan::Release(ReleasePlan { reference, .. }),
                TrackResult::Done(_),
                _,
            ) => match self.workshop.exports().await {
                Ok(exports) => image_of(exports.source(), &reference.to_string()).await,
                Err(_) => None,
            },
            _ => None,
        };
        let entries = entries(&job, target, result, there_now.as_ref());
        if let Err(why) = self.audit_here(entries.clone()).await {
            let path = self.workshop.audit.path().display();
            let told = format!("the audit {path} has no line of it: {why}");
            self.reporter(target).log(told).await;
        }
        // The source is this side: what was written here is all that there is to write.
        if target.is_source() || !job.track(target).is_some_and(has_touched) {
            return;
        }
        let not_connected = || NotWritten {
            written: 0,
            why: "it is not connected".to_owned(),
        };
        let written = match &link {
            Some(link) => write_on_host(link, &entries).await,
            None => Err(not_connected()),
        };
        if let Err(NotWritten { written, why }) = written {
            let has = match written {
                0 => "no line".to_owned(),
                some => format!("only {some} of {} lines", entries.len()),
            };
            let told = format!("the audit on {} has {has} of it: {why}", target.host);
            self.reporter(target).log(told).await;
        }
    }

    async fn audit_here(&self, entries: Vec<AuditEntry>) -> Result<(), String> {
        let (file, now) = (self.workshop.audit.clone(), self.workshop.clock.now());
        let written = spawn_blocking(move || file.append(&entries, now)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }
}

async fn image_of(engine: &dyn ContainerEngine, reference: &str) -> Option<ImageId> {
    let told = engine.image(reference).await;
    told.ok().flatten().map(|details| details.id)
}
