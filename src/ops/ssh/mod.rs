//! Hosts over OpenSSH: the operator's own config, agent, jump hosts and known keys, one master connection per host.

mod connect;
mod door;
mod hop;
mod host_key;
mod master;
mod offered_key;
mod problem;
mod quote;
mod route;
mod settings;
mod spawn;
mod tunnel;
mod turns;
mod untrusted_key;

pub(crate) use connect::{CONNECT, Heard, Opened, connect};
pub use hop::typed_jump;
pub use host_key::{HostKey, check_fingerprint};
pub use offered_key::{KeyProblem, OfferedKey, offered_key, unknown_jump_host};
pub use settings::SshSettings;
pub use spawn::SshSpawn;
pub use tunnel::Tunnel;
pub(crate) use turns::Turns;
