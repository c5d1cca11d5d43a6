//! The `tagboat` program: reads the arguments, runs a front end, and turns its end into an exit code.

use clap::Parser;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use tagboat::ops::dirs::Dirs;
use tagboat::ops::engine;
use tagboat::ops::log::start_log;
use tagboat::ops::ports::SystemClock;
use tagboat::ui::cli::args::Cli;
use tagboat::ui::cli::exit_code::Exit;
use tagboat::ui::cli::output::Output;
use tagboat::ui::cli::program::{Interrupt, Program, Terminal};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to one stream and usage errors to the other; a reader that left is no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                Exit::Usage.code()
            } else {
                Exit::Done.code()
            });
        }
    };
    if let Err(error) = color_eyre::install() {
        return tell(&format!("the report hook cannot be set: {error}"));
    }
    if cli.needs_state()
        && let Err(error) = start_logging()
    {
        return tell(&format!(
            "the log cannot be written: {error}. Nothing was changed."
        ));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return tell(&format!(
                "the runtime cannot start: {error}. Nothing was changed."
            ));
        }
    };
    let code = runtime.block_on(run(&cli));
    // A question that nobody answered keeps a thread; it ends with the process.
    runtime.shutdown_background();
    ExitCode::from(code)
}

async fn run(cli: &Cli) -> u8 {
    let mut results = std::io::stdout();
    let mut asides = std::io::stderr();
    let program = Program {
        config_file: None,
        environment: &environment,
        output: Output::new(&mut results, &mut asides),
        terminal: terminal(),
        start_engine: &engine::start,
        read_answer: Arc::new(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        }),
        interrupts: interrupts(),
        clock: &SystemClock,
    };
    tagboat::ui::cli::run(cli, program).await
}

fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

fn terminal() -> Terminal {
    let (input, results, asides) = (
        std::io::stdin().is_terminal(),
        std::io::stdout().is_terminal(),
        std::io::stderr().is_terminal(),
    );
    let columns = || {
        crossterm::terminal::size()
            .ok()
            .map(|(columns, _)| usize::from(columns))
    };
    Terminal {
        can_ask: input && asides,
        has_bars: asides,
        width: columns().filter(|_| results),
    }
}

/// Ctrl-C, and the wishes of the system, as values. Without a handler the default one ends the process, which is safe:
/// every job is in the journal.
fn interrupts() -> mpsc::Receiver<Interrupt> {
    let (sender, receiver) = mpsc::channel(4);
    for (kind, interrupt) in [
        (SignalKind::interrupt(), Interrupt::Stop),
        (SignalKind::terminate(), Interrupt::Leave),
        (SignalKind::hangup(), Interrupt::Leave),
    ] {
        let sender = sender.clone();
        if let Ok(mut signals) = signal(kind) {
            tokio::spawn(async move {
                while signals.recv().await.is_some() && sender.send(interrupt).await.is_ok() {}
            });
        }
    }
    receiver
}

fn start_logging() -> std::io::Result<()> {
    let dirs = Dirs::find(&environment)?;
    dirs.create()?;
    start_log(&dirs.state, &environment)
}

fn tell(problem: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "tagboat: {problem}");
    ExitCode::from(Exit::Failed.code())
}
