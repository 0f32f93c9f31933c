use std::collections::HashSet;

use domain::{Tag, TagRejection, Tags, Token};
use proptest::prelude::*;

use crate::unicode::tricky;

fn parse(raw: &str) -> Result<String, TagRejection> {
    Tag::parse(raw).map(Tag::into_string)
}

#[test]
fn a_tag_is_folded_trimmed_and_dashed() {
    for (raw, tag) in [
        ("birds", "birds"),
        ("  Early BIRDS  ", "early-birds"),
        ("a  b", "a--b"),
        ("\u{c4}", "\u{e4}"),
        ("A\u{308}", "\u{e4}"),
        ("\u{212a}elvin", "kelvin"),
        ("STRASSE", "strasse"),
        ("stra\u{1e9e}e", "strasse"),
        ("Stra\u{df}e", "strasse"),
        ("ΔΡΟΜΟΣ", "δρομοσ"),
        ("δρομος", "δρομοσ"),
        ("\u{200b} a \u{feff}", "a"),
        ("c++/c#", "c++/c#"),
        ("\u{1f426}", "\u{1f426}"),
    ] {
        assert_eq!(parse(raw).as_deref(), Ok(tag), "{raw:?}");
    }
}

#[test]
fn a_tag_has_1_to_64_code_points_in_its_normal_form() {
    for empty in ["", " ", "    ", "\u{200b}", "\u{ad}\u{fe0f}", "\u{3164}", "\u{2800}", " \u{feff} "] {
        assert_eq!(parse(empty), Err(TagRejection::TagMustNotBeEmpty), "{empty:?}");
    }
    let joined = "\u{200d}x".repeat(64);
    for fits in [
        "x".repeat(64),
        "\u{1f426}".repeat(64),
        "e\u{301}".repeat(64),
        "ß".repeat(32),
        joined,
        format!("{:200}", "x"),
    ] {
        assert!(parse(&fits).is_ok(), "{fits:?}");
    }
    // The capital dotted I and the sharp s become two code points, the last one becomes eighteen.
    for long in
        ["x".repeat(65), "e\u{301}".repeat(65), "\u{130}".repeat(33), "ß".repeat(33), "\u{fdfa}".repeat(4)]
    {
        assert_eq!(parse(&long), Err(TagRejection::TagMustNotBeTooLong), "{long:?}");
    }
}

#[test]
fn reserved_characters_are_refused_wherever_they_stand() {
    for reserved in [
        ".", "*", ">", "\u{2026}", "\u{ff0a}", "\u{fe65}", "\r", "\n", "\t", "\0", "\u{7f}", "\u{85}",
        "\u{a0}", "\u{2028}", "\u{3000}",
    ] {
        for raw in
            [reserved.to_owned(), format!("a{reserved}"), format!("{reserved}a"), format!("a{reserved}b")]
        {
            let refused = parse(&raw);
            assert_eq!(refused, Err(TagRejection::TagMustNotContainReservedCharacters), "{raw:?}");
        }
    }
}

#[test]
fn tags_keep_their_order_and_drop_repetitions() {
    let tags = Tags::parse(["b", "A", "a ", "B", "c"]).expect("five are not too many");
    assert_eq!(tags.into_strings(), ["b", "a", "c"]);
    assert_eq!(Tags::parse([]).expect("none is fine"), Tags::default());
}

/// As the log holds them: folded by the rule of the time at which they were written.
fn stored(json: &str) -> Vec<String> {
    serde_json::from_str::<Tags>(json).expect("any tags can be read").into_strings()
}

#[test]
fn old_and_new_spellings_in_the_log_are_one_tag() {
    assert_eq!(stored(r#"["δρομος"]"#), stored(r#"["δρομοσ"]"#));
    assert_eq!(
        stored(r#"["birds", "δρομος", "straße", "δρομοσ", "strasse"]"#),
        ["birds", "δρομοσ", "strasse"]
    );
    assert_eq!(stored(r#"["❤\ufe0f", "❤"]"#), ["❤"]);
}

#[test]
fn a_stored_tag_that_is_none_any_more_stays_as_it_was_written() {
    for written in ["\u{ad}", "\u{2026}", "\u{ff0a}", &"ß".repeat(64)] {
        assert!(Tag::parse(written).is_err(), "{written:?}");
        let json = serde_json::to_string(&[written]).expect("it can be written");
        assert_eq!(stored(&json), [written]);
    }
}

#[test]
fn nine_tags_are_too_many_also_when_alike() {
    assert!(Tags::parse(["a"; 8]).is_ok());
    assert_eq!(Tags::parse(["a"; 9]), Err(TagRejection::TagsMustNotBeTooMany));
    let bad_first = Tags::parse(["."].into_iter().chain(["a"; 9]));
    assert_eq!(bad_first, Err(TagRejection::TagMustNotContainReservedCharacters), "in the order given");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_parses_keeps_every_promise(raw in tricky()) {
        if let Ok(tag) = Tag::parse(&raw) {
            let reserved = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '.' | '*' | '>');
            prop_assert!((1..=64).contains(&tag.as_str().chars().count()));
            prop_assert!(!tag.as_str().contains(reserved), "{:?}", tag);
            prop_assert_eq!(Tag::parse(tag.as_str()), Ok(tag), "parsing again changes nothing");
        }
    }

    #[test]
    fn spellings_of_one_tag_are_both_fine_or_both_not(raw in tricky()) {
        let folded = domain::unicode::fold(&raw).into_owned();
        // Only white space is asked for in what was written, too: folding makes spaces of it.
        if !raw.contains(|c: char| c.is_whitespace() && c != ' ') {
            prop_assert_eq!(Tag::parse(&raw), Tag::parse(&folded));
        }
    }

    #[test]
    fn a_tag_is_read_from_the_log_as_it_was_written(raw in tricky()) {
        if let Ok(tags) = Tags::parse([raw.as_str()]) {
            let json = serde_json::to_string(&tags).expect("it can be written");
            prop_assert_eq!(serde_json::from_str::<Tags>(&json).expect("it was just written"), tags);
        }
    }

    #[test]
    fn case_and_surrounding_spaces_make_no_other_tag(raw in "[a-zA-Z0-9 _-]{1,40}", around in " {0,3}") {
        let padded = format!("{around}{}{around}", raw.to_uppercase());
        prop_assert_eq!(Tag::parse(&padded), Tag::parse(&raw));
    }

    #[test]
    fn different_tags_never_share_a_token(raws in prop::collection::vec(tricky(), 2..6)) {
        let tags: HashSet<Tag> = raws.iter().filter_map(|raw| Tag::parse(raw).ok()).collect();
        let tokens: HashSet<Token> = tags.iter().map(|tag| Token::encode(tag.as_str())).collect();
        prop_assert_eq!(tokens.len(), tags.len());
    }

    #[test]
    fn many_tags_are_each_parsed_alike(raws in prop::collection::vec("[a-c]{1,2}", 0..=8)) {
        let tags = Tags::parse(raws.iter().map(String::as_str)).expect("eight good ones fit");
        let mut expected: Vec<String> = Vec::new();
        for raw in raws {
            if !expected.contains(&raw) {
                expected.push(raw);
            }
        }
        prop_assert_eq!(tags.into_strings(), expected);
    }
}

#[test]
fn of_two_canonical_spellings_both_are_fine_or_none() {
    for (composed, decomposed) in [("\u{226f}", ">\u{338}"), ("\u{e9}", "e\u{301}")] {
        let parsed = Tag::parse(composed).expect("it is a tag");
        assert_eq!(Tag::parse(decomposed), Ok(parsed), "{composed}");
    }
}
