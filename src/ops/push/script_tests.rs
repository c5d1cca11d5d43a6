//! The scripts of a push by themselves, run by this machine's shell and by busybox.

use super::scene::Scene;
use super::scripts::{JOIN, LOAD, LOAD_ARRIVING, RECEIVE, STAGED, VERIFY};
use crate::model::fleet::{Privilege, Store};
use crate::model::job::{StepKind, TrackResult};
use crate::ops::export::Codec;
use crate::ops::ports::{Script, ScriptCall, ScriptOutput, Shell};
use crate::ops::simulated::{Fault, Flavour, SimulatedHost, SmallDisk};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use tokio::io::AsyncRead;

/// Hosts of every flavour that this machine has.
fn hosts() -> impl Iterator<Item = SimulatedHost> {
    [Flavour::Native, Flavour::Busybox]
        .into_iter()
        .filter_map(|flavour| SimulatedHost::with(Store::Classic, flavour, Privilege::Root))
}

async fn run(host: &SimulatedHost, script: Script, arguments: &[&str], mut input: &[u8]) -> ScriptOutput {
    let mut call = ScriptCall::question(script, arguments.iter().copied());
    call.input = Some(&mut input as &mut (dyn AsyncRead + Send + Unpin));
    host.shell.run(call).await.unwrap()
}

fn staged(host: &SimulatedHost, name: &str) -> (PathBuf, String) {
    let path = host.path("staging").join(name);
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

fn hex(bytes: &[u8]) -> String {
    let digest = crate::model::names::Digest::from_bytes(&Sha256::digest(bytes).into());
    digest.hex().to_owned()
}

#[tokio::test]
async fn a_part_is_made_for_its_owner_alone_and_grows_only_from_where_it_is() {
    for host in hosts() {
        let (path, part) = staged(&host, "x.part");
        let first = run(&host, RECEIVE, &[&part, "0"], b"0123").await;
        assert_eq!(first.success().unwrap().trim(), "4");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let second = run(&host, RECEIVE, &[&part, "4"], b"4567").await;
        assert_eq!(second.success().unwrap().trim(), "8");
        let misplaced = run(&host, RECEIVE, &[&part, "4"], b"xx").await;
        assert!(misplaced.success().unwrap_err().contains("another size"));
        assert_eq!(fs::read(&path).unwrap(), b"01234567");
        let anew = run(&host, RECEIVE, &[&part, "0"], b"new").await;
        assert_eq!(anew.success().unwrap().trim(), "3");
    }
}

#[tokio::test]
async fn halves_are_joined_when_both_are_whole_and_stay_as_they_are_when_one_is_not() {
    for host in hosts() {
        let ((path, part), (other, half)) = (staged(&host, "x.part"), staged(&host, "x.part.half"));
        run(&host, RECEIVE, &[&part, "0"], b"0123").await;
        run(&host, RECEIVE, &[&half, "0"], b"45").await;
        let early = run(&host, JOIN, &[&part, &half, "4", "3"], b"").await;
        assert!(early.success().unwrap_err().contains("the stream ended early"));
        assert_eq!(
            (fs::read(&path).unwrap(), fs::read(&other).unwrap()),
            (b"0123".to_vec(), b"45".to_vec())
        );
        run(&host, RECEIVE, &[&half, "2"], b"6").await;
        let joined = run(&host, JOIN, &[&part, &half, "4", "3"], b"").await;
        assert_eq!(joined.success().unwrap().trim(), "7");
        assert_eq!(fs::read(&path).unwrap(), b"0123456");
        assert!(!other.exists());
    }
}

#[tokio::test]
async fn a_part_that_somebody_planted_is_replaced_and_never_written_through() {
    for host in hosts() {
        let (path, part) = staged(&host, "x.part");
        fs::write(host.path("victim"), "precious").unwrap();
        symlink(host.path("victim"), &path).unwrap();
        let looked = run(&host, STAGED, &[&part, "/nowhere/x", "8"], b"").await;
        assert!(looked.success().unwrap().contains("part foreign"));
        let appended = run(&host, RECEIVE, &[&part, "8"], b"x").await;
        assert!(
            appended
                .success()
                .unwrap_err()
                .contains("not a file of this login")
        );
        let anew = run(&host, RECEIVE, &[&part, "0"], b"new").await;
        assert_eq!(anew.code, 0);
        assert_eq!(host.read("victim").unwrap(), "precious");
        assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
    }
}

#[tokio::test]
async fn a_receiver_whose_connection_broke_is_ended_before_the_part_is_looked_at() {
    for host in hosts() {
        let (_, part) = staged(&host, "x.part");
        let mut orphan = std::process::Command::new("sh")
            .args([
                "-c",
                "printf 0123 >>\"$1\"; echo ready >&2; exec cat >>\"$1\"",
                "sh",
                &part,
            ])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = [0; 6];
        orphan.stderr.as_mut().unwrap().read_exact(&mut ready).unwrap();
        // It may not have become `cat` yet; then its own standard output is not the part.
        while !fs::read_link(format!("/proc/{}/fd/1", orphan.id())).is_ok_and(|to| to.to_str() == Some(&part))
        {
            std::thread::yield_now();
        }
        let looked = run(&host, STAGED, &[&part, "/nowhere/x", "8"], b"").await;
        assert!(
            looked
                .success()
                .unwrap()
                .contains(&format!("part 4 {}", hex(b"0123")))
        );
        let ended = orphan.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9));
    }
}

