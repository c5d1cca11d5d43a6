//! A rollout that is taken up again: it goes on where it was, and tries anew what its hosts are done with.

use crate::rollout::{AT, Rollout, order, target, targets};
use tagboat::model::job::{JobEvent, Step, StepKind, StepState, Verdict};
use tagboat::model::rollout::Steer;

fn step(number: usize, kind: StepKind, state: StepState) -> JobEvent {
    JobEvent::Step {
        target: target(number),
        step: Step::of(kind),
        state,
        at: AT,
    }
}

fn take_up(rollout: &mut Rollout) {
    let (plan, operator) = (Box::new(rollout.job.plan.clone()), rollout.job.operator.clone());
    rollout.job.apply(JobEvent::Started {
        plan,
        operator,
        patience: tagboat::model::job::Patience::NONE,
        at: AT,
    });
}

#[test]
fn taken_up_again_it_goes_on_where_it_was() {
    let mut rollout = Rollout::over(5, order(Some((1, true)), 2, 0));
    rollout.begin();
    rollout.good(0);
    rollout.steer(Steer::Approve);
    rollout.steer(Steer::Skip(target(4)));
    rollout.steer(Steer::Pause);
    take_up(&mut rollout);
    assert_eq!(
        rollout.begin(),
        targets(1..3),
        "approved, not paused, and the canary is done"
    );
    rollout.good(1);
    rollout.good(2);
    assert_eq!(rollout.begin(), targets(3..4), "what was left out stays out");
}

#[test]
fn what_was_put_back_begins_anew_when_the_ended_job_is_taken_up_and_what_was_lost_sight_of_is_followed() {
    let mut rollout = Rollout::over(2, order(None, 2, 9));
    rollout.begin();
    rollout
        .job
        .apply(step(0, StepKind::PutBack, StepState::Done(None)));
    rollout.job.apply(step(1, StepKind::Hold, StepState::Running));
    rollout.bad(0);
    rollout.bad(1);
    rollout.job.apply(JobEvent::Ended {
        verdict: Verdict::Failed,
        at: AT,
    });
    take_up(&mut rollout);
    let follows = |number| rollout.job.track(&target(number)).unwrap().is_to_follow();
    assert!(!follows(0), "its host is done with it");
    assert!(follows(1), "nobody knows what its host did");
}

#[test]
fn what_the_operator_left_out_stays_out_when_the_ended_job_is_taken_up_and_alone_is_no_reason_to() {
    let mut rollout = Rollout::over(2, order(None, 1, 9));
    rollout.steer(Steer::Skip(target(0)));
    rollout.begin();
    rollout.bad(1);
    rollout.job.apply(JobEvent::Ended {
        verdict: Verdict::Failed,
        at: AT,
    });
    assert!(rollout.job.is_resumable());
    take_up(&mut rollout);
    assert_eq!(rollout.begin(), targets(1..2));
    rollout.good(1);
    rollout.job.apply(JobEvent::Ended {
        verdict: Verdict::Partly,
        at: AT,
    });
    assert!(!rollout.job.is_resumable(), "nothing but what was left out");
}

#[test]
fn what_was_lost_sight_of_is_followed_when_it_is_tried_again_and_what_was_put_back_begins_anew() {
    let mut rollout = Rollout::over(2, order(None, 2, 9));
    rollout.begin();
    rollout
        .job
        .apply(step(0, StepKind::PutBack, StepState::Done(None)));
    rollout.job.apply(step(1, StepKind::Hold, StepState::Running));
    rollout.bad(0);
    rollout.bad(1);
    for number in [0, 1] {
        rollout.steer(Steer::Retry(target(number)));
    }
    let follows = |number| rollout.job.track(&target(number)).unwrap().is_to_follow();
    assert!(!follows(0));
    assert!(follows(1), "its host may be about to end it");
}

#[test]
fn a_session_that_was_put_back_has_all_its_steps_before_it_when_it_begins_anew() {
    let mut rollout = Rollout::over(1, order(None, 1, 0));
    rollout.begin();
    rollout.job.apply(step(0, StepKind::Hold, StepState::Done(None)));
    rollout
        .job
        .apply(step(0, StepKind::PutBack, StepState::Done(None)));
    rollout.job.apply(step(0, StepKind::Check, StepState::Running));
    let track = rollout.job.track(&target(0)).unwrap();
    let begun: Vec<_> = track
        .steps
        .iter()
        .filter(|record| record.state != StepState::Waiting)
        .map(|record| record.step.kind)
        .collect();
    assert_eq!(begun, [StepKind::Check]);
}

#[test]
fn a_session_that_was_put_back_waits_for_its_turn_and_can_be_left_out() {
    let mut rollout = Rollout::over(2, order(None, 1, 0));
    rollout.begin();
    rollout.job.apply(step(0, StepKind::Hold, StepState::Done(None)));
    assert!(Steer::Skip(target(0)).objection(&rollout.job).is_some());
    rollout
        .job
        .apply(step(0, StepKind::PutBack, StepState::Done(None)));
    assert_eq!(Steer::Skip(target(0)).objection(&rollout.job), None);
}
