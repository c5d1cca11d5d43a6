//! Makes every text of an event harmless that a host, an engine or a program on a host may have written.

use crate::model::clean::clean;
use crate::model::compose::ComposePlace;
use crate::model::cost::Cost;
use crate::model::event::Event;
use crate::model::failure::{Failure, Refusal};
use crate::model::fleet::{
    Connection, ConnectionProblem, Delta, HostChange, ImageLookState, RunsOn, Stamp, Stock,
};
use crate::model::job::{Job, JobEvent, StepState, TrackResult};
use crate::model::logs::{LogEnd, LogLine, LogNews};

/// The event with its texts cleaned. Names, tags, digests and ids are valid by their types and pass as they are.
pub(super) fn cleaned(event: Event) -> Event {
    match event {
        Event::Fleet(Delta::Host { host, change }) => Event::Fleet(Delta::Host {
            host,
            change: host_change(change),
        }),
        Event::Fleet(Delta::Source { problem, images }) => Event::Fleet(Delta::Source {
            problem: problem.map(|text| clean(&text)),
            images,
        }),
        Event::Fleet(Delta::Stock(told)) => Event::Fleet(Delta::Stock(stock(told))),
        // Names, digests and times.
        Event::Fleet(Delta::Published(_)) => event,
        Event::Fleet(Delta::Look(mut look)) => {
            look.state = image_look(look.state);
            Event::Fleet(Delta::Look(look))
        }
        Event::Known(job) => Event::Known(Box::new(known(*job))),
        Event::Job { id, event } => Event::Job {
            id,
            event: job_event(event),
        },
        Event::Refused { id, refusal: why } => Event::Refused {
            id,
            refusal: refusal(why),
        },
        Event::Weighed { host, costs } => Event::Weighed {
            host,
            costs: costs.into_iter().map(|(id, told)| (id, cost(told))).collect(),
        },
        Event::Drafted(mut drafted) => {
            drafted.plan = drafted.plan.map_err(refusal);
            Event::Drafted(drafted)
        }
        Event::Logs(stream, news) => Event::Logs(stream, log_news(news)),
        Event::Notice(text) => Event::Notice(clean(&text)),
    }
}

/// What a check found was read out of an image.
fn stock(mut stock: Stock) -> Stock {
    for contract in stock.contracts.values_mut() {
        if let Err(why) = &mut contract.digest {
            *why = clean(why);
        }
        let broken = contract.verdicts.values_mut().flat_map(|one| &mut one.first);
        for text in broken.flat_map(|one| [&mut one.id, &mut one.requirement, &mut one.found]) {
            *text = clean(text);
        }
    }
    stock
}

fn image_look(state: ImageLookState) -> ImageLookState {
    match state {
        ImageLookState::Failed(why) => ImageLookState::Failed(clean(&why)),
        ImageLookState::Done { digest, mut report } => {
            for one in &mut report.findings {
                for text in [&mut one.id, &mut one.requirement, &mut one.found, &mut one.fix] {
                    *text = clean(text);
                }
            }
            ImageLookState::Done { digest, report }
        }
        ImageLookState::UnderWay => state,
    }
}

fn refusal(refusal: Refusal) -> Refusal {
    Refusal {
        host: refusal.host,
        reason: clean(&refusal.reason),
        advice: clean(&refusal.advice),
    }
}

fn cost(mut cost: Cost) -> Cost {
    let commands = cost.execs.iter_mut().map(|exec| &mut exec.command);
    let reasons = cost.unknown.iter_mut().map(|unknown| &mut unknown.reason);
    let examples = cost.layer.iter_mut().flat_map(|layer| &mut layer.examples);
    for text in commands.chain(reasons).chain(examples).chain(&mut cost.attached) {
        *text = clean(text);
    }
    cost
}

fn log_news(news: LogNews) -> LogNews {
    match news {
        LogNews::Lines(lines) => {
            let line = |line: LogLine| LogLine {
                text: clean(&line.text),
                ..line
            };
            LogNews::Lines(lines.into_iter().map(line).collect())
        }
        LogNews::Ended(LogEnd::Stopped(how)) => LogNews::Ended(LogEnd::Stopped(clean(&how))),
        LogNews::Ended(LogEnd::Failed { cause, advice }) => LogNews::Ended(LogEnd::Failed {
            cause: clean(&cause),
            advice: clean(&advice),
        }),
        LogNews::Ended(LogEnd::Complete) => news,
    }
}

