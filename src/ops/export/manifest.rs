//! Manifests of an image whose layers are uncompressed, byte for byte as engines write them, and their digests: its ids on
//! containerd stores.

use super::hashing_writer::digest_of;
use crate::model::names::Digest;

/// The media types of a manifest and of what it lists.
struct Form {
    manifest: &'static str,
    config: &'static str,
    layer: &'static str,
}

/// The media type of the manifests that are made here.
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// What `docker save` of Engine 25 and later writes on a classic store (moby image/tarexport/save.go), and so do the archives
/// that are made here.
const OCI: Form = Form {
    manifest: MANIFEST_TYPE,
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar",
};

/// What containerd makes of an archive that has `manifest.json` alone (containerd core/images/archive/importer.go).
const DOCKER: Form = Form {
    manifest: "application/vnd.docker.distribution.manifest.v2+json",
    config: "application/vnd.docker.container.image.v1+json",
    layer: "application/vnd.docker.image.rootfs.diff.tar",
};

impl Form {
    /// The fields stand in the order in which Go's structs have them, without spaces. Nothing in them needs to be escaped.
    fn write(&self, config: &Digest, config_size: u64, layers: &[(Digest, u64)]) -> String {
        let descriptor = |media_type: &str, digest: &Digest, size: u64| {
            format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#)
        };
        let layers: Vec<_> = layers
            .iter()
            .map(|(digest, size)| descriptor(self.layer, digest, *size))
            .collect();
        format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}}"#,
            self.manifest,
            descriptor(self.config, config, config_size),
            layers.join(",")
        )
    }
}

/// The manifest of the archives that are made here. `layers` are `DiffID`s and uncompressed lengths in bytes, base first.
pub(super) fn manifest(config: &Digest, config_size: u64, layers: &[(Digest, u64)]) -> String {
    OCI.write(config, config_size, layers)
}

/// The manifest digests under which a containerd store may know an image with uncompressed layers, the one that is made here
/// first. `layers` are `DiffID`s and uncompressed lengths in bytes, base first.
pub fn manifest_forms(config: &Digest, config_size: u64, layers: &[(Digest, u64)]) -> Vec<Digest> {
    let forms = [&OCI, &DOCKER];
    let digest = |form: &Form| digest_of(form.write(config, config_size, layers).as_bytes());
    forms.into_iter().map(digest).collect()
}

#[cfg(test)]
mod tests {
    use super::manifest_forms;
    use crate::model::names::Digest;

    #[test]
    fn the_manifests_of_a_real_image_have_the_digests_that_engines_gave_them() {
        let digest = |hex: &str| Digest::parse(&format!("sha256:{hex}")).unwrap();
        // `convocate:v1.0.0` of a lab.
        let config = digest("bde8e787bf7663609e60385e8397fc54110e6be66e7e6668b6ea607ff2a61e4e");
        let layers = [
            (
                "f1c4fdfe8068775b422b78ea9ad0a519d611dc57b7b2b4d1154bb38a1f733e18",
                2_140_160,
            ),
            (
                "9fe317a5777104f75e168aefab09e241ba3f35a477207955d009a112007824ad",
                10_240,
            ),
        ];
        let layers = layers.map(|(hex, size)| (digest(hex), size));
        let expected = [
            // `docker save` of Engine 26.1 with the classic store writes this one.
            "2e915b555bb307aad65cd05233fe35bf0ef7958a77ffc571578b16601fbb035d",
            // Engine 26.1 with the containerd store gives this id to what Engine 20.10 saved.
            "9a207ce6ec2c7411c0744abb426bd41c0d3529db86b574d3d9f1b5b6c33c32d0",
        ];
        assert_eq!(manifest_forms(&config, 647, &layers), expected.map(digest));
    }
}
