//! What sudo would let a user do, read from `/etc/sudoers` and the files beside it.

use super::accounts::{Account, Accounts};
use super::tree::ImageFiles;
use std::collections::BTreeMap;

/// A line that gives a user rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SudoRight {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl ImageFiles {
    /// The first line that lets a user run something as somebody else.
    pub fn sudo_right(&self, user: &Account, accounts: &Accounts) -> Option<SudoRight> {
        let beside = self.paths().filter(|path| {
            let name = path.strip_prefix("etc/sudoers.d/");
            // sudo leaves out backups and what packages put aside.
            name.is_some_and(|name| !name.contains(['/', '.']) && !name.ends_with('~'))
        });
        let mut files = std::iter::once("etc/sudoers").chain(beside);
        files.find_map(|path| {
            let line = line_for(self.text(path)?, user, accounts)?;
            Some(SudoRight {
                file: format!("/{path}"),
                line,
            })
        })
    }
}

/// The line, from 1, that names this user, one of its groups, or everybody.
fn line_for(text: &str, user: &Account, accounts: &Accounts) -> Option<usize> {
    let mut aliases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (number, line) in joined(text) {
        // A number sign before digits is a user's number and begins no comment.
        let line = match line
            .find('#')
            .filter(|at| !line[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            Some(at) => line[..at].trim(),
            None => line.trim(),
        };
        if line.is_empty() || line.starts_with('@') || line.starts_with("Defaults") {
            continue;
        }
        if let Some(alias) = line.strip_prefix("User_Alias") {
            for definition in alias.split(':') {
                if let Some((name, members)) = definition.split_once('=') {
                    let members = members
                        .split(',')
                        .map(|member| member.trim().to_owned())
                        .collect();
                    aliases.insert(name.trim().to_owned(), members);
                }
            }
            continue;
        }
        if ["Runas_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias"]
            .iter()
            .any(|word| line.starts_with(word))
        {
            continue;
        }
        // `alice, bob ALL = (ALL) ALL`: what is before the equals sign ends with the hosts.
        let Some((who, _)) = line.split_once('=') else {
            continue;
        };
        let who = who
            .trim()
            .rsplit_once(char::is_whitespace)
            .map_or(who, |(who, _)| who);
        let names = who
            .split(',')
            .map(str::trim)
            .flat_map(|name| match aliases.get(name) {
                Some(members) => members.clone(),
                None => vec![name.to_owned()],
            });
        if names.into_iter().any(|name| names_user(&name, user, accounts)) {
            return Some(number);
        }
    }
    None
}

fn names_user(name: &str, user: &Account, accounts: &Accounts) -> bool {
    if name == "ALL" || name == user.name {
        return true;
    }
    if let Some(number) = name.strip_prefix('#') {
        return number.parse() == Ok(user.uid);
    }
    let Some(group) = name.strip_prefix('%') else {
        return false;
    };
    match group.strip_prefix('#') {
        Some(number) => number
            .parse()
            .is_ok_and(|gid| accounts.group_numbers(user).contains(&gid)),
        None => accounts.groups_of(user).any(|one| one.name == group),
    }
}

/// Lines with those that go on joined, by the number of their first one.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in text.lines().enumerate() {
        let part = line.strip_suffix('\\');
        match lines.last_mut().filter(|_| goes_on) {
            Some((_, last)) => last.push_str(part.unwrap_or(line)),
            None => lines.push((index + 1, part.unwrap_or(line).to_owned())),
        }
        goes_on = part.is_some();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::line_for;
    use crate::model::image_files::{Account, Accounts, Group};

    fn found(text: &str) -> Option<usize> {
        let agent = Account {
            name: "agent".to_owned(),
            uid: 1000,
            gid: 1000,
            home: "/home/agent".to_owned(),
            shell: "/bin/sh".to_owned(),
        };
        let group = |name: &str, gid, members: &[&str]| Group {
            name: name.to_owned(),
            gid,
            members: members.iter().map(|&name| name.to_owned()).collect(),
        };
        let accounts = Accounts {
            users: vec![agent.clone()],
            groups: vec![
                group("agent", 1000, &[]),
                group("admin", 27, &["agent"]),
                group("sudo", 28, &["bob"]),
            ],
        };
        line_for(text, &agent, &accounts)
    }

    #[test]
    fn a_user_has_rights_by_name_number_group_alias_or_because_all_have() {
        for text in [
            "\nagent ALL=(ALL) NOPASSWD: ALL\n",
            "\nbob, agent ALL=(ALL) ALL\n",
            "\n#1000 ALL=(ALL) ALL\n",
            "\n%admin ALL=(ALL:ALL) ALL\n",
            "\n%#27 ALL=ALL",
            "\nALL ALL=(ALL) ALL\n",
            "User_Alias OPS = bob, agent\nOPS ALL = ALL",
            "\nagent \\\n  ALL=(ALL) ALL\n",
        ] {
            assert_eq!(found(text), Some(2), "{text}");
        }
    }

    #[test]
    fn others_comments_and_settings_give_it_none() {
        for text in [
            "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n#includedir /etc/sudoers.d\n",
            "Defaults:agent !lecture\n# agent ALL=(ALL) ALL\n",
            "Cmnd_Alias agent = /bin/true\nagents ALL=ALL",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
