//! What is imported.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use api_types::import::ImportMessage;

/// Part of the program, so that the demo works from anywhere. See tools/rookery/demo/SAMPLE.md.
const SHIPPED: &str = include_str!("../../../demo/messages.ndjson");

pub(super) struct Sample {
    /// As they are sent.
    pub(super) lines: Vec<String>,
    pub(super) lines_by_account: BTreeMap<String, u64>,
    /// What they say, with their tags.
    pub(super) texts: Vec<(String, Vec<String>)>,
}

impl Sample {
    pub(super) fn shipped() -> Result<Self> {
        Self::parse(SHIPPED).context("the shipped sample")
    }

    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        Self::parse(&text).with_context(|| file.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut sample = Self { lines: Vec::new(), lines_by_account: BTreeMap::new(), texts: Vec::new() };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let parsed: ImportMessage =
                serde_json::from_str(line).with_context(|| format!("line {}", index + 1))?;
            *sample.lines_by_account.entry(parsed.account).or_default() += 1;
            sample.texts.push((parsed.text, parsed.tags));
            sample.lines.push(line.to_owned());
        }
        Ok(sample)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{AccountId, OriginalTime, Tag, Text};
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn shipped_lines_keep_the_rules_of_the_domain() {
        let mut keys = BTreeSet::new();
        for line in SHIPPED.lines() {
            let line: ImportMessage = serde_json::from_str(line).expect("it is an import line");
            line.account.parse::<AccountId>().expect("it is an account");
            Text::parse(&line.text).expect("it is a text");
            assert!((1..=8).contains(&line.tags.len()));
            for tag in &line.tags {
                assert_eq!(Tag::parse(tag).expect("it is a tag").as_str(), tag);
            }
            OriginalTime::parse(line.time, OffsetDateTime::now_utc(), []).expect("it is in the past");
            assert!(keys.insert(line.key.expect("every line has a key")), "a key stands for one line");
        }
        assert!(keys.len() > 2_000);
    }
}
