//! What is measured: which push, over which links, to which hosts, by whom.

use crate::contestant::Contestant::{
    self, Cold, FloorChanged, FloorWhole, Registry, Seed, Skopeo, Stream, Warm,
};
use crate::lab::Link::{self, Fast, Gigabit, Local};

/// Which image is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Push {
    /// t1 to hosts that have nothing of it.
    First,
    /// t2 to hosts that have t1.
    Rebuilt,
    /// t3 to hosts that have t1.
    Upgraded,
    /// t4 to hosts that have t1.
    Edited,
    /// t5 to hosts that have t1.
    Rebased,
}

impl Push {
    /// The tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::First => "t1",
            Self::Rebuilt => "t2",
            Self::Upgraded => "t3",
            Self::Edited => "t4",
            Self::Rebased => "t5",
        }
    }

    /// For `--only`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::First => "cold",
            other => other.tag(),
        }
    }

    /// For the tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::First => "nothing there yet (t1)",
            Self::Rebuilt => "rebuilt without a change of content (t2)",
            Self::Upgraded => "one package upgraded (t3)",
            Self::Edited => "some files of the application edited (t4)",
            Self::Rebased => "a new base (t5)",
        }
    }
}

/// Which hosts get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// One with the classic store.
    Classic,
    /// One with the containerd store.
    Containerd,
    /// All of the lab, half of each store.
    All,
}

impl Place {
    /// For `--only`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Containerd => "containerd",
            Self::All => "four",
        }
    }

    /// For the tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Classic => "one host (classic store)",
            Self::Containerd => "one host (containerd store)",
            Self::All => "four hosts at once (two of each store)",
        }
    }
}

/// One table of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Round {
    /// What is pushed.
    pub(crate) push: Push,
    /// How fast the links are.
    pub(crate) link: Link,
    /// To whom.
    pub(crate) place: Place,
    /// By whom.
    pub(crate) contestants: Vec<Contestant>,
    /// How often each; the run with the middle time counts.
    pub(crate) times: usize,
}

impl Round {
    /// For `--only`: `t2-100mbit-classic`.
    pub(crate) fn word(&self) -> String {
        format!("{}-{}-{}", self.push.word(), self.link.word(), self.place.word())
    }
}

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// A few rounds in a few minutes.
    pub(crate) quick: bool,
    /// Only rounds with these words in their names.
    pub(crate) only: Vec<String>,
    /// Only these contestants.
    pub(crate) who: Vec<String>,
}

/// The rounds, those with bare hosts first. What sends the whole image each time is measured where a target needs it, and not
/// again for each tag.
pub(crate) fn rounds(choice: &Choice) -> Vec<Round> {
    let all = if choice.quick { quick() } else { full() };
    let mut chosen = Vec::new();
    for mut round in all {
        let word = round.word();
        let has = |part: &String| {
            let asked: Vec<&str> = part.split('-').collect();
            asked.iter().all(|asked| word.split('-').any(|own| own == *asked))
        };
        if !choice.only.is_empty() && !choice.only.iter().any(has) {
            continue;
        }
        if !choice.who.is_empty() {
            let is_asked = |one: &Contestant| choice.who.iter().any(|word| word == one.word());
            round.contestants = Contestant::ALL.into_iter().filter(is_asked).collect();
        }
        chosen.push(round);
    }
    chosen
}

fn round(push: Push, link: Link, place: Place, contestants: &[Contestant]) -> Round {
    Round {
        push,
        link,
        place,
        contestants: contestants.to_vec(),
        times: if push == Push::Edited { 3 } else { 1 },
    }
}

fn quick() -> Vec<Round> {
    vec![
        round(
            Push::Rebuilt,
            Local,
            Place::Classic,
            &[Warm, Cold, FloorChanged, Stream, Registry],
        ),
        Round {
            times: 1,
            ..round(
                Push::Edited,
                Local,
                Place::Classic,
                &[Warm, Cold, FloorChanged, Registry],
            )
        },
    ]
}

fn full() -> Vec<Round> {
    use Place::{All, Classic, Containerd};
    use Push::{Edited, First, Rebased, Rebuilt, Upgraded};
    let everybody = &Contestant::ALL;
    let cold = &[Warm, Cold, FloorWhole, Seed, Stream, Registry, Skopeo];
    let short = &[Warm, Cold, FloorChanged, Registry];
    vec![
        round(First, Local, Classic, cold),
        round(First, Gigabit, Classic, &[Warm, Cold, Seed, Stream, Registry]),
        round(First, Fast, Classic, &[Warm, Cold, Seed, Stream, Registry]),
        round(
            First,
            Local,
            Containerd,
            &[Warm, Cold, FloorWhole, Stream, Registry],
        ),
        round(First, Local, All, &[Warm, Cold, FloorWhole, Seed, Registry]),
        round(Rebuilt, Local, Classic, everybody),
        round(Rebuilt, Gigabit, Classic, &[Warm, Cold, Stream, Registry]),
        round(Rebuilt, Fast, Classic, &[Warm, Cold, Stream, Registry]),
        round(
            Rebuilt,
            Local,
            Containerd,
            &[Warm, Cold, FloorChanged, FloorWhole, Stream, Registry],
        ),
        round(Rebuilt, Local, All, &[Warm, Cold, FloorChanged, Registry]),
        round(
            Upgraded,
            Local,
            Classic,
            &[Warm, Cold, FloorChanged, Registry, Skopeo],
        ),
        round(
            Edited,
            Local,
            Classic,
            &[Warm, Cold, FloorChanged, Registry, Skopeo],
        ),
        round(Edited, Gigabit, Classic, short),
        round(Edited, Fast, Classic, short),
        round(Edited, Local, Containerd, short),
        round(Edited, Local, All, short),
        round(Rebased, Local, Classic, &[Warm, Cold, FloorWhole, Registry]),
    ]
}
