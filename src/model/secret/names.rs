//! Names that are given to secrets: of variables, and of files.

use super::Kind;

/// Words that a variable with a secret has in its name.
const WORDS: [&str; 12] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "PASS",
    "PWD",
    "PAT",
];

/// Two words that mean one only together: a `KEY` alone names many harmless things.
const PAIRS: [(&str, &str); 9] = [
    ("API", "KEY"),
    ("ACCESS", "KEY"),
    ("SECRET", "KEY"),
    ("PRIVATE", "KEY"),
    ("SSH", "KEY"),
    ("DEPLOY", "KEY"),
    ("ENCRYPTION", "KEY"),
    ("SIGNING", "KEY"),
    ("AUTH", "KEY"),
];

/// Last words with which a name tells where a secret is, or something about it, and not what it is.
const ABOUT: [&str; 16] = [
    "FILE", "PATH", "DIR", "URL", "URI", "NAME", "ID", "TYPE", "LENGTH", "TTL", "COMMAND", "HELPER", "STORE",
    "SERVICE", "LIMIT", "HOST",
];

/// Names that have such a word and mean something else: the shell's own directories, public keys that images are built with, and
/// numbers of tokens.
const HARMLESS: [&str; 7] = [
    "PWD",
    "OLDPWD",
    "GPG_KEY",
    "GPG_KEYS",
    "PATH",
    "MAX_TOKENS",
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
];

/// Whether a variable of this name holds a secret, if it holds anything.
pub fn secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    if HARMLESS.contains(&upper.as_str()) {
        return false;
    }
    let words: Vec<&str> = upper
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.last().is_some_and(|last| ABOUT.contains(last)) {
        return false;
    }
    let has = |wanted: &str| words.contains(&wanted);
    let ends_so = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "APITOKEN"];
    words
        .iter()
        .any(|word| WORDS.contains(word) || ends_so.iter().any(|end| word.ends_with(end)))
        || PAIRS.iter().any(|(first, second)| has(first) && has(second))
}

/// Why a file is one that holds secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretFile {
    /// What it is.
    pub kind: Kind,
    /// Whether its name alone says so; else there must be something in it.
    pub by_name_alone: bool,
}

/// Files that are known by the end of their path.
const ENDS: [(&str, Kind, bool); 22] = [
    (".ssh/id_rsa", "a private SSH key", true),
    (".ssh/id_dsa", "a private SSH key", true),
    (".ssh/id_ecdsa", "a private SSH key", true),
    (".ssh/id_ed25519", "a private SSH key", true),
    (".ssh/id_ed25519_sk", "a private SSH key", true),
    (".aws/credentials", "AWS credentials", true),
    (".git-credentials", "git credentials", true),
    (".netrc", "passwords of hosts", true),
    (".pgpass", "passwords of databases", true),
    (".my.cnf", "passwords of databases", false),
    (".docker/config.json", "registry credentials", false),
    (".dockercfg", "registry credentials", true),
    (".kube/config", "cluster credentials", true),
    (".npmrc", "a registry token", false),
    (".pypirc", "a registry token", false),
    (".cargo/credentials.toml", "a registry token", true),
    (".claude/.credentials.json", "credentials of the agent", true),
    (".gh_token", "a GitHub token", true),
    (".config/gh/hosts.yml", "a GitHub token", false),
    (".vault-token", "a Vault token", true),
    (
        ".config/gcloud/application_default_credentials.json",
        "cloud credentials",
        true,
    ),
    (".config/sops/age/keys.txt", "a private age key", true),
];

/// Whether a file at this path is one that holds secrets; `path` has no slash at its begin, or one.
pub fn secret_file(path: &str) -> Option<SecretFile> {
    let path = path.trim_start_matches('/');
    let name = path.rsplit('/').next().unwrap_or_default();
    let found = |kind, by_name_alone| Some(SecretFile { kind, by_name_alone });
    for (end, kind, alone) in ENDS {
        let is_it = path
            .strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'));
        if is_it {
            return found(kind, alone);
        }
    }
    let is_template = ["example", "sample", "template", "dist", "defaults", "enc"]
        .iter()
        .any(|end| name.ends_with(end));
    if name == ".env" || (name.starts_with(".env.") && !is_template) {
        return found("the settings and secrets of a deployment", true);
    }
    match name {
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => found("a private SSH key", true),
        "credentials.json" | "service-account.json" => found("credentials", false),
        _ => None,
    }
}

