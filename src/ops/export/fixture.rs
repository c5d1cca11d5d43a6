//! Small archives as engines make them, for tests, and what their engine would say of the image.

use super::hashing_writer::digest_of;
use super::pass::Expected;
use crate::model::fleet::{ContentId, Platform, SourceImage};
use crate::model::names::{Digest, ImageId, ImageRef};
use serde_json::{Value, json};
use std::io::Write;
use tar::{Builder, EntryType, Header};

/// How an engine lays an archive out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Docker up to 24: `<id>/layer.tar`, a repeated layer as a symbolic link.
    Legacy,
    /// Docker from 25 on with the classic store: `blobs/sha256/<digest>`.
    Blobs,
    /// The containerd store: the same with gzip layers; the image's id is that of its manifest.
    Containerd,
}

/// An archive as a list of entries, to be spoilt by tests.
pub(crate) struct Fixture {
    pub(crate) entries: Vec<Entry>,
    pub(crate) expected: Expected,
    /// The config's path.
    pub(crate) config: String,
    /// The layers' paths.
    pub(crate) layers: Vec<String>,
}

/// One entry.
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) kind: EntryType,
    pub(crate) bytes: Vec<u8>,
    pub(crate) link: &'static str,
}

impl Entry {
    pub(crate) fn file(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let (path, bytes) = (path.to_owned(), bytes.into());
        Self {
            path,
            kind: EntryType::Regular,
            bytes,
            link: "",
        }
    }

    pub(crate) fn special(path: &str, kind: EntryType, link: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            bytes: Vec::new(),
            link,
        }
    }
}

/// The two layers of every fixture; the first comes again as the third. The second has `version` in it.
fn layers(version: &[u8]) -> [Vec<u8>; 3] {
    let layer = |name: &str, text: &[u8]| {
        let mut tape = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tape.append_data(&mut header, name, text).unwrap();
        tape.into_inner().unwrap()
    };
    let base = layer("etc/base", b"the base\n");
    [base.clone(), layer("etc/version", version), base]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Fixture {
    pub(crate) fn new(layout: Layout) -> Self {
        Self::with(layout, b"v1\n")
    }

    /// One whose second layer is large enough to be many small frames.
    pub(crate) fn large(layout: Layout) -> Self {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        let noise: Vec<u8> = (0..200_000).map(|_| next()).collect();
        Self::with(layout, &noise)
    }

    fn with(layout: Layout, version: &[u8]) -> Self {
        let layers = layers(version);
        let diff_ids: Vec<Digest> = layers.iter().map(|layer| digest_of(layer)).collect();
        let config = json!({
            "os": "linux", "architecture": "amd64", "config": {"Cmd": ["/bin/true"]},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        let config = config.to_string().into_bytes();
        let config_digest = digest_of(&config);
        let mut fixture = Self {
            entries: Vec::new(),
            expected: expected(&config_digest, diff_ids),
            config: String::new(),
            layers: Vec::new(),
        };
        match layout {
            Layout::Legacy => fixture.legacy(config, &config_digest, layers),
            Layout::Blobs => fixture.blobs(config, layers.into(), false),
            Layout::Containerd => {
                let layers = layers.iter().map(|layer| gzip(layer)).collect();
                fixture.blobs(config, layers, true);
            }
        }
        let manifest = json!([{
            "Config": fixture.config, "RepoTags": ["convocate:v1"], "Layers": fixture.layers,
        }]);
        fixture.add("manifest.json", manifest.to_string());
        fixture.add("repositories", "{}");
        fixture
    }

    fn add(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.entries.push(Entry::file(path, bytes));
    }

    fn legacy(&mut self, config: Vec<u8>, digest: &Digest, layers: [Vec<u8>; 3]) {
        self.config = format!("{}.json", digest.hex());
        self.add(&self.config.clone(), config);
        let [first, second, _] = layers;
        for (id, layer) in [("aa", Some(first)), ("bb", Some(second)), ("cc", None)] {
            let folder = id.repeat(32);
            self.entries
                .push(Entry::special(&format!("{folder}/"), EntryType::Directory, ""));
            self.add(&format!("{folder}/VERSION"), "1.0");
            self.add(&format!("{folder}/json"), "{}");
            let path = format!("{folder}/layer.tar");
            match layer {
                Some(layer) => self.add(&path, layer),
                None => self
                    .entries
                    .push(Entry::special(&path, EntryType::Symlink, FIRST_LAYER)),
            }
            self.layers.push(path);
        }
    }

    fn blobs(&mut self, config: Vec<u8>, layers: Vec<Vec<u8>>, is_containerd: bool) {
        let path = |bytes: &[u8]| format!("blobs/sha256/{}", digest_of(bytes).hex());
        let describe = |bytes: &Vec<u8>| json!({"digest": digest_of(bytes), "size": bytes.len()});
        let manifest = json!({
            "schemaVersion": 2, "config": describe(&config), "layers": layers.iter().map(describe).collect::<Value>(),
        });
        let manifest = manifest.to_string().into_bytes();
        let index = json!({"schemaVersion": 2, "manifests": [describe(&manifest)]});
        self.config = path(&config);
        self.layers = layers.iter().map(|layer| path(layer)).collect();
        if is_containerd {
            self.expected.image.id = ImageId(digest_of(&manifest));
        }
        for blob in layers.into_iter().chain([config, manifest]) {
            let path = path(&blob);
            if self.entries.iter().all(|entry| entry.path != path) {
                self.add(&path, blob);
            }
        }
        self.add("index.json", index.to_string());
        self.add("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    }

    /// The entry at a path.
    pub(crate) fn entry(&mut self, path: &str) -> &mut Entry {
        self.entries.iter_mut().find(|entry| entry.path == path).unwrap()
    }

    /// The archive's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut tape = Builder::new(Vec::new());
        for entry in &self.entries {
            let mut header = Header::new_gnu();
            // The writer of archives refuses what these tests need, so the name is put in by hand.
            let name = &mut header.as_old_mut().name;
            name[..entry.path.len()].copy_from_slice(entry.path.as_bytes());
            header.as_old_mut().linkname[..entry.link.len()].copy_from_slice(entry.link.as_bytes());
            header.set_entry_type(entry.kind);
            header.set_size(entry.bytes.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            tape.append(&header, entry.bytes.as_slice()).unwrap();
        }
        tape.into_inner().unwrap()
    }
}

const FIRST_LAYER: &str = "../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/layer.tar";

fn expected(config: &Digest, layers: Vec<Digest>) -> Expected {
    Expected {
        image: SourceImage {
            id: ImageId(config.clone()),
            content: ContentId(config.clone()),
            platform: Platform {
                os: "linux".to_owned(),
                architecture: "amd64".to_owned(),
            },
            size: 10_000,
            layers,
            created_at: None,
        },
        reference: ImageRef::parse("convocate:v1").unwrap(),
        staging: ImageRef::parse("tagboat-staging:0123456789ab").unwrap(),
    }
}
