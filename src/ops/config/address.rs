//! The address of a host as it is written in a config: an ssh destination, or `local`.

use crate::model::destination::check_place;
use crate::model::names::HostName;
use crate::model::profile::Address;

/// Accepts `local`, an ssh alias, `user@host`, and `ssh://[user@]host[:port]`; never what ssh could read as an option.
pub(super) fn parse_address(text: &str) -> Result<Address, String> {
    if text == HostName::LOCAL {
        return Ok(Address::Local);
    }
    let destination = text.strip_prefix("ssh://").unwrap_or(text);
    let host = destination.rsplit_once('@').map_or(destination, |(_, host)| host);
    let allowed = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | ':' | '[' | ']' | '%' | '/')
    };
    let is_other_scheme = !text.starts_with("ssh://") && text.contains("://");
    let starts_like_an_option = destination.starts_with('-') || host.starts_with('-');
    if host.is_empty() || is_other_scheme || starts_like_an_option || !destination.chars().all(allowed) {
        Err(format!(
            "{text:?} is not an address; write an alias of your ssh config, user@host, ssh://user@host:port, or local"
        ))
    } else {
        check_place(text)?;
        Ok(Address::Ssh(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::parse_address;
    use crate::model::profile::Address;

    #[test]
    fn an_address_is_an_ssh_destination_or_local() {
        for good in [
            "eu-01",
            "root@10.0.0.7",
            "ssh://agent@host.example:2222",
            "ssh://[::1]:22",
            "ops@[fe80::1%eth0]",
            "ops@2001:db8::1",
        ] {
            assert_eq!(parse_address(good), Ok(Address::Ssh(good.to_owned())));
        }
        assert_eq!(parse_address("local"), Ok(Address::Local));
    }

    #[test]
    fn an_address_can_never_be_an_option_of_ssh_or_another_protocol() {
        for bad in [
            "",
            "-oProxyCommand=x",
            "root@-x",
            "a b",
            "a;b",
            "tcp://h:2375",
            "ssh://",
            "a\nb",
            "$(x)",
            "ssh://2001:db8::1",
            "ssh://eu-01:70000",
        ] {
            assert!(parse_address(bad).is_err(), "{bad:?}");
        }
    }
}
