use domain::Token;
use proptest::prelude::*;

/// The only text that has this token, by undoing the encoding.
fn decode(token: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), token.bytes());
    if token == "-" {
        return String::new();
    }
    while let Some(byte) = rest.next() {
        if byte == b'-' {
            let digits = [rest.next().expect("two digits follow"), rest.next().expect("two digits follow")];
            let digits = str::from_utf8(&digits).expect("they are ASCII");
            bytes.push(u8::from_str_radix(digits, 16).expect("they are hexadecimal"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("the encoded text was UTF-8")
}

#[test]
fn lower_case_letters_digits_and_underscores_stand_for_themselves() {
    for (text, token) in [
        ("abc_09", "abc_09"),
        ("", "-"),
        ("-", "-2d"),
        ("a-2d", "a-2d2d"),
        ("A", "-41"),
        ("\u{e4}", "-c3-a4"),
        (".*>", "-2e-2a-3e"),
        ("\0\n", "-00-0a"),
    ] {
        assert_eq!(Token::encode(text).as_str(), token, "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_token_is_made_of_safe_characters(text in any::<String>()) {
        let token = Token::encode(&text).to_string();
        prop_assert!(!token.is_empty());
        let safe = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        prop_assert!(token.bytes().all(safe), "{}", token);
    }

    #[test]
    fn a_token_can_be_undone_so_no_two_texts_share_one(text in any::<String>()) {
        prop_assert_eq!(decode(Token::encode(&text).as_str()), text);
    }

    #[test]
    fn texts_close_to_each_other_have_their_own_tokens(a in "[-a-c0-3]{0,6}", b in "[-a-c0-3]{0,6}") {
        prop_assert_eq!(a == b, Token::encode(&a) == Token::encode(&b));
    }
}