/// Folders in which packages keep samples and tests, with keys and tokens that open nothing.
const SAMPLES: [&str; 12] = [
    "testdata", "test", "tests", "testing", "fixtures", "example", "examples", "doc", "docs", "sample",
    "samples", "man",
];

/// Whether what is there was brought by a package as a sample or for its tests; only below where packages are installed, never
/// in a home directory or a workspace.
pub fn is_sample_place(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    let is_installed = [
        "usr/share/",
        "usr/lib/",
        "usr/local/go/",
        "usr/local/lib/",
        "usr/local/share/",
        "root/go/pkg/",
    ]
    .iter()
    .any(|place| path.starts_with(place));
    let is_library = path.contains("/node_modules/")
        || path.contains("/site-packages/")
        || path.contains("/dist-packages/");
    (is_installed || is_library) && path.split('/').any(|part| SAMPLES.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::{is_sample_place, secret_file, secret_name};

    #[test]
    fn variables_that_hold_secrets_are_known_by_their_names() {
        for name in [
            "GITHUB_TOKEN",
            "DB_PASSWORD",
            "api_key",
            "AWS_SECRET_ACCESS_KEY",
            "ANTHROPIC_API_KEY",
            "MYSQL_PWD",
            "SSH_PRIVATE_KEY",
            "CLIENT_SECRET",
            "NPM_TOKEN",
            "npmtoken",
            "DOCKER_PASS",
            "GH_PAT",
            "deploy-key",
        ] {
            assert!(secret_name(name), "{name}");
        }
    }

    #[test]
    fn harmless_variables_are_not() {
        for name in [
            "PATH",
            "PWD",
            "GPG_KEY",
            "KEYBOARD",
            "LANG",
            "TOKEN_FILE",
            "PASSWORD_STORE_DIR",
            "SECRET_NAME",
            "COMPASS",
            "KEY_ID",
            "CLAUDE_UID",
            "PYTHON_SHA256",
            "SSH_AUTH_SOCK",
            "PATTERN",
            "GIT_ASKPASS_HELPER",
            "AWS_ACCESS_KEY_ID",
            "TOKENIZERS_PARALLELISM",
        ] {
            assert!(!secret_name(name), "{name}");
        }
    }

    #[test]
    fn files_with_secrets_are_known_by_their_paths_and_templates_are_none() {
        for path in [
            "home/agent/.ssh/id_rsa",
            "/root/.netrc",
            "app/.env",
            "app/.env.production",
            "home/agent/.claude/.credentials.json",
            "id_ed25519",
        ] {
            assert!(secret_file(path).is_some_and(|file| file.by_name_alone), "{path}");
        }
        assert!(secret_file("root/.npmrc").is_some_and(|file| !file.by_name_alone));
        for path in [
            "app/.env.example",
            "home/agent/.ssh/id_rsa.pub",
            "etc/environment",
            "usr/bin/env",
            "app/x.netrc",
        ] {
            assert!(secret_file(path).is_none(), "{path}");
        }
    }

    #[test]
    fn samples_of_packages_are_no_secrets_and_a_home_directory_is_no_such_place() {
        assert!(is_sample_place(
            "usr/local/go/src/crypto/tls/testdata/example-key.pem"
        ));
        assert!(is_sample_place("usr/lib/python3/test/keycert.pem"));
        assert!(is_sample_place("app/node_modules/x/test/key.pem"));
        assert!(!is_sample_place("home/agent/test/key.pem"));
        assert!(!is_sample_place("usr/local/bin/key.pem"));
        assert!(!is_sample_place("usr/src/app/test/key.pem"));
        assert!(!is_sample_place("opt/app/docs/.env"));
    }
}
