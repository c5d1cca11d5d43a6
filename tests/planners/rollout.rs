//! What a rollout does next: in waves, after its canaries, never past a failure too many, and as the operator steers it.

use crate::fleets::{OneHost, host_name, session};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use tagboat::model::failure::Failure;
use tagboat::model::fleet::ContainerState;
use tagboat::model::job::{Job, JobEvent, Step, StepKind, StepState, Target, TrackResult, Verdict};
use tagboat::model::names::{JobId, Operator};
use tagboat::model::plan::{Plan, RestartIntent, plan_restart};
use tagboat::model::rollout::{Account, Canary, Next, Pause, RolloutOrder, Stage, Steer, next};

pub(crate) const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn name(number: usize) -> String {
    format!("convocate-session-{number}")
}

pub(crate) fn target(number: usize) -> Target {
    Target::session(host_name(), session(&name(number)))
}

pub(crate) fn order(canary: Option<(usize, bool)>, wave: usize, max_failures: usize) -> RolloutOrder {
    let n = |n: usize| NonZeroUsize::new(n).unwrap();
    RolloutOrder {
        canary: canary.map(|(sessions, approval)| Canary {
            sessions: n(sessions),
            approval,
        }),
        wave: n(wave),
        max_failures,
    }
}

/// A rollout over sessions 0, 1, 2 …, that a test drives by hand.
pub(crate) struct Rollout {
    pub(crate) job: Job,
    order: RolloutOrder,
    running: BTreeSet<Target>,
    busy: BTreeSet<Target>,
}

impl Rollout {
    pub(crate) fn over(sessions: usize, order: RolloutOrder) -> Self {
        let mut host = OneHost::new()
            .image(1, &["v1"])
            .image(2, &["v2"])
            .stamped("v2", &["v1"]);
        for number in 0..sessions {
            host = host.container(&name(number), "v1", 1, ContainerState::Running);
        }
        let intent = RestartIntent {
            sessions: (0..sessions)
                .map(|number| (host_name(), session(&name(number))))
                .collect(),
            onto: None,
            order: order.clone(),
            only_others: false,
        };
        let plan = Plan::Restart(plan_restart(&intent, &host.fleet()).unwrap());
        let operator = Operator::parse("ann@here").unwrap();
        Self {
            job: Job::new(JobId::new(AT, 1), plan, operator, AT),
            order,
            running: BTreeSet::new(),
            busy: BTreeSet::new(),
        }
    }

    fn next(&self) -> Next {
        next(&self.job, &self.order, &self.running, &self.busy)
    }

    /// Begins what comes next; gives the numbers of the sessions.
    pub(crate) fn begin(&mut self) -> Vec<Target> {
        let Next::Begin(targets) = self.next() else {
            panic!("{:?}", self.next())
        };
        for target in &targets {
            self.running.insert(target.clone());
            self.job.apply(JobEvent::Step {
                target: target.clone(),
                step: Step::of(StepKind::Check),
                state: StepState::Running,
                at: AT,
            });
        }
        targets
    }

    fn end(&mut self, target: &Target, result: TrackResult) {
        self.running.remove(target);
        self.job.apply(JobEvent::TargetEnded {
            target: target.clone(),
            result,
            at: AT,
        });
    }

    pub(crate) fn good(&mut self, number: usize) {
        self.end(&target(number), TrackResult::Done(None));
    }

    pub(crate) fn bad(&mut self, number: usize) {
        self.end(&target(number), failed());
    }

    pub(crate) fn steer(&mut self, steer: Steer) {
        assert_eq!(steer.objection(&self.job), None);
        let operator = Operator::parse("ann@here").unwrap();
        self.job.apply(JobEvent::Steered {
            steer,
            operator,
            at: AT,
        });
    }

    fn words(&self) -> String {
        Account::of(&self.job).unwrap().words()
    }
}

fn failed() -> TrackResult {
    TrackResult::Failed(Failure {
        host: Some(host_name()),
        step: StepKind::Probe,
        cause: "it ended with exit code 1".to_owned(),
        state: "The old container is the session again, as it was.".to_owned(),
        advice: "see its log".to_owned(),
        retryable: false,
    })
}

pub(crate) fn targets(numbers: std::ops::Range<usize>) -> Vec<Target> {
    numbers.map(target).collect()
}

