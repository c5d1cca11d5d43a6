//! Hosts over OpenSSH: the operator's own config, agent, jump hosts and known keys, one master connection per host.

mod connect;
mod problem;
mod settings;
mod spawn;
mod tunnel;

pub use connect::connect;
pub use settings::SshSettings;
pub use spawn::SshSpawn;
pub use tunnel::Tunnel;
