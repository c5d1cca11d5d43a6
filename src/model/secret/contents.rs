//! Contents of files: tokens and keys by their shape, passwords in files that are made to hold them.

use super::Kind;
use super::names::secret_file;
use super::shapes::{Sighting, sightings};
use super::url::has_password;

/// A file with a zero byte this near its begin is no text.
const TEXT_BEGIN: usize = 1024;

/// Files of a few lines in which a URL may carry a password.
const WITH_URLS: [&str; 6] = [
    "pip.conf",
    ".gitconfig",
    ".git/config",
    ".condarc",
    ".bash_history",
    ".wgetrc",
];

/// The secrets in a file, of which `begin` is there; none in what is no text.
pub fn secrets_in(path: &str, begin: &[u8]) -> Vec<Sighting> {
    let looked_at = &begin[..begin.len().min(TEXT_BEGIN)];
    if looked_at.contains(&0) {
        return Vec::new();
    }
    let mut found = sightings(begin);
    if found.is_empty() {
        let text = String::from_utf8_lossy(begin);
        let in_line = |wanted: &dyn Fn(&str) -> bool| text.lines().position(wanted);
        let known = secret_file(path).filter(|file| !file.by_name_alone);
        let line = known.and_then(|file| Some((file.kind, in_line(&|line| has_value(path, line))?)));
        let has_urls = WITH_URLS.iter().any(|name| path.ends_with(name));
        let url = || {
            Some((
                "a URL with a password",
                in_line(&|line| has_password(line)).filter(|_| has_urls)?,
            ))
        };
        found.extend(
            line.or_else(url)
                .map(|(kind, line): (Kind, usize)| Sighting { kind, line: line + 1 }),
        );
    }
    found
}

/// Whether a line of a file that holds credentials among other things is one with a value.
fn has_value(path: &str, line: &str) -> bool {
    let keys: &[&str] = match path.rsplit('/').next().unwrap_or_default() {
        ".npmrc" => &["_authToken=", "_password=", "_auth="],
        "config.json" => &["\"auth\":", "\"identitytoken\":", "\"registrytoken\":"],
        ".pypirc" | ".my.cnf" => &["password=", "password:", "password ="],
        "hosts.yml" => &["oauth_token:"],
        _ => &[
            "\"private_key\":",
            "\"refresh_token\":",
            "\"client_secret\":",
            "\"refreshToken\":",
            "\"accessToken\":",
        ],
    };
    let squeezed = line.replace("\": ", "\":").replace("\" :", "\":");
    keys.iter().any(|key| {
        let value = squeezed
            .split_once(key)
            .map(|(_, value)| value.trim().trim_matches(['"', ',', '\'']));
        value.is_some_and(|value| value.len() >= 4 && !value.starts_with("${") && !value.starts_with('<'))
    })
}

#[cfg(test)]
mod tests {
    use super::secrets_in;

    #[test]
    fn a_token_is_found_in_any_text_and_in_no_program() {
        let token = format!("ghp_{}", "aB3".repeat(12));
        assert_eq!(
            secrets_in("opt/x.sh", format!("#!/bin/sh\nT={token}\n").as_bytes())[0].line,
            2
        );
        assert!(secrets_in("usr/bin/x", format!("\x7fELF\0{token}").as_bytes()).is_empty());
    }

    #[test]
    fn files_for_credentials_are_found_by_a_value_in_them_and_not_empty() {
        let finds = |path: &str, text: &str| !secrets_in(path, text.as_bytes()).is_empty();
        assert!(finds("root/.npmrc", "a=b\n//r/:_authToken=abcdef\n"));
        assert!(!finds(
            "root/.npmrc",
            "//r/:_authToken=${NPM_TOKEN}\nfund=false\n"
        ));
        assert!(finds(
            "root/.docker/config.json",
            "{\"auths\": {\"r\": {\"auth\": \"dXNlcjpwYXNz\"}}}"
        ));
        assert!(!finds("root/.docker/config.json", "{\"credsStore\": \"pass\"}"));
        assert!(finds(
            "etc/pip.conf",
            "index-url = https://me:s3cr3t@pypi.local/simple"
        ));
        assert!(!finds(
            "usr/lib/readme.txt",
            "https://me:s3cr3t@pypi.local/simple"
        ));
    }
}