#[test]
fn the_canary_goes_alone_then_waves_follow_each_other_whole() {
    let mut rollout = Rollout::over(6, order(Some((1, false)), 3, 0));
    assert_eq!(rollout.words(), "0/6 done · canary");
    assert_eq!(rollout.begin(), targets(0..1));
    assert_eq!(rollout.next(), Next::Wait(Pause::Wave));
    rollout.good(0);
    assert_eq!(rollout.begin(), targets(1..4));
    rollout.good(1);
    rollout.good(3);
    assert_eq!(rollout.next(), Next::Wait(Pause::Wave), "the wave is not over");
    assert_eq!(rollout.words(), "3/6 done · 1 restarting · running");
    rollout.good(2);
    assert_eq!(rollout.begin(), targets(4..6));
    rollout.good(4);
    rollout.good(5);
    assert_eq!(rollout.next(), Next::End(None));
    assert_eq!(rollout.job.verdict(false), Verdict::Done);
}

#[test]
fn a_canary_that_fails_ends_it_whatever_may_fail_later() {
    let mut rollout = Rollout::over(5, order(Some((2, false)), 5, 3));
    assert_eq!(rollout.begin(), targets(0..2));
    rollout.good(0);
    rollout.bad(1);
    let Next::End(Some(why)) = rollout.next() else {
        panic!("{:?}", rollout.next())
    };
    assert_eq!(
        why,
        "the canary eu-1/convocate-session-1 was not restarted (failed)"
    );
}

#[test]
fn after_the_canary_it_waits_for_an_approval_where_one_is_asked_for() {
    let mut rollout = Rollout::over(3, order(Some((1, true)), 2, 0));
    assert_eq!(
        Steer::Continue.objection(&rollout.job).unwrap(),
        "it is not paused"
    );
    rollout.begin();
    assert_eq!(
        Steer::Approve.objection(&rollout.job).unwrap(),
        "its canaries are not done yet"
    );
    rollout.good(0);
    assert_eq!(rollout.next(), Next::Wait(Pause::Approval));
    assert_eq!(rollout.words(), "1/3 done · waits for your approval");
    rollout.steer(Steer::Approve);
    assert_eq!(rollout.begin(), targets(1..3));
    assert_eq!(
        Steer::Approve.objection(&rollout.job).unwrap(),
        "it is approved already"
    );
}

#[test]
fn an_approval_is_asked_for_though_the_others_are_still_written_down_as_waiting_for_quiet() {
    let mut rollout = Rollout::over(3, order(Some((1, true)), 2, 0));
    for number in 0..3 {
        let quiet = Step::of(StepKind::Quiet);
        rollout.job.apply(JobEvent::Step {
            target: target(number),
            step: quiet,
            state: StepState::Running,
            at: AT,
        });
    }
    assert_eq!(rollout.words(), "0/3 done · waits for a quiet session");
    rollout.begin();
    rollout.good(0);
    assert_eq!(rollout.next(), Next::Wait(Pause::Approval));
    assert_eq!(rollout.words(), "1/3 done · waits for your approval");
    rollout.steer(Steer::Approve);
    assert_eq!(rollout.words(), "1/3 done · waits for a quiet session");
}

#[test]
fn nobody_is_asked_when_the_canaries_were_all() {
    let mut rollout = Rollout::over(2, order(Some((5, true)), 1, 0));
    assert_eq!(rollout.begin(), targets(0..2));
    rollout.good(0);
    rollout.good(1);
    assert_eq!(rollout.next(), Next::End(None));
}

#[test]
fn a_pause_lets_the_wave_end_and_begins_nothing_until_it_is_over() {
    let mut rollout = Rollout::over(4, order(None, 2, 0));
    rollout.begin();
    rollout.steer(Steer::Pause);
    assert_eq!(rollout.words(), "0/4 done · 2 restarting · paused");
    rollout.good(0);
    rollout.good(1);
    assert_eq!(rollout.next(), Next::Wait(Pause::Operator));
    rollout.steer(Steer::Continue);
    assert_eq!(rollout.begin(), targets(2..4));
}

#[test]
fn a_session_that_was_left_out_is_not_begun_and_a_failed_one_can_be_tried_again() {
    let mut rollout = Rollout::over(3, order(None, 1, 1));
    rollout.steer(Steer::Skip(target(1)));
    rollout.begin();
    assert_eq!(
        Steer::Skip(target(0)).objection(&rollout.job).unwrap(),
        "eu-1/convocate-session-0 is being restarted; cancel the rollout to put it back"
    );
    rollout.bad(0);
    rollout.steer(Steer::Retry(target(0)));
    assert_eq!(rollout.begin(), targets(0..1));
    rollout.good(0);
    assert_eq!(rollout.begin(), targets(2..3));
    rollout.good(2);
    assert_eq!(rollout.next(), Next::End(None));
    assert_eq!(rollout.words(), "2/3 done · 1 skipped · running");
    assert_eq!(
        rollout.job.verdict(false),
        Verdict::Partly,
        "one session is not on the tag"
    );
}

