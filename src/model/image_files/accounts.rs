//! The users and groups of an image, from `/etc/passwd` and `/etc/group`.

use super::tree::ImageFiles;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u64,
    /// The number of its first group.
    pub gid: u64,
    /// Its home directory.
    pub home: String,
    /// Its shell.
    pub shell: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u64,
    /// The users that are named in it.
    pub members: Vec<String>,
}

/// All of both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// The users.
    pub users: Vec<Account>,
    /// The groups.
    pub groups: Vec<Group>,
}

impl Accounts {
    /// Those of an image; none in one without these files.
    pub fn of(files: &ImageFiles) -> Self {
        let lines = |path: &str| files.text(path).unwrap_or_default().lines();
        Self {
            users: lines("etc/passwd").filter_map(account).collect(),
            groups: lines("etc/group").filter_map(group).collect(),
        }
    }

    /// The user of this name; the first one counts.
    pub fn user(&self, name: &str) -> Option<&Account> {
        self.users.iter().find(|user| user.name == name)
    }

    /// The name of a user by its number, or the number.
    pub fn name_of(&self, uid: u64) -> String {
        let user = self.users.iter().find(|user| user.uid == uid);
        user.map_or_else(|| uid.to_string(), |user| user.name.clone())
    }

    /// The groups that a user is in.
    pub fn groups_of<'a>(&'a self, user: &'a Account) -> impl Iterator<Item = &'a Group> {
        let is_in = |group: &&Group| group.gid == user.gid || group.members.contains(&user.name);
        self.groups.iter().filter(is_in)
    }

    /// The numbers of these groups, the first one also where it has no name.
    pub fn group_numbers(&self, user: &Account) -> Vec<u64> {
        let named = self.groups_of(user).map(|group| group.gid);
        std::iter::once(user.gid).chain(named).collect()
    }
}

fn account(line: &str) -> Option<Account> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, shell] = fields.as_slice() else {
        return None;
    };
    Some(Account {
        name: (*name).to_owned(),
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        home: (*home).to_owned(),
        // Without one, the engine of logins takes this.
        shell: if shell.is_empty() { "/bin/sh" } else { shell }.to_owned(),
    })
}

fn group(line: &str) -> Option<Group> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, gid, members] = fields.as_slice() else {
        return None;
    };
    Some(Group {
        name: (*name).to_owned(),
        gid: gid.parse().ok()?,
        members: members
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
