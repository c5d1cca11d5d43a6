//! `tagboat session attach`: a session on the operator's own terminal, through their own ssh.

use super::choose_hosts::hosts_to_see;
use super::choose_sessions::choose_session;
use super::program::Program;
use super::session_args::AttachArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::attach::{AttachLine, attach_line};
use crate::model::fleet::ContainerState;

/// Finds the session, and gives the terminal to it; gives the exit code of what ran there.
pub(super) async fn session_attach(program: &mut Program<'_>, args: &AttachArgs) -> Result<u8, Stop> {
    if !program.terminal.can_ask || program.terminal.width.is_none() {
        return Err(Stop::usage(
            "a session is attached to a terminal, and this is none",
            "`tagboat session logs` prints what it writes",
        ));
    }
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let config = setup
        .config
        .ssh_config
        .as_ref()
        .map(|path| path.display().to_string());
    let line = line(&survey, args, config.as_deref());
    survey.close().await;
    let line = line?;
    let failed = |why: &dyn std::fmt::Display| {
        Stop::failed(
            format!("{} cannot be run: {why}", line.program),
            "install it here",
        )
    };
    let mut child = tokio::process::Command::new(&line.program);
    let mut child = child
        .args(&line.arguments)
        .spawn()
        .map_err(|error| failed(&error))?;
    // Ctrl-C is for what runs there: it reaches this process too, where a handler takes it.
    let status = child.wait().await.map_err(|error| failed(&error))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

fn line(survey: &Survey, args: &AttachArgs, ssh_config: Option<&str>) -> Result<AttachLine, Stop> {
    let (host, name) = choose_session(&survey.fleet, &args.name)?;
    let gone = || {
        Stop::refused(
            format!("there is no session {name}"),
            "see `tagboat session list`",
        )
    };
    let host = survey.fleet.host(&host).ok_or_else(gone)?;
    let session = host.session(&name).ok_or_else(gone)?;
    let container = session.container();
    if container.state != ContainerState::Running {
        return Err(Stop::refused(
            format!("{name} on {} is {}", host.name, container.state.word()),
            format!("tagboat session start {name} --host {}", host.name),
        ));
    }
    let command = args.shell.as_ref().unwrap_or(&host.settings.profile.attach);
    Ok(attach_line(
        &host.settings,
        ssh_config,
        &name,
        &container.id,
        command,
    ))
}
