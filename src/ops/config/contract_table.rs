//! The shape of a contract's file, key by key.

use super::size_text::SizeText;
use crate::model::contract::Severity;
use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractTable {
    pub(super) title: String,
    /// The contract whose requirements hold too, where this one has none of the same id.
    pub(super) base: Option<Spanned<String>>,
    /// Requirements of the base that do not hold.
    #[serde(default)]
    pub(super) without: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) contents: ContentTables,
    #[serde(default)]
    pub(super) settings: SettingTables,
    #[serde(default)]
    pub(super) limits: LimitTables,
    pub(super) secrets: Option<SecretTable>,
    #[serde(default)]
    pub(super) guidelines: Vec<GuidelineTable>,
    #[serde(default)]
    pub(super) probes: Vec<ProbeCommandTable>,
}

/// `[contents]`: what is in the image.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ContentTables {
    pub(super) files: Vec<FileTable>,
    pub(super) absent: Vec<PathTable>,
    pub(super) programs: Vec<ProgramTable>,
    pub(super) users: Vec<UserTable>,
    pub(super) unprivileged: Vec<UnprivilegedTable>,
    pub(super) folders: Vec<FolderTable>,
}

/// `[settings]`: what its config says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SettingTables {
    pub(super) starter: Option<StarterTable>,
    pub(super) entrypoint: Option<EntrypointTable>,
    pub(super) workdir: Option<PathTable>,
    pub(super) env: Vec<EnvTable>,
    pub(super) labels: Vec<LabelTable>,
    pub(super) volumes: Vec<VolumeTable>,
}

/// `[limits]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitTables {
    pub(super) size: Option<LimitTable>,
    pub(super) waste: Option<LimitTable>,
}

/// Gives a table its id, its level and its fix, and the keys of its own.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $key:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            pub(super) id: Spanned<String>,
            #[serde(default)]
            pub(super) level: Severity,
            #[serde(default)]
            pub(super) fix: String,
            $($(#[$attribute])* pub(super) $key: $kind,)*
        }

        impl $name {
            /// The id, how bad it is when it is broken, and what mends it.
            pub(super) fn head(&self) -> Head<'_> {
                Head {
                    id: &self.id,
                    severity: self.level,
                    fix: &self.fix,
                }
            }
        }
    };
}

/// What every requirement has.
pub(super) struct Head<'a> {
    pub(super) id: &'a Spanned<String>,
    pub(super) severity: Severity,
    pub(super) fix: &'a str,
}

table!(
    /// `[[contents.files]]`.
    FileTable {
        path: Spanned<String>,
        #[serde(default)]
        runs: bool,
        mode: Option<Spanned<String>>,
    }
);

table!(
    /// `[[contents.absent]]` and `[settings.workdir]`.
    PathTable {
        path: Spanned<String>,
    }
);

table!(
    /// `[[contents.programs]]`.
    ProgramTable {
        name: Spanned<String>,
    }
);

table!(
    /// `[[contents.users]]`.
    UserTable {
        name: String,
        uid: Option<u64>,
        home: Option<Spanned<String>>,
        shell: Option<Spanned<String>>,
    }
);

table!(
    /// `[[contents.unprivileged]]`.
    UnprivilegedTable {
        user: String,
        #[serde(default)]
        groups: Vec<String>,
    }
);

table!(
    /// `[[contents.folders]]`.
    FolderTable {
        path: Spanned<String>,
        owner: Option<String>,
    }
);

table!(
    /// `[settings.starter]`.
    StarterTable {
        is: String,
    }
);

table!(
    /// `[settings.entrypoint]`.
    EntrypointTable {
        words: Vec<String>,
    }
);

table!(
    /// `[[settings.env]]`.
    EnvTable {
        name: String,
        value: Option<String>,
        includes: Option<String>,
    }
);

table!(
    /// `[[settings.labels]]`.
    LabelTable {
        name: String,
        #[serde(default)]
        version: bool,
    }
);

table!(
    /// `[[settings.volumes]]`.
    VolumeTable {
        #[serde(default)]
        required: Vec<Spanned<String>>,
        #[serde(default)]
        forbidden: Vec<Spanned<String>>,
    }
);

table!(
    /// `[limits.size]` and `[limits.waste]`.
    LimitTable {
        most: SizeText,
    }
);

table!(
    /// `[secrets]`.
    SecretTable {
        #[serde(default)]
        allow_names: Vec<String>,
        #[serde(default)]
        allow_paths: Vec<String>,
    }
);

table!(
    /// `[[probes]]`.
    ProbeCommandTable {
        command: Spanned<Vec<String>>,
        user: Option<String>,
    }
);

/// `[[guidelines]]`: its name is its id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuidelineTable {
    pub(super) rule: Spanned<String>,
    #[serde(default)]
    pub(super) level: Severity,
    pub(super) fix: Option<String>,
    #[serde(default)]
    pub(super) words: Vec<String>,
}
