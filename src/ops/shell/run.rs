//! One script from start to end: input in, output out, ended on the host when its time or the operator's patience is over.

use super::frame::{FrameReader, Mark};
use super::{Process, Spawn};
use crate::model::clean::clean;
use crate::model::fleet::Privilege;
use crate::ops::ports::{Script, ScriptCall, ScriptOutput, Shell, ShellError};
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Channels to one host that scripts may use at the same time: sshd allows 10 in all (DESIGN section 4).
const CHANNELS: usize = 6;

/// How long a script may take to go away after it was told to.
const GRACE: Duration = Duration::from_secs(5);

const END_GROUP: Script = Script {
    name: "end-group",
    text: include_str!("../../../assets/host/end-group.sh"),
};

/// The shell of a host over anything that can start processes there.
pub struct HostShell<S> {
    spawn: S,
    privilege: Privilege,
    channels: Semaphore,
    /// The channel beside them, for one urgent script at a time.
    urgent: Semaphore,
    /// How many of them there are; fewer than at the start where sshd allows fewer.
    width: AtomicUsize,
}

impl<S: Spawn> HostShell<S> {
    /// A shell that reaches root as `privilege` says.
    pub fn new(spawn: S, privilege: Privilege) -> Self {
        Self {
            spawn,
            privilege,
            channels: Semaphore::new(CHANNELS),
            urgent: Semaphore::new(1),
            width: AtomicUsize::new(CHANNELS),
        }
    }

    fn sudo_for(&self, call: &ScriptCall<'_>) -> Result<bool, ShellError> {
        match (call.as_root, self.privilege) {
            (false, _) | (true, Privilege::Root) => Ok(false),
            (true, Privilege::Sudo) => Ok(true),
            (true, Privilege::None) => Err(ShellError::NotAllowed(
                "the login is not root and `sudo -n` does not work for it".to_owned(),
            )),
        }
    }

