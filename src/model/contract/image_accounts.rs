//! Users of an image: that they are there, and what they may not do.

use super::requirement::Requirement;
use crate::model::image_files::{Account, Accounts, ImageFiles};

/// What is wrong with a user that must be there.
pub(super) fn user(requirement: &Requirement, files: &ImageFiles, accounts: &Accounts) -> Option<String> {
    let Requirement::User {
        name,
        uid,
        home,
        shell,
    } = requirement
    else {
        return None;
    };
    let Some(user) = accounts.user(name) else {
        return Some("it is not in /etc/passwd".to_owned());
    };
    if user.uid == 0 {
        return Some("it is root by another name: its number is 0".to_owned());
    }
    if let Some(wanted) = uid.filter(|wanted| *wanted != user.uid) {
        return Some(format!("its number is {}, not {wanted}", user.uid));
    }
    if let Some(wanted) = home.as_ref().filter(|wanted| **wanted != user.home) {
        return Some(format!("its home directory is {}, not {wanted}", user.home));
    }
    if let Some(wanted) = shell.as_ref().filter(|wanted| **wanted != user.shell) {
        return Some(format!("its shell is {}, not {wanted}", user.shell));
    }
    let is_there = files.at(&user.shell).is_some();
    (!is_there).then(|| format!("its shell {} is not in the image", user.shell))
}

/// Why a user could become root.
pub(super) fn privilege(
    files: &ImageFiles,
    accounts: &Accounts,
    user: &Account,
    groups: &[String],
) -> Option<String> {
    if user.gid == 0 {
        return Some("its first group is root".to_owned());
    }
    let group = accounts
        .groups_of(user)
        .find(|group| groups.contains(&group.name));
    if let Some(group) = group {
        return Some(format!("it is in the group {}", group.name));
    }
    let right = files.sudo_right(user, accounts)?;
    Some(format!("{} line {} gives it rights", right.file, right.line))
}
