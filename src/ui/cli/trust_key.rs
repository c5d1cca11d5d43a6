//! A host key that is not known: shown, compared, and only then remembered.

use super::confirm::is_yes;
use super::host_args::HostAddArgs;
use super::host_draft::Draft;
use super::program::Program;
use super::stop::Stop;
use crate::model::attach::quote;
use crate::model::destination::typed_destination;
use crate::model::fleet::ConnectionProblem;
use crate::ops::environment::path_from;
use crate::ops::ssh::{KeyProblem, OfferedKey, SshSettings, offered_key, typed_jump, unknown_jump_host};

/// What became of a key that was not known.
pub(super) struct Answer {
    /// The key.
    pub(super) offered: OfferedKey,
    /// Whether it is in the known hosts now; it is not where that was only to be shown.
    pub(super) is_remembered: bool,
}

/// Asks a host for its key, and the operator whether it is the right one.
pub(super) async fn trust_key(
    program: &mut Program<'_>,
    draft: &Draft,
    address: &str,
    args: &HostAddArgs,
) -> Result<Answer, Stop> {
    let name = &draft.host.name;
    let settings = ssh_settings(program, draft).map_err(|error| {
        Stop::failed(
            format!("{name}: ssh cannot be asked: {error}"),
            "look at the runtime directory",
        )
    })?;
    let offered = offered_key(address, &settings)
        .await
        .map_err(|problem| no_key(&problem, draft, address))?;
    if !is_confirmed(program, draft, &offered, args).await? {
        return Ok(Answer {
            offered,
            is_remembered: false,
        });
    }
    offered.remember().map_err(|error| {
        Stop::failed(
            format!(
                "{name}: {} cannot be written: {error}",
                offered.known_hosts.display()
            ),
            "look at the rights of that file",
        )
    })?;
    program.output.aside(format!(
        "{name}: its host key is now in {}",
        offered.known_hosts.display()
    ))?;
    Ok(Answer {
        offered,
        is_remembered: true,
    })
}

/// Whether the key may be trusted: its fingerprint was named, or the operator says so. False where it was only to be shown.
async fn is_confirmed(
    program: &mut Program<'_>,
    draft: &Draft,
    offered: &OfferedKey,
    args: &HostAddArgs,
) -> Result<bool, Stop> {
    let name = &draft.host.name;
    let (kind, fingerprint) = (&offered.key.kind, &offered.key.fingerprint);
    let is_dry = args.change.dry_run;
    match &args.trust_key {
        Some(wanted) if offered.key.is(wanted) => return Ok(!is_dry),
        Some(wanted) => {
            return Err(Stop::refused(
                format!("{name}: its host key is {kind} {fingerprint}, and not {wanted}"),
                "find out which one is right; nothing is trusted until then",
            ));
        }
        None => {}
    }
    let how = format!("ssh-keygen -lf /etc/ssh/ssh_host_{}_key.pub", kind.to_lowercase());
    if !program.terminal.can_ask && !is_dry {
        return Err(Stop::refused(
            format!("{name}: its host key is not known: {kind} {fingerprint}"),
            format!(
                "compare it with what `{how}` says on the host, then: {}",
                args.with_key(fingerprint)
            ),
        ));
    }
    program.output.aside(format!(
        "{name}: its host key is not known yet:\n  {kind}  {fingerprint}\n  on the host itself, `{how}` must say the same"
    ))?;
    if is_dry {
        return Ok(false);
    }
    if is_yes(program, "Is this the key of the host? [y/N] ").await? {
        Ok(true)
    } else {
        Err(Stop::refused(
            format!("{name}: its host key was not confirmed"),
            "",
        ))
    }
}

/// Why a host could not be reached, where that is the key of its jump host.
pub(super) async fn no_way(program: &Program<'_>, draft: &Draft, address: &str) -> Option<Stop> {
    let settings = ssh_settings(program, draft).ok()?;
    let problem = unknown_jump_host(address, &settings).await?;
    Some(no_key(&problem, draft, address))
}

/// In a folder of their own: that of the engine goes when the engine has ended.
fn ssh_settings(program: &Program<'_>, draft: &Draft) -> std::io::Result<SshSettings> {
    let home = path_from(program.environment, "HOME");
    SshSettings::prepare(
        &draft.setup.dirs.runtime.join("keys"),
        draft.setup.config.ssh_config.as_deref(),
        home.as_deref(),
    )
}

fn no_key(problem: &KeyProblem, draft: &Draft, address: &str) -> Stop {
    let name = &draft.host.name;
    let cause = format!("{name}: {problem}");
    let config = draft.setup.config.ssh_config.as_ref();
    let by_hand = |host: &str| match config {
        Some(file) => format!("ssh -F {} {host}", quote(&file.to_string_lossy())),
        None => format!("ssh {host}"),
    };
    match problem {
        KeyProblem::Connection(changed @ ConnectionProblem::HostKeyChanged(_)) => {
            Stop::refused(cause, changed.advice())
        }
        KeyProblem::Connection(other) => Stop::failed(cause, other.advice()),
        KeyProblem::JumpHost(jump) => Stop::refused(
            cause,
            format!(
                "connect to it once by hand and compare its fingerprint: {}",
                by_hand(&typed_jump(jump))
            ),
        ),
        KeyProblem::OtherKind { file, .. } => Stop::refused(
            cause,
            format!(
                "find out why; only then remove the old key with `ssh-keygen -R` from {}",
                file.display()
            ),
        ),
        KeyProblem::NoFile => Stop::refused(
            cause,
            format!(
                "set UserKnownHostsFile for it; {} shows its fingerprint",
                by_hand(&typed_destination(address))
            ),
        ),
        KeyProblem::Ssh(_) => Stop::failed(cause, format!("try {}", by_hand(&typed_destination(address)))),
    }
}
