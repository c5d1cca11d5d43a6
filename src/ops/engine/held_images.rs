//! The images of a rollout that waits: it has no lease meanwhile, and no prune may take them before their turn.

use super::run_job::{Runner, SIDE_BY_SIDE};
use super::take_host::{LOST, take_up_first};
use crate::model::job::Target;
use crate::model::names::{HostName, ImageId, ImageRef};
use crate::model::plan::{RestartPlan, RestartTarget, job_pin};
use crate::ops::ports::{EngineError, Removal};
use crate::ops::report::{StepError, TrackReporter};
use futures_util::StreamExt;
use futures_util::stream;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::sleep;

/// How long it waits before a host that could not be had is asked again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

type Images = BTreeMap<ImageId, ImageRef>;

/// Why images are not held.
enum NotHeld {
    /// It may be possible later.
    Yet(StepError),
    /// It will not.
    AtAll(StepError),
}

impl Runner {
    /// Gives what the sessions that are left will get a pin tag of this job, host by host, for as long as that takes: a host that
    /// cannot be had is asked again. The pins of a job whose console died stay until it was taken up.
    pub(super) async fn hold_images(&self, plan: &RestartPlan) {
        if !plan.may_wait() {
            return;
        }
        let needed = plan.images_of(&self.open_targets());
        stream::iter(needed)
            .for_each_concurrent(SIDE_BY_SIDE, |(host, images)| async move {
                self.hold_on(&host, &images).await;
            })
            .await;
    }

    async fn hold_on(&self, host: &HostName, images: &Images) {
        let mut is_told = false;
        loop {
            let (error, is_over) = match self.try_to_hold(host, images).await {
                Ok(()) => return,
                Err(NotHeld::Yet(error)) => (error, false),
                Err(NotHeld::AtAll(error)) => (error, true),
            };
            if !is_told || is_over {
                let more = if is_over {
                    ""
                } else {
                    "; a prune may take it until then"
                };
                let why = error.cause();
                let line = format!("what it will need on {host} is not held yet: {why}{more}");
                self.say_about(host, &line).await;
            }
            is_told = true;
            if is_over {
                return;
            }
            sleep(TRY_AGAIN).await;
        }
    }

    /// Under the lease, so that no prune is at work that has looked before and removes after; and as every other job, after what
    /// a console that is gone has left open there.
    async fn try_to_hold(&self, host: &HostName, images: &Images) -> Result<(), NotHeld> {
        let link = self.workshop.link(host).await.map_err(NotHeld::Yet)?;
        let taken = self.workshop.leases.take(&link, &self.claim()).await;
        let lease = taken.map_err(|error| NotHeld::Yet(error.into()))?;
        if let Some(reporter) = self.reporter_about(host) {
            take_up_first(&lease, &link, &reporter).await;
        }
        for (image, reference) in images {
            if lease.is_lost() {
                return Err(NotHeld::Yet(StepError::passing(LOST, NOT_HELD, "")));
            }
            let pin = job_pin(&self.job.id, image).map_err(|error| {
                NotHeld::AtAll(StepError::trouble(error.to_string(), NOT_HELD, "plan it again"))
            })?;
            link.engine
                .tag(image.as_str(), &pin)
                .await
                .map_err(|error| match &error {
                    EngineError::NotFound(_) => NotHeld::AtAll(StepError::trouble(
                        format!("{reference} is not there any more"),
                        NOT_HELD,
                        "push it again",
                    )),
                    _ => NotHeld::Yet(StepError::of_engine(&error, NOT_HELD, "")),
                })?;
        }
        Ok(())
    }

    /// Lets the images go, at the end of the job. On a host that is away a pin stays, and that is told.
    pub(super) async fn let_images_go(&self, plan: &RestartPlan) {
        if !plan.may_wait() {
            return;
        }
        let targets: Vec<Target> = plan.sessions.iter().map(RestartTarget::target).collect();
        stream::iter(plan.images_of(&targets))
            .for_each_concurrent(SIDE_BY_SIDE, |(host, images)| async move {
                for image in images.keys() {
                    if let Err(why) = self.drop_pin(&host, image).await {
                        let line = format!("the pin of this job stays on {host}: {why}");
                        self.say_about(&host, &line).await;
                    }
                }
            })
            .await;
    }

    async fn drop_pin(&self, host: &HostName, image: &ImageId) -> Result<(), String> {
        let pin = job_pin(&self.job.id, image).map_err(|error| error.to_string())?;
        let link = self.workshop.links.get(host);
        let link = link.and_then(|slot| slot.borrow().clone());
        let by_hand = format!("`docker rmi {pin}` there removes it");
        let link = link.ok_or_else(|| format!("it is not connected; {by_hand}"))?;
        match link.engine.remove_image(&pin.to_string()).await {
            Ok(Removal::Removed | Removal::WasGone) => Ok(()),
            Ok(Removal::InUse(why)) => Err(format!("the engine says: {why}; {by_hand}")),
            Err(error) => Err(format!("{error}; {by_hand}")),
        }
    }

    /// Tells something about a whole host where its sessions are told.
    async fn say_about(&self, host: &HostName, line: &str) {
        if let Some(reporter) = self.reporter_about(host) {
            reporter.log(line).await;
        }
    }

    fn reporter_about(&self, host: &HostName) -> Option<TrackReporter> {
        let mut tracks = self.job.tracks.iter();
        let track = tracks.find(|track| track.target.host == *host)?;
        Some(self.reporter(&track.target))
    }
}

const NOT_HELD: &str = "Nothing was changed.";
