use std::collections::HashSet;

use domain::{Tag, TagRejection, Tags, Token};
use proptest::prelude::*;

fn parse(raw: &str) -> Result<String, TagRejection> {
    Tag::parse(raw).map(Tag::into_string)
}

/// Characters whose case mappings, compositions and classes are special, and common ones.
fn tricky() -> impl Strategy<Value = String> {
    let special = [
        "\u{130}",
        "\u{131}",
        "\u{1e9e}",
        "\u{df}",
        "\u{3a3}",
        "\u{3c2}",
        "\u{345}",
        "\u{1c5}",
        "\u{212a}",
        "\u{212b}",
        "A\u{30a}",
        "i\u{307}",
        "\u{307}",
        "\u{1f71}",
        "\u{958}",
        "\u{fb01}",
        "\u{1d400}",
        " ",
        "-",
        "\t",
        ".",
        "*",
        ">",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{ad}",
        "\u{feff}",
    ];
    let piece = prop_oneof![
        3 => any::<char>().prop_map(String::from),
        3 => "[a-zA-Z0-9 äÖéß-]".prop_map(String::from),
        2 => prop::sample::select(special.to_vec()).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_tag_is_trimmed_lower_cased_and_dashed() {
    for (raw, tag) in [
        ("birds", "birds"),
        ("  Early BIRDS  ", "early-birds"),
        ("a  b", "a--b"),
        ("\u{c4}", "\u{e4}"),
        ("A\u{308}", "\u{e4}"),
        ("\u{212a}elvin", "kelvin"),
        ("STRASSE", "strasse"),
        ("stra\u{1e9e}e", "stra\u{df}e"),
        ("c++/c#", "c++/c#"),
        ("\u{1f426}", "\u{1f426}"),
    ] {
        assert_eq!(parse(raw).as_deref(), Ok(tag), "{raw:?}");
    }
}

#[test]
fn a_tag_has_1_to_64_code_points_in_its_normal_form() {
    for empty in ["", " ", "    "] {
        assert_eq!(parse(empty), Err(TagRejection::TagMustNotBeEmpty), "{empty:?}");
    }
    for fits in ["x".repeat(64), "\u{1f426}".repeat(64), "e\u{301}".repeat(64), format!("{:200}", "x")] {
        assert!(parse(&fits).is_ok(), "{fits:?}");
    }
    // The capital dotted I becomes two code points.
    for long in ["x".repeat(65), "e\u{301}".repeat(65), "\u{130}".repeat(33)] {
        assert_eq!(parse(&long), Err(TagRejection::TagMustNotBeTooLong), "{long:?}");
    }
}

#[test]
fn reserved_characters_are_refused_wherever_they_stand() {
    for reserved in
        [".", "*", ">", "\r", "\n", "\t", "\0", "\u{7f}", "\u{85}", "\u{a0}", "\u{2028}", "\u{3000}"]
    {
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
