//! What a host answered about a project with its files and with other ones.

use crate::model::clean::clean;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// What Compose makes of a project before and after.
pub(super) struct Attempt {
    /// How Compose is called there.
    pub(super) kind: String,
    /// Its version.
    pub(super) version: String,
    /// For whom its files make the containers that run: the name and the home.
    pub(super) account: (String, String),
    /// With its files as they are.
    pub(super) before: Value,
    /// With the other ones.
    pub(super) after: Value,
}

impl Attempt {
    pub(super) fn read(told: &str) -> Result<Self, String> {
        let value = |word: &str| {
            let mut lines = told.lines();
            lines.find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
        };
        if let Some(service) = value("drift") {
            return Err(format!(
                "the files of the project do not make the container of {} that runs: `docker compose up -d` makes it what they say",
                clean(service)
            ));
        }
        if let Some(why) = value("bad") {
            return Err(format!("Compose does not read the project: {}", clean(why)));
        }
        let config = |word: &str| -> Option<Value> {
            let bytes = BASE64_STANDARD.decode(value(word)?).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (Some(compose), Some(account)) = (value("compose"), value("account")) else {
            return Err("there is no Compose of version 2 or later on the host".to_owned());
        };
        let (kind, version) = compose.split_once(' ').unwrap_or((compose, ""));
        let (user, home) = account.split_once(' ').unwrap_or((account, "/root"));
        match (config("before"), config("after")) {
            (Some(before), Some(after)) => Ok(Self {
                kind: clean(kind),
                version: clean(version),
                account: (user.to_owned(), home.to_owned()),
                before,
                after,
            }),
            _ => Err("the host's answer is not understood".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Attempt;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    #[test]
    fn what_compose_makes_of_both_is_read_and_what_is_in_the_way_is_told() {
        let json = BASE64_STANDARD.encode("{}");
        let whole = format!("compose plugin 2.26.1\naccount ops /home/ops\nbefore {json}\nafter {json}\n");
        let told = Attempt::read(&whole).unwrap();
        assert_eq!((told.kind.as_str(), told.version.as_str()), ("plugin", "2.26.1"));
        assert_eq!(told.account, ("ops".to_owned(), "/home/ops".to_owned()));
        for (answer, words) in [
            ("compose plugin 2.26.1\ndrift agents\n", "container of agents"),
            (
                "compose plugin 2.26.1\naccount a /a\nbad no such file\n",
                "does not read",
            ),
            ("none\n", "no Compose"),
            (
                "compose plugin 2.26.1\naccount a /a\nbefore x\n",
                "not understood",
            ),
        ] {
            assert!(Attempt::read(answer).err().unwrap().contains(words), "{answer}");
        }
    }
}
