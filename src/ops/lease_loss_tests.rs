//! How a console finds out that it has lost a host, over links that hang, break and come back. What a host answers is played.

use crate::model::fleet::Store;
use crate::model::job::{Step, StepKind, Target, TrackResult};
use crate::model::names::{JobId, Operator};
use crate::ops::console_id::ConsoleId;
use crate::ops::host_link::HostLink;
use crate::ops::lease::{Claim, Lease, Leases};
use crate::ops::ports::{ScriptCall, ScriptOutput, Shell, ShellError, SystemClock};
use crate::ops::report::{Outcome, TrackReporter};
use crate::ops::simulated::{MemorySink, SimulatedHost};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A shell that answers each verb of the lease with a code, or not at all.
#[derive(Default)]
struct Played {
    beat: Option<i32>,
    /// What a take waits for, where it does.
    take_after: Option<Arc<Notify>>,
    calls: Mutex<Vec<String>>,
}

#[async_trait]
impl Shell for Played {
    async fn run(&self, call: ScriptCall<'_>) -> Result<ScriptOutput, ShellError> {
        let verb = call.arguments[0].clone();
        self.calls.lock().unwrap().push(verb.clone());
        let code = match verb.as_str() {
            "beat" => self.beat,
            "take" => {
                if let Some(notify) = &self.take_after {
                    notify.notified().await;
                }
                Some(0)
            }
            _ => Some(0),
        };
        let Some(code) = code else {
            return std::future::pending().await;
        };
        Ok(ScriptOutput {
            stdout: String::new(),
            stderr: String::new(),
            code,
        })
    }
}

impl Played {
    fn beating(beat: Option<i32>) -> Arc<Self> {
        Arc::new(Self {
            beat,
            ..Self::default()
        })
    }

    fn calls_of(&self, verb: &str) -> usize {
        self.calls
            .lock()
            .unwrap()
            .iter()
            .filter(|call| *call == verb)
            .count()
    }
}

fn linked(host: &SimulatedHost, shell: &Arc<Played>) -> HostLink {
    HostLink {
        shell: shell.clone(),
        ..host.link.clone()
    }
}

/// A console whose machine is up as long as the clock of the runtime says.
fn console() -> Leases {
    let begun = Instant::now();
    by_uptime(Arc::new(move || begun.elapsed()))
}

fn by_uptime(uptime: crate::ops::lease::Uptime) -> Leases {
    let operator = Operator::parse("one@desk").unwrap();
    Leases::by_uptime(&operator, ConsoleId::here(), TaskTracker::new(), uptime)
}

fn job(salt: u16) -> JobId {
    JobId::new(jiff::Timestamp::UNIX_EPOCH, salt)
}

async fn take(console: &Leases, link: &HostLink, job: &JobId) -> Arc<Lease> {
    console.take(link, &Claim { job, what: "push" }).await.unwrap()
}

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_is_tried_again_and_hides_no_loss() {
    let host = SimulatedHost::new(Store::Classic);
    let shell = Played::beating(None);
    let lease = take(&console(), &linked(&host, &shell), &job(1)).await;
    let lost = timeout(MINUTE, lease.lost().cancelled()).await;
    assert!(
        lost.is_ok(),
        "its end has passed on the host, and nobody knows it here"
    );
    assert!(shell.calls_of("beat") >= 3, "{:?}", shell.calls.lock().unwrap());
    assert!(lease.is_lost());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_renewed_is_not_lost_and_is_given_back_once() {
    let host = SimulatedHost::new(Store::Classic);
    let shell = Played::beating(Some(0));
    let lease = take(&console(), &linked(&host, &shell), &job(1)).await;
    assert!(timeout(10 * MINUTE, lease.lost().cancelled()).await.is_err());
    drop(lease);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(shell.calls_of("release"), 1);
}

#[tokio::test]
async fn a_step_does_not_begin_when_the_machine_slept_longer_than_its_lease_was_good_for() {
    let host = SimulatedHost::new(Store::Classic);
    let up = Arc::new(Mutex::new(Duration::from_secs(100)));
    let told = up.clone();
    let console = by_uptime(Arc::new(move || *told.lock().unwrap()));
    let lease = take(&console, &linked(&host, &Played::beating(Some(0))), &job(1)).await;
    let reporter = TrackReporter::new(
        Target::host(host.link.name().clone()),
        Arc::new(MemorySink::default()),
        Arc::new(SystemClock),
        CancellationToken::new(),
    );
    reporter.work_under(Arc::downgrade(&lease));
    let step = || reporter.step(Step::of(StepKind::Stamp), async { Ok(Outcome::done(())) });
    assert_eq!(step().await, Ok(()));
    // No timer of the runtime has run since.
    *up.lock().unwrap() += MINUTE;
    assert!(matches!(step().await, Err(TrackResult::Cancelled(_))));
}

#[tokio::test(start_paused = true)]
async fn a_loss_that_a_new_link_finds_out_is_one_of_the_jobs_that_hold_the_lease_since_the_link_before() {
    let host = SimulatedHost::new(Store::Classic);
    let console = console();
    let (broken, back) = (Played::beating(None), Played::beating(Some(9)));
    let first = take(&console, &linked(&host, &broken), &job(1)).await;
    let second = take(&console, &linked(&host, &back), &job(2)).await;
    assert!(Arc::ptr_eq(&first, &second));
    let lost = timeout(Duration::from_secs(2), first.lost().cancelled()).await;
    assert!(lost.is_ok(), "another console has the host");
    let third = take(&console, &linked(&host, &back), &job(3)).await;
    assert!(!third.is_lost() && first.is_lost());
    drop((first, second));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        (broken.calls_of("release"), back.calls_of("release")),
        (0, 0),
        "what is left of the lost one does not give back the next"
    );
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_back_goes_on_renewing_for_all_who_hold_the_lease() {
    let host = SimulatedHost::new(Store::Classic);
    let console = console();
    let (broken, back) = (Played::beating(None), Played::beating(Some(0)));
    let first = take(&console, &linked(&host, &broken), &job(1)).await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    drop(take(&console, &linked(&host, &back), &job(2)).await);
    assert!(timeout(10 * MINUTE, first.lost().cancelled()).await.is_err());
    assert_eq!((back.calls_of("take"), back.calls_of("release")), (0, 0));
    drop(first);
    tokio::time::sleep(MINUTE).await;
    assert_eq!((broken.calls_of("release"), back.calls_of("release")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_nobody_wants_any_more_when_it_comes_is_given_back() {
    let host = SimulatedHost::new(Store::Classic);
    let console = console();
    let notify = Arc::new(Notify::new());
    let shell = Arc::new(Played {
        beat: Some(0),
        take_after: Some(notify.clone()),
        ..Played::default()
    });
    let link = linked(&host, &shell);
    let job = job(1);
    let wanted = timeout(Duration::from_secs(1), take(&console, &link, &job));
    assert!(wanted.await.is_err());
    notify.notify_one();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(shell.calls_of("release"), 1);
}

#[tokio::test(start_paused = true)]
async fn who_joins_a_lease_waits_until_what_the_one_before_left_was_taken_up() {
    let host = SimulatedHost::new(Store::Classic);
    let console = console();
    let link = linked(&host, &Played::beating(Some(0)));
    let lease = take(&console, &link, &job(1)).await;
    let joined = take(&console, &link, &job(2)).await;
    let taking_up = lease.before().await;
    assert!(timeout(MINUTE, joined.before()).await.is_err());
    drop(taking_up);
    assert!(timeout(MINUTE, joined.before()).await.is_ok());
}
