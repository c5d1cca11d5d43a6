//! The ssh process that holds one connection: how it is called, and all that it and its proxies write.

use super::unattended::SAID;
use super::{SshSettings, hop};
use crate::model::destination::destination_words;
use openssh::Session;
use std::fs;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// A master whose console was killed ends by itself after this many seconds without a channel.
const ORPHAN: &str = "ControlPersist=60s";

/// At most this much of what ssh wrote is read, from its end: why it ended is said last.
const MOST_SAID: u64 = 64 << 10;

/// Starts a master and waits until it is logged in. An error is all that was said, by ssh and by the ssh of each jump host.
pub(super) async fn launch(
    address: &str,
    jump: Option<&str>,
    settings: &SshSettings,
    patience: Duration,
) -> Result<Session, String> {
    let here = |error: io::Error| format!("ssh cannot be started here: {error}");
    let folder = tempfile::Builder::new()
        .prefix(".ssh-connection")
        .tempdir_in(settings.sockets())
        .map_err(here)?;
    let log = folder.path().join("log");
    let mut ssh = settings.ssh();
    ssh.args(["-M", "-N", "-f", "-T", "-E"])
        .arg(&log)
        .arg("-S")
        .arg(folder.path().join("master"))
        .args(["-o", ORPHAN])
        .args(["-o", &format!("ConnectTimeout={}", patience.as_secs().max(1))]);
    if let Some(command) = jump.and_then(|jump| through(jump, settings.config(), &log)) {
        ssh.arg("-o").arg(format!("ProxyCommand={command}"));
    }
    ssh.args(destination_words(address))
        .env(SAID, &log)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // It forks once it is logged in, and only then ends here.
    let status = ssh.status().await.map_err(here)?;
    if status.success() {
        return Ok(Session::new_native_mux(folder));
    }
    Err(read(&log).map_err(here)?)
}

/// What ssh itself makes of `ProxyJump`, but that its words are kept: a master with `ControlPersist` throws away what the ssh
/// of a jump host says. None for a name or a path that would need quoting; then only the reason is not known.
fn through(jump: &str, config: &Path, log: &Path) -> Option<String> {
    let is_plain = |text: &str| {
        let mut chars = text.chars();
        !text.starts_with('-') && chars.all(|c| c.is_ascii_alphanumeric() || "@:._-[]/%".contains(c))
    };
    let hops: Vec<&str> = jump.split(',').map(str::trim).collect();
    let (config, log) = (config.to_str()?, log.to_str()?);
    if !hops.iter().chain([&config, &log]).all(|text| is_plain(text)) {
        return None;
    }
    // ssh replaces what begins with a `%` (the zone of an address) in the command itself, and then in that of a chain.
    if jump
        .rsplit_once(',')
        .is_some_and(|(before, _)| before.contains('%'))
    {
        return None;
    }
    let words = hop::words(jump).join(" ").replace('%', "%%");
    let (config, log) = (config.replace('%', "%%"), log.replace('%', "%%"));
    Some(format!(
        "sh -c 'exec ssh -F {config} -W [%h]:%p {words} 2>>{log}'"
    ))
}

fn read(log: &Path) -> io::Result<String> {
    let mut log = fs::File::open(log)?;
    let length = log.metadata()?.len();
    log.seek(io::SeekFrom::Start(length.saturating_sub(MOST_SAID)))?;
    let mut said = Vec::new();
    log.take(MOST_SAID).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

#[cfg(test)]
mod tests {
    use super::through;
    use std::path::Path;

    #[test]
    fn the_last_jump_host_is_reached_through_those_before_it_and_nothing_is_left_to_a_shell() {
        let through = |jump| through(jump, Path::new("/run/c"), Path::new("/run/l"));
        assert_eq!(
            through("door").unwrap(),
            "sh -c 'exec ssh -F /run/c -W [%h]:%p -- ssh://door 2>>/run/l'"
        );
        assert_eq!(
            through("a,ops@b:2222").unwrap(),
            "sh -c 'exec ssh -F /run/c -W [%h]:%p -J a -- ssh://ops@b:2222 2>>/run/l'"
        );
        assert_eq!(
            through("ops@[10.0.0.1]").unwrap(),
            "sh -c 'exec ssh -F /run/c -W [%h]:%p -- ssh://ops@[10.0.0.1] 2>>/run/l'"
        );
        assert_eq!(
            through("[fe80::1%eth0]:22").unwrap(),
            "sh -c 'exec ssh -F /run/c -W [%h]:%p -p 22 -- fe80::1%%eth0 2>>/run/l'"
        );
        for odd in ["$(id)", "a'b", "-oProxyCommand=x", "a b", "[fe80::1%eth0],b"] {
            assert_eq!(through(odd), None, "{odd}");
        }
    }
}
