//! Images that are built in memory: layers as tars and a config, as an engine's archive has them. No engine is needed.

use crate::told::{contract, told};
use serde_json::{Value, json};
use std::io::Cursor;
use tagboat::model::contract::{ImageFacts, ImageSettings, check_image};
use tagboat::model::image_files::ImageFiles;
use tagboat::ops::check::read_layer;
use tar::{Builder, EntryType, Header};

/// One entry of a layer.
pub(crate) struct Entry {
    pub(crate) path: String,
    kind: EntryType,
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) bytes: Vec<u8>,
    link: String,
}

/// A file of root's.
pub(crate) fn file(path: &str, mode: u32, bytes: impl Into<Vec<u8>>) -> Entry {
    Entry {
        path: path.to_owned(),
        kind: EntryType::Regular,
        mode,
        uid: 0,
        bytes: bytes.into(),
        link: String::new(),
    }
}

/// A folder.
pub(crate) fn folder(path: &str, uid: u64) -> Entry {
    Entry {
        kind: EntryType::Directory,
        uid,
        ..file(path, 0o755, Vec::new())
    }
}

/// A symbolic link.
pub(crate) fn link(path: &str, target: &str) -> Entry {
    Entry {
        kind: EntryType::Symlink,
        link: target.to_owned(),
        ..file(path, 0o777, Vec::new())
    }
}

/// A static binary for a machine, by its number in the header: 62 is amd64, 183 is arm64.
pub(crate) fn binary(machine: u8) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = machine;
    bytes
}

/// A binary that needs a loader.
pub(crate) fn dynamic(loader: &str) -> Vec<u8> {
    let mut bytes = binary(62);
    bytes[32] = 64;
    bytes[54] = 56;
    bytes[56] = 1;
    let mut header = vec![0; 56];
    header[0] = 3;
    header[8] = 120;
    header[32] = u8::try_from(loader.len() + 1).unwrap();
    bytes.extend(header);
    bytes.extend(loader.as_bytes());
    bytes.push(0);
    bytes
}

/// An image.
pub(crate) struct Image {
    pub(crate) layers: Vec<Vec<Entry>>,
    pub(crate) config: Value,
}

impl Image {
    /// One with these programs, users and settings.
    fn new(programs: &[&str], config: &Value) -> Self {
        let base = vec![
            link("bin", "usr/bin"),
            link("sbin", "usr/sbin"),
            folder("tmp/", 0),
            folder("root/", 0),
            file(
                "etc/passwd",
                0o644,
                "root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000::/home/agent:/bin/sh\n",
            ),
            file(
                "etc/group",
                0o644,
                "root:x:0:\nsudo:x:27:\ndocker:x:999:\nagent:x:1000:\n",
            ),
            file("usr/bin/sh", 0o755, binary(62)),
        ];
        let more = programs
            .iter()
            .map(|name| file(&format!("usr/bin/{name}"), 0o755, binary(62)));
        let history = json!([
            {"created_by": "/bin/sh -c #(nop) ADD file:0123 in / "},
            {"created_by": "/bin/sh -c useradd -m agent"},
            {"created_by": "/bin/sh -c #(nop)  CMD [\"sh\"]", "empty_layer": true},
        ]);
        Self {
            layers: vec![
                base.into_iter().chain(more).collect(),
                vec![folder("home/agent/", 1000)],
            ],
            config: json!({"architecture": "amd64", "os": "linux", "config": config, "history": history}),
        }
    }

