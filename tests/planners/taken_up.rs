//! A rollout that is taken up again: it goes on where it was, and tries anew what its hosts are done with.

use crate::rollout::{AT, Rollout, order, target, targets};
use tagboat::model::job::{JobEvent, Step, StepKind, StepState, Verdict};
use tagboat::model::names::Operator;
use tagboat::model::plan::Plan;
use tagboat::model::rollout::Steer;

#[test]
fn taken_up_again_it_goes_on_where_it_was() {
    let mut rollout = Rollout::over(5, order(Some((1, true)), 2, 0));
    rollout.begin();
    rollout.good(0);
    rollout.steer(Steer::Approve);
    rollout.steer(Steer::Skip(target(4)));
    rollout.steer(Steer::Pause);
    let Plan::Restart(plan) = rollout.job.plan.clone() else {
        panic!()
    };
    rollout.job.apply(JobEvent::Started {
        plan: Box::new(Plan::Restart(plan)),
        operator: Operator::parse("bob@there").unwrap(),
        at: AT,
    });
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
    let step = |kind, state| JobEvent::Step {
        target: target(0),
        step: Step::of(kind),
        state,
        at: AT,
    };
    rollout.job.apply(step(StepKind::PutBack, StepState::Done(None)));
    rollout.bad(0);
    rollout.bad(1);
    rollout.job.apply(JobEvent::Ended {
        verdict: Verdict::Failed,
        at: AT,
    });
    let (plan, operator) = (Box::new(rollout.job.plan.clone()), rollout.job.operator.clone());
    rollout.job.apply(JobEvent::Started {
        plan,
        operator,
        at: AT,
    });
    let has_begun = |number| {
        let track = rollout.job.track(&target(number)).unwrap();
        track.is_under_way()
    };
    assert!(!has_begun(0), "its host is done with it");
    assert!(has_begun(1), "nobody knows what its host did");
}
