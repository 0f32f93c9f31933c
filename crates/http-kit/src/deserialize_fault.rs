//! Reads serde's messages, so that refusals name the field at fault and repeat nothing else of what was sent.

/// The longest text of a message that is passed on, in characters.
const TEXT_CHARS_MAX: usize = 120;

/// What serde found wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Unknown {
        field: String,
    },
    Missing {
        field: String,
    },
    Duplicate {
        field: String,
    },
    /// The value has the wrong type or shape; the text says what would be right.
    Unfit {
        detail: String,
    },
}

impl Fault {
    pub(crate) fn from_message(message: &str) -> Self {
        let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
        if let Some(rest) = message.strip_prefix("unknown field `") {
            // The name came from the client and may hold a backtick itself; serde closes it before a comma.
            let end = rest.find("`, ").unwrap_or(rest.len());
            return Self::Unknown { field: shorten(&rest[..end]) };
        }
        if let Some(field) = message.strip_prefix("missing field `") {
            return Self::Missing { field: shorten(field.trim_end_matches('`')) };
        }
        if let Some(field) = message.strip_prefix("duplicate field `") {
            return Self::Duplicate { field: shorten(field.trim_end_matches('`')) };
        }
        Self::Unfit { detail: unfit(message) }
    }
}

/// `invalid type: string "hunter2", expected u64` becomes `expected u64`.
///
/// Other messages come from the number parsers or from our own types, which know not to repeat what they were given.
fn unfit(message: &str) -> String {
    let repeats_input = ["invalid type", "invalid value", "unknown variant"];
    if !repeats_input.iter().any(|prefix| message.starts_with(prefix)) {
        return shorten(message);
    }
    match message.rfind(", expected ").map(|at| &message[at + ", expected ".len()..]) {
        Some(expected) if expected.starts_with("struct ") => "expected an object".to_owned(),
        Some(expected) => format!("expected {}", shorten(expected)),
        None => "the value is not acceptable".to_owned(),
    }
}

fn shorten(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_repeated() {
        let message = r#"invalid type: string "hunter2, expected nothing", expected u64 at line 1 column 9"#;
        assert_eq!(Fault::from_message(message), Fault::Unfit { detail: "expected u64".to_owned() });
        let message = "unknown variant `hunter2`, expected one of `minute`, `hour`";
        assert_eq!(
            Fault::from_message(message),
            Fault::Unfit { detail: "expected one of `minute`, `hour`".to_owned() }
        );
    }

    #[test]
    fn names_of_our_types_are_not_shown() {
        let fault =
            Fault::from_message("invalid type: sequence, expected struct PostMessage at line 1 column 1");
        assert_eq!(fault, Fault::Unfit { detail: "expected an object".to_owned() });
    }

    #[test]
    fn fields_are_named() {
        let unknown = Fault::from_message("unknown field `txt`, expected `text` at line 1 column 6");
        assert_eq!(unknown, Fault::Unknown { field: "txt".to_owned() });
        let missing = Fault::from_message("missing field `text` at line 1 column 2");
        assert_eq!(missing, Fault::Missing { field: "text".to_owned() });
        let duplicate = Fault::from_message("duplicate field `text` at line 1 column 20");
        assert_eq!(duplicate, Fault::Duplicate { field: "text".to_owned() });
    }

    #[test]
    fn long_names_are_cut() {
        let message = format!("unknown field `{}`, expected `text`", "x".repeat(10_000));
        let Fault::Unknown { field } = Fault::from_message(&message) else {
            panic!("it names an unknown field")
        };
        assert_eq!(field.len(), TEXT_CHARS_MAX);
    }
}
