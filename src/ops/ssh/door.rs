//! Why an sshd closes the door: recent ones say a line before they do, which ssh itself does not pass on.

use super::route::Route;
use crate::model::clean::clean;
use crate::model::fleet::ConnectionProblem;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a line may take.
const LINE: Duration = Duration::from_secs(2);

/// The state of a host whose sshd turned away every attempt.
pub(super) async fn crowded(route: &Route) -> ConnectionProblem {
    let line = match &route.door {
        Some((host, port)) => timeout(LINE, first_line(host, *port)).await.ok().flatten(),
        None => None,
    };
    let who = route
        .jump
        .as_ref()
        .map_or_else(|| "its sshd".to_owned(), |jump| format!("jump host {jump}"));
    ConnectionProblem::Unreachable(match line.as_deref() {
        Some(line) if line.contains("MaxStartups") => {
            format!(
                "{who} turns logins away: too many begin at once ({line}); raise MaxStartups in its sshd_config"
            )
        }
        Some(line) if line.contains("Not allowed") => {
            format!(
                "{who} punishes this machine for failed logins ({line}); it passes, see PerSourcePenalties in its sshd_config"
            )
        }
        _ if !route.is_told() => {
            "the ProxyCommand of the ssh config ended, or what it connects to closes connections before the login".to_owned()
        }
        _ => format!(
            "{who} closes connections before the login: too many begin at once (MaxStartups), or a punishment (PerSourcePenalties)"
        ),
    })
}

/// What is said before `SSH-2.0`, if anything.
async fn first_line(host: &str, port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    let mut said = [0; 200];
    let n = stream.read(&mut said).await.ok()?;
    let text = String::from_utf8_lossy(&said[..n]);
    text.lines().next().map(clean).filter(|line| !line.is_empty())
}
