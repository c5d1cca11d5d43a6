//! `tagboat compose migrate`: a running project of a host from `build:` to a pin.

use super::change::carry_out;
use super::choose_image::choose_image;
use super::compose_args::ComposeMigrateArgs;
use super::compose_check::{connect, one_host};
use super::exit_code::Exit;
use super::program::{Program, Setup};
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::names::{ImageRef, ProjectName, ServiceName};
use crate::model::plan::{MigratePlan, Plan};
use crate::model::probe::Settled;
use crate::model::profile::HostSettings;
use crate::ops::compose::{MigrateWish, survey_project};
use std::time::Duration;

/// Plans it, has it confirmed, and follows it to its end.
pub(super) async fn compose_migrate(
    program: &mut Program<'_>,
    args: &ComposeMigrateArgs,
) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let host = one_host(&setup, &args.host)?;
    let hosts = vec![host.clone()];
    let word = args.image.as_deref();
    let word = word.ok_or_else(|| {
        Stop::usage(
            "it is not said which image the project gets",
            format!("name a tag of {} with --image", host.profile.image),
        )
    })?;
    let onto = choose_image(word, &hosts)?;
    let plan = plan(program, &setup, &host, args, &onto).await?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    carry_out(program, &setup, survey, Ok(Plan::Migrate(plan)), args.change).await
}

async fn plan(
    program: &Program<'_>,
    setup: &Setup,
    host: &HostSettings,
    args: &ComposeMigrateArgs,
    onto: &ImageRef,
) -> Result<MigratePlan, Stop> {
    let project = ProjectName::parse(&args.project);
    let project =
        project.map_err(|invalid| Stop::usage(invalid.to_string(), "name it as `docker compose ls` does"))?;
    let services = args.services.iter().map(|name| ServiceName::parse(name));
    let services: Vec<ServiceName> = services
        .collect::<Result<_, _>>()
        .map_err(|invalid| Stop::usage(invalid.to_string(), format!("write {}", invalid.rule)))?;
    let place = connect(program, setup, host).await?;
    let wish = MigrateWish {
        project: &project,
        services: &services,
        onto,
        pin: &host.profile.compose_pin,
        copies: args.copy_volumes,
    };
    let migration = survey_project(&place, &wish).await.map_err(|error| {
        Stop::refused(
            format!("{}: {error}", host.name),
            "mend that, then plan it again; `tagboat compose check` tells more of its files",
        )
    })?;
    let rules = &host.profile.probe;
    let stable = match rules.settled {
        Settled::Stable(stable) => stable,
        Settled::Healthy => Duration::from_secs(5),
    };
    Ok(MigratePlan {
        host: host.name.clone(),
        migration,
        stable,
        deadline: rules.deadline,
        guard: host.guard,
        refused: Vec::new(),
    })
}
