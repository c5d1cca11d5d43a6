//! Archives for the floor: an image whole as its engine saves it, and with only some of its layers, in both forms.

use crate::lab::IMAGE;
use color_eyre::eyre::{OptionExt, WrapErr, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the source engine took to save an image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved {
    /// Until its first byte.
    pub(crate) first_byte: Duration,
    /// Until its last.
    pub(crate) total: Duration,
    /// Its bytes.
    pub(crate) bytes: u64,
}

/// Saves an image into a file.
pub(crate) fn save(tag: &str, file: &Path) -> color_eyre::Result<Saved> {
    let started = Instant::now();
    let mut child = Command::new("docker")
        .args(["save", &format!("{IMAGE}:{tag}")])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stream = child.stdout.take().ok_or_eyre("no output of docker save")?;
    let mut first = [0];
    stream
        .read_exact(&mut first)
        .wrap_err("docker save said nothing")?;
    let first_byte = started.elapsed();
    let mut out = File::create(file)?;
    out.write_all(&first)?;
    let bytes = 1 + std::io::copy(&mut stream, &mut out)?;
    ensure!(child.wait()?.success(), "docker save failed");
    Ok(Saved {
        first_byte,
        total: started.elapsed(),
        bytes,
    })
}

/// Where the parts of a saved image are in its file.
struct Parts {
    file: File,
    places: BTreeMap<String, (u64, u64)>,
    links: BTreeMap<String, String>,
}

impl Parts {
    fn find(path: &Path) -> color_eyre::Result<Self> {
        let mut parts = Self {
            file: File::open(path)?,
            places: BTreeMap::new(),
            links: BTreeMap::new(),
        };
        for entry in tar::Archive::new(File::open(path)?).entries_with_seek()? {
            let entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            match entry.link_name()? {
                Some(target) => {
                    // `../<id>/layer.tar`
                    let target = target.to_string_lossy().trim_start_matches("../").to_owned();
                    parts.links.insert(name, target);
                }
                None => {
                    parts
                        .places
                        .insert(name, (entry.raw_file_position(), entry.size()));
                }
            }
        }
        Ok(parts)
    }

    fn place(&self, name: &str) -> color_eyre::Result<(u64, u64)> {
        let name = self.links.get(name).map_or(name, String::as_str);
        let place = self.places.get(name);
        place.copied().ok_or_eyre("a part of the saved image is missing")
    }

    fn part(&mut self, name: &str) -> color_eyre::Result<impl Read> {
        let (from, size) = self.place(name)?;
        self.file.seek(SeekFrom::Start(from))?;
        Ok((&mut self.file).take(size))
    }

    fn bytes(&mut self, name: &str) -> color_eyre::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.part(name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Writes an archive of a saved image with these layers alone. It has the form of Docker for the classic store and that of
/// OCI for the other, which both know the layers that are left out.
pub(crate) fn only(
    saved: &Path,
    tag: &str,
    wanted: &BTreeSet<String>,
    file: &Path,
) -> color_eyre::Result<()> {
    let mut parts = Parts::find(saved)?;
    let manifest: Value = serde_json::from_slice(&parts.bytes("manifest.json")?)?;
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_eyre("not a text");
    let list = |value: &Value| -> color_eyre::Result<Vec<String>> {
        let list = value.as_array().ok_or_eyre("not a list")?;
        list.iter().map(text).collect()
    };
    let paths = list(&manifest[0]["Layers"])?;
    let config = parts.bytes(&text(&manifest[0]["Config"])?)?;
    let settings: Value = serde_json::from_slice(&config)?;
    let layers = list(&settings["rootfs"]["diff_ids"])?;
    ensure!(paths.len() == layers.len(), "the saved image has other layers");

    let mut descriptors = Vec::new();
    for (digest, path) in layers.iter().zip(&paths) {
        descriptors.push(descriptor(
            "application/vnd.oci.image.layer.v1.tar",
            digest,
            parts.place(path)?.1,
        ));
    }
    let config_digest = digest_of(&config);
    let oci = serde_json::to_vec(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("application/vnd.oci.image.config.v1+json", &config_digest, length(&config)),
        "layers": descriptors,
    }))?;
    let oci_digest = digest_of(&oci);
    let mut first = descriptor(
        "application/vnd.oci.image.manifest.v1+json",
        &oci_digest,
        length(&oci),
    );
    first["annotations"] = json!({
        "io.containerd.image.name": format!("docker.io/library/{IMAGE}:{tag}"),
        "org.opencontainers.image.ref.name": tag,
    });
    let docker = json!([{
        "Config": blob(&config_digest),
        "RepoTags": [format!("{IMAGE}:{tag}")],
        "Layers": layers.iter().map(|digest| blob(digest)).collect::<Vec<_>>(),
    }]);

    let mut archive = tar::Builder::new(BufWriter::new(File::create(file)?));
    put(&mut archive, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    put(&mut archive, &blob(&oci_digest), &oci)?;
    put(&mut archive, &blob(&config_digest), &config)?;
    for (digest, path) in layers.iter().zip(&paths) {
        if wanted.contains(digest) {
            let mut header = header(parts.place(path)?.1);
            archive.append_data(&mut header, blob(digest), parts.part(path)?)?;
        }
    }
    put(&mut archive, "manifest.json", &serde_json::to_vec(&docker)?)?;
    let index = json!({ "schemaVersion": 2, "manifests": [first] });
    put(&mut archive, "index.json", &serde_json::to_vec(&index)?)?;
    archive.into_inner()?.flush()?;
    Ok(())
}

fn descriptor(kind: &str, digest: &str, size: u64) -> Value {
    json!({ "mediaType": kind, "digest": digest, "size": size })
}

fn blob(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn digest_of(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header
}

fn put<W: Write>(archive: &mut tar::Builder<W>, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    archive.append_data(&mut header(length(bytes)), name, bytes)
}
