//! Reads the text of a Dockerfile into stages.

use super::heredoc::{Heredoc, escape_letter, mask};
use super::ignored::{Ignore, ignores};
use super::instruction::{Command, Copy, Instruction, Run, Stage, Step};
use super::shell::{ShellCommand, commands};
use super::words::pairs;
use crate::model::secret::{Hidden, printable};
use parse_dockerfile::{self as crate_of, Flag, Source};

/// A Dockerfile.
pub struct Dockerfile {
    /// The arguments before the first `FROM`, with their lines.
    pub globals: Vec<(String, Option<Hidden>, usize)>,
    /// Its stages in their order; at least one.
    pub stages: Vec<Stage>,
    /// What its author found good.
    pub ignores: Vec<Ignore>,
    /// Its text.
    pub text: Hidden,
    /// The letter that escapes.
    pub(super) escape: char,
}

/// Why a text is no Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl Dockerfile {
    /// The first lines of all instructions.
    pub fn begins(&self) -> Vec<usize> {
        let globals = self.globals.iter().map(|(_, _, line)| *line);
        let stages = self.stages.iter().flat_map(|stage| {
            let steps = stage.steps.iter().map(|step| step.line);
            std::iter::once(stage.line).chain(steps)
        });
        globals.chain(stages).collect()
    }

    /// Reads a text.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let escape = escape_letter(text);
        let masked = mask(text, escape)?;
        let unreadable = |error: crate_of::Error| Unreadable {
            line: error.line().max(1),
            problem: without_words(&format!("{error:#}")),
        };
        let found: Vec<crate_of::Instruction<'_>> = crate_of::parse_iter(&masked.text)
            .and_then(Iterator::collect)
            .map_err(unreadable)?;
        let reader = Reader {
            text,
            escape,
            begins: found.iter().map(begin).collect(),
            heredocs: masked.heredocs,
        };
        let mut file = Self {
            globals: Vec::new(),
            stages: Vec::new(),
            ignores: Vec::new(),
            text: Hidden::new(text),
            escape,
        };
        for (number, instruction) in found.iter().enumerate() {
            reader.take(number, instruction, &mut file);
        }
        let lines: Vec<usize> = reader.begins.iter().map(|at| reader.line(*at)).collect();
        file.ignores = ignores(&masked.text, &lines);
        Ok(file)
    }
}

/// What the parser says, without what it quotes unless that is a plain word: it may be a secret that is in the wrong place.
fn without_words(message: &str) -> String {
    let quoted = message.split('\'').nth(1).unwrap_or_default();
    let is_plain = quoted.len() <= 12 && quoted.bytes().all(|byte| byte.is_ascii_alphabetic());
    let message = if is_plain {
        message
    } else {
        message.split(" '").next().unwrap_or_default()
    };
    printable(message)
}

