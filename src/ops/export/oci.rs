//! The documents at the end of an archive, by which the classic store (`manifest.json`) and the containerd store
//! (`oci-layout`, `index.json` and a manifest) each find the image.

use super::hashing_writer::digest_of;
use super::observed::{FileFacts, Packing};
use crate::model::names::{Digest, ImageRef};
use serde_json::{Value, json};

const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";

/// A document and the path that it has in the archive.
pub(super) struct Document {
    pub(super) path: String,
    pub(super) text: Vec<u8>,
}

/// The documents of an image, and the digest of its OCI manifest: its id on a containerd store.
pub(super) struct Documents {
    pub(super) manifest: Digest,
    pub(super) all: Vec<Document>,
}

/// An image in an archive: where its files are there, and what they are.
pub(super) struct ArchivedImage<'a> {
    pub(super) reference: &'a ImageRef,
    pub(super) config: (String, &'a FileFacts),
    pub(super) layers: Vec<(String, &'a FileFacts)>,
}

impl ArchivedImage<'_> {
    /// Writes its documents. The same image always gives the same bytes, so that its id on a containerd store is stable.
    pub(super) fn documents(&self) -> Documents {
        let text = |value: &Value| value.to_string().into_bytes();
        let layers: Vec<_> = self
            .layers
            .iter()
            .map(|(_, facts)| layer_descriptor(facts))
            .collect();
        let manifest = text(&json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": descriptor(CONFIG_TYPE, self.config.1),
            "layers": layers,
        }));
        let digest = digest_of(&manifest);
        let index = text(&json!({
            "schemaVersion": 2,
            "mediaType": INDEX_TYPE,
            "manifests": [{
                "mediaType": MANIFEST_TYPE,
                "digest": digest,
                "size": manifest.len(),
                "annotations": {
                    "io.containerd.image.name": format!("docker.io/library/{}", self.reference),
                    "org.opencontainers.image.ref.name": self.reference.tag,
                },
            }],
        }));
        let paths: Vec<_> = self.layers.iter().map(|(path, _)| path).collect();
        let docker = text(&json!([{
            "Config": self.config.0,
            "RepoTags": [self.reference],
            "Layers": paths,
        }]));
        let document = |path: &str, text| Document {
            path: path.to_owned(),
            text,
        };
        let all = vec![
            document("manifest.json", docker),
            document("oci-layout", text(&json!({"imageLayoutVersion": "1.0.0"}))),
            document(&format!("blobs/sha256/{}", digest.hex()), manifest),
            document("index.json", index),
        ];
        Documents {
            manifest: digest,
            all,
        }
    }
}

fn descriptor(media_type: &str, facts: &FileFacts) -> Value {
    json!({"mediaType": media_type, "digest": facts.digest, "size": facts.size})
}

fn layer_descriptor(facts: &FileFacts) -> Value {
    let media_type = match facts.packing {
        Packing::None => LAYER_TYPE.to_owned(),
        Packing::Gzip => format!("{LAYER_TYPE}+gzip"),
        Packing::Zstd => format!("{LAYER_TYPE}+zstd"),
    };
    descriptor(&media_type, facts)
}
