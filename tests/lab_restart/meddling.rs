//! What others do on a host in the middle of a restart: a line of shell just before a script of the console, or while the host's own
//! script stands, and a `docker` command of one journal alone that does not answer as it should.

use crate::rig::{PATIENCE, Rig, operator};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use tagboat::model::job::TrackResult;
use tagboat::model::names::JobId;
use tagboat::model::plan::RestartTarget;
use tagboat::ops::host_link::HostLink;
use tagboat::ops::ports::{Script, ScriptCall, ScriptOutput, Shell, ShellError};
use tagboat::ops::restart::restart_session;

const LINE: Script = Script {
    name: "meddling",
    text: "eval \"$1\"",
};

struct Meddles {
    shell: Arc<dyn Shell>,
    before: &'static str,
    line: Mutex<Option<String>>,
}

#[async_trait]
impl Shell for Meddles {
    async fn run(&self, call: ScriptCall<'_>) -> Result<ScriptOutput, ShellError> {
        let line = if call.script.name == self.before {
            self.line.lock().unwrap().take()
        } else {
            None
        };
        if let Some(line) = line {
            let meddling = ScriptCall::question(LINE, [line]).as_root().within(PATIENCE);
            self.shell.run(meddling).await?.success().unwrap();
        }
        self.shell.run(call).await
    }
}

/// Runs a planned restart as a job of its own; a line runs on the host just before the script `before`.
pub(crate) async fn run_meddled(
    rig: &mut Rig,
    target: &RestartTarget,
    before: &'static str,
    line: &str,
) -> TrackResult {
    rig.fresh_job();
    let journal = format!("{}-{}", rig.job, rig.session);
    let line = format!("S={}; D=/var/lib/tagboat/restarts/{journal}; {line}", rig.session);
    let meddled = HostLink {
        shell: Arc::new(Meddles {
            shell: rig.link.shell.clone(),
            before,
            line: Mutex::new(Some(line)),
        }),
        ..rig.link.clone()
    };
    rig.run_over(&meddled, target).await
}

/// The same with a `docker` command of its own for the host's script: `body` runs first, with `$here` for what it keeps, and what
/// it does not end goes on to the engine. `prepare` runs when it is put there.
pub(crate) async fn run_with_docker(
    rig: &mut Rig,
    target: &RestartTarget,
    body: &str,
    prepare: &str,
) -> TrackResult {
    let line = format!(
        "here=$D/bin; mkdir $here; cat >$here/docker <<'DOCKER'\n#!/bin/sh\nhere=${{0%/*}}\nPATH=$(printf %s \"$PATH\" | sed \"s|$here:||g\")\n{body}\nexec docker \"$@\"\nDOCKER\n\
         chmod 755 $here/docker; sed -i \"s|^PATH=|PATH=$here:|\" $D/restart.sh; {prepare}"
    );
    run_meddled(rig, target, "restart hand-over", &line).await
}

/// Restarts the session onto a tag as another console would, with a job that the rig does not know.
pub(crate) async fn restart_beside(rig: &Rig, onto: &str) -> TrackResult {
    let job = JobId::new(jiff::Timestamp::now(), 0xbe51);
    let target = rig.target(onto).await;
    let restarted = restart_session(&target, &job, &operator(), &rig.link, &rig.reporter()).await;
    restarted.result()
}

/// Waits until the script stands, runs a line, and lets it go on.
pub(crate) async fn while_it_stands(rig: &Rig, line: &str) {
    rig.sh(&format!(
        "file=${{D%/*}}/crash-at.$S.reached; until [ -e $file ]; do sleep 0.1; done; {line}; rm $file"
    ))
    .await;
}

/// Waits until nobody works on the restart any more, and it has not ended.
pub(crate) async fn until_dead(rig: &Rig) {
    rig.sh("until grep -q ' hold ' $D/status && ! kill -0 $(cut -d' ' -f1 $D/runner.1) 2>/dev/null; do sleep 0.1; done")
        .await;
}
