//! What the documentation of several commands says alike.

use utoipa::IntoParams;

/// The header that every command takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct CommandHeaders {
    /// For at least 24 hours the same key with the same request gives the same answer, and no second event. An import
    /// takes it for the lines that have no key of their own.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[ -~]*$")]
    idempotency_key: Option<String>,
}

// Codes of rules that several commands may break, for `x-problems`: what an operation refuses beside what all
// operations of its kind refuse.
pub(crate) const TEXT_RULES: [&str; 3] =
    ["TextMustNotBeEmpty", "TextMustNotBeTooLong", "TextMustNotContainNul"];
pub(crate) const TAG_RULES: [&str; 4] = [
    "TagMustNotBeEmpty",
    "TagMustNotBeTooLong",
    "TagMustNotContainReservedCharacters",
    "TagsMustNotBeTooMany",
];
pub(crate) const HANDLE_AND_NAME_RULES: [&str; 4] = [
    "HandleMustBeWellFormed",
    "DisplayNameMustNotBeEmpty",
    "DisplayNameMustNotBeTooLong",
    "DisplayNameMustNotContainControlCharacters",
];
pub(crate) const BIO_RULES: [&str; 2] = ["BioMustNotBeTooLong", "BioMustNotContainControlCharacters"];
