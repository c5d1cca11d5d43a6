//! What `docker buildx build --progress rawjson` writes: JSON for each state of the build, and words where it fails.
//!
//! An object takes one line, or, as v0.13 writes it, many.

use super::buildx::number_in;
use super::news::{Lines, News, StepNumber};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::{HashMap, VecDeque};

/// Words that are kept of what is no JSON.
const LAST_WORDS: usize = 40;

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    vertexes: Option<Vec<Vertex>>,
    #[serde(default)]
    logs: Option<Vec<Log>>,
}

/// A piece of work; it is told again whenever its state changes.
#[derive(Deserialize)]
struct Vertex {
    digest: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    started: Option<String>,
    #[serde(default)]
    cached: bool,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct Log {
    vertex: String,
    #[serde(default)]
    data: String,
}

/// Work that was told of.
#[derive(Default)]
struct Known {
    number: Option<StepNumber>,
    is_begun: bool,
    is_cached: bool,
    lines: Lines,
}

/// Reads what it writes.
#[derive(Default)]
pub(super) struct RawJsonReader {
    work: HashMap<String, Known>,
    /// The object that takes many lines, as far as it came.
    begun: String,
    words: VecDeque<String>,
}

impl RawJsonReader {
    /// Takes one line.
    pub(super) fn take(&mut self, line: &str) -> Vec<News> {
        if line == "{" || !self.begun.is_empty() {
            self.begun.push_str(line);
            if line != "}" {
                return Vec::new();
            }
            let whole = std::mem::take(&mut self.begun);
            return self.object(&whole).unwrap_or_default();
        }
        match self.object(line) {
            Some(news) => news,
            None => self.words(line),
        }
    }

    fn object(&mut self, text: &str) -> Option<Vec<News>> {
        let status: Status = serde_json::from_str(text).ok()?;
        let mut news = Vec::new();
        for vertex in status.vertexes.unwrap_or_default() {
            self.vertex(vertex, &mut news);
        }
        for log in status.logs.unwrap_or_default() {
            let known = self.work.entry(log.vertex).or_default();
            let text = STANDARD.decode(log.data).unwrap_or_default();
            let lines = known.lines.take(&String::from_utf8_lossy(&text));
            news.extend(
                lines
                    .into_iter()
                    .map(|line| News::Line(known.number.clone(), line)),
            );
        }
        Some(news)
    }

    fn vertex(&mut self, vertex: Vertex, news: &mut Vec<News>) {
        let known = self.work.entry(vertex.digest).or_default();
        let named = number_in(&vertex.name);
        if let Some((number, _)) = &named {
            known.number = Some(number.clone());
        }
        if let (Some((number, words)), true, false) = (&named, vertex.started.is_some(), known.is_begun) {
            known.is_begun = true;
            news.push(News::Begun(number.clone(), (*words).to_owned()));
        }
        if let (Some(number), true, false) = (&known.number, vertex.cached, known.is_cached) {
            known.is_cached = true;
            news.push(News::Cached(number.clone()));
        }
        if !vertex.error.is_empty() {
            let rest = known.lines.rest();
            news.extend(rest.map(|line| News::Line(known.number.clone(), line)));
            news.push(News::Failed(known.number.clone(), vertex.error));
        }
    }

    /// What it says of a failure: `Dockerfile:3`, the lines around it, and `ERROR: …`.
    fn words(&mut self, line: &str) -> Vec<News> {
        if self.words.len() == LAST_WORDS {
            self.words.pop_front();
        }
        self.words.push_back(line.to_owned());
        let place = line
            .strip_prefix("Dockerfile:")
            .or_else(|| line.rsplit_once(".Dockerfile:").map(|(_, rest)| rest));
        let at = place.and_then(|line| line.trim().parse().ok());
        at.map(News::AtLine).into_iter().collect()
    }

    /// What it said last that is no JSON.
    pub(super) fn said_last(&self) -> Option<String> {
        let error = self
            .words
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix("ERROR: "));
        let last = || {
            self.words
                .iter()
                .rev()
                .map(String::as_str)
                .find(|line| !line.trim().is_empty())
        };
        error.or_else(last).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::{News, RawJsonReader, StepNumber};

    fn number(number: u32) -> StepNumber {
        StepNumber {
            stage: None,
            number,
            of: 2,
        }
    }

    #[test]
    fn steps_their_lines_and_what_is_cached_are_told_once() {
        let mut reader = RawJsonReader::default();
        let mut news = Vec::new();
        for line in [
            r#"{"vertexes":[{"digest":"sha256:i","name":"[internal] load build definition","started":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"vertexes":[{"digest":"sha256:a","name":"[1/2] FROM base"},{"digest":"sha256:b","name":"[2/2] RUN echo"}]}"#,
            r#"{"vertexes":[{"digest":"sha256:a","name":"[1/2] FROM base","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:00Z","cached":true}]}"#,
            r#"{"vertexes":[{"digest":"sha256:b","name":"[2/2] RUN echo","started":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"logs":[{"vertex":"sha256:b","stream":1,"data":"aGk=","timestamp":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"logs":[{"vertex":"sha256:b","stream":1,"data":"Cg==","timestamp":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"vertexes":[{"digest":"sha256:b","name":"[2/2] RUN echo","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z"}]}"#,
        ] {
            news.extend(reader.take(line));
        }
        assert_eq!(
            news,
            [
                News::Begun(number(1), "FROM base".to_owned()),
                News::Cached(number(1)),
                News::Begun(number(2), "RUN echo".to_owned()),
                News::Line(Some(number(2)), "hi".to_owned()),
            ]
        );
    }

    #[test]
    fn an_object_over_many_lines_is_read_as_one() {
        let mut reader = RawJsonReader::default();
        let told = r#"{
  "vertexes": [
    {
      "digest": "sha256:b",
      "inputs": [
        "sha256:a"
      ],
      "name": "[2/2] RUN echo hi \u0026\u0026 exit 3",
      "started": "2026-11-22T08:47:29.277938527Z"
    }
  ]
}
{
  "logs": [
    {
      "vertex": "sha256:b",
      "stream": 1,
      "data": "aGkK",
      "timestamp": "2026-11-22T08:47:29.357052709Z"
    }
  ]
}
ERROR: failed to solve: exit code: 3"#;
        let news: Vec<_> = told.lines().flat_map(|line| reader.take(line)).collect();
        assert_eq!(
            news,
            [
                News::Begun(number(2), "RUN echo hi && exit 3".to_owned()),
                News::Line(Some(number(2)), "hi".to_owned()),
            ]
        );
        assert_eq!(
            reader.said_last().as_deref(),
            Some("failed to solve: exit code: 3")
        );
    }

    #[test]
    fn a_failure_has_its_step_its_line_and_its_words() {
        let mut reader = RawJsonReader::default();
        let failed = r#"{"vertexes":[{"digest":"sha256:b","name":"[2/2] RUN false","error":"process did not complete: exit code: 1"}]}"#;
        assert_eq!(
            reader.take(failed),
            [News::Failed(
                Some(number(2)),
                "process did not complete: exit code: 1".to_owned()
            )]
        );
        assert_eq!(reader.take("Dockerfile:3"), [News::AtLine(3)]);
        assert!(
            reader
                .take("ERROR: failed to solve: process did not complete")
                .is_empty()
        );
        assert!(reader.take("").is_empty());
        assert_eq!(
            reader.said_last().as_deref(),
            Some("failed to solve: process did not complete")
        );
    }
}
