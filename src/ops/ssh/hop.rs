//! Jump hosts as the ssh config names them, as words that ssh can be called with.

/// The last words of a call of ssh that connects to the last of these jump hosts, through those before it. Only in the form
/// of a URI are a port and brackets read, and ssh itself prints every numeric address in brackets (`[10.0.0.1]`); but no
/// URI may name an IPv6 address.
pub(super) fn words(jump: &str) -> Vec<String> {
    let Some((before, last)) = jump.rsplit_once(',') else {
        return destination(jump.trim());
    };
    let mut words = vec!["-J".to_owned(), before.replace(' ', "")];
    words.extend(destination(last.trim()));
    words
}

fn destination(hop: &str) -> Vec<String> {
    let (user, place) = hop
        .rsplit_once('@')
        .map_or(("", hop), |(user, place)| (user, place));
    let address = place.strip_prefix('[').and_then(|place| place.split_once(']'));
    match address {
        Some((address, port)) if address.contains(':') => {
            let at = if user.is_empty() { "" } else { "@" };
            let host = format!("{user}{at}{address}");
            match port.strip_prefix(':') {
                Some(port) => vec!["-p".to_owned(), port.to_owned(), "--".to_owned(), host],
                None => vec!["--".to_owned(), host],
            }
        }
        _ if hop.contains("//") => vec!["--".to_owned(), hop.to_owned()],
        _ => vec!["--".to_owned(), format!("ssh://{hop}")],
    }
}

/// How an operator types the words for the last of these jump hosts.
pub fn typed_jump(jump: &str) -> String {
    typed(&words(jump))
}

/// Words as an operator types them.
pub(super) fn typed(words: &[String]) -> String {
    let typed = words.iter().filter(|word| *word != "--").map(|word| {
        if word.starts_with('-') {
            word.clone()
        } else {
            format!("'{word}'")
        }
    });
    typed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{typed, words};

    #[test]
    fn a_hop_is_given_to_ssh_in_a_form_that_it_reads_whatever_form_it_prints() {
        for (hop, given) in [
            ("[10.0.0.1]", "-- ssh://[10.0.0.1]"),
            ("ops@[10.0.0.1]", "-- ssh://ops@[10.0.0.1]"),
            ("ops@b:2222", "-- ssh://ops@b:2222"),
            ("[2001:db8::1]:22", "-p 22 -- 2001:db8::1"),
            ("ops@[2001:db8::1]", "-- ops@2001:db8::1"),
            ("gate", "-- ssh://gate"),
            ("ssh://ops@gate:22", "-- ssh://ops@gate:22"),
            ("a, [10.0.0.1]", "-J a -- ssh://[10.0.0.1]"),
        ] {
            assert_eq!(words(hop).join(" "), given);
        }
        assert_eq!(typed(&words("[2001:db8::1]:22")), "-p '22' '2001:db8::1'");
    }

    #[test]
    fn ssh_itself_reads_the_machine_out_of_each_form() {
        for (hop, host, port) in [
            ("[10.0.0.1]", "10.0.0.1", "22"),
            ("ops@[10.0.0.1]:2222", "10.0.0.1", "2222"),
            ("ops@[2001:db8::1]:2222", "2001:db8::1", "2222"),
            ("gate", "gate", "22"),
        ] {
            let mut ssh = std::process::Command::new("ssh");
            let told = ssh
                .args(["-G", "-T", "-F", "/dev/null"])
                .args(words(hop))
                .output()
                .unwrap();
            let told = String::from_utf8(told.stdout).unwrap();
            let has = |line: String| told.lines().any(|told| told == line);
            assert!(
                has(format!("hostname {host}")) && has(format!("port {port}")),
                "{hop}: {told}"
            );
        }
    }
}
