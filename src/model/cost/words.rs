//! A cost in the words of the interface: the lines under a session in a plan.

use super::{Cost, CostPart, ExecSeen};

/// Programs that are named on one line.
const MOST_NAMED: usize = 3;

impl Cost {
    /// What the operator is told, the most important first. `keep_predecessors` says what becomes of its layer.
    pub fn lines(&self, keep_predecessors: usize) -> Vec<String> {
        if let Some(why) = self.why_unknown(CostPart::Everything) {
            return vec![format!("what it costs is not known: {why}")];
        }
        let mut lines = Vec::new();
        let (company, layer) = (self.company(), self.layer_line(keep_predecessors));
        match self.activity() {
            // One line for a session that nothing stands against: a plan over forty of them is to be read.
            Some(activity) if company.is_empty() && self.unclean().is_none() => {
                lines.push(format!("{activity}; {layer}"));
            }
            activity => {
                lines.extend(activity.into_iter().chain(company));
                lines.push(layer);
            }
        }
        for unknown in &self.unknown {
            if unknown.part != CostPart::Layer {
                lines.push(format!(
                    "{} is not known: {}",
                    unknown.part.word(),
                    unknown.reason
                ));
            }
        }
        lines
    }

    /// `output 12 s ago, input 3 s ago, CPU 80 %`.
    fn activity(&self) -> Option<String> {
        if !self.is_up {
            return None;
        }
        let parts: Vec<String> = [
            self.last_output.map(|age| format!("output {age} ago")),
            self.last_input.map(|age| format!("input {age} ago")),
            self.cpu_permille.map(|used| format!("CPU {} %", used / 10)),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Who else is in it.
    fn company(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let (seated, other): (Vec<_>, Vec<_>) = self.execs.iter().partition(|exec| exec.has_terminal);
        if !seated.is_empty() {
            let noun = if seated.len() == 1 {
                "terminal"
            } else {
                "terminals"
            };
            lines.push(format!("{} {noun} open in it: {}", seated.len(), named(&seated)));
        }
        if !self.attached.is_empty() {
            let noun = if self.attached.len() == 1 {
                "client"
            } else {
                "clients"
            };
            lines.push(format!(
                "{} {noun} attached from the host: {}",
                self.attached.len(),
                first(self.attached.iter().map(String::as_str))
            ));
        }
        if !other.is_empty() {
            let noun = if other.len() == 1 { "command" } else { "commands" };
            lines.push(format!(
                "{} {noun} started from outside: {}",
                other.len(),
                named(&other)
            ));
        }
        lines
    }

    /// What is in its layer and what becomes of it (RF54).
    fn layer_line(&self, keep_predecessors: usize) -> String {
        let fate = match (self.vanishes, keep_predecessors) {
            (true, _) => "gone with it, as it runs with --rm",
            (false, 0) => "gone with it, as no predecessor is kept",
            (false, _) => "kept in its stopped predecessor, not in the new one",
        };
        match self.unclean() {
            Some(changes) => format!("{changes}; {fate}"),
            None => "nothing of its own outside its volumes".to_owned(),
        }
    }
}

fn named(execs: &[&ExecSeen]) -> String {
    first(execs.iter().map(|exec| exec.command.as_str()))
}

fn first<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = all.len().saturating_sub(MOST_NAMED);
    let named: Vec<&str> = all.take(MOST_NAMED).collect();
    let named = named.join(", ");
    if more == 0 {
        named
    } else {
        format!("{named}, and {more} more")
    }
}
