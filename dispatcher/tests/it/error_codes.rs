//! The table of codes, the domain's rejections and the pages of documentation, held against each other.

use std::collections::BTreeSet;

use api_types::codes;
use domain::account::AccountRejection;
use domain::graph::GraphRejection;
use domain::inbox::InboxRejection;
use domain::message::MessageRejection;
use domain::reaction::ReactionRejection;
use domain::{
    AccountId, HandleRejection, MessageId, PasswordRejection, Position, ProfileRejection, Rejection,
    TagRejection, TextRejection, TimeRejection,
};
use time::OffsetDateTime;

const PAGES: &str = include_str!("../../../docs/ERRORS.md");

/// The codes of all variants, by an exhaustive match: a new one does not compile until it is listed.
macro_rules! codes_of {
    ($($rejection:ident: $($variant:ident $({ $($holds:ident),+ })?),+;)+) => {{
        let mut all = Vec::new();
        $(
            all.extend([$($rejection::$variant $({ $($holds),+ })?),+].map(|rejection| match rejection {
                $($rejection::$variant { .. })|+ => rejection.code(),
            }));
        )+
        all
    }};
}

fn rejections() -> Vec<&'static str> {
    let account = AccountId::from_i64(7).expect("positive");
    let (message, at) = (MessageId::at(Position::ZERO), OffsetDateTime::UNIX_EPOCH);
    codes_of! {
        TextRejection: TextMustNotBeEmpty, TextMustNotBeTooLong, TextMustNotContainNul;
        TagRejection: TagMustNotBeEmpty, TagMustNotBeTooLong, TagMustNotContainReservedCharacters,
            TagsMustNotBeTooMany;
        TimeRejection: TimeMustBePlausible, TimeMustNotBeBeforeAccount { account, at },
            TimeMustNotBeBeforeMessage { message, at };
        MessageRejection: MessageMustExist, ActorMustBeAuthor, EditionMustMatch, ReplyTargetMustExist,
            AccountMustNotBeBlocked;
        HandleRejection: HandleMustBeWellFormed;
        ProfileRejection: DisplayNameMustNotBeEmpty, DisplayNameMustNotBeTooLong,
            DisplayNameMustNotContainControlCharacters, BioMustNotBeTooLong,
            BioMustNotContainControlCharacters;
        PasswordRejection: PasswordMustHaveGoodLength;
        AccountRejection: AccountMustExist, AccountMustBeActive, AccountMustBeNew, HandleMustBeFree;
        GraphRejection: AccountMustNotFollowItself, AccountMustNotBlockItself, AccountMustNotMuteItself,
            AccountMustNotBeBlocked, AccountMustExist;
        ReactionRejection: MessageMustExist, AccountMustNotBeBlocked;
        InboxRejection: PositionMustBeReached;
    }
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
