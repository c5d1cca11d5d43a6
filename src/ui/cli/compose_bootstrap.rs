//! `tagboat compose bootstrap`: from a token and a config to the pinned services of a project, on a host that has nothing of it.

use super::change::carry_out;
use super::compose_args::{ComposeBootstrapArgs, ComposeNameArgs};
use super::compose_check::{connect, one_host};
use super::compose_env::read_env_file;
use super::compose_project::{add_volumes, choose_pin, choose_project, docker_host};
use super::exit_code::Exit;
use super::log_in::{choose_repository, log_in};
use super::program::{Program, Setup};
use super::registry_args::Way;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::compose::bootstrap::{Bootstrap, GivenEnv, HostProject, Tried};
use crate::model::compose::{ComposeProject, ImageOrigin, PinnedRef, with_pinned};
use crate::model::names::{ImageId, ImageRef, ProjectPath, RegistryRepository};
use crate::model::plan::{
    BootstrapImage, BootstrapWish, Ground, Plan, PushIntent, Unsent, Vetted, env_before, ground,
    plan_bootstrap, plan_push, vet,
};
use crate::model::probe::Settled;
use crate::model::profile::HostSettings;
use crate::ops::compose::{
    NoBootstrap, Place, content_here, here, look_at_project, published_digest, try_project,
};
use crate::ops::registry::{Publications, RegistryError};
use std::time::Duration;

/// How long a container must be up where the probe of the profile waits for health alone.
const STABLE: Duration = Duration::from_secs(5);

/// What the host has, and what Compose would make of the files.
struct Seen {
    bootstrap: Bootstrap,
    env: Option<GivenEnv>,
    there: HostProject,
    tried: Option<Tried>,
}

/// Plans it, has it confirmed, and follows it to its end.
pub(super) async fn compose_bootstrap(
    program: &mut Program<'_>,
    args: &ComposeBootstrapArgs,
) -> Result<Exit, Stop> {
    let mut setup = program.setup()?;
    let host = one_host(&setup, &args.host)?;
    let mut project = choose_project(
        &setup.config,
        &ComposeNameArgs {
            name: Some(args.project.clone()),
        },
    )?;
    let folder = folder(&project, args)?;
    let env = read_env_file(args.env_file.as_deref())?;
    if project.profile.name != host.profile.name {
        return Err(Stop::usage(
            format!(
                "{} is of the profile {}, and {} has the profile {}",
                project.name, project.profile.name, host.name, host.profile.name
            ),
            "give both the same profile in the config",
        ));
    }
    let named = pinned(&project, args)?;
    log_in(program, &args.via.login, &mut setup).await?;
    let place = connect(program, &setup, &host).await?;
    let pinned = match args.via.via {
        Some(Way::Registry) => published(&setup, &place, &named, args).await?,
        None => named,
    };
    add_volumes(program, &mut project, &pinned).await?;
    let seen = look(&place, &host, (Bootstrap::of(&project, &pinned, &folder), env)).await?;
    let is_sent = pinned.digest.is_none() && seen.there.image.is_none();
    // Where it runs, nothing comes there that could fail.
    let is_asked = seen.tried.is_some() && host.profile.contract.is_some();
    let need = if is_sent || is_asked {
        Need::HostsAndImages
    } else {
        Need::Hosts
    };
    let survey = survey(program, &setup, vec![host.clone()], need).await?;
    let plan = match image(&setup, &survey, (&host, &project), (&pinned, &seen), args) {
        Ok(image) => {
            let unsent = if is_asked {
                unsent(program, &setup, &image, &seen).await
            } else {
                None
            };
            vetted(&host, &survey, (&pinned, unsent), args)
                .and_then(|vetted| plan(host, (image, vetted), seen))
        }
        Err(stop) => Err(stop),
    };
    carry_out(program, &setup, survey, plan, args.change).await
}

fn folder(project: &ComposeProject, args: &ComposeBootstrapArgs) -> Result<ProjectPath, Stop> {
    let text = match &args.folder {
        Some(text) => text.trim_end_matches('/').to_owned(),
        None => format!("/srv/{}", project.name),
    };
    ProjectPath::parse(&text)
        .map_err(|invalid| Stop::usage(invalid.to_string(), format!("write {}", invalid.rule)))
}

/// What the project is to be pinned to: the image that was named, or that of the config.
fn pinned(project: &ComposeProject, args: &ComposeBootstrapArgs) -> Result<PinnedRef, Stop> {
    if project.services.is_empty() {
        return Err(Stop::usage(
            format!("the project {} has no services", project.name),
            "add some to the config ([[projects.services]])",
        ));
    }
    match (&args.image, &project.origin) {
        (Some(word), _) => choose_pin(word, project),
        (None, Some(ImageOrigin::Pinned(pinned))) => Ok(pinned.clone()),
        (None, Some(ImageOrigin::Build(_)) | None) => Err(Stop::usage(
            format!("it is not said which image {} is pinned to", project.name),
            format!(
                "name a tag of {} with --image, or in the config (`image` in [[projects]])",
                project.image()
            ),
        )),
    }
}

/// The same image by the digest that it has in its registry.
async fn published(
    setup: &Setup,
    place: &Place,
    named: &PinnedRef,
    args: &ComposeBootstrapArgs,
) -> Result<PinnedRef, Stop> {
    if named.digest.is_some() {
        return Ok(named.clone());
    }
    let repository = choose_repository(args.via.to.as_deref(), &named.reference, &setup.config)?;
    let tag = repository.with_tag(named.reference.tag.clone());
    let unknown = |error: RegistryError| {
        let advice = error.advice(&repository, false);
        Stop::refused(format!("{}: {error}", args.host), advice)
    };
    let digest = published_digest(place, &setup.keychain, &tag).await;
    let digest = digest.map_err(unknown)?;
    let digest = digest.ok_or_else(|| {
        Stop::refused(
            format!("{tag} is not in its registry"),
            format!("tagboat publish {} --to {repository}", named.reference),
        )
    })?;
    let reference = ImageRef::parse(&tag.to_string());
    let reference = reference.map_err(|invalid| Stop::usage(invalid.to_string(), "name another tag"))?;
    Ok(PinnedRef {
        reference,
        digest: Some(digest),
    })
}

