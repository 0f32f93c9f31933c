//! An invented society that says the texts of the sample: people who register over eight weeks, follow, post, answer,
//! like, repost, edit, take back, and leave.
//!
//! The same lines at every call, because docs/ANALYSTS.md has the answers to questions about them. Everybody and
//! everything here is made up, but the texts.

mod dice;
mod people;
mod plan;
mod story;

use api_types::import::{ImportKind, ImportLine};

use self::dice::Dice;
use self::people::People;
use self::story::Story;

/// Changes every answer in docs/ANALYSTS.md.
const SEED: u64 = 20_261_116;

/// The lines in the order of their times, and the handle of whom the last of them brings: that account is there if all
/// others are.
pub(super) fn lines(texts: &[(String, Vec<String>)]) -> (Vec<ImportLine>, String) {
    let mut dice = Dice::new(SEED);
    let people = People::invent(&mut dice);
    let plans = people.plans(&mut dice);
    let lines = Story::new(&people, texts, dice, plans).tell();
    (lines, people.last().handle.clone())
}

/// What the lines bring, in words.
pub(super) fn counts(lines: &[ImportLine]) -> String {
    let of = |kind: ImportKind| lines.iter().filter(|line| line.kind() == kind).count();
    format!(
        "{} accounts, {} messages, {} follows, {} likes, {} reposts",
        of(ImportKind::Account),
        of(ImportKind::Message),
        of(ImportKind::Follow),
        of(ImportKind::Like),
        of(ImportKind::Repost)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use api_types::import::ImportedMessage;
    use domain::{OriginalTime, Tag, Text};
    use time::OffsetDateTime;

    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn it_has_all_kinds_in_order_and_keeps_the_rules_of_the_domain() {
        let sample = Sample::shipped().expect("it is read");
        let (lines, last) = lines(&sample.texts);
        assert_eq!(lines.len(), super::lines(&sample.texts).0.len(), "the same at every call");
        let mut kinds = BTreeMap::new();
        let mut keys = BTreeSet::new();
        let mut before = OffsetDateTime::UNIX_EPOCH;
        for line in &lines {
            *kinds.entry(format!("{:?}", line.kind())).or_insert(0) += 1;
            assert!(keys.insert(line.key().expect("a key").to_owned()), "a key stands for one line");
            assert!(before <= line.time(), "in the order of their times");
            before = line.time();
            OriginalTime::parse(line.time(), OffsetDateTime::now_utc(), []).expect("it is in the past");
            let (text, tags) = match line {
                ImportLine::Message(line) => (Some(&line.text), Some(&line.tags)),
                ImportLine::Edit(line) => (line.text.as_ref(), line.tags.as_ref()),
                _ => (None, None),
            };
            text.map(|text| Text::parse(text).expect("it is a text"));
            tags.into_iter().flatten().for_each(|tag| drop(Tag::parse(tag).expect("it is a tag")));
        }
        for kind in ["Edit", "Delete", "Unfollow", "Unlike", "Unrepost", "Deactivate"] {
            assert!(kinds.contains_key(kind), "no {kind}: {kinds:?}");
        }
        assert!(kinds["Message"] > 800 && kinds["Follow"] > 300 && kinds["Like"] > 300, "{kinds:?}");
        let depths = depths(&lines);
        assert!(depths.values().any(|depth| *depth > 4), "no conversation goes on");
        let ImportLine::Account(newest) = lines.last().expect("there are lines") else {
            panic!("no account")
        };
        assert_eq!(newest.handle, last);
    }
    /// How many answers above each message there are, by its key.
    fn depths(lines: &[ImportLine]) -> BTreeMap<String, usize> {
        let mut depths = BTreeMap::new();
        for line in lines {
            if let ImportLine::Message(line) = line {
                let above = match &line.in_reply_to {
                    Some(ImportedMessage::Line(parent)) => depths[&parent.key] + 1,
                    _ => 0,
                };
                depths.insert(line.key.clone().expect("a key"), above);
            }
        }
        depths
    }
}
