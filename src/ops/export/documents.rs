//! The documents at the end of an archive, by which the classic store (`manifest.json`) and the containerd store
//! (`oci-layout`, `index.json` and a manifest) each find the image.

use super::hashing_writer::digest_of;
use super::manifest::{MANIFEST_TYPE, manifest};
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::ImageRecord;
use serde_json::{Value, json};

const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";

/// A document and the path that it has in the archive.
pub(super) struct Document {
    pub(super) path: String,
    pub(super) text: Vec<u8>,
}

/// The documents of an image, and the digest of its manifest: its id on a containerd store.
pub(super) struct Documents {
    pub(super) manifest: Digest,
    pub(super) all: Vec<Document>,
}

/// The path of the layer that arrived as the `number`th, counted from 1. It does not depend on what comes after it.
///
/// No other image has one of this name: a containerd store that was interrupted in a load goes on with what it has under the name
/// of an entry, also when that is from another archive, and then takes neither (seen with Engine 26.1).
pub(super) fn layer_path(staging: &ImageRef, number: usize) -> String {
    format!("{}-layer-{number}.tar", staging.tag)
}

/// Writes the documents of an image. The same image always gives the same bytes, whichever of its layers are in the archive:
/// a store that has a layer does not look for its file (research/transfer.md section 4).
pub(super) fn documents(record: &ImageRecord, staging: &ImageRef) -> Documents {
    let manifest = manifest(&record.config_digest, record.config_size(), &record.sizes());
    let digest = digest_of(manifest.as_bytes());
    let config_path = blob_path(&record.config_digest);
    let number = |layer: &Digest| record.arrival.iter().position(|arrival| arrival.layer == *layer);
    let paths: Vec<_> = record
        .layers
        .iter()
        .map(|layer| number(&layer.id).map(|number| layer_path(staging, number + 1)))
        .collect();
    let docker = json!([{ "Config": config_path, "RepoTags": [staging], "Layers": paths }]);
    let index = json!({
        "schemaVersion": 2,
        "mediaType": INDEX_TYPE,
        "manifests": [{
            "mediaType": MANIFEST_TYPE,
            "digest": digest,
            "size": manifest.len(),
            "annotations": {
                "io.containerd.image.name": format!("docker.io/library/{staging}"),
                "org.opencontainers.image.ref.name": staging.tag,
            },
        }],
    });
    let text = |value: &Value| value.to_string().into_bytes();
    let all = vec![
        document(config_path, record.config.clone().into_bytes()),
        document("manifest.json".to_owned(), text(&docker)),
        document(
            "oci-layout".to_owned(),
            text(&json!({"imageLayoutVersion": "1.0.0"})),
        ),
        document(blob_path(&digest), manifest.into_bytes()),
        document("index.json".to_owned(), text(&index)),
    ];
    Documents {
        manifest: digest,
        all,
    }
}

fn document(path: String, text: Vec<u8>) -> Document {
    Document { path, text }
}

fn blob_path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}