/// What the host has of it, and what Compose would make of it there.
async fn look(
    place: &Place,
    host: &HostSettings,
    (bootstrap, env): (Bootstrap, Option<GivenEnv>),
) -> Result<Seen, Stop> {
    let stop = |error: NoBootstrap| {
        let advice = match &error {
            NoBootstrap::Bad(_) => format!(
                "give what is missing its value with --env-file, or in {}/.env on {}, or mend the project in the config; then do it again",
                bootstrap.folder, host.name
            ),
            _ => format!("tagboat host doctor {}", host.name),
        };
        Stop::refused(format!("{}: {error}", host.name), advice)
    };
    let there = look_at_project(place, &bootstrap).await.map_err(stop)?;
    let ground = ground(&host.name, &bootstrap, &there)?;
    let before = env_before(&host.name, &bootstrap, &there, env.as_ref())?;
    let tried = match ground {
        Ground::Running => None,
        Ground::Bare => {
            // What cannot be read is told by the planner, with its line.
            let after = with_pinned(&before, &bootstrap.pin, &bootstrap.pinned);
            let after = after.map_or(before, |edit| edit.text);
            Some(
                try_project(place, &bootstrap, &there, &after)
                    .await
                    .map_err(stop)?,
            )
        }
    };
    Ok(Seen {
        bootstrap,
        env,
        there,
        tried,
    })
}

/// How the image comes to the host.
fn image(
    setup: &Setup,
    survey: &Survey,
    (host, project): (&HostSettings, &ComposeProject),
    (pinned, seen): (&PinnedRef, &Seen),
    args: &ComposeBootstrapArgs,
) -> Result<BootstrapImage, Stop> {
    if let Some(id) = &seen.there.image {
        let tag = project.image().with_tag(pinned.reference.tag.clone());
        let known = survey.fleet.host(&host.name);
        let known = known.filter(|host| host.image(&tag).is_some_and(|image| image.id == *id));
        let known = known.filter(|host| host.stamp.active() != Some(&tag));
        return Ok(BootstrapImage::There {
            id: id.clone(),
            stamp: known.map(|host| (tag, host.stamp.clone())),
        });
    }
    if let Some(digest) = &pinned.digest {
        let repository = RegistryRepository::parse(pinned.reference.image.as_str());
        let repository = repository.map_err(|invalid| {
            Stop::usage(
                invalid.to_string(),
                "name an image of a registry, or one without a digest",
            )
        })?;
        let known = survey.fleet.host(&host.name);
        return Ok(BootstrapImage::Pull {
            from: repository.with_digest(digest.clone()),
            tag: project.image().with_tag(pinned.reference.tag.clone()),
            before: known.map(|host| host.stamp.clone()).unwrap_or_default(),
        });
    }
    let intent = PushIntent {
        reference: pinned.reference.clone(),
        hosts: vec![host.name.clone()],
        replace_tag: false,
        allow_failing: args.allow_failing,
        options: args.sending.options(setup.config.push),
    };
    let push = plan_push(&intent, &survey.fleet).map_err(|refusal| {
        let mut stop = Stop::from(refusal);
        stop.next = format!("{}; or have the host pull it with --via registry", stop.next);
        stop
    })?;
    Ok(BootstrapImage::Push(Box::new(push)))
}

/// What is known of an image that does not go there from here; none of one that is pushed, which holds it to its contract by itself.
async fn unsent(program: &Program<'_>, setup: &Setup, image: &BootstrapImage, seen: &Seen) -> Option<Unsent> {
    match image {
        BootstrapImage::There { id, .. } => Some(Unsent {
            content: seen.there.content.clone(),
            ids: vec![id.clone()],
        }),
        BootstrapImage::Pull { from, .. } => {
            let publications = Publications::within(&setup.dirs.state);
            let here = here(docker_host(program)).await;
            Some(Unsent {
                content: content_here(&here, &publications, from).await,
                ids: vec![ImageId(from.digest.clone())],
            })
        }
        BootstrapImage::Push(_) => None,
    }
}

/// How it stands to the contract of the host.
fn vetted(
    host: &HostSettings,
    survey: &Survey,
    (pinned, unsent): (&PinnedRef, Option<Unsent>),
    args: &ComposeBootstrapArgs,
) -> Result<Option<Vetted>, Stop> {
    let vet = |unsent| {
        vet(
            host,
            &pinned.reference,
            &unsent,
            survey.fleet.source(),
            args.allow_failing,
        )
    };
    Ok(unsent.map(vet).transpose()?.flatten())
}

fn plan(
    host: HostSettings,
    (image, vetted): (BootstrapImage, Option<Vetted>),
    seen: Seen,
) -> Result<Plan, Stop> {
    let rules = &host.profile.probe;
    let wish = BootstrapWish {
        stable: match rules.settled {
            Settled::Stable(stable) => stable,
            Settled::Healthy => STABLE,
        },
        deadline: rules.deadline,
        guard: host.guard,
        host: host.name,
        bootstrap: seen.bootstrap,
        image,
        vetted,
        env: seen.env,
    };
    let plan = plan_bootstrap(wish, &seen.there, seen.tried.as_ref())?;
    Ok(Plan::Bootstrap(Box::new(plan)))
}
