//! `tagboat rollout`: restart many sessions onto a tag, canaries first, then in waves.

use super::change::carry_out_telling;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_tag;
use super::exit_code::Exit;
use super::follow::Telling;
use super::program::Program;
use super::rollout_args::{RolloutArgs, RolloutOrderArgs};
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use super::weigh::weighed;
use crate::model::console::facets::of_sessions;
use crate::model::console::{Filter, RowId, Screen};
use crate::model::failure::Refusal;
use crate::model::fleet::Host;
use crate::model::names::{HostName, SessionName, Tag};
use crate::model::plan::{RestartIntent, RestartPlan, plan_restart};
use crate::model::rollout::{Canary, RolloutOrder};
use jiff::Timestamp;
use std::num::NonZeroUsize;

/// Plans a rollout, has it confirmed, and watches it to its end.
pub(super) async fn rollout(program: &mut Program<'_>, args: &RolloutArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let order = order(&args.order)?;
    let filter = filter(&args.filter)?;
    let hosts = hosts_to_change(&setup.config, &args.hosts)?;
    let onto = args.tag.as_deref().map(choose_tag).transpose()?;
    let mut survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = match plan(&survey, program.clock.now(), &filter, onto, order) {
        Ok(mut plan) => {
            plan.conditions = args.conditions.into();
            weighed(program, &mut survey, plan).await
        }
        Err(stop) => Err(stop),
    };
    let telling = if args.watch {
        Telling::Rows
    } else {
        Telling::Fitting
    };
    carry_out_telling(program, &setup, survey, plan, args.change, telling).await
}

fn plan(
    survey: &Survey,
    now: Timestamp,
    filter: &Filter,
    onto: Option<Tag>,
    order: RolloutOrder,
) -> Result<RestartPlan, Stop> {
    let sessions = chosen(survey, now, filter);
    let unseen = unseen(survey);
    if sessions.is_empty() {
        let which = if filter.is_empty() {
            "there are no sessions on these hosts".to_owned()
        } else {
            format!("no session of these hosts passes {:?}", filter.text())
        };
        let unseen: Vec<_> = unseen.iter().filter_map(|one| one.host.as_ref()).collect();
        let but = match unseen.as_slice() {
            [] => String::new(),
            hosts => {
                let names: Vec<_> = hosts.iter().map(ToString::to_string).collect();
                format!(", as far as can be seen: {} could not be asked", names.join(", "))
            }
        };
        return Err(Stop::refused(
            format!("{which}{but}"),
            "see `tagboat status` and `tagboat session list`",
        ));
    }
    let intent = RestartIntent {
        sessions,
        onto,
        order,
        only_others: true,
    };
    let mut plan = plan_restart(&intent, &survey.fleet)?;
    plan.refused.extend(unseen);
    Ok(plan)
}

/// The hosts that could not be asked, and so have sessions that nobody saw: they are left out, and that is told.
fn unseen(survey: &Survey) -> Vec<Refusal> {
    let silent = survey.fleet.hosts().filter(|host| !host.connection.is_usable());
    let refusal = |host: &Host| {
        let why = host
            .connection
            .reason()
            .unwrap_or_else(|| "it does not answer".to_owned());
        Refusal::of_host(
            &host.name,
            format!("its sessions could not be seen: {why}"),
            format!("see `tagboat status --host {}`, then roll out there", host.name),
        )
    };
    silent.map(refusal).collect()
}

/// The sessions that pass the filter, in the order of hosts and names.
fn chosen(survey: &Survey, now: Timestamp, filter: &Filter) -> Vec<(HostName, SessionName)> {
    let rows = of_sessions(&survey.fleet, now).into_iter();
    rows.filter(|row| filter.matches(row))
        .filter_map(|row| match row.id {
            RowId::Session(host, name) => Some((host, name)),
            _ => None,
        })
        .collect()
}

fn filter(words: &[String]) -> Result<Filter, Stop> {
    Filter::parse(&words.join(" "), Screen::Sessions)
        .map_err(|unknown| Stop::usage(unknown.to_string(), "see `?` in the console, Filter"))
}

/// The order that the flags say.
fn order(args: &RolloutOrderArgs) -> Result<RolloutOrder, Stop> {
    let canary = NonZeroUsize::new(args.canary).map(|sessions| Canary {
        sessions,
        approval: args.approve,
    });
    if args.approve && canary.is_none() {
        return Err(Stop::usage(
            "--approve asks after the canaries, and --canary 0 leaves them out",
            "give --canary a number, or leave --approve away",
        ));
    }
    Ok(RolloutOrder {
        canary,
        wave: args.wave,
        max_failures: args.max_failures,
    })
}