#[tokio::test]
async fn what_arrived_gets_its_name_only_when_size_and_digest_are_those_that_were_sent() {
    for host in hosts() {
        let ((path, part), (whole, file)) = (staged(&host, "x.part"), staged(&host, "x"));
        let sent = b"an archive".as_slice();
        for arrived in [
            b"an archivE".as_slice(),
            b"an archiv",
            b"an archive and more",
            b"",
        ] {
            fs::write(&path, arrived).unwrap();
            let answer = run(&host, VERIFY, &[&part, &file, "10", &hex(sent)], b"").await;
            let expected = format!("differs {} {}", arrived.len(), hex(arrived));
            assert_eq!(answer.success().unwrap().trim(), expected);
            assert!(path.exists() && !whole.exists());
        }
        fs::write(&path, sent).unwrap();
        let answer = run(&host, VERIFY, &[&part, &file, "10", &hex(sent)], b"").await;
        assert_eq!(answer.success().unwrap().trim(), "verified");
        assert!(!path.exists() && fs::read(&whole).unwrap() == sent);
    }
}

#[tokio::test]
async fn a_full_staging_directory_is_told_and_what_arrived_stays() {
    for host in hosts() {
        let Some(disk) = SmallDisk::mount(&host.path("staging"), 64) else {
            eprintln!("skipped: this user may not mount a tmpfs");
            return;
        };
        let (path, part) = staged(&host, "x.part");
        let bytes = vec![7; 200_000];
        let cut = run(&host, RECEIVE, &[&part, "0"], &bytes).await;
        assert!(cut.success().unwrap_err().contains("No space left on device"));
        let arrived = fs::metadata(&path).unwrap().len();
        assert!(arrived > 0 && arrived < 200_000);
        drop(disk);
    }
}

#[tokio::test]
async fn a_host_without_room_is_refused_before_the_export() {
    let scene = Scene::new(Store::Classic).await;
    let Some(_disk) = SmallDisk::mount(&scene.host.path("staging"), 64) else {
        eprintln!("skipped: this user may not mount a tmpfs");
        return;
    };
    let ended = scene.push().await;
    let failure = ended.failure();
    assert_eq!(failure.step, StepKind::Compare);
    assert!(failure.cause.contains("free and needs"), "{failure}");
}

#[tokio::test]
async fn a_staging_directory_in_which_all_may_replace_files_is_refused() {
    let scene = Scene::new(Store::Classic).await;
    let set =
        |mode| fs::set_permissions(scene.host.path("staging"), fs::Permissions::from_mode(mode)).unwrap();
    set(0o777);
    let ended = scene.push().await;
    assert!(ended.failure().cause.contains("mode 777"), "{}", ended.failure());
    set(0o1777);
    scene.push().await.done();
}

