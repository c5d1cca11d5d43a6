//! How much of everything is done: the words of the command line.

/// Counts; zero leaves a part out.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// How often everything dies at every point.
    pub(crate) repeats: usize,
    /// Whether every point meets every policy on every store each time, or each time another one.
    pub(crate) full: bool,
    /// Kills at random moments.
    pub(crate) random: usize,
    /// Restarts onto broken images.
    pub(crate) broken: usize,
    /// Restarts of one session in a row.
    pub(crate) row: usize,
    /// Restarts whose downtime is measured.
    pub(crate) downtime: usize,
    /// Sessions of a rollout that loses a host.
    pub(crate) rollout: usize,
    /// Rounds of a host's own prune against a start.
    pub(crate) prune: usize,
    /// The same with the plain prune, to compare.
    pub(crate) plain: usize,
    /// Rounds of the host's own against a start by image id.
    pub(crate) by_id: usize,
    /// Seconds between the two turns of the host's own prune.
    pub(crate) grace: usize,
    /// What chance begins with.
    pub(crate) seed: u64,
}

impl Choice {
    pub(crate) fn read(words: &[String]) -> Result<Self, String> {
        let mut choice = Self {
            repeats: 3,
            full: false,
            random: 50,
            broken: 100,
            row: 50,
            downtime: 30,
            rollout: 0,
            prune: 0,
            plain: 100,
            by_id: 100,
            grace: 1,
            seed: 1,
        };
        let mut words = words.iter().filter(|word| *word != "--bench");
        while let Some(word) = words.next() {
            if word == "--full" {
                choice.full = true;
                continue;
            }
            let number = words.next().and_then(|number| number.parse::<usize>().ok());
            let number = number.ok_or_else(|| format!("{word} takes a number"))?;
            match word.as_str() {
                "--repeats" => choice.repeats = number,
                "--random" => choice.random = number,
                "--broken" => choice.broken = number,
                "--row" => choice.row = number,
                "--downtime" => choice.downtime = number,
                "--rollout" => choice.rollout = number,
                "--prune" => choice.prune = number,
                "--plain" => choice.plain = number,
                "--by-id" => choice.by_id = number,
                "--grace" => choice.grace = number,
                "--seed" => choice.seed = number as u64,
                _ => return Err(format!("unknown option {word}")),
            }
        }
        Ok(choice)
    }
}
