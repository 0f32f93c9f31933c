//! Handles, what people say about themselves, and passwords.

use domain::{
    Bio, DisplayName, Handle, HandleRejection, Password, PasswordRejection, ProfileRejection, Token,
};
use proptest::prelude::*;

use crate::unicode::{INVISIBLE, nfc};

#[test]
fn a_handle_is_a_short_word_in_lower_case() {
    for (raw, handle) in
        [("a", "a"), ("_", "_"), ("0", "0"), ("Night_Jar7", "night_jar7"), ("NIGHTJAR", "nightjar")]
    {
        assert_eq!(Handle::parse(raw).map(Handle::into_string).as_deref(), Ok(handle));
    }
    assert!(Handle::parse(&"x".repeat(30)).is_ok());
    let too_long = "x".repeat(31);
    for raw in [
        "", " ", "a b", " a", "a ", "a-b", "a.b", "a*", ">", "a\n", "a\0", "@a", "é", "\u{212a}", "ａ", "😀",
        &too_long,
    ] {
        assert_eq!(Handle::parse(raw), Err(HandleRejection::HandleMustBeWellFormed), "{raw:?}");
    }
}

#[test]
fn a_display_name_is_trimmed_and_composed() {
    let parsed = |raw: &str| DisplayName::parse(raw).map(DisplayName::into_string);
    assert_eq!(parsed("  Cafe\u{301}  ").as_deref(), Ok("Caf\u{e9}"));
    assert_eq!(parsed("Ж 🦉").as_deref(), Ok("Ж 🦉"));
    assert!(parsed(&format!(" {} ", "e\u{301}".repeat(50))).is_ok());
    for invisible in INVISIBLE {
        let raw = format!("{invisible} {invisible}");
        assert_eq!(parsed(&raw), Err(ProfileRejection::DisplayNameMustNotBeEmpty), "{raw:?}");
    }
    for fits in ["\u{2764}\u{fe0f}", "a\u{200d}b", "\u{5d0}\u{200f}!", "\u{645}\u{6cc}\u{200c}\u{62e}"] {
        assert_eq!(parsed(fits).as_deref(), Ok(fits));
    }
    for raw in ["", " ", "\t\n", "\u{a0}\u{2003}"] {
        assert_eq!(parsed(raw), Err(ProfileRejection::DisplayNameMustNotBeEmpty), "{raw:?}");
    }
    for raw in ["a\nb", "a\0", "\u{7f}x", "x\u{85}y", "x\u{2028}y", "x\u{2029}y"] {
        assert_eq!(parsed(raw), Err(ProfileRejection::DisplayNameMustNotContainControlCharacters), "{raw:?}");
    }
    for turning in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
        let raw = format!("nightjar {turning}rajthgin");
        assert_eq!(
            parsed(&raw),
            Err(ProfileRejection::DisplayNameMustNotContainControlCharacters),
            "{raw:?}"
        );
    }
    for raw in ["x".repeat(51), "\u{958}".repeat(26)] {
        assert_eq!(parsed(&raw), Err(ProfileRejection::DisplayNameMustNotBeTooLong), "{raw:?}");
    }
}

#[test]
fn a_bio_may_be_empty_and_have_lines() {
    let parsed = |raw: &str| Bio::parse(raw).map(Bio::into_string);
    for allowed in ["", "\u{200b}", "\u{202b}a\u{202c}\u{2028}b"] {
        assert_eq!(parsed(allowed).as_deref(), Ok(allowed));
    }
    assert_eq!(parsed(" a\r\n\tb ").as_deref(), Ok(" a\r\n\tb "));
    assert!(parsed(&"e\u{301}".repeat(500)).is_ok());
    assert_eq!(parsed(&"x".repeat(501)), Err(ProfileRejection::BioMustNotBeTooLong));
    for raw in ["\0", "a\u{b}b", "\u{1b}[31m"] {
        assert_eq!(parsed(raw), Err(ProfileRejection::BioMustNotContainControlCharacters), "{raw:?}");
    }
}

#[test]
fn a_password_is_the_same_on_every_keyboard() {
    let prepared = |raw: &str| Password::parse(raw).expect("it is good").expose().to_owned();
    assert_eq!(prepared("cafe\u{301} au\u{3000}lait\u{a0}"), "caf\u{e9} au lait ");
    // Other than a handle or a tag it keeps case, compatible characters and what is not shown.
    for kept in ["Correct Horse", "\u{ff23}orrect \u{fb01}sh", "\u{200b}\u{ad}correct\t\n"] {
        assert_eq!(prepared(kept), kept);
    }
}

#[test]
fn a_password_has_8_to_128_code_points_and_is_not_shown() {
    for good in ["12345678", "        ", &"x".repeat(128), &"🦉".repeat(8), &"🦉".repeat(128)] {
        let password = Password::parse(good).expect("it is good");
        assert_eq!(password.expose(), good, "nothing is trimmed or shortened");
        assert_eq!(format!("{password:?}"), "Password(hidden)");
    }
    for bad in ["", "1234567", &"🦉".repeat(7), &"e\u{301}".repeat(7), &"x".repeat(129), &"🦉".repeat(129)]
    {
        assert_eq!(Password::parse(bad), Err(PasswordRejection::PasswordMustHaveGoodLength), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn a_parsed_handle_parses_to_itself_and_needs_no_encoding(raw in "[a-zA-Z0-9_]{1,30}") {
        let handle = Handle::parse(&raw).expect("it is well formed");
        prop_assert_eq!(handle.as_str(), raw.to_ascii_lowercase());
        prop_assert_eq!(Handle::parse(handle.as_str()), Ok(handle.clone()));
        prop_assert_eq!(Token::encode(handle.as_str()).to_string(), handle.as_str());
        let json = serde_json::to_string(&handle).expect("it can be written");
        prop_assert_eq!(serde_json::from_str::<Handle>(&json).expect("it was just written"), handle);
    }

    #[test]
    fn a_guess_is_prepared_as_the_password_was(raw in "\\PC{8,60}") {
        if let Ok(password) = Password::parse(&raw) {
            prop_assert_eq!(&Password::guess(&raw), &password);
            prop_assert_eq!(&Password::guess(&nfc(&raw)), &password);
            prop_assert_eq!(Password::guess(password.expose()), password);
        }
    }

    #[test]
    fn no_other_text_is_a_handle(raw: String) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_good = (1..=30).contains(&raw.chars().count()) && raw.chars().all(allowed);
        prop_assert_eq!(Handle::parse(&raw).is_ok(), is_good);
    }

    #[test]
    fn a_parsed_name_keeps_every_promise(raw in "\\PC{0,60}|.{0,60}| {1,3}\\PC{1,50} ") {
        if let Ok(name) = DisplayName::parse(&raw) {
            let name = name.as_str();
            prop_assert!((1..=50).contains(&name.chars().count()));
            prop_assert!(!name.contains(char::is_control) && name.trim() == name);
            prop_assert_eq!(DisplayName::parse(name).map(DisplayName::into_string), Ok(name.to_owned()));
        }
    }

    #[test]
    fn a_parsed_bio_keeps_every_promise(raw in "\\PC{0,520}|(?s).{0,520}") {
        if let Ok(bio) = Bio::parse(&raw) {
            let bio = bio.as_str();
            prop_assert!(bio.chars().count() <= 500);
            prop_assert!(!bio.chars().any(|c| c.is_control() && !"\n\r\t".contains(c)));
            prop_assert_eq!(Bio::parse(bio).map(Bio::into_string), Ok(bio.to_owned()));
        }
    }
}
