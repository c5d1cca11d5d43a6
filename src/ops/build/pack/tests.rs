//! What is packed of a context, and what it is refused for.

use super::{BadContext, ContextFrom, look, pack};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const EPOCH: i64 = 1_700_000_000;

fn context(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place
}

fn from(place: &TempDir) -> ContextFrom {
    ContextFrom::Directory(place.path().to_str().unwrap().to_owned())
}

fn packed(origin: ContextFrom, dockerfile: &str) -> Vec<u8> {
    let mut out = Vec::new();
    pack(
        origin,
        dockerfile,
        Some(EPOCH),
        &mut out,
        &CancellationToken::new(),
    )
    .unwrap();
    out
}

/// The entries of an archive in their order, each with what it is.
fn entries(archive: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(archive);
    let told = archive.entries().unwrap().map(|entry| {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!(
            (
                header.uid().unwrap(),
                header.gid().unwrap(),
                header.mtime().unwrap()
            ),
            (0, 0, 1_700_000_000)
        );
        let path = entry.path().unwrap().display().to_string();
        match entry.link_name().unwrap() {
            Some(to) => format!("{path} -> {}", to.display()),
            None => format!("{path} {:o}", header.mode().unwrap()),
        }
    });
    told.collect()
}

fn refusal(place: &TempDir, dockerfile: &str) -> String {
    look(from(place), dockerfile, None).unwrap_err().to_string()
}

#[test]
fn the_same_files_make_the_same_bytes_whenever_and_wherever_they_were_written() {
    let files = [
        ("Dockerfile", "FROM scratch\n"),
        ("b/2", "two"),
        ("b/1", "one"),
        ("a", ""),
    ];
    let (one, other) = (
        context(&files),
        context(&[files[3], files[1], files[0], files[2]]),
    );
    let old = fs::File::options()
        .write(true)
        .open(other.path().join("b/1"))
        .unwrap();
    old.set_modified(std::time::UNIX_EPOCH).unwrap();
    let archive = packed(from(&one), "Dockerfile");
    assert_eq!(archive, packed(from(&other), "Dockerfile"));
    let names: Vec<_> = entries(&archive)
        .iter()
        .map(|entry| entry.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Dockerfile", "a", "b", "b/1", "b/2"]);
    fs::write(one.path().join("a"), "more").unwrap();
    assert_ne!(archive, packed(from(&one), "Dockerfile"));
}

#[test]
fn what_is_left_out_is_counted_and_the_dockerfile_goes_along_whatever_the_rules_say() {
    let files = [
        ("deploy/Dockerfile", "FROM scratch\n"),
        (".dockerignore", "*\n!src\nsrc/*.o\n"),
        ("src/main.c", "int main;"),
        ("src/main.o", "x"),
        ("target/big", "x"),
        ("deploy/notes", "x"),
    ];
    let place = context(&files);
    let told = look(from(&place), "./deploy/Dockerfile", Some(EPOCH)).unwrap();
    assert_eq!((told.files, told.dockerfile.as_str()), (3, "deploy/Dockerfile"));
    assert_eq!(told.ignored, 4, "target, src/main.o, deploy itself and its notes");
    let archive = packed(from(&place), "deploy/Dockerfile");
    let names: Vec<_> = entries(&archive)
        .iter()
        .map(|entry| entry.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, [".dockerignore", "deploy/Dockerfile", "src", "src/main.c"]);
}

#[test]
fn the_rules_beside_a_dockerfile_count_more_than_those_of_the_directory() {
    let files = [
        ("Dockerfile", ""),
        ("other.Dockerfile", ""),
        (".dockerignore", "a"),
        ("other.Dockerfile.dockerignore", "b"),
        ("a", ""),
        ("b", ""),
    ];
    let place = context(&files);
    let has = |dockerfile: &str, name: &str| {
        entries(&packed(from(&place), dockerfile))
            .iter()
            .any(|entry| entry.starts_with(&format!("{name} ")))
    };
    assert!(has("Dockerfile", "b") && !has("Dockerfile", "a"));
    assert!(has("other.Dockerfile", "a") && !has("other.Dockerfile", "b"));
}

#[test]
fn links_and_permissions_are_kept() {
    let place = context(&[("Dockerfile", ""), ("run.sh", "")]);
    fs::set_permissions(place.path().join("run.sh"), fs::Permissions::from_mode(0o750)).unwrap();
    symlink("../away", place.path().join("link")).unwrap();
    let entries = entries(&packed(from(&place), "Dockerfile"));
    assert!(entries.contains(&"link -> ../away".to_owned()), "{entries:?}");
    assert!(entries.contains(&"run.sh 750".to_owned()), "{entries:?}");
}

#[test]
fn a_socket_is_refused_by_its_name_unless_it_is_left_out() {
    let place = context(&[("Dockerfile", "")]);
    fs::create_dir(place.path().join("run")).unwrap();
    let _socket = UnixListener::bind(place.path().join("run/agent.sock")).unwrap();
    assert_eq!(
        refusal(&place, "Dockerfile"),
        "run/agent.sock is a socket, which can be in no image"
    );
    fs::write(place.path().join(".dockerignore"), "run\n").unwrap();
    assert!(look(from(&place), "Dockerfile", None).is_ok());
}

#[test]
fn a_context_that_cannot_be_built_says_why() {
    let empty = context(&[("readme", "")]);
    let path = empty.path().display();
    assert_eq!(
        refusal(&empty, "Dockerfile"),
        format!("there is no Dockerfile in {path}")
    );
    assert_eq!(
        refusal(&empty, "../Dockerfile"),
        "../Dockerfile is not below the directory of the context"
    );
    fs::create_dir(empty.path().join("Dockerfile")).unwrap();
    assert_eq!(
        refusal(&empty, "Dockerfile"),
        format!("there is no Dockerfile in {path}")
    );
    let gone = ContextFrom::Directory("/no/such/place".to_owned());
    assert!(matches!(
        look(gone, "Dockerfile", None),
        Err(BadContext::NoDirectory { .. })
    ));
    fs::write(empty.path().join(".dockerignore"), "a\n!\n").unwrap();
    assert!(refusal(&empty, "Dockerfile").contains("line 2 is no pattern"));
}

#[test]
fn the_embedded_context_is_packed_as_it_is_written_out() {
    let place = tempfile::tempdir().unwrap();
    super::super::embedded::eject(place.path()).unwrap();
    let contents = |archive: &[u8]| -> BTreeMap<String, u64> {
        let mut archive = tar::Archive::new(archive);
        let files = archive
            .entries()
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.header().entry_type().is_file());
        files
            .map(|entry| (entry.path().unwrap().display().to_string(), entry.size()))
            .collect()
    };
    let carried = packed(ContextFrom::Embedded, "Dockerfile");
    assert_eq!(contents(&carried), contents(&packed(from(&place), "Dockerfile")));
}
