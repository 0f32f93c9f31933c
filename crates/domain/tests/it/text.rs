use domain::{Text, TextRejection};
use proptest::prelude::*;

/// Pieces that normalisation, counting and trimming may stumble over.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        Just("e\u{301}".to_owned()),
        Just("\u{958}".to_owned()),
        Just("\u{1100}\u{1161}\u{11a8}".to_owned()),
        Just("\u{1f468}\u{200d}\u{1f469}".to_owned()),
        Just("a".repeat(50)),
        Just(" \u{a0}\n".to_owned()),
        Just("\0".to_owned()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
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
    for blank in ["", " ", "\t\r\n", "\u{a0}\u{2003}\u{3000}"] {
        assert_eq!(Text::parse(blank), Err(TextRejection::TextMustNotBeEmpty), "{blank:?}");
    }
}

#[test]
fn emptiness_is_asked_before_nul_and_nul_before_length() {
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
            prop_assert!(!text.as_str().trim().is_empty());
            prop_assert_eq!(Text::parse(text.as_str()), Ok(text), "parsing again changes nothing");
        }
    }

    #[test]
    fn a_refusal_has_its_reason(raw in tricky()) {
        use unicode_normalization::UnicodeNormalization;
        match Text::parse(&raw) {
            Ok(text) => prop_assert_eq!(text.into_string(), raw.nfc().collect::<String>()),
            Err(TextRejection::TextMustNotBeEmpty) => prop_assert!(raw.trim().is_empty()),
            Err(TextRejection::TextMustNotContainNul) => prop_assert!(raw.contains('\0')),
            Err(TextRejection::TextMustNotBeTooLong) => prop_assert!(raw.nfc().count() > 280),
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