    /// As cloche's own base image, with a project's tools.
    pub(crate) fn cloche() -> Self {
        let config = json!({"User": "agent", "WorkingDir": "/workspace", "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]});
        let mut image = Self::new(&["git", "gosu", "chown", "sed", "rm"], &config);
        image.layers[1].extend([
            file("usr/local/bin/cloche-agent", 0o755, binary(62)),
            file("usr/local/bin/clo", 0o755, binary(62)),
            folder("workspace/", 1000),
        ]);
        image
    }

    /// As convocate's.
    pub(crate) fn convocate() -> Self {
        let programs = [
            "bash",
            "tmux",
            "sudo",
            "useradd",
            "groupadd",
            "gcc",
            "make",
            "cmake",
            "pkg-config",
            "python3",
            "pip3",
            "node",
            "npm",
            "git",
            "curl",
            "wget",
            "jq",
            "rg",
            "vim",
            "nano",
            "ssh",
        ];
        let config = json!({
            "Env": ["PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8"],
            "Entrypoint": ["/usr/local/bin/entrypoint.sh"],
        });
        let mut image = Self::new(&programs, &config);
        image.layers[1] = vec![
            file("usr/local/bin/entrypoint.sh", 0o755, "#!/bin/bash\nset -e\n"),
            file("usr/local/go/bin/go", 0o755, binary(62)),
        ];
        image
    }

    /// As disinto's.
    pub(crate) fn disinto() -> Self {
        let config = json!({
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"],
            "Entrypoint": ["/entrypoint.sh"],
            "WorkingDir": "/home/agent/disinto",
            "Labels": {"org.opencontainers.image.version": "v0.3.0"},
            "Volumes": {"/home/agent/data": {}, "/home/agent/repos": {}, "/home/agent/disinto/projects": {}, "/home/agent/disinto/state": {}},
        });
        let mut image = Self::new(
            &["bash", "gosu", "git", "curl", "jq", "tea", "sops", "yq"],
            &config,
        );
        image.layers[1].extend([
            file("entrypoint.sh", 0o755, "#!/usr/bin/bash\n"),
            folder("home/agent/disinto/", 0),
        ]);
        image
    }

    /// Something of its config.
    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.config["config"][key] = value;
    }

    /// A variable more.
    pub(crate) fn env(&mut self, text: &str) {
        let list = self.config["config"]["Env"].as_array_mut().unwrap();
        list.push(json!(text));
    }

    /// A step of its history more.
    pub(crate) fn step(&mut self, created_by: &str, is_empty: bool) {
        let list = self.config["history"].as_array_mut().unwrap();
        list.push(json!({"created_by": created_by, "empty_layer": is_empty}));
    }

    /// A layer more.
    pub(crate) fn add(&mut self, layer: Vec<Entry>) {
        self.layers.push(layer);
    }

    /// Takes a path out of all layers.
    pub(crate) fn without(&mut self, path: &str) {
        for layer in &mut self.layers {
            layer.retain(|entry| entry.path != path);
        }
    }

    /// Another text in the file at a path.
    pub(crate) fn write(&mut self, path: &str, text: &str) {
        let mut entries = self.layers.iter_mut().flatten();
        let entry = entries.find(|entry| entry.path == path).unwrap();
        entry.bytes = text.as_bytes().to_vec();
    }

    /// What is known of it.
    pub(crate) fn facts(&self) -> ImageFacts {
        let mut files = ImageFiles::default();
        for layer in &self.layers {
            files.add_layer(read_layer(Cursor::new(tar_of(layer))).unwrap());
        }
        ImageFacts {
            settings: ImageSettings::read(&self.config.to_string()).unwrap(),
            files,
        }
    }

    /// What is found in it.
    pub(crate) fn told(&self, name: &str) -> Vec<String> {
        told(&check_image(&contract(name), &self.facts()))
    }
}

fn tar_of(layer: &[Entry]) -> Vec<u8> {
    let mut tape = Builder::new(Vec::new());
    for entry in layer {
        let mut header = Header::new_gnu();
        header.set_entry_type(entry.kind);
        header.set_mode(entry.mode);
        header.set_uid(entry.uid);
        header.set_gid(entry.uid);
        header.set_size(entry.bytes.len() as u64);
        if !entry.link.is_empty() {
            header.set_link_name(&entry.link).unwrap();
        }
        tape.append_data(&mut header, &entry.path, entry.bytes.as_slice())
            .unwrap();
    }
    tape.into_inner().unwrap()
}
