//! Messages as people write them: real texts, Zipf-like tags and authors, times spread over a year. The same seed gives
//! the same messages, so that ours and the limit get the same work.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

pub(crate) const AUTHORS: usize = 10_000;
const TAGS: usize = 2_000;
/// How much rarer the next tag or author is; 1.0 is what is found in natural text.
const TAG_EXPONENT: f64 = 1.0;
const AUTHOR_EXPONENT: f64 = 0.5;
const TAGS_PER_MESSAGE_MAX: usize = 3;
const YEAR: Duration = Duration::days(365);
/// How far times stray from the order of the log.
const JITTER_SECONDS: i64 = 60;
/// 2024-01-01T00:00:00Z.
const YEAR_START_UNIX: i64 = 1_704_067_200;

/// The sample that the project ships, under a free licence.
const SAMPLE: &str = include_str!("../../../tools/rookery/demo/messages.ndjson");

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) author: i64,
    pub(crate) text: String,
    pub(crate) tags: Vec<String>,
    pub(crate) time: OffsetDateTime,
}

#[derive(Deserialize)]
struct SampleLine {
    text: String,
}

#[derive(Debug)]
pub(crate) struct Corpus {
    texts: Vec<String>,
    tags: Zipf,
    authors: Zipf,
    random: StdRng,
}

impl Corpus {
    pub(crate) fn new(seed: u64) -> Self {
        let lines = SAMPLE.lines().filter_map(|line| serde_json::from_str::<SampleLine>(line).ok());
        Self {
            texts: lines.map(|line| line.text).collect(),
            tags: Zipf::new(TAGS, TAG_EXPONENT),
            authors: Zipf::new(AUTHORS, AUTHOR_EXPONENT),
            random: StdRng::seed_from_u64(seed),
        }
    }

    /// The begin of the year that all times lie in.
    pub(crate) fn year_start() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(YEAR_START_UNIX).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// A message at `progress` (0 to 1) of the year.
    pub(crate) fn message(&mut self, progress: f64) -> Message {
        self.message_after((YEAR - Duration::seconds(2 * JITTER_SECONDS)) * progress)
    }

    /// A message so long after the begin of the year.
    pub(crate) fn message_after(&mut self, since: Duration) -> Message {
        let jitter = Duration::seconds(self.random.random_range(0..=JITTER_SECONDS));
        let micros = Duration::microseconds(self.random.random_range(0..1_000_000));
        let count = self.random.random_range(1..=TAGS_PER_MESSAGE_MAX);
        let mut tags: Vec<String> = Vec::with_capacity(count);
        while tags.len() < count {
            let tag = self.tag();
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Message {
            author: 1 + i64::try_from(self.authors.pick(&mut self.random)).unwrap_or(0),
            text: self.text(),
            tags,
            time: Self::year_start() + since + jitter + micros,
        }
    }

    /// Anywhere in the year.
    pub(crate) fn message_at_random(&mut self) -> Message {
        let progress = self.random.random_range(0.0..1.0);
        self.message(progress)
    }

    pub(crate) fn tag(&mut self) -> String {
        tag_of_rank(self.tags.pick(&mut self.random))
    }

    pub(crate) fn number_below(&mut self, bound: u64) -> u64 {
        self.random.random_range(0..bound)
    }

    fn text(&mut self) -> String {
        let index = self.random.random_range(0..self.texts.len());
        self.texts[index].clone()
    }

    /// The body of a `POST`.
    pub(crate) fn body(&mut self) -> String {
        let Message { text, tags, .. } = self.message(0.0);
        serde_json::json!({ "text": text, "tags": tags }).to_string()
    }
}

/// The most frequent tag.
pub(crate) fn top_tag() -> String {
    tag_of_rank(0)
}

fn tag_of_rank(rank: usize) -> String {
    format!("tag-{rank:04}")
}

/// Ranks with probability proportional to `1 / (rank + 1)^exponent`.
#[derive(Debug)]
struct Zipf {
    cumulated: Vec<f64>,
}

impl Zipf {
    #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
    fn new(ranks: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let mut add = |rank: usize| {
            sum += (rank as f64 + 1.0).powf(-exponent);
            sum
        };
        Self { cumulated: (0..ranks).map(&mut add).collect() }
    }

    fn pick(&self, random: &mut StdRng) -> usize {
        let total = self.cumulated.last().copied().unwrap_or(1.0);
        let drawn = random.random_range(0.0..total);
        self.cumulated.partition_point(|upper| *upper <= drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_messages() {
        let bodies = || {
            let mut corpus = Corpus::new(7);
            std::array::from_fn::<String, 50, _>(|_| corpus.body())
        };
        assert_eq!(bodies(), bodies());
    }

    #[test]
    fn times_stay_inside_of_the_year() {
        let mut corpus = Corpus::new(7);
        for progress in [0.0, 0.5, 1.0] {
            let time = corpus.message(progress).time;
            assert!(time >= Corpus::year_start() && time < Corpus::year_start() + YEAR);
        }
    }
}
