//! The way of every setup of hosts: asked, examined, planned, confirmed, run.

use super::args::ChangeArgs;
use super::change::carry_out;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_image;
use super::examine::examine;
use super::exit_code::Exit;
use super::program::{Program, Setup};
use super::setup_args::{HostWords, SetupImageArgs};
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::failure::Refusal;
use crate::model::fleet::Fleet;
use crate::model::names::{HostName, ImageRef};
use crate::model::plan::{Plan, SetupImage, SetupIntent, SetupPlan};
use crate::model::profile::HostSettings;

/// A planner of setups.
pub(super) type Planner = fn(&SetupIntent, &Fleet) -> Result<SetupPlan, Refusal>;

/// What is set up, and how the operator wants it.
pub(super) struct Wish<'a> {
    pub(super) hosts: &'a HostWords,
    /// None where no image comes with it.
    pub(super) image: Option<&'a SetupImageArgs>,
    /// Whether a host that has an active tag keeps it where no image is named: a way back that somebody went stays gone.
    pub(super) keeps_stamps: bool,
    pub(super) change: ChangeArgs,
}

/// Carries out what a planner makes of a wish.
pub(super) async fn set_up(
    program: &mut Program<'_>,
    wish: Wish<'_>,
    planner: Planner,
) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_change(&setup.config, &wish.hosts.all())?;
    let need = match wish.image {
        Some(image) if !image.no_image => Need::HostsAndImages,
        _ => Need::Hosts,
    };
    // A wrong word is told before anybody is asked.
    let wanted = named_image(wish.image, &hosts)?;
    let names: Vec<HostName> = hosts.iter().map(|host| host.name.clone()).collect();
    let mut seen = survey(program, &setup, hosts.clone(), need).await?;
    let plan = match examine(program, &mut seen).await {
        Ok(()) => plan(program, &setup, &seen, &wish, (wanted, &hosts, names), planner),
        Err(stop) => Err(stop),
    };
    carry_out(program, &setup, seen, plan, wish.change).await
}

fn plan(
    program: &mut Program<'_>,
    setup: &Setup,
    seen: &Survey,
    wish: &Wish<'_>,
    (wanted, hosts, names): (Option<ImageRef>, &[HostSettings], Vec<HostName>),
    planner: Planner,
) -> Result<Plan, Stop> {
    let image = match (wish.image, wanted) {
        (None, _) => SetupImage::None,
        (Some(args), Some(reference)) => pushed(setup, args, reference),
        (Some(args), None) if args.no_image => SetupImage::None,
        (Some(args), None) => {
            let stamped = |name: &HostName| {
                let host = seen.fleet.host(name);
                host.is_some_and(|host| host.stamp.active().is_some())
            };
            let is_stamped = names.iter().all(stamped);
            match own_version(hosts, &seen.fleet) {
                Some(reference) if !(wish.keeps_stamps && is_stamped) => pushed(setup, args, reference),
                _ if is_stamped => {
                    program.output.aside(
                        "note: no image is pushed; each host keeps its active tag (name one with --image)",
                    )?;
                    SetupImage::None
                }
                _ => return Err(no_image(hosts)),
            }
        }
    };
    let intent = SetupIntent { hosts: names, image };
    Ok(Plan::Setup(planner(&intent, &seen.fleet)?))
}

fn no_image(hosts: &[HostSettings]) -> Stop {
    Stop::refused(
        format!(
            "no image was named, and {} is not on this machine",
            own_tag(hosts)
        ),
        "name one with --image TAG, or push none with --no-image",
    )
}

fn named_image(image: Option<&SetupImageArgs>, hosts: &[HostSettings]) -> Result<Option<ImageRef>, Stop> {
    let word = image.and_then(|args| args.image.as_deref());
    word.map(|word| choose_image(word, hosts)).transpose()
}

fn pushed(setup: &Setup, args: &SetupImageArgs, reference: ImageRef) -> SetupImage {
    SetupImage::Push {
        reference,
        allow_failing: args.allow_failing,
        options: args.sending.options(setup.config.push),
    }
}

/// The tag of tagboat's own version, as the seed pushes it (research/seeds.md 1.9).
fn own_tag(hosts: &[HostSettings]) -> String {
    let image = hosts
        .first()
        .map_or("the image", |host| host.profile.image.as_str());
    format!("{image}:v{}", env!("CARGO_PKG_VERSION"))
}

fn own_version(hosts: &[HostSettings], fleet: &Fleet) -> Option<ImageRef> {
    let reference = ImageRef::parse(&own_tag(hosts)).ok()?;
    let is_one = hosts.iter().all(|host| host.profile.image == reference.image);
    (is_one && fleet.source().images.contains_key(&reference)).then_some(reference)
}
