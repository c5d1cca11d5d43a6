//! `tagboat session start`: start sessions that are stopped, or a new one from a template.

use super::args::HostArgs;
use super::change::{carry_out, salt};
use super::choose_hosts::{hosts_to_change, hosts_to_see};
use super::choose_image::choose_tag;
use super::choose_sessions::choose_sessions;
use super::exit_code::Exit;
use super::program::Program;
use super::session_args::StartArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::names::HostName;
use crate::model::plan::{NewWish, Plan, StartIntent, plan_start};
use crate::model::template::fresh_id;
use std::collections::BTreeMap;

/// Plans a start, has it confirmed, and runs it.
pub(super) async fn session_start(program: &mut Program<'_>, args: &StartArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let is_new = args.new || args.template.is_some() || args.tag.is_some() || !args.values.is_empty();
    let (hosts, wish) = if is_new {
        let chosen = HostArgs {
            hosts: args.hosts.clone(),
            all: false,
        };
        let hosts = hosts_to_change(&setup.config, &chosen)?;
        let [host] = hosts.as_slice() else {
            let names: Vec<_> = hosts.iter().map(|host| host.name.to_string()).collect();
            return Err(Stop::usage(
                format!(
                    "a new session is made on one host, and {} are chosen: {}",
                    names.len(),
                    names.join(", ")
                ),
                "name one with --host",
            ));
        };
        let wish = wish(args, &host.name, program)?;
        (hosts, Some(wish))
    } else {
        (hosts_to_see(&setup.config, &args.hosts)?, None)
    };
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = plan(&survey, &args.names, wish);
    carry_out(program, &setup, survey, plan, args.change).await
}

fn wish(args: &StartArgs, host: &HostName, program: &Program<'_>) -> Result<NewWish, Stop> {
    let id = match args.names.as_slice() {
        [] => fresh_id(program.clock.now(), u64::from(salt())),
        [name] => name.clone(),
        several => {
            return Err(Stop::usage(
                format!("one new session at a time, and {} names are given", several.len()),
                "start them one after the other",
            ));
        }
    };
    let mut values = BTreeMap::new();
    for text in &args.values {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Stop::usage(
                format!("{text:?} sets nothing"),
                "write --set KEY=VALUE",
            ));
        };
        if values.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Stop::usage(format!("{key} is set twice"), "set it once"));
        }
    }
    Ok(NewWish {
        host: host.clone(),
        template: args.template.clone(),
        id,
        onto: args.tag.as_deref().map(choose_tag).transpose()?,
        values,
    })
}

fn plan(survey: &Survey, names: &[String], wish: Option<NewWish>) -> Result<Plan, Stop> {
    let intent = match wish {
        Some(wish) => StartIntent::New(wish),
        None => StartIntent::Again(choose_sessions(&survey.fleet, names).map_err(|stop| Stop {
            next: format!("{}; a new session is made with --new or --template", stop.next),
            ..stop
        })?),
    };
    Ok(Plan::Start(plan_start(&intent, &survey.fleet)?))
}
