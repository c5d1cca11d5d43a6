//! An address behind ssh as words that ssh can be called with: there are ways to write one that it does not read itself.

use core::net::{Ipv4Addr, Ipv6Addr};

/// The last words of a call of ssh to this address, `--` among them. ssh reads brackets, and a port, only in a URI; and in a URI no
/// IPv6 address.
pub fn destination_words(address: &str) -> Vec<String> {
    let (user, place) = parts(address);
    match bracketed(place) {
        Some((inner, port)) if inner.contains(':') => {
            let at = if user.is_empty() { "" } else { "@" };
            let mut words = match port {
                Some(port) => vec!["-p".to_owned(), port.to_owned()],
                None => Vec::new(),
            };
            words.push("--".to_owned());
            // A URI writes the `%` before a zone as `%25`.
            words.push(format!("{user}{at}{}", inner.replacen("%25", "%", 1)));
            words
        }
        Some(_) if !address.contains("//") => vec!["--".to_owned(), format!("ssh://{address}")],
        _ => vec!["--".to_owned(), address.to_owned()],
    }
}

/// How an operator types them.
pub fn typed_destination(address: &str) -> String {
    let words = destination_words(address).into_iter().filter(|word| word != "--");
    // Some shells take brackets for a pattern.
    let typed = words.map(|word| {
        if word.contains('[') {
            format!("'{word}'")
        } else {
            word
        }
    });
    typed.collect::<Vec<_>>().join(" ")
}

/// What is wrong with the machine and port of an address, and how to write it.
pub fn check_place(address: &str) -> Result<(), String> {
    let is_uri = address.starts_with("ssh://");
    let (user, place) = parts(address);
    let at = if user.is_empty() { "" } else { "@" };
    let (machine, port) = if place.starts_with('[') {
        let Some((inner, port)) = bracketed(place) else {
            return Err(format!(
                "{address:?}: what is in brackets ends with `]`, and only `:PORT` may follow, as in ssh://user@[2001:db8::1]:22"
            ));
        };
        if !is_numeric(&inner.replacen("%25", "%", 1)) {
            return Err(format!("{address:?}: {inner:?} is no IPv6 address"));
        }
        (inner, port)
    } else if is_uri && place.matches(':').count() > 1 {
        return Err(format!(
            "{address:?}: an IPv6 address stands in brackets there, as in ssh://{user}{at}[2001:db8::1]:22"
        ));
    } else if place.matches(':').count() > 1 && !is_numeric(place) {
        return Err(format!(
            "{address:?} is no IPv6 address; with a port it is written as ssh://{user}{at}[2001:db8::1]:22"
        ));
    } else if is_uri {
        place
            .split_once(':')
            .map_or((place, None), |(name, port)| (name, Some(port)))
    } else {
        (place, None)
    };
    let is_port = |port: &str| port.parse().is_ok_and(|port: u16| port > 0);
    if machine.is_empty() {
        Err(format!("{address:?} names no machine"))
    } else if port.is_some_and(|port| !is_port(port)) {
        Err(format!("{address:?}: a port is a number from 1 to 65535"))
    } else {
        Ok(())
    }
}

/// The user, which may be empty, and what is behind it.
fn parts(address: &str) -> (&str, &str) {
    let rest = address.strip_prefix("ssh://").unwrap_or(address);
    rest.rsplit_once('@').unwrap_or(("", rest))
}

/// What stands in brackets, and the port behind them.
fn bracketed(place: &str) -> Option<(&str, Option<&str>)> {
    let (inner, rest) = place.strip_prefix('[')?.split_once(']')?;
    match rest.strip_prefix(':') {
        Some(port) => Some((inner, Some(port))),
        None => rest.is_empty().then_some((inner, None)),
    }
}

fn is_numeric(text: &str) -> bool {
    let (address, has_good_zone) = match text.split_once('%') {
        Some((address, zone)) => (address, !zone.is_empty() && !zone.contains(['%', ':'])),
        None => (text, true),
    };
    let is_v6 = address.parse::<Ipv6Addr>().is_ok() && has_good_zone;
    is_v6 || text.parse::<Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{check_place, destination_words, typed_destination};

    #[test]
    fn ssh_is_called_with_a_form_that_it_reads_however_an_address_is_written() {
        for (address, words) in [
            ("eu-01", "-- eu-01"),
            ("ops@eu-01", "-- ops@eu-01"),
            ("ssh://ops@eu-01:2222", "-- ssh://ops@eu-01:2222"),
            ("2001:db8::1", "-- 2001:db8::1"),
            ("ops@[2001:db8::1]", "-- ops@2001:db8::1"),
            ("ops@[2001:db8::1]:2222", "-p 2222 -- ops@2001:db8::1"),
            ("ssh://[::1]:22", "-p 22 -- ::1"),
            ("ssh://ops@[fe80::1%25eth0]", "-- ops@fe80::1%eth0"),
            ("[10.0.0.1]", "-- ssh://[10.0.0.1]"),
            ("ssh://ops@[10.0.0.1]:2222", "-- ssh://ops@[10.0.0.1]:2222"),
        ] {
            assert_eq!(destination_words(address).join(" "), words);
            assert_eq!(check_place(address), Ok(()));
        }
        assert_eq!(typed_destination("ops@[2001:db8::1]:22"), "-p 22 ops@2001:db8::1");
        assert_eq!(typed_destination("[10.0.0.1]"), "'ssh://[10.0.0.1]'");
    }

    #[test]
    fn what_ssh_would_misread_is_refused_with_the_way_to_write_it() {
        for (address, way) in [
            ("ssh://ops@2001:db8::1", "ssh://ops@[2001:db8::1]:22"),
            ("ssh://2001:db8::1:22", "ssh://[2001:db8::1]:22"),
            ("ops@2001:db8:1", "ssh://ops@[2001:db8::1]:22"),
            ("ops@[2001:db8::1", "ends with `]`"),
            ("ops@[2001:db8::1]22", "ends with `]`"),
            ("[eu-01]:22", "no IPv6 address"),
            ("ssh://[fe80::1%25]", "no IPv6 address"),
            ("ssh://eu-01:70000", "from 1 to 65535"),
            ("ssh://eu-01:", "from 1 to 65535"),
            ("ssh://[::1]:ssh", "from 1 to 65535"),
            ("ssh://ops@", "no machine"),
        ] {
            let told = check_place(address).unwrap_err();
            assert!(told.contains(way), "{told}");
        }
    }
}
