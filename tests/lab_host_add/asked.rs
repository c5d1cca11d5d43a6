//! What is asked on a terminal, and what must never be.

use crate::desk::{CONFIG, Desk, address, fingerprint};
use crate::real_fleet::Lab;

#[test]
fn on_a_terminal_the_key_is_asked_about_first_and_the_entry_then() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let words = ["host", "add", "lab-2"];
    let (shown, code) = desk.on_a_terminal(&words, &[("Is this the key of the host?", "n")]);
    assert_eq!((code, desk.known_hosts().as_str()), (3, ""), "{shown}");
    let yes = [("Is this the key of the host?", "y"), ("Go on?", "y")];
    let (shown, code) = desk.on_a_terminal(&words, &yes);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(&fingerprint(&lab, "lab-2")), "{shown}");
    assert!(
        desk.config().ends_with("\n[[hosts]]\nname = \"lab-2\"\n"),
        "{}",
        desk.config()
    );
    let (shown, code) = desk.on_a_terminal(
        &["host", "add", "lab-3"],
        &[("Is this the key", "y"), ("Go on?", "n")],
    );
    assert_eq!(code, 3, "{shown}");
    assert!(
        shown.contains("The config was not changed; the host key is in"),
        "{shown}"
    );
}

#[test]
fn no_question_of_a_jump_hosts_ssh_reaches_the_terminal() {
    Lab::reset();
    let desk = Desk::new("Host lab-3\nProxyJump lab-1");
    let known = format!("{}[[hosts]]\nname = \"lab-3\"\n", desk.config_before());
    std::fs::write(desk.config_file(), known).unwrap();
    let (shown, code) = desk.on_a_terminal(&["status"], &[]);
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("lab-3: host key unknown: jump host lab-1") && !shown.contains("authenticity"),
        "{shown}"
    );
}

#[test]
fn no_question_of_the_ssh_of_a_proxy_command_reaches_the_terminal() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let door = address("lab-1");
    let passwords = "/etc/ssh/sshd_config.d/a-password.conf";
    let hup = "kill -HUP \"$(cat /run/sshd.pid)\"";
    lab.on(
        "lab-1",
        &format!(
            "echo PasswordAuthentication yes >{passwords}; {hup}; until sshd -T | grep -qx 'passwordauthentication yes'; do :; done; \
             : >/var/log/sshd.log"
        ),
    );
    let mut shown = Vec::new();
    // The operator's own ssh, which nobody told to ask nothing: about the key of the door, and for a password at it.
    for options in [
        "StrictHostKeyChecking=ask",
        "StrictHostKeyChecking=no -o PreferredAuthentications=password",
    ] {
        let ssh = format!(
            "Host lab-3\nProxyCommand ssh -F none -o UserKnownHostsFile=/dev/null -o {options} -W %h:%p ops@{door}\n"
        );
        let lab = std::fs::read_to_string(desk.folder.path().join("ssh")).unwrap();
        let file = desk.folder.path().join("asking");
        std::fs::write(&file, format!("{ssh}{lab}")).unwrap();
        let config = format!(
            "{CONFIG}\n[ssh]\nconfig_file = \"{}\"\n\n[[hosts]]\nname = \"lab-3\"\n",
            file.display()
        );
        std::fs::write(desk.config_file(), config).unwrap();
        shown.push(desk.on_a_terminal(&["status"], &[]).0);
    }
    let failed = lab.on(
        "lab-1",
        &format!("grep -ci 'failed password' /var/log/sshd.log; rm {passwords}; {hup}"),
    );
    for (shown, told) in shown.iter().zip([
        "lab-3: host key unknown: The authenticity of host".to_owned(),
        format!("lab-3: needs auth: ssh asks what nobody can answer here: ops@{door}'s password:"),
    ]) {
        assert!(shown.contains(&told), "{shown}");
        let asked = shown.replace(&told, "");
        assert!(
            !asked.contains("authenticity") && !asked.contains("password:"),
            "{shown}"
        );
    }
    assert_eq!(failed, "0", "nothing is answered with an empty password");
}
