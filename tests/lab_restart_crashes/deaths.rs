//! Who dies in the middle of a restart, and who ends it then.
#![allow(dead_code, reason = "the soak and the tests each use their own part of this")]

use crate::scene::{BROKEN, Ended, GOOD, Scene};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tagboat::model::setup::BOOT_HOOK;

/// How soon after the power is back a host must have ended a restart by itself.
pub(crate) const AFTER_BOOT: Duration = Duration::from_mins(1);

/// Points that only a restart onto a bad image comes to.
pub(crate) const ON_THE_WAY_BACK: [&str; 4] =
    ["put_back", "put_back_name", "put_back_start", "put_back_clean"];

/// What dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// The console, at a point of its own; a resume ends it.
    ConsoleBefore,
    /// The console, while the host is at a point; the host goes on alone, and a resume tells how it ended.
    Console,
    /// The script on the host; the console that follows it has it recovered.
    Script,
    /// The console and then the engine, while the host is at a point; the host ends it alone.
    Engine,
    /// The console and then the host, which has a boot hook.
    Host,
    /// The same, where no hook runs; a resume ends it from afar.
    HostWithoutHook,
}

impl Death {
    /// The word for a table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::ConsoleBefore | Self::Console => "console",
            Self::Script => "script",
            Self::Engine => "engine",
            Self::Host => "host, hook",
            Self::HostWithoutHook => "host, resume",
        }
    }
}

/// The tag that makes a restart come to a point.
pub(crate) fn tag_for(point: &str) -> &'static str {
    if ON_THE_WAY_BACK.contains(&point) {
        BROKEN
    } else {
        GOOD
    }
}

/// Restarts the scene's session, made anew, has somebody die at a point, and waits for the end. How it ended, or what was lost.
pub(crate) fn die(scene: &Scene, death: Death, point: &str) -> Result<Ended, String> {
    scene.make(crate::scene::OLD);
    let onto = tag_for(point);
    let ended = match death {
        Death::ConsoleBefore => console_before(scene, point, onto),
        Death::Script => script(scene, point, onto),
        Death::Console | Death::Engine | Death::Host | Death::HostWithoutHook => {
            beside_the_script(scene, death, point, onto)
        }
    };
    let ended = ended?;
    scene.whole(ended, onto)?;
    Ok(ended)
}

fn console_before(scene: &Scene, point: &str, onto: &str) -> Result<Ended, String> {
    let mut command = scene.restart(onto);
    let status = command
        .env("TAGBOAT_CONSOLE_CRASH_AT", point)
        .output()
        .unwrap()
        .status;
    if status.signal() != Some(9) {
        return Err(format!("the console did not die: {status}"));
    }
    scene.resume()
}

fn script(scene: &Scene, point: &str, onto: &str) -> Result<Ended, String> {
    scene.at_point(point, "");
    let output = scene.restart(onto).output().unwrap();
    let ended = scene.ended_alone()?;
    let told = i32::from(ended == Ended::Undone);
    match output.status.code() {
        Some(code) if code == told => Ok(ended),
        other => Err(format!("it was {}, and the console said {other:?}", ended.word())),
    }
}

fn beside_the_script(scene: &Scene, death: Death, point: &str, onto: &str) -> Result<Ended, String> {
    scene.at_point(point, "stand");
    let mut console = scene.restart(onto).spawn().unwrap();
    let stands = scene.stands(&mut console);
    kill(&mut console);
    stands?;
    match death {
        Death::Engine => kill_engine(scene),
        Death::Host => return host_with_hook(scene),
        Death::HostWithoutHook => {
            reboot(scene)?;
            return scene.resume();
        }
        _ => {}
    }
    scene.go_on();
    let ended = scene.ended_alone()?;
    match (ended, scene.resume()?) {
        (ended, told) if told == ended => Ok(ended),
        // What was put back because it was interrupted begins anew when it is taken up.
        (Ended::Undone, Ended::Replaced) if onto == GOOD => Ok(Ended::Replaced),
        (ended, told) => Err(format!(
            "it was {}, and the resume said {}",
            ended.word(),
            told.word()
        )),
    }
}

/// The engine dies as by a lack of memory; what watches over it starts it again.
pub(crate) fn kill_engine(scene: &Scene) {
    scene.on_host("pkill -KILL -x dockerd; while pgrep -x dockerd >/dev/null; do sleep 0.02; done");
}

/// Kills a console that may be over.
pub(crate) fn kill(console: &mut Child) {
    // One that has ended cannot be killed any more.
    let _ = console.kill();
    console.wait().unwrap();
}

fn host_with_hook(scene: &Scene) -> Result<Ended, String> {
    scene.on_host(&format!(
        "cat >/var/lib/tagboat-boot-hook <<'HOOK'\n{BOOT_HOOK}HOOK\n\
         printf '#!/bin/sh\\nexec sh /var/lib/tagboat-boot-hook /var/lib/tagboat\\n' >/etc/lab-boot; chmod 755 /etc/lab-boot"
    ));
    let booted = reboot(scene)?;
    let ended = scene.ended_alone()?;
    scene.on_host("rm -f /etc/lab-boot /var/lib/tagboat-boot-hook");
    if booted.elapsed() > AFTER_BOOT {
        return Err(format!(
            "it was over only {} s after the boot",
            booted.elapsed().as_secs()
        ));
    }
    Ok(ended)
}

/// A power cut, and the power is back. When it came back.
fn reboot(scene: &Scene) -> Result<Instant, String> {
    lab(&["kill", &scene.host])?;
    let begun = Instant::now();
    lab(&["boot", &scene.host])?;
    // What made the script stand is a file, and still there.
    scene.go_on();
    Ok(begun)
}

/// Runs a command of the lab.
pub(crate) fn lab(arguments: &[&str]) -> Result<(), String> {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
    let output = Command::new(lab)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    if output.status.success() {
        Ok(())
    } else {
        Err(format!(
            "lab {arguments:?}: {}",
            crate::headless::text(&output.stderr)
        ))
    }
}
