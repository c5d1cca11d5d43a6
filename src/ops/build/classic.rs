//! What the classic builder says, as news: a stream of lines for people, the only thing that it gives.

use super::news::{Lines, News, StepNumber};

/// Reads what the classic builder writes.
#[derive(Debug, Default)]
pub(super) struct ClassicReader {
    lines: Lines,
    step: Option<StepNumber>,
}

impl ClassicReader {
    /// Takes a piece of its stream.
    pub(super) fn take(&mut self, piece: &str) -> Vec<News> {
        let lines = self.lines.take(piece);
        lines.into_iter().filter_map(|line| self.line(line)).collect()
    }

    /// What it began to write.
    pub(super) fn rest(&mut self) -> Option<News> {
        let rest = self.lines.rest()?;
        self.line(rest)
    }

    fn line(&mut self, line: String) -> Option<News> {
        if let Some((number, words)) = step(&line) {
            self.step = Some(number.clone());
            return Some(News::Begun(number, words));
        }
        if let (Some(own), Some(step)) = (line.strip_prefix(" ---> "), &self.step) {
            // The others are ids of containers and layers, which say nothing to anybody.
            return (own == "Using cache").then(|| News::Cached(step.clone()));
        }
        let is_its_own = [
            "Removing intermediate container ",
            "Successfully built ",
            "Successfully tagged ",
        ];
        // Every build is given its moment, and not every Dockerfile asks for it.
        let is_about_the_moment = line.contains("[SOURCE_DATE_EPOCH] were not consumed");
        if is_about_the_moment || is_its_own.iter().any(|own| line.starts_with(own)) {
            return None;
        }
        Some(News::Line(self.step.clone(), line))
    }
}

/// `Step 3/7 : RUN make`.
fn step(line: &str) -> Option<(StepNumber, String)> {
    let (numbers, words) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let (number, of) = numbers.split_once('/')?;
    let number = StepNumber {
        stage: None,
        number: number.parse().ok()?,
        of: of.parse().ok()?,
    };
    Some((number, words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{ClassicReader, News, StepNumber};

    fn number(number: u32) -> StepNumber {
        StepNumber {
            stage: None,
            number,
            of: 2,
        }
    }

    #[test]
    fn its_steps_are_told_with_what_they_write_and_without_its_ids() {
        let mut reader = ClassicReader::default();
        let mut news = reader.take("Step 1/2 : FROM base\n ---> 0123456789ab\nStep 2/2 : RUN ec");
        news.extend(reader.take("ho hi\n ---> Running in ba9876543210\nhi\n"));
        news.extend(reader.take("Removing intermediate container ba9876543210\n ---> fedcba987654\nSuccessfully built fedcba987654\n"));
        assert_eq!(
            news,
            [
                News::Begun(number(1), "FROM base".to_owned()),
                News::Begun(number(2), "RUN echo hi".to_owned()),
                News::Line(Some(number(2)), "hi".to_owned()),
            ]
        );
        assert_eq!(reader.rest(), None);
    }

    #[test]
    fn a_step_that_was_done_before_is_told_so() {
        let mut reader = ClassicReader::default();
        let news = reader.take("Step 2/2 : RUN make\n ---> Using cache\n ---> fedcba987654\n");
        assert_eq!(news[1..], [News::Cached(number(2))]);
    }
}
