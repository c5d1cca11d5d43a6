//! What cannot be known of a host: told, with the reason.

use crate::fleets::{OneHost, host_name};
use crate::setup::{member, with};
use tagboat::model::profile::Address;
use tagboat::model::setup::{Examination, Limits, diagnose};

/// What is said under this word of a member that was examined so, on a host that is like this besides.
fn said(subject: &str, host: OneHost) -> Vec<String> {
    let fleet = host.fleet();
    let found = diagnose(fleet.host(&host_name()).unwrap(), fleet.source());
    let found = found.into_iter().filter(|one| one.subject == subject);
    found
        .map(|one| format!("{} | {}", one.found, one.advice))
        .collect()
}

#[test]
fn what_sshd_does_not_tell_is_said_to_be_unknown_and_why() {
    let of = |limits: Limits, address: Address| {
        let mut host = with(Examination { limits, ..member() });
        host.settings.address = address;
        said("sshd", host)
    };
    let ssh = || Address::Ssh("ops@eu-1".to_owned());
    let unknown = Limits {
        unknown: Some("there is no sshd command".to_owned()),
        ..Limits::default()
    };
    let told = of(unknown.clone(), ssh()).concat();
    assert!(
        told.starts_with("MaxSessions and MaxStartups are not known: there is no sshd command |"),
        "{told}"
    );
    assert_eq!(
        of(unknown, Address::Local),
        Vec::<String>::new(),
        "nobody logs in there"
    );
    let half = Limits {
        max_sessions: Some(10),
        ..Limits::default()
    };
    let told = of(half, ssh()).concat();
    assert!(told.starts_with("MaxStartups is not known"), "{told}");
}
