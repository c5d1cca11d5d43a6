//! Jump hosts as the ssh config names them, as words that ssh can be called with.

use crate::model::clean::clean;
use crate::model::destination::destination_words;

/// The last words of a call of ssh that connects to the last of these jump hosts, through those before it. ssh itself prints every
/// numeric address in brackets (`[10.0.0.1]`).
pub(super) fn words(jump: &str) -> Vec<String> {
    let Some((before, last)) = jump.rsplit_once(',') else {
        return destination(jump.trim());
    };
    let mut words = vec!["-J".to_owned(), before.replace(' ', "")];
    words.extend(destination(last.trim()));
    words
}

/// ssh prints a hop without a scheme, but reads its port only with one.
fn destination(hop: &str) -> Vec<String> {
    if hop.contains("//") {
        destination_words(hop)
    } else {
        destination_words(&format!("ssh://{hop}"))
    }
}

/// Why no ssh can go through these jump hosts: one before the last is named by an address with a zone, in which ssh reads the
/// `%` as something to replace.
pub(super) fn impassable(jump: &str) -> Option<String> {
    let (before, _) = jump.rsplit_once(',')?;
    let hop = before.split(',').map(str::trim).find(|hop| hop.contains('%'))?;
    let (_, place) = hop.rsplit_once('@').unwrap_or(("", hop));
    let machine = place.trim_start_matches('[').split(']').next().unwrap_or(place);
    Some(format!(
        "jump host {}: in a chain ssh takes no address with a zone; give it a name in your ssh config (`Host NAME` with `HostName {}`) \
         and jump through that name",
        clean(hop),
        clean(&machine.replace('%', "%%"))
    ))
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
    use super::{impassable, typed, words};

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
            ("ops@[fe80::1%eth0]:22", "-p 22 -- ops@fe80::1%eth0"),
            ("a,ops@[2001:db8::1]", "-J a -- ops@2001:db8::1"),
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

    #[test]
    fn a_zone_within_a_chain_is_refused_with_the_way_that_ssh_takes() {
        assert_eq!(impassable("ops@[fe80::1%eth0]:22"), None);
        assert_eq!(impassable("a,[fe80::1%eth0]"), None);
        assert_eq!(
            impassable("ops@[fe80::1%eth0]:22,b").unwrap(),
            "jump host ops@[fe80::1%eth0]:22: in a chain ssh takes no address with a zone; give it a name in your ssh config \
             (`Host NAME` with `HostName fe80::1%%eth0`) and jump through that name"
        );
    }
}
