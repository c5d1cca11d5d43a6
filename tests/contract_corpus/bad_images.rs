//! Images with one defect each.

use crate::built::{Entry, Image, binary, dynamic, file, folder, link};
use crate::told::CANARY;
use serde_json::json;

type Case = (&'static str, &'static str, fn(&mut Image));

/// The contract, a good image, and changes that spoil it.
type Kind = (&'static str, fn() -> Image, &'static [Case]);

/// Changes of cloche's image.
const CLOCHE: &[Case] = &[
    ("the agent is missing", "FAIL cloche-agent", |image| {
        image.without("usr/local/bin/cloche-agent")
    }),
    ("the agent was deleted", "FAIL cloche-agent", |image| {
        image.add(vec![file("usr/local/bin/.wh.cloche-agent", 0, "")])
    }),
    ("its folder was emptied", "FAIL cloche-agent", |image| {
        image.add(vec![
            folder("usr/local/bin/", 0),
            file("usr/local/bin/.wh..wh..opq", 0, ""),
            file("usr/local/bin/clo", 0o755, binary(62)),
        ]);
    }),
    ("clo may not be run", "FAIL clo layer 3", |image| {
        image.add(vec![file("usr/local/bin/clo", 0o644, binary(62))])
    }),
    ("clo may be run by root alone", "FAIL clo layer 3", |image| {
        image.add(vec![file("usr/local/bin/clo", 0o744, binary(62))])
    }),
    ("clo is for another machine", "FAIL clo layer 3", |image| {
        image.add(vec![file("usr/local/bin/clo", 0o755, binary(183))])
    }),
    ("clo is empty", "FAIL clo layer 3", |image| {
        image.add(vec![file("usr/local/bin/clo", 0o755, "")])
    }),
    ("clo is a folder", "FAIL clo layer 3", |image| {
        image.add(vec![folder("usr/local/bin/clo/", 0)])
    }),
    ("clo is a link to nothing", "FAIL clo", |image| {
        image.add(vec![link("usr/local/bin/clo", "/opt/clo")])
    }),
    ("clo is a link in a circle", "FAIL clo", |image| {
        image.add(vec![link("usr/local/bin/clo", "../bin/clo")])
    }),
    ("clo leads out of the image", "FAIL clo", |image| {
        image.add(vec![link("usr/local/bin/clo", "../../../../../../opt/clo")])
    }),
    (
        "the agent needs a loader that is not there",
        "FAIL cloche-agent layer 3",
        |image| {
            image.add(vec![file(
                "usr/local/bin/cloche-agent",
                0o755,
                dynamic("/lib64/ld-linux-x86-64.so.2"),
            )]);
        },
    ),
    (
        "git is a script for what is not there",
        "FAIL git layer 3",
        |image| image.add(vec![file("usr/bin/git", 0o755, "#!/usr/bin/python3\n")]),
    ),
    ("git is not there", "FAIL git", |image| {
        image.without("usr/bin/git")
    }),
    ("git is not on PATH", "FAIL git", |image| {
        image.without("usr/bin/git");
        image.add(vec![file("opt/git/bin/git", 0o755, binary(62))]);
    }),
    ("gosu is not there", "FAIL gosu", |image| {
        image.without("usr/bin/gosu")
    }),
    ("sed is not there", "FAIL sed", |image| {
        image.without("usr/bin/sed")
    }),
    ("chown is not there", "FAIL chown", |image| {
        image.without("usr/bin/chown")
    }),
    ("the user is root by another name", "FAIL agent-user", |image| {
        image.write(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\nagent:x:0:1000::/home/agent:/bin/sh\n",
        );
        let owned = image
            .layers
            .iter_mut()
            .flatten()
            .filter(|entry| entry.uid == 1000);
        owned.for_each(|entry: &mut Entry| entry.uid = 0);
    }),
    ("the user is not there", "FAIL agent-user", |image| {
        image.write("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    }),
    ("the user has another home", "FAIL agent-user", |image| {
        image.write("etc/passwd", "agent:x:1000:1000::/srv/agent:/bin/sh\n");
    }),
    ("its shell is not there", "FAIL agent-user", |image| {
        image.write("etc/passwd", "agent:x:1000:1000::/home/agent:/bin/zsh\n");
    }),
    ("it is in the group sudo", "FAIL agent-unprivileged", |image| {
        image.write("etc/group", "sudo:x:27:agent\nagent:x:1000:\n")
    }),
    ("it is in the group docker", "FAIL agent-unprivileged", |image| {
        image.write("etc/group", "docker:x:9:x,agent\n")
    }),
    ("its group is root", "FAIL agent-unprivileged", |image| {
        image.write("etc/passwd", "agent:x:1000:0::/home/agent:/bin/sh\n")
    }),
    ("sudoers lets it", "FAIL agent-unprivileged", |image| {
        image.add(vec![file(
            "etc/sudoers",
            0o440,
            "Defaults env_reset\nroot ALL=(ALL) ALL\nagent ALL=(ALL) NOPASSWD: ALL\n",
        )]);
    }),
    (
        "a file beside sudoers lets all",
        "FAIL agent-unprivileged",
        |image| {
            image.add(vec![file(
                "etc/sudoers.d/90-all",
                0o440,
                "ALL ALL=(ALL) NOPASSWD: /usr/bin/apt-get\n",
            )]);
        },
    ),
    ("its home is root's", "FAIL agent-home layer 3", |image| {
        image.add(vec![folder("home/agent/", 0)])
    }),
    ("the workspace is not there", "FAIL workspace", |image| {
        image.without("workspace/")
    }),
    ("the workspace is root's", "FAIL workspace layer 3", |image| {
        image.add(vec![folder("workspace/", 0)])
    }),
    ("the workspace is a file", "FAIL workspace layer 3", |image| {
        image.add(vec![file("workspace", 0o644, "x")])
    }),
    ("it works elsewhere", "warning workdir", |image| {
        image.set("WorkingDir", json!("/"))
    }),
    ("it has an entrypoint", "FAIL entrypoint", |image| {
        image.set("Entrypoint", json!(["/ep.sh", "--x"]))
    }),
    ("it starts as root", "warning user", |image| {
        image.set("User", json!(""))
    }),
    ("it starts as a number", "warning user", |image| {
        image.set("User", json!("1001:1001"))
    }),
    ("the workspace is a volume", "FAIL workspace-volume", |image| {
        image.set("Volumes", json!({"/workspace/": {}}))
    }),
    ("it carries what is deleted", "warning waste", |image| {
        image.layers[0].push(file("opt/large", 0o644, vec![7; 201_000_000]));
        image.add(vec![file("opt/.wh.large", 0, "")]);
    }),
    ("a secret in a variable", "FAIL secret-env", |image| {
        image.env(&format!("GITHUB_TOKEN={CANARY}"))
    }),
    ("a secret in a label", "FAIL secret-label", |image| {
        image.set("Labels", json!({"deploy-key": CANARY}))
    }),
    (
        "a secret in an argument of the old builder",
        "FAIL secret-history layer 3",
        |image| {
            image.add(vec![folder("srv/", 0)]);
            image.config["history"].as_array_mut().unwrap().pop();
            image.step(&format!("|1 NPM_TOKEN={CANARY} /bin/sh -c npm ci"), false);
        },
    ),
    (
        "a secret in an argument of the new builder",
        "FAIL secret-history history 4",
        |image| {
            image.step(&format!("ARG DB_PASSWORD={CANARY}"), true);
        },
    ),
    (
        "a secret that was a variable once",
        "FAIL secret-history history 4",
        |image| {
            image.step(&format!("/bin/sh -c #(nop)  ENV API_KEY={CANARY}"), true);
            image.env("API_KEY=");
        },
    ),
    (
        "a secret in a clone of its history",
        "FAIL secret-history history 4",
        |image| {
            image.step(
                &format!("RUN /bin/sh -c git clone https://x:{CANARY}@github.com/a/b # buildkit"),
                true,
            );
        },
    ),
    ("a secret in the command", "FAIL secret-command", |image| {
        image.set(
            "Cmd",
            json!(["serve", format!("--key=sk-ant-api03-{CANARY}{CANARY}")]),
        );
    }),
    ("a key in a home directory", "FAIL secret-file layer 3", |image| {
        image.add(vec![file("home/agent/.ssh/id_ed25519", 0o600, CANARY)]);
    }),
    (
        "a secret that a later layer deletes",
        "FAIL secret-file layer 3",
        |image| {
            image.add(vec![file("home/agent/.gh_token", 0o600, CANARY)]);
            image.add(vec![file("home/agent/.wh..gh_token", 0, "")]);
        },
    ),
    (
        "a secret that a later layer overwrites",
        "FAIL secret-file layer 3",
        |image| {
            image.add(vec![file("app/.env", 0o600, format!("A={CANARY}"))]);
            image.add(vec![file("app/.env", 0o600, "")]);
        },
    ),
    (
        "a secret in a folder that is emptied",
        "FAIL secret-file layer 3",
        |image| {
            image.add(vec![file("srv/x/.netrc", 0o600, CANARY)]);
            image.add(vec![folder("srv/x/", 0), file("srv/x/.wh..wh..opq", 0, "")]);
        },
    ),
    ("a token in a script", "FAIL secret-file layer 3", |image| {
        image.add(vec![file(
            "usr/local/bin/fetch",
            0o755,
            format!("#!/bin/sh\ncurl -H 'Authorization: ghp_{CANARY}{CANARY}aaaa'\n"),
        )]);
    }),
    (
        "a private key under another name",
        "FAIL secret-file layer 3",
        |image| {
            let body = format!(
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA{CANARY}{CANARY}\n-----END RSA PRIVATE KEY-----\n"
            );
            image.add(vec![file("etc/ssl/server.crt", 0o644, body)]);
        },
    ),
    ("registry credentials", "FAIL secret-file layer 3", |image| {
        image.add(vec![file(
            "root/.docker/config.json",
            0o600,
            format!("{{\"auths\": {{\"r\": {{\"auth\": \"{CANARY}\"}}}}}}"),
        )]);
    }),
    ("a token of npm", "FAIL secret-file layer 3", |image| {
        image.add(vec![file(
            "home/agent/.npmrc",
            0o600,
            format!("fund=false\n//r/:_authToken={CANARY}\n"),
        )]);
    }),
];

const CONVOCATE: &[Case] = &[
    ("it has a user", "FAIL user", |image| {
        image.set("User", json!("claude"))
    }),
    ("it has another entrypoint", "FAIL entrypoint", |image| {
        image.set("Entrypoint", json!(["/bin/bash"]))
    }),
    ("it has no entrypoint", "FAIL entrypoint", |image| {
        image.set("Entrypoint", json!(null))
    }),
    (
        "its script may not be run",
        "FAIL entrypoint-script layer 3",
        |image| {
            image.add(vec![file("usr/local/bin/entrypoint.sh", 0o644, "#!/bin/bash\n")]);
        },
    ),
    (
        "its script has the line ends of Windows",
        "FAIL entrypoint-script layer 2",
        |image| {
            image.write("usr/local/bin/entrypoint.sh", "#!/bin/bash-5\r\n");
        },
    ),
    ("tmux is not there", "FAIL tmux", |image| {
        image.without("usr/bin/tmux")
    }),
    ("Go is not there", "FAIL go", |image| {
        image.without("usr/local/go/bin/go")
    }),
    ("Go is not on PATH", "FAIL go-path", |image| {
        image.set(
            "Env",
            json!(["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8"]),
        );
    }),
    ("it speaks another language", "FAIL locale", |image| {
        image.set("Env", json!(["PATH=/usr/local/go/bin:/usr/bin", "LANG=C"]));
    }),
    ("the CLI is baked in", "warning no-claude layer 3", |image| {
        image.add(vec![file("usr/local/bin/claude", 0o755, binary(62))])
    }),
    ("the home directory is a volume", "FAIL home-volume", |image| {
        image.set("Volumes", json!({"/home/claude": {}}))
    }),
];

const DISINTO: &[Case] = &[
    ("a volume is not declared", "FAIL data-volumes", |image| {
        image.config["config"]["Volumes"]
            .as_object_mut()
            .unwrap()
            .remove("/home/agent/repos");
    }),
    (
        "a planned volume is not declared",
        "warning planned-volumes",
        |image| {
            image.config["config"]["Volumes"]
                .as_object_mut()
                .unwrap()
                .remove("/home/agent/disinto/state");
        },
    ),
    ("the user has another number", "FAIL agent-user", |image| {
        image.write(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\nagent:x:1001:1000::/home/agent:/bin/sh\n",
        );
    }),
    ("it starts as agent", "FAIL user", |image| {
        image.set("User", json!("1000"))
    }),
    ("its code is not there", "FAIL code", |image| {
        image.without("home/agent/disinto/")
    }),
    ("it has no version", "warning version-label", |image| {
        image.set("Labels", json!(null))
    }),
    ("sops is not there", "FAIL sops", |image| {
        image.without("usr/bin/sops")
    }),
];

#[test]
fn each_bad_image_has_its_one_defect_found_and_no_other() {
    let kinds: [Kind; 3] = [
        ("cloche", Image::cloche, CLOCHE),
        ("convocate", Image::convocate, CONVOCATE),
        ("disinto", Image::disinto, DISINTO),
    ];
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, make, cases) in kinds {
        for (case, expected, change) in cases {
            count += 1;
            let mut image = make();
            change(&mut image);
            let found = image.told(name);
            if found != [*expected] {
                wrong.push(format!("{name}: {case}: {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(count >= 60, "{count}");
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