    /// Starts the process of an urgent script in the channel that the others leave. Where sshd allows none beside theirs, it
    /// waits as they do.
    async fn open_urgent(
        &self,
        command_line: &[String],
    ) -> Result<(Process, SemaphorePermit<'_>), ShellError> {
        {
            let urgent = self.urgent.acquire().await;
            let urgent = urgent.map_err(|_| ShellError::Lost("closed".into()))?;
            match self.spawn.spawn(command_line).await {
                Ok(process) => return Ok((process, urgent)),
                Err(ShellError::Crowded(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.open(command_line).await
    }

    /// Starts a process as soon as there is a channel for it. Where sshd allows fewer (`MaxSessions`), this shell makes do
    /// with fewer from then on: what was refused waits until another script has ended.
    async fn open(&self, command_line: &[String]) -> Result<(Process, SemaphorePermit<'_>), ShellError> {
        loop {
            let channel = self.channels.acquire().await;
            let channel = channel.map_err(|_| ShellError::Lost("closed".into()))?;
            let crowded = match self.spawn.spawn(command_line).await {
                Ok(process) => return Ok((process, channel)),
                Err(error @ ShellError::Crowded(_)) => error,
                Err(error) => return Err(error),
            };
            let narrower = |width: usize| (width > 1).then(|| width - 1);
            let order = Ordering::Relaxed;
            let Ok(width) = self.width.fetch_update(order, order, narrower) else {
                // What has the only session may be an urgent script: that ends soon.
                let _alone = self.urgent.acquire().await;
                return match self.spawn.spawn(command_line).await {
                    Ok(process) => Ok((process, channel)),
                    Err(ShellError::Crowded(_)) => Err(crowded),
                    Err(error) => Err(error),
                };
            };
            tracing::info!(
                width = width - 1,
                "sshd allows fewer sessions than there are channels"
            );
            channel.forget();
        }
    }

    /// Ends the whole process group of a script on the host; a group that is gone already is fine.
    async fn end_group(&self, group: u32, as_root: bool) {
        let mut call = ScriptCall::question(END_GROUP, [group.to_string()]).within(GRACE);
        call.as_root = as_root;
        let sudo = self.sudo_for(&call).unwrap_or(false);
        let mark = Mark::random();
        let command_line = mark.command_line(&call, sudo);
        // Over a connection that hangs not even the channel opens.
        let end = async {
            let mut process = self.spawn.spawn(&command_line).await.ok()?;
            let mut frame = FrameReader::new(&mark);
            read_frame(&mut process.stdout, &mut frame).await;
            frame.code()
        };
        if !matches!(timeout(GRACE, end).await, Ok(Some(_))) {
            tracing::warn!(group, "a process group on a host may still run");
        }
    }
}

#[async_trait]
impl<S: Spawn> Shell for HostShell<S> {
    async fn run(&self, mut call: ScriptCall<'_>) -> Result<ScriptOutput, ShellError> {
        let sudo = self.sudo_for(&call)?;
        let mark = Mark::random();
        let mut frame = FrameReader::new(&mark);
        let mut complaints = Tail::default();
        let (cancel, deadline) = (call.cancel.clone(), call.deadline);
        let ending = {
            let whole = async {
                let command_line = mark.command_line(&call, sudo);
                let (process, _channel) = if call.is_urgent {
                    self.open_urgent(&command_line).await?
                } else {
                    self.open(&command_line).await?
                };
                converse(process, call.input.take(), &mut frame, &mut complaints).await
            };
            tokio::select! {
                () = cancel.cancelled() => Err(ShellError::Cancelled),
                ended = timeout(deadline, whole) => ended.unwrap_or(Err(ShellError::Deadline(deadline))),
            }
        };
        if let (Err(ShellError::Cancelled | ShellError::Deadline(_)), Some(group)) = (&ending, frame.group())
            && frame.code().is_none()
        {
            self.end_group(group, call.as_root).await;
        }
        ending?;
        let stderr = complaints.text();
        match frame.code() {
            Some(code) => Ok(ScriptOutput {
                stdout: frame.into_output(),
                stderr,
                code,
            }),
            None if frame.group().is_some() => {
                Err(ShellError::Lost("the host went away while it ran".to_owned()))
            }
            None if sudo && stderr.contains("sudo") => Err(ShellError::NotAllowed(stderr)),
            None => Err(ShellError::NotRun(instead(&stderr, &frame))),
        }
    }
}

/// What was said where a script should have run: a shell that refuses logins, or a forced command, says why on either stream.
fn instead(stderr: &str, frame: &FrameReader) -> String {
    let said = if stderr.is_empty() {
        frame.noise()
    } else {
        stderr.to_owned()
    };
    if said.is_empty() {
        return "it said nothing".to_owned();
    }
    said
}

/// Feeds a process and reads it until its script has ended or it went away.
async fn converse(
    process: Process,
    input: Option<&mut (dyn AsyncRead + Send + Unpin)>,
    frame: &mut FrameReader,
    complaints: &mut Tail,
) -> Result<(), ShellError> {
    let Process {
        stdin,
        mut stdout,
        mut stderr,
        ended,
    } = process;
    let mut read = std::pin::pin!(async {
        let mut complaining = std::pin::pin!(complaints.read(&mut stderr));
        tokio::select! {
            () = read_frame(&mut stdout, frame) => {
                // What a script left running may hold its standard error open for ever.
                let _: Result<(), _> = timeout(GRACE / 5, complaining).await;
            }
            () = &mut complaining => read_frame(&mut stdout, frame).await,
        }
    });
    tokio::select! {
        fed = feed(stdin, input) => {
            fed?;
            read.await;
        }
        // The script may end without having read all of its input.
        () = &mut read => {}
    }
    if timeout(GRACE, ended).await.is_err() {
        tracing::debug!("a script ended but its process did not");
    }
    Ok(())
}

/// Copies the input and closes it. A script that stops reading is not an error here: its exit code tells.
async fn feed(
    mut stdin: Box<dyn AsyncWrite + Send + Unpin>,
    input: Option<&mut (dyn AsyncRead + Send + Unpin)>,
) -> Result<(), ShellError> {
    let Some(input) = input else { return Ok(()) };
    let mut piece = vec![0; 256 << 10];
    loop {
        let n = input
            .read(&mut piece)
            .await
            .map_err(|error| ShellError::Input(error.to_string()))?;
        if n == 0 || stdin.write_all(&piece[..n]).await.is_err() {
            break;
        }
    }
    if stdin.shutdown().await.is_err() {
        tracing::debug!("a script closed its input before its end");
    }
    Ok(())
}

async fn read_frame(stdout: &mut (dyn AsyncRead + Send + Unpin), frame: &mut FrameReader) {
    let mut piece = vec![0; 16 << 10];
    while let Ok(n @ 1..) = stdout.read(&mut piece).await {
        if frame.push(&piece[..n]) {
            break;
        }
    }
}

/// The end of what a script complained about.
#[derive(Default)]
struct Tail(Vec<u8>);

impl Tail {
    const MOST: usize = 8 << 10;

    async fn read(&mut self, stderr: &mut (dyn AsyncRead + Send + Unpin)) {
        let mut piece = vec![0; 4 << 10];
        while let Ok(n @ 1..) = stderr.read(&mut piece).await {
            self.0.extend_from_slice(&piece[..n]);
            let excess = self.0.len().saturating_sub(Self::MOST);
            self.0.drain(..excess);
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0)
            .lines()
            .map(clean)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::{CHANNELS, HostShell};
    use crate::model::fleet::Privilege;
    use crate::ops::ports::{Script, ScriptCall, Shell, ShellError};
    use crate::ops::shell::{LocalSpawn, Process, Spawn};
    use async_trait::async_trait;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::time::timeout;
    use tokio_util::sync::CancellationToken;

    /// An sshd that allows so many sessions at the same time.
    struct Narrow {
        most: usize,
        open: Arc<AtomicUsize>,
    }

    #[async_trait]
    impl Spawn for Narrow {
        async fn spawn(&self, command_line: &[String]) -> Result<Process, ShellError> {
            if self.open.load(Ordering::SeqCst) >= self.most {
                return Err(ShellError::Crowded("no further session".to_owned()));
            }
            self.open.fetch_add(1, Ordering::SeqCst);
            let mut process = LocalSpawn.spawn(command_line).await?;
            let (ended, open) = (process.ended, self.open.clone());
            process.ended = Box::pin(async move {
                ended.await;
                open.fetch_sub(1, Ordering::SeqCst);
            });
            Ok(process)
        }
    }

    fn shell(most: usize) -> HostShell<Narrow> {
        let open = Arc::default();
        HostShell::new(Narrow { most, open }, Privilege::Root)
    }

    /// Says that it runs, and ends when it is let, or when the test is over.
    const WAIT: Script = Script {
        name: "wait",
        text: "echo >>\"$1/begun\"; while [ -e \"$1\" ] && [ ! -e \"$1/end\" ]; do sleep 0.02; done",
    };
    const SAY: Script = Script {
        name: "say",
        text: "echo said",
    };

    async fn says(shell: &HostShell<Narrow>, call: ScriptCall<'_>) -> String {
        let said = timeout(Duration::from_secs(10), shell.run(call)).await;
        said.unwrap().unwrap().stdout.trim().to_owned()
    }

    /// A connection that hangs once it has carried one script.
    struct HangsAfterOne(AtomicUsize);

    #[async_trait]
    impl Spawn for HangsAfterOne {
        async fn spawn(&self, command_line: &[String]) -> Result<Process, ShellError> {
            if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
                std::future::pending::<()>().await;
            }
            LocalSpawn.spawn(command_line).await
        }
    }

    #[tokio::test]
    async fn a_cancelled_script_comes_back_also_where_no_channel_opens_to_end_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_str().unwrap();
        let shell = HostShell::new(HangsAfterOne(AtomicUsize::new(0)), Privilege::Root);
        let cancel = CancellationToken::new();
        let mut call = ScriptCall::question(WAIT, [place]);
        call.cancel = cancel.clone();
        let give_up = async {
            while !folder.path().join("begun").exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // From here on time passes as soon as nobody has anything to do.
            tokio::time::pause();
            cancel.cancel();
        };
        let (ended, ()) = tokio::join!(timeout(Duration::from_mins(5), shell.run(call)), give_up);
        fs::write(folder.path().join("end"), "").unwrap();
        assert!(matches!(ended, Ok(Err(ShellError::Cancelled))), "{ended:?}");
    }

    #[tokio::test]
    async fn an_urgent_script_waits_for_none_of_those_that_have_all_channels() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_str().unwrap();
        let shell = shell(10);
        let busy = (0..CHANNELS + 2).map(|_| shell.run(ScriptCall::question(WAIT, [place])));
        let beside = async {
            let begun = || fs::read(folder.path().join("begun")).unwrap_or_default().len();
            while begun() < CHANNELS {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let said = says(&shell, ScriptCall::question(SAY, [""; 0]).urgent()).await;
            fs::write(folder.path().join("end"), "").unwrap();
            said
        };
        let (ended, said) = tokio::join!(futures_util::future::join_all(busy), beside);
        assert_eq!(said, "said");
        assert!(ended.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn where_sshd_allows_one_session_alone_urgent_scripts_and_others_take_turns() {
        let shell = shell(1);
        let calls = (0..12).map(|number| {
            let mut call = ScriptCall::question(SAY, [""; 0]);
            call.is_urgent = number % 3 == 0;
            says(&shell, call)
        });
        let said = futures_util::future::join_all(calls).await;
        assert_eq!(said, ["said"; 12]);
    }
}