#[test]
fn sessions_that_are_at_work_let_others_go_first_and_hold_up_nobody() {
    let mut rollout = Rollout::over(4, order(Some((1, false)), 2, 0));
    rollout.busy = targets(0..2).into_iter().collect();
    assert_eq!(
        rollout.begin(),
        targets(2..3),
        "the canary is the first quiet one"
    );
    rollout.good(2);
    assert_eq!(rollout.begin(), targets(3..4));
    rollout.good(3);
    assert_eq!(rollout.next(), Next::Wait(Pause::Quiet));
    rollout.busy.clear();
    assert_eq!(rollout.begin(), targets(0..2));
}

/// What happens to a rollout in a random run.
#[derive(Debug, Clone)]
enum Turn {
    Good(prop::sample::Index),
    Bad(prop::sample::Index),
    Pause,
    Continue,
    Approve,
    Skip(prop::sample::Index),
    Busy(prop::sample::Index),
    Quiet,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let index = any::<prop::sample::Index>;
    let turn = prop_oneof![
        6 => index().prop_map(Turn::Good),
        1 => index().prop_map(Turn::Bad),
        1 => Just(Turn::Pause),
        2 => Just(Turn::Continue),
        2 => Just(Turn::Approve),
        1 => index().prop_map(Turn::Skip),
        1 => index().prop_map(Turn::Busy),
        1 => Just(Turn::Quiet),
    ];
    proptest::collection::vec(turn, 0..120)
}

fn orders() -> impl Strategy<Value = RolloutOrder> {
    (
        proptest::option::of((1..4usize, any::<bool>())),
        1..5usize,
        0..3usize,
    )
        .prop_map(|(canary, wave, failures)| order(canary, wave, failures))
}

proptest! {
    #[test]
    fn it_never_begins_what_runs_or_ended_nor_more_than_a_wave_nor_past_a_failure_too_many(
        order in orders(), sessions in 1..12usize, turns in turns()
    ) {
        let mut rollout = Rollout::over(sessions, order.clone());
        for turn in turns {
            if let Next::Begin(_) = rollout.next() {
                let account = Account::of(&rollout.job).unwrap();
                prop_assert!(!rollout.job.steering.is_paused);
                prop_assert!(account.failed <= order.max_failures);
                let before: BTreeSet<_> = rollout.job.tracks.iter()
                    .filter(|track| track.result.is_some()).map(|track| track.target.clone()).collect();
                let begun = rollout.begin();
                prop_assert!(begun.iter().all(|target| !before.contains(target) && !rollout.busy.contains(target)));
                prop_assert_eq!(begun.len(), rollout.running.len(), "a wave begins when the one before is over");
                let canaries = order.canary.map_or(0, |canary| canary.sessions.get());
                if account.stage == Stage::Canary {
                    prop_assert!(begun.len() <= canaries && account.failed == 0);
                } else {
                    prop_assert!(begun.len() <= order.wave.get());
                    let asks = order.canary.is_some_and(|canary| canary.approval);
                    prop_assert!(!asks || rollout.job.steering.is_approved);
                }
            }
            let running: Vec<_> = rollout.running.iter().cloned().collect();
            match turn {
                Turn::Good(index) if !running.is_empty() => rollout.end(index.get(&running), TrackResult::Done(None)),
                Turn::Bad(index) if !running.is_empty() => rollout.end(index.get(&running), failed()),
                Turn::Busy(index) => { rollout.busy.insert(target(index.index(sessions))); }
                Turn::Quiet => rollout.busy.clear(),
                Turn::Good(_) | Turn::Bad(_) => {}
                steer => {
                    let steer = match steer {
                        Turn::Pause => Steer::Pause,
                        Turn::Continue => Steer::Continue,
                        Turn::Approve => Steer::Approve,
                        Turn::Skip(index) => Steer::Skip(target(index.index(sessions))),
                        _ => continue,
                    };
                    if steer.objection(&rollout.job).is_none() {
                        rollout.steer(steer);
                    }
                }
            }
        }
    }

    #[test]
    fn it_comes_to_an_end_when_nobody_holds_it_up(order in orders(), sessions in 1..12usize, bad in 0..12usize) {
        let mut rollout = Rollout::over(sessions, order);
        for _ in 0..100 {
            match rollout.next() {
                Next::End(_) => {
                    let open = rollout.job.tracks.iter().filter(|track| track.result.is_none()).count();
                    prop_assert!(open == 0 || Account::of(&rollout.job).unwrap().failed > 0);
                    return Ok(());
                }
                Next::Begin(_) => {
                    for target in rollout.begin() {
                        let result = if target == self::target(bad) { failed() } else { TrackResult::Done(None) };
                        rollout.end(&target, result);
                    }
                }
                Next::Wait(Pause::Approval) => rollout.steer(Steer::Approve),
                Next::Wait(pause) => prop_assert!(false, "{pause:?}"),
            }
        }
        prop_assert!(false, "it never ended");
    }
}