#[tokio::test]
async fn a_load_fails_when_either_end_of_its_pipe_does() {
    for host in hosts() {
        let (path, file) = staged(&host, "x.tar.gz");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&[5; 5000]).unwrap();
        let good = encoder.finish().unwrap();

        fs::write(&path, &good).unwrap();
        let loaded = run(&host, LOAD, &["/socket", &file, "gzip"], b"").await;
        assert_eq!((loaded.code, loaded.stdout.trim()), (0, "Loaded image"));

        // docker itself is content with what came before the bad checksum.
        let mut bad_trailer = good.clone();
        let place = bad_trailer.len() - 6;
        bad_trailer[place] ^= 1;
        fs::write(&path, &bad_trailer).unwrap();
        assert_eq!(run(&host, LOAD, &["/socket", &file, "gzip"], b"").await.code, 4);
        fs::write(&path, &good[..good.len() - 9]).unwrap();
        assert_eq!(run(&host, LOAD, &["/socket", &file, "gzip"], b"").await.code, 4);
        fs::remove_file(&path).unwrap();
        assert_eq!(run(&host, LOAD, &["/socket", &file, "gzip"], b"").await.code, 4);

        // An engine that fails as well only met an early end.
        fs::write(host.path("engine/load-error"), "invalid diffID for layer 2\n").unwrap();
        fs::write(&path, &bad_trailer).unwrap();
        let spoilt = run(&host, LOAD, &["/socket", &file, "gzip"], b"").await;
        assert!(spoilt.success().unwrap_err().contains("could not unpack"));

        fs::write(&path, &good).unwrap();
        let refused = run(&host, LOAD, &["/socket", &file, "gzip"], b"").await;
        assert!(refused.success().unwrap_err().contains("invalid diffID"));
    }
}

#[tokio::test]
async fn an_archive_that_arrives_is_loaded_when_it_was_verified_and_never_before() {
    for host in hosts() {
        let ((part, arriving), (path, file)) = (staged(&host, "x.tar.gz.part"), staged(&host, "x.tar.gz"));
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        encoder.write_all(&vec![5; 500_000]).unwrap();
        let archive = encoder.finish().unwrap();
        let arguments = ["/socket", &arriving, "gzip"];
        fs::write(&part, &archive).unwrap();

        for unheard in ["", "upto 131072\n", "upto 131072\nupto 262144\n"] {
            let ended = run(&host, LOAD_ARRIVING, &arguments, unheard.as_bytes()).await;
            assert_eq!(ended.code, 4, "{unheard:?}");
        }
        // A part that has its name already is read from its beginning.
        fs::rename(&part, &path).unwrap();
        for heard in ["upto 131072\nverified ", "verified "] {
            let heard = format!("{heard}{file}\n");
            let loaded = run(&host, LOAD_ARRIVING, &arguments, heard.as_bytes()).await;
            assert_eq!((loaded.code, loaded.stdout.trim()), (0, "Loaded image"));
        }
        let entries = fs::read_dir(host.path("staging")).unwrap();
        assert_eq!(entries.count(), 1, "nothing is left beside the archive");
        let given = fs::read_dir(host.path("engine/loaded")).unwrap();
        let sizes: Vec<_> = given
            .map(|given| given.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(
            sizes.iter().filter(|size| **size == 500_000).count(),
            2,
            "{sizes:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn however_a_part_is_cut_and_spoilt_the_next_push_ends_in_the_identical_file(
        arrived in 0_u64..900, cut in 0.0_f64..1.0, spoil in prop::option::of(0.0_f64..1.0),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let scene = Scene::new(Store::Classic).await;
            // So that the staged file stays and can be compared.
            fs::write(scene.host.path("engine/load-error"), "not now\n").unwrap();
            scene.host.shell.fail("push-receive", Fault::LostAfter(arrived));
            scene.push().await;
            if let Some(name) = scene.host.staged().first() {
                let path = scene.host.path("staging").join(name);
                let mut bytes = fs::read(&path).unwrap();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
                let place = |fraction: f64| (bytes.len() as f64 * fraction) as usize;
                let (length, spoilt) = (place(cut), spoil.map(place));
                bytes.truncate(length);
                if let Some(byte) = spoilt.and_then(|place| bytes.get_mut(place)) {
                    *byte ^= 0x40;
                }
                fs::write(&path, &bytes).unwrap();
            }
            let ended = scene.push().await;
            assert_eq!(ended.failure().step, StepKind::Load, "{:?}", ended.result);
            let [name] = scene.host.staged().try_into().unwrap();
            let there = fs::read(scene.host.path("staging").join(name)).unwrap();
            assert_eq!(there, scene.archive(Codec::Zstd).await);
            assert!(matches!(ended.result, TrackResult::Failed(_)));
        });
    }
}
