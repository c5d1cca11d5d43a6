//! What registries say no with, through a real engine: each is told with the way on, and what passes is waited for.

use crate::fake::{Fake, Fault, What};
use crate::rig::{Ran, Rig, Turning, build};

const DENIED: &str = r#"{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}"#;
const TOO_MANY: &str =
    r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 1500ms, allowed: 44000/minute"}]}"#;

fn fault(method: &'static str, path: &'static str, times: u32, what: What) -> Fault {
    Fault {
        method,
        path,
        times,
        what,
    }
}

/// Publishes to a registry that makes this trouble.
fn publish(faults: Vec<Fault>, code: i32) -> (Fake, Ran) {
    let rig = Rig::up();
    build("solo", 400_000);
    let fake = Fake::start("word", faults);
    rig.log_in(&fake.address, "word");
    let to = format!("{}/acme/x", fake.address);
    let ran = rig.run(&["publish", "solo", "--to", &to, "--yes", "--json"], code);
    assert_eq!(fake.faults_left(), 0, "{}", ran.all);
    (fake, ran)
}

#[test]
fn who_may_not_write_is_told_which_rights_are_missing() {
    let may_not = What::Says("403 Forbidden", DENIED);
    let (_, ran) = publish(vec![fault("POST", "/uploads/", 1, may_not)], 1);
    let (word, detail) = ran.end("(source)");
    assert_eq!((word.as_str(), &detail["step"]), ("failed", &"publish".into()));
    assert!(
        detail["cause"].as_str().unwrap().contains("write_package"),
        "{detail}"
    );
    assert!(
        detail["advice"].as_str().unwrap().contains("that may write to"),
        "{detail}"
    );
    assert_eq!(detail["retryable"], false);
}

#[test]
fn a_registry_that_has_too_much_to_do_is_left_alone_as_long_as_it_says() {
    let (_, ran) = publish(
        vec![fault(
            "POST",
            "/uploads/",
            1,
            What::Says("429 Too Many Requests", TOO_MANY),
        )],
        0,
    );
    assert!(ran.said().contains("once more in 1 s"), "{}", ran.said());
    assert_eq!(ran.end("(source)").0, "done");
}

#[test]
fn a_registry_in_trouble_and_a_line_that_is_cut_are_tried_again() {
    let trouble = || What::Says("500 Internal Server Error", "oops");
    let (_, ran) = publish(
        vec![
            fault("PUT", "/manifests/", 1, trouble()),
            fault("PATCH", "/uploads/", 1, What::Cut),
        ],
        0,
    );
    assert_eq!(ran.end("(source)").0, "done");
    assert!(ran.said().contains("once more in 2 s"), "{}", ran.said());
}

#[test]
fn a_token_that_ends_in_the_middle_is_read_anew() {
    let rig = Rig::up();
    build("solo", 400_000);
    // With the end of its first upload the registry takes the next token alone.
    let fake = Fake::start(
        "first",
        vec![fault("PUT", "/uploads/", 1, What::Password("second"))],
    );
    let turning = Turning::of(&rig, &fake.address, "first", "second");
    let to = format!("{}/acme/x", fake.address);
    let run = |words: &[&str]| rig.command(words).env("PATH", turning.search()).output().unwrap();
    // A dry run looks once, as the plan does.
    run(&["publish", "solo", "--to", &to, "--dry-run"]);
    let looks = turning.asked();
    // The look of the plan, that of the check, that of the comparison, and the first of the publication.
    turning.turn_after(looks * 2 + 2);
    let output = run(&["publish", "solo", "--to", &to, "--yes", "--json"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("it was read anew"), "{said}");
    assert_eq!(fake.faults_left(), 0);
}

#[test]
fn hosts_are_not_sent_to_a_registry_on_this_machine_and_no_registry_without_tls_is_used_elsewhere() {
    let rig = Rig::up();
    build("solo", 400_000);
    let fake = Fake::start("word", Vec::new());
    rig.log_in(&fake.address, "word");
    let to = format!("{}/acme/x", fake.address);
    let refused = rig.run(
        &[
            "push", "solo", "--via", "registry", "--to", &to, "--host", "lab-1", "--yes",
        ],
        3,
    );
    assert!(
        refused.all.contains("is the host itself there"),
        "{}",
        refused.all
    );
    // The engine here takes no other registry in the clear, and says so.
    let net = rig.address.rsplit_once('.').unwrap().0;
    let plain = std::net::TcpListener::bind(format!("{net}.1:0")).unwrap();
    let address = plain.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = std::io::Write::write_all(
                &mut stream,
                b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            );
        }
    });
    rig.log_in(&address, "word");
    let refused = rig.run(
        &["publish", "solo", "--to", &format!("{address}/acme/x"), "--yes"],
        3,
    );
    assert!(
        refused.all.contains("server gave HTTP response to HTTPS client"),
        "{}",
        refused.all
    );
    assert!(
        refused.all.contains("a login is never sent in the clear"),
        "{}",
        refused.all
    );
}
