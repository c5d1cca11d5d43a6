//! Images that are as they must be, in all the ways in which that is possible.

use crate::built::{Image, binary, dynamic, file, folder, link};
use serde_json::json;

type Case = (&'static str, &'static str, fn() -> Image, fn(&mut Image));

const CASES: &[Case] = &[
    ("cloche as it is", "cloche", Image::cloche, |_| {}),
    ("an empty entrypoint", "cloche", Image::cloche, |image| {
        image.set("Entrypoint", json!([]))
    }),
    ("a user with its group", "cloche", Image::cloche, |image| {
        image.set("User", json!("agent:agent"))
    }),
    ("a user by its number", "cloche", Image::cloche, |image| {
        image.set("User", json!("1000"))
    }),
    ("programs of busybox", "cloche", Image::cloche, |image| {
        for name in ["sh", "sed", "chown", "rm"] {
            image.without(&format!("usr/bin/{name}"));
        }
        let links =
            ["sh", "sed", "chown", "rm"].map(|name| link(&format!("usr/bin/{name}"), "/usr/bin/busybox"));
        image.layers[0].push(file("usr/bin/busybox", 0o755, binary(62)));
        image.layers[0].extend(links);
    }),
    (
        "dynamic programs with their loader",
        "cloche",
        Image::cloche,
        |image| {
            image.add(vec![
                file("usr/bin/git", 0o755, dynamic("/lib64/ld-linux-x86-64.so.2")),
                link("lib64", "usr/lib64"),
                link("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld.so"),
                file("usr/lib/x86_64-linux-gnu/ld.so", 0o755, binary(62)),
            ]);
        },
    ),
    ("samples of packages", "cloche", Image::cloche, |image| {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyz\n-----END RSA PRIVATE KEY-----\n";
        image.add(vec![
            file("usr/local/go/src/crypto/tls/testdata/example-key.pem", 0o644, key),
            file("usr/lib/python3/test/certdata/keycert.pem", 0o644, key),
            file("app/node_modules/x/test/fixtures/id_rsa", 0o644, key),
            file("usr/share/doc/git/examples/.netrc", 0o644, "machine x"),
            file(
                "usr/lib/git-core/x",
                0o755,
                "#!/bin/sh\necho '-----BEGIN OPENSSH PRIVATE KEY-----'\n",
            ),
            file(
                "etc/ssl/certs/ca.pem",
                0o644,
                key.replace("RSA PRIVATE KEY", "CERTIFICATE"),
            ),
            file(
                "home/agent/.ssh/id_ed25519.pub",
                0o644,
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHq",
            ),
            file("home/agent/.npmrc", 0o644, "//r/:_authToken=${NPM_TOKEN}\n"),
            file("workspace/.env.example", 0o644, "GITHUB_TOKEN=\n"),
        ]);
    }),
    ("sudo for others", "cloche", Image::cloche, |image| {
        image.add(vec![
            file("etc/sudoers", 0o440, "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"),
            file("etc/sudoers.d/README", 0o440, "# agent ALL=(ALL) ALL\n"),
            file("etc/sudoers.d/agent.dpkg-old", 0o440, "agent ALL=(ALL) ALL\n"),
        ]);
    }),
    (
        "variables that are no secrets",
        "cloche",
        Image::cloche,
        |image| {
            for text in [
                "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
                "API_KEY=",
                "PASSWORD_FILE=/run/secrets/x",
                "KEYMAP=us",
            ] {
                image.env(text);
            }
            image.step(
                "RUN |1 GIT_SHA=0123 /bin/sh -c TOKEN=$(cat /run/secrets/t) make # buildkit",
                true,
            );
        },
    ),
    ("what was deleted comes back", "cloche", Image::cloche, |image| {
        image.add(vec![file("usr/local/bin/.wh.clo", 0, "")]);
        image.add(vec![file("usr/local/bin/clo", 0o755, "#!/bin/sh\n")]);
    }),
    ("the workspace behind a link", "cloche", Image::cloche, |image| {
        image.without("workspace/");
        image.add(vec![folder("srv/work/", 1000), link("workspace", "/srv/work")]);
    }),
    ("convocate as it is", "convocate", Image::convocate, |_| {}),
    ("root by its number", "convocate", Image::convocate, |image| {
        image.set("User", json!("0:0"))
    }),
    (
        "a group of sudo for all whom the entrypoint makes",
        "convocate",
        Image::convocate,
        |image| {
            image.add(vec![file(
                "etc/sudoers.d/claude",
                0o440,
                "claude ALL=(ALL) NOPASSWD: ALL\n",
            )]);
        },
    ),
    ("disinto as it is", "disinto", Image::disinto, |_| {}),
    ("more volumes than required", "disinto", Image::disinto, |image| {
        image.config["config"]["Volumes"]["/cache/"] = json!({});
    }),
];

#[test]
fn no_good_image_has_a_false_alarm() {
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|(case, name, make, change)| {
            let mut image = make();
            change(&mut image);
            let found = image.told(name);
            (!found.is_empty()).then(|| format!("{case}: {found:?}"))
        })
        .collect();
    assert!(CASES.len() >= 15);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
