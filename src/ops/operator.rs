//! Who runs tagboat: `user@machine`, as leases, stamps and journals carry it.

use crate::model::names::{InvalidName, Operator};
use crate::ops::environment::{Environment, text_from};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The operator of this run: `TAGBOAT_OPERATOR` as it is, else the login and the name of this machine.
pub fn this_operator(environment: Environment<'_>) -> Result<Operator, InvalidName> {
    if let Some(named) = text_from(environment, "TAGBOAT_OPERATOR") {
        return Operator::parse(&named);
    }
    let named = format!("{}@{}", user(environment), machine(environment));
    let plain: String = named
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .take(100)
        .collect();
    Operator::parse(plain.trim_start_matches('-'))
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@')
}

fn user(environment: Environment<'_>) -> String {
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| text_from(environment, name))
        .or_else(|| login_of_this_process(Path::new("/etc/passwd")))
        .unwrap_or_else(|| "somebody".to_owned())
}

/// The name of the process's user: cron, containers and service managers set neither variable.
fn login_of_this_process(passwd: &Path) -> Option<String> {
    let uid = std::fs::symlink_metadata("/proc/self").ok()?.uid().to_string();
    let accounts = std::fs::read_to_string(passwd).ok()?;
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    })
}

fn machine(environment: Environment<'_>) -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .find_map(|file| std::fs::read_to_string(file).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .or_else(|| text_from(environment, "HOSTNAME"))
        .unwrap_or_else(|| "somewhere".to_owned())
}

#[cfg(test)]
mod tests {
    use super::this_operator;
    use std::ffi::OsString;

    #[test]
    fn the_operator_is_the_login_at_this_machine_with_odd_letters_replaced() {
        let operator = this_operator(&|name| (name == "USER").then(|| OsString::from("jo doe\t"))).unwrap();
        assert!(operator.as_str().starts_with("jo_doe_@"), "{operator}");
    }

    #[test]
    fn an_operator_that_is_named_is_taken_as_it_is_or_refused() {
        let named = |value: &'static str| {
            this_operator(&move |name| (name == "TAGBOAT_OPERATOR").then(|| OsString::from(value)))
        };
        assert_eq!(named("release-bot").unwrap().as_str(), "release-bot");
        assert!(named("two words").is_err());
    }
}