struct Reader<'a> {
    text: &'a str,
    escape: char,
    /// Where each instruction begins.
    begins: Vec<usize>,
    heredocs: Vec<Heredoc>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    fn take(&self, number: usize, instruction: &crate_of::Instruction<'_>, file: &mut Dockerfile) {
        let line = self.line(self.begins[number]);
        let step = match instruction {
            crate_of::Instruction::From(from) => {
                file.stages.push(Stage {
                    line,
                    from: from.image.value.trim().to_owned(),
                    name: from.as_.as_ref().map(|(_, name)| name.value.trim().to_owned()),
                    steps: Vec::new(),
                });
                return;
            }
            instruction => self.instruction(number, instruction),
        };
        match (file.stages.last_mut(), step) {
            (Some(stage), instruction) => stage.steps.push(Step { line, instruction }),
            (None, Instruction::Arg(args)) => {
                let globals = args.into_iter().map(|(name, value)| (name, value, line));
                file.globals.extend(globals);
            }
            // The parser lets nothing else stand there.
            (None, _) => {}
        }
    }

    fn instruction(&self, number: usize, instruction: &crate_of::Instruction<'_>) -> Instruction {
        use crate_of::Instruction as Parsed;
        let hidden = |(key, value): (String, String)| (key, Hidden::new(value));
        let named = |text: &str| pairs(text, self.escape).into_iter().map(hidden).collect();
        match instruction {
            Parsed::Arg(arg) => Instruction::Arg(self.args(&arg.arguments.value)),
            Parsed::Env(env) => Instruction::Env(named(&env.arguments.value)),
            Parsed::Label(label) => Instruction::Label(named(&label.arguments.value)),
            Parsed::User(user) => Instruction::User(user.arguments.value.to_string()),
            Parsed::Workdir(folder) => Instruction::Workdir(folder.arguments.value.to_string()),
            Parsed::Volume(volume) => Instruction::Volume(match &volume.arguments {
                crate_of::JsonOrStringArray::Json(list) => {
                    list.value.iter().map(|one| one.value.to_string()).collect()
                }
                crate_of::JsonOrStringArray::String(list) => {
                    list.iter().map(|one| one.value.to_string()).collect()
                }
            }),
            Parsed::Entrypoint(entrypoint) => Instruction::Entrypoint(self.command(&entrypoint.arguments)),
            Parsed::Cmd(cmd) => Instruction::Cmd(self.command(&cmd.arguments)),
            Parsed::Run(run) => Instruction::Run(self.run(number, run)),
            Parsed::Copy(copy) => {
                Instruction::Copy(self.copy(number, &copy.options, &copy.src, &copy.dest.value))
            }
            Parsed::Add(add) => Instruction::Copy(self.copy(number, &add.options, &add.src, &add.dest.value)),
            _ => Instruction::Other,
        }
    }

    fn args(&self, text: &str) -> Vec<(String, Option<Hidden>)> {
        let words = super::words::split(text, self.escape);
        let arg = |word: super::words::Word<'_>| match word.text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(Hidden::new(value))),
            None => (word.text.to_owned(), None),
        };
        words.into_iter().map(arg).collect()
    }

    /// The text at a place, with lines that go on joined and the comments between them left out.
    fn joined(&self, span: &std::ops::Range<usize>) -> String {
        let mut out = String::new();
        for (number, line) in self.text[span.clone()].lines().enumerate() {
            let is_nothing = line.trim().is_empty() || line.trim_start().starts_with('#');
            if number > 0 && is_nothing {
                continue;
            }
            let line = line.trim_end();
            out.push_str(line.strip_suffix(self.escape).unwrap_or(line));
        }
        out
    }

    fn command(&self, command: &crate_of::Command<'_>) -> Command {
        match command {
            crate_of::Command::Exec(words) => Command::Exec(
                words
                    .value
                    .iter()
                    .map(|word| Hidden::new(word.value.as_ref()))
                    .collect(),
            ),
            crate_of::Command::Shell(line) => {
                let text = self.joined(&line.span);
                // An empty array is no array for the parser.
                if text.split_whitespace().collect::<String>() == "[]" {
                    Command::Exec(Vec::new())
                } else {
                    Command::Shell(Hidden::new(text))
                }
            }
            // The parser knows no other form yet.
            _ => Command::Shell(Hidden::new("")),
        }
    }

    /// The here-documents of an instruction.
    fn heredocs(&self, number: usize) -> Vec<&Heredoc> {
        let end = self.begins.get(number + 1).copied().unwrap_or(usize::MAX);
        let place = self.begins[number]..end;
        self.heredocs
            .iter()
            .filter(|one| place.contains(&one.at))
            .collect()
    }

    fn run(&self, number: usize, run: &crate_of::RunInstruction<'_>) -> Run {
        let heredocs = self.heredocs(number);
        let (mut text, commands) = match self.command(&run.arguments) {
            Command::Shell(line) => (line.look().to_owned(), commands(line.look(), &heredocs)),
            command @ Command::Exec(_) => {
                let words: Vec<String> = command.words().into_iter().map(str::to_owned).collect();
                (words.join(" "), ShellCommand::of_words(words))
            }
        };
        for heredoc in heredocs {
            text.push('\n');
            text.push_str(&heredoc.body);
        }
        let mounts = run.options.iter().filter(|option| option.name.value == "mount");
        Run {
            text: Hidden::new(text),
            commands,
            mounts: mounts
                .filter_map(|option| Some(option.value.as_ref()?.value.to_string()))
                .collect(),
        }
    }

    fn copy(&self, number: usize, options: &[Flag<'_>], sources: &[Source<'_>], target: &str) -> Copy {
        let heredocs = self.heredocs(number);
        let is_heredoc = |at: usize| heredocs.iter().any(|one| one.at == at);
        let paths = sources.iter().filter_map(|source| match source {
            Source::Path(path) if !is_heredoc(path.span.start) => Some(Hidden::new(path.value.as_ref())),
            _ => None,
        });
        let from = options.iter().find(|option| option.name.value == "from");
        Copy {
            from: from.and_then(|option| Some(option.value.as_ref()?.value.to_string())),
            sources: paths.collect(),
            target: target.to_owned(),
            texts: heredocs
                .iter()
                .map(|one| Hidden::new(one.body.as_str()))
                .collect(),
        }
    }
}

/// Where an instruction begins.
fn begin(instruction: &crate_of::Instruction<'_>) -> usize {
    use crate_of::Instruction as Parsed;
    let keyword = match instruction {
        Parsed::Add(one) => &one.add,
        Parsed::Arg(one) => &one.arg,
        Parsed::Cmd(one) => &one.cmd,
        Parsed::Copy(one) => &one.copy,
        Parsed::Entrypoint(one) => &one.entrypoint,
        Parsed::Env(one) => &one.env,
        Parsed::Expose(one) => &one.expose,
        Parsed::From(one) => &one.from,
        Parsed::Healthcheck(one) => &one.healthcheck,
        Parsed::Label(one) => &one.label,
        Parsed::Maintainer(one) => &one.maintainer,
        Parsed::Onbuild(one) => &one.onbuild,
        Parsed::Run(one) => &one.run,
        Parsed::Shell(one) => &one.shell,
        Parsed::Stopsignal(one) => &one.stopsignal,
        Parsed::User(one) => &one.user,
        Parsed::Volume(one) => &one.volume,
        Parsed::Workdir(one) => &one.workdir,
        _ => return 0,
    };
    keyword.span.start
}
