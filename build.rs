//! Builds the helper that runs on hosts, static and optimised, so that every build of tagboat carries the one that fits it.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::env;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    for path in ["recipe/src", "recipe/Cargo.toml", "Cargo.lock", "build.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let target = env::var("TARGET")?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let built = build(&target, &out.join("helper"))?;
    let helper = std::fs::read(built)?;
    std::fs::write(out.join("tagboat-helper.gz"), packed(&helper)?)?;
    std::fs::write(out.join("tagboat-helper"), helper)?;
    println!(
        "cargo::rustc-env=TAGBOAT_HELPER_ARCHITECTURE={}",
        architecture(&target)
    );
    Ok(())
}

/// As it is sent: every host that a push can work with has gzip. Packed here, it costs no push the time.
fn packed(helper: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(helper)?;
    encoder.finish()
}

/// The architecture in the words of Docker.
fn architecture(target: &str) -> &str {
    match target.split('-').next().unwrap_or_default() {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// A static program needs an explicit target: without one its flags would apply to build scripts too.
fn build(target: &str, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let flags = format!(
        "CARGO_TARGET_{}_RUSTFLAGS",
        target.to_uppercase().replace('-', "_")
    );
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo
        .args(["build", "--release", "--locked", "--package", "tagboat-recipe"])
        .args(["--bin", "tagboat-helper", "--target", target])
        .arg("--target-dir")
        .arg(folder)
        .env(flags, "-C target-feature=+crt-static -C strip=symbols");
    // A linter in place of the compiler, or flags for the program around this one, are not meant for the helper.
    for name in [
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET_DIR",
        "CARGO_TARGET_DIR",
    ] {
        cargo.env_remove(name);
    }
    let output = cargo.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the helper cannot be built:\n{said}").into());
    }
    Ok(folder.join(target).join("release/tagboat-helper"))
}