fn host_change(change: HostChange) -> HostChange {
    match change {
        HostChange::Connection(Connection::Failed { problem, retry_at }) => {
            HostChange::Connection(Connection::Failed {
                problem: connection_problem(problem),
                retry_at,
            })
        }
        HostChange::Facts(mut facts) => {
            for text in [
                &mut facts.engine,
                &mut facts.api,
                &mut facts.platform.os,
                &mut facts.platform.architecture,
            ] {
                *text = clean(text);
            }
            HostChange::Facts(facts)
        }
        HostChange::Stamp { stamp, mut history } => {
            for record in &mut history {
                for text in [&mut record.operator, &mut record.image_id, &mut record.job] {
                    *text = clean(text);
                }
            }
            let stamp = match stamp {
                Stamp::Unreadable(why) => Stamp::Unreadable(clean(&why)),
                other => other,
            };
            HostChange::Stamp { stamp, history }
        }
        // What an examination tells is made harmless where it is read.
        HostChange::Container(mut container) => {
            container.name = clean(&container.name);
            if let Some(owner) = &mut container.compose {
                owner.name = clean(&owner.name);
                if let ComposePlace::Unknown(why) = &mut owner.place {
                    *why = clean(why);
                }
            }
            for volume in &mut container.storage.volumes {
                *volume = clean(volume);
            }
            if let RunsOn::Other(text) = &mut container.runs_on {
                *text = clean(text);
            }
            HostChange::Container(container)
        }
        other => other,
    }
}

fn connection_problem(problem: ConnectionProblem) -> ConnectionProblem {
    use ConnectionProblem as P;
    match problem {
        P::NeedsAuth(text) => P::NeedsAuth(clean(&text)),
        P::HostKeyChanged(text) => P::HostKeyChanged(clean(&text)),
        P::HostKeyUnknown(text) => P::HostKeyUnknown(clean(&text)),
        P::NoShell(text) => P::NoShell(clean(&text)),
        P::Unreachable(text) => P::Unreachable(clean(&text)),
        P::Lost(text) => P::Lost(clean(&text)),
        P::DockerDenied(text) => P::DockerDenied(clean(&text)),
        P::DockerDown(text) => P::DockerDown(clean(&text)),
    }
}

fn known(mut job: Job) -> Job {
    for track in &mut job.tracks {
        for record in &mut track.steps {
            let state = std::mem::take(&mut record.state);
            record.state = step_state(state);
            record.step.subject = record.step.subject.take().map(|text| clean(&text));
        }
        for line in &mut track.lines {
            *line = clean(line);
        }
        track.result = track.result.take().map(track_result);
    }
    job
}

fn job_event(event: JobEvent) -> JobEvent {
    match event {
        JobEvent::Step {
            target,
            mut step,
            state,
            at,
        } => {
            step.subject = step.subject.map(|text| clean(&text));
            JobEvent::Step {
                target,
                step,
                state: step_state(state),
                at,
            }
        }
        JobEvent::Log { target, line } => JobEvent::Log {
            target,
            line: clean(&line),
        },
        JobEvent::Transferred {
            target,
            mut transfer,
            at,
        } => {
            transfer.base = transfer.base.map(|text| clean(&text));
            JobEvent::Transferred { target, transfer, at }
        }
        JobEvent::TargetEnded { target, result, at } => JobEvent::TargetEnded {
            target,
            result: track_result(result),
            at,
        },
        other => other,
    }
}

fn step_state(state: StepState) -> StepState {
    match state {
        StepState::Done(note) => StepState::Done(note.map(|text| clean(&text))),
        StepState::Skipped(why) => StepState::Skipped(clean(&why)),
        StepState::Failed(failure) => StepState::Failed(clean_failure(failure)),
        other => other,
    }
}

fn track_result(result: TrackResult) -> TrackResult {
    match result {
        TrackResult::Done(note) => TrackResult::Done(note.map(|text| clean(&text))),
        TrackResult::Failed(failure) => TrackResult::Failed(clean_failure(failure)),
        TrackResult::Cancelled(text) => TrackResult::Cancelled(clean(&text)),
        TrackResult::NotBegun(text) => TrackResult::NotBegun(clean(&text)),
        TrackResult::Skipped(text) => TrackResult::Skipped(clean(&text)),
    }
}

fn clean_failure(failure: Failure) -> Failure {
    Failure {
        cause: clean(&failure.cause),
        state: clean(&failure.state),
        advice: clean(&failure.advice),
        ..failure
    }
}
