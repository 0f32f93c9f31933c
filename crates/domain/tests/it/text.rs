use domain::{Text, TextRejection};
use proptest::prelude::*;

use crate::unicode::{INVISIBLE, is_invisible, nfc};

/// Samples that normalisation, counting and trimming may stumble over.
fn tricky() -> impl Strategy<Value = String> {
    let sample = prop_oneof![
        any::<char>().prop_map(String::from),
        Just("e\u{301}".to_owned()),
        Just("\u{958}".to_owned()),
        Just("\u{1100}\u{1161}\u{11a8}".to_owned()),
        Just("\u{1f468}\u{200d}\u{1f469}".to_owned()),
        Just("a".repeat(50)),
        Just(" \u{a0}\n".to_owned()),
        Just("\0".to_owned()),
    ];
    prop::collection::vec(sample, 0..60).prop_map(|samples| samples.concat())
}

#[test]
fn limits_count_code_points_after_nfc() {
    for fits in ["x".repeat(280), "\u{1f426}".repeat(280), "e\u{301}".repeat(280), "\u{958}".repeat(140)] {
        let text = Text::parse(&fits).expect("it fits");
        assert_eq!(text.as_str().chars().count(), 280);
    }
    for long in ["x".repeat(281), "\u{1f426}".repeat(281), "e\u{301}".repeat(281), "\u{958}".repeat(141)] {
        assert_eq!(Text::parse(&long), Err(TextRejection::TextMustNotBeTooLong));
    }
}

#[test]
fn blank_texts_are_empty() {
    for blank in ["", " ", "\t\r\n", "\u{a0}\u{2003}\u{3000}", "\u{200b} \u{2028}\u{202e}\u{fe0f}"] {
        assert_eq!(Text::parse(blank), Err(TextRejection::TextMustNotBeEmpty), "{blank:?}");
    }
    for invisible in INVISIBLE {
        let blank = format!(" {}\n", invisible.to_string().repeat(3));
        assert_eq!(Text::parse(&blank), Err(TextRejection::TextMustNotBeEmpty), "{blank:?}");
    }
}

#[test]
fn invisible_characters_between_visible_ones_stay() {
    for text in [
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{2764}\u{fe0f}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "\u{646}\u{645}\u{6cc}\u{200c}\u{62e}",
        "\u{202b}a\u{202c}\u{2028}b",
        "\u{301}",
        "\u{e000}",
    ] {
        assert_eq!(Text::parse(text).map(Text::into_string).as_deref(), Ok(text), "{text:?}");
    }
}

#[test]
fn nul_is_asked_for_before_emptiness_and_length() {
    let long = format!("{}\0", "x".repeat(300));
    assert_eq!(Text::parse(&long), Err(TextRejection::TextMustNotContainNul));
    assert_eq!(Text::parse("\0"), Err(TextRejection::TextMustNotContainNul));
}

#[test]
fn an_endless_text_is_refused_quickly() {
    let huge = "a".repeat(1_000_000);
    assert_eq!(Text::parse(&huge), Err(TextRejection::TextMustNotBeTooLong));
}

proptest! {
    #[test]
    fn what_parses_keeps_every_promise(raw in tricky()) {
        if let Ok(text) = Text::parse(&raw) {
            prop_assert!((1..=280).contains(&text.as_str().chars().count()));
            prop_assert!(text.as_str().len() <= 1_120);
            prop_assert!(!text.as_str().contains('\0'));
            prop_assert!(!text.as_str().chars().all(is_invisible));
            prop_assert_eq!(Text::parse(text.as_str()), Ok(text), "parsing again changes nothing");
        }
    }

    #[test]
    fn a_refusal_has_its_reason(raw in tricky()) {
        let normal = nfc(&raw);
        match Text::parse(&raw) {
            Ok(text) => prop_assert_eq!(text.into_string(), normal),
            Err(TextRejection::TextMustNotBeEmpty) => prop_assert!(raw.chars().all(is_invisible)),
            Err(TextRejection::TextMustNotContainNul) => prop_assert!(raw.contains('\0')),
            Err(TextRejection::TextMustNotBeTooLong) => prop_assert!(normal.chars().count() > 280),
        }
    }

    #[test]
    fn a_stored_text_is_read_back_as_it_is(raw in ".{1,300}") {
        let json = serde_json::to_string(&raw).expect("text can be written");
        let stored: Text = serde_json::from_str(&json).expect("any text can be read");
        prop_assert_eq!(stored.as_str(), &raw);
        prop_assert_eq!(serde_json::to_string(&stored).expect("it can be written"), json);
    }
}
