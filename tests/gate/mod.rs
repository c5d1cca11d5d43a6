//! A program of a lab host that stops where a test wants to do harm: one of the same name stands before it in the path.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]

use crate::real_fleet::Lab;

/// Where it is; `lab reset` removes it and the program in the path.
const FOLDER: &str = "/var/tmp/gate";

/// When the program stops.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// Before it begins.
    Start,
    /// When it has read so many bytes of its standard input; or all of it, but not that it is over.
    Fed(u64),
}

/// A gate that the program comes to once; later runs of it pass.
pub struct Gate {
    host: &'static str,
    program: &'static str,
}

impl Gate {
    /// `program` stops on `host` when `word` is one of its arguments.
    pub fn set(lab: &Lab, host: &'static str, program: &'static str, word: &str, moment: Moment) -> Self {
        let wait = format!(": >{FOLDER}/reached; until [ -e {FOLDER}/open ]; do sleep 0.02; done");
        let run = match moment {
            Moment::Start => format!("{wait}; exec /usr/bin/{program} \"$@\""),
            Moment::Fed(bytes) => {
                format!("{{ head -c {bytes}; {wait}; cat; }} | /usr/bin/{program} \"$@\"; exit $?")
            }
        };
        let gate = Self { host, program };
        gate.remove(lab);
        gate.put(
            lab,
            &format!(
                "case \" $* \" in *' {word} '*) if mkdir {FOLDER}/taken 2>/dev/null; then {run}; fi ;; esac\n\
                 exec /usr/bin/{program} \"$@\"\n"
            ),
        );
        gate
    }

    /// `program` does `line` instead of itself, once, when `word` is one of its arguments.
    pub fn instead(lab: &Lab, host: &'static str, program: &'static str, word: &str, line: &str) -> Self {
        let gate = Self { host, program };
        gate.remove(lab);
        gate.put(
            lab,
            &format!(
                "case \" $* \" in *' {word} '*) if mkdir {FOLDER}/taken 2>/dev/null; then {line}; exit 0; fi ;; esac\n\
                 exec /usr/bin/{program} \"$@\"\n"
            ),
        );
        gate
    }

    fn put(&self, lab: &Lab, body: &str) {
        let Self { host, program } = self;
        let script = format!("#!/bin/sh\n{body}");
        lab.on(
            host,
            &format!(
                "mkdir -p {FOLDER}; cat >{FOLDER}/program <<'PROGRAM'\n{script}PROGRAM\n\
                 chmod 755 {FOLDER}/program; mv {FOLDER}/program /usr/local/bin/{program}"
            ),
        );
    }

    /// Waits until the program stands at the gate. The engine must run on other threads meanwhile.
    pub fn reached(&self, lab: &Lab) {
        let wait = format!(
            "tries=0; until [ -e {FOLDER}/reached ]; do tries=$((tries + 1)); \
             [ $tries -lt 1500 ] || {{ echo '{} never came to the gate' >&2; exit 1; }}; sleep 0.02; done",
            self.program
        );
        lab.on(self.host, &wait);
    }

    /// Lets it go on.
    pub fn open(&self, lab: &Lab) {
        lab.on(self.host, &self.opening());
    }

    /// The shell line that does so.
    pub fn opening(&self) -> String {
        format!(": >{FOLDER}/open")
    }

    /// Takes the gate away.
    pub fn remove(&self, lab: &Lab) {
        lab.on(
            self.host,
            &format!("rm -rf {FOLDER} /usr/local/bin/{}", self.program),
        );
    }
}
