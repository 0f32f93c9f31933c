//! The table of codes, the domain's rejections and the pages of documentation, held against each other.

use std::collections::BTreeSet;

use api_types::codes;
use domain::message::MessageRejection;
use domain::{Rejection, TagRejection, TextRejection, TimeRejection};

const PAGES: &str = include_str!("../../../docs/ERRORS.md");

/// Every variant, by exhaustive matches: a new one does not compile until it is listed.
fn rejections() -> Vec<&'static str> {
    use MessageRejection::{ActorMustBeAuthor, EditionMustMatch, MessageMustExist, ReplyTargetMustExist};
    use TagRejection::{
        TagMustNotBeEmpty, TagMustNotBeTooLong, TagMustNotContainReservedCharacters, TagsMustNotBeTooMany,
    };
    use TextRejection::{TextMustNotBeEmpty, TextMustNotBeTooLong, TextMustNotContainNul};
    let messages = [MessageMustExist, ActorMustBeAuthor, EditionMustMatch, ReplyTargetMustExist];
    let tags =
        [TagMustNotBeEmpty, TagMustNotBeTooLong, TagMustNotContainReservedCharacters, TagsMustNotBeTooMany];
    let texts = [TextMustNotBeEmpty, TextMustNotBeTooLong, TextMustNotContainNul];
    let mut all = vec![TimeRejection::TimeMustBePlausible.code()];
    all.extend(messages.map(|rejection| match rejection {
        MessageMustExist | ActorMustBeAuthor | EditionMustMatch | ReplyTargetMustExist => rejection.code(),
    }));
    all.extend(tags.map(|rejection| match rejection {
        TagMustNotBeEmpty
        | TagMustNotBeTooLong
        | TagMustNotContainReservedCharacters
        | TagsMustNotBeTooMany => rejection.code(),
    }));
    all.extend(texts.map(|rejection| match rejection {
        TextMustNotBeEmpty | TextMustNotBeTooLong | TextMustNotContainNul => rejection.code(),
    }));
    all
}

fn is_rejection(code: &str) -> bool {
    code.starts_with(|first: char| first.is_ascii_uppercase())
}

#[test]
fn every_rejection_has_a_code_that_blames_the_caller() {
    for rejection in rejections() {
        let code = codes::find(rejection).unwrap_or_else(|| panic!("{rejection} has no code"));
        assert!((400..500).contains(&code.status), "{rejection} has the status {}", code.status);
    }
}

#[test]
fn every_code_named_like_a_rejection_is_one() {
    let listed: BTreeSet<&str> =
        codes::ALL.iter().map(|code| code.code).filter(|code| is_rejection(code)).collect();
    assert_eq!(listed, rejections().into_iter().collect());
}

#[test]
fn every_code_has_a_section_and_every_section_a_code() {
    let sections: Vec<&str> = PAGES.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let table: Vec<&str> = codes::ALL.iter().map(|code| code.code).collect();
    assert_eq!(sections, table, "in the order of the table");
}

#[test]
fn every_section_names_the_status_and_says_what_to_do() {
    for section in PAGES.split("\n## ").skip(1) {
        // The title of the next group is no part of the section before it.
        let section = section.split("\n# ").next().unwrap_or_default();
        let (code, text) = section.split_once('\n').expect("a heading ends its line");
        let status = codes::find(code).expect("sections are codes").status;
        assert!(text.trim_start().starts_with(&format!("**{status}**")), "{code}");
        assert!(text.contains("**What to do:**"), "{code}");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{code}");
        let lines = text.lines().filter(|line| !line.is_empty()).count();
        assert!((2..=5).contains(&lines), "{code} has {lines} lines");
    }
}
