//! The one table of error codes that clients may meet.
//!
//! A code is public for ever: clients branch on it, so it may be added but never renamed, and its status never moves.
//! kebab-case codes belong to the API itself; PascalCase codes are rejections of the domain and carry the name of the
//! rule that was broken. Every code has an entry in `docs/ERRORS.md`, which a test compares with [`ALL`].

/// One public error code with the status and title that always go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    pub code: &'static str,
    pub status: u16,
    /// A short sentence that is the same for every occurrence (RFC 9457 §3.1.4).
    pub title: &'static str,
    /// The URI reference that documents the code; it is the problem's `type`.
    pub type_uri: &'static str,
}

/// Finds a code by its public name, for instance by the name of a domain rejection.
///
/// A linear search: it runs once per refused request, over fewer than a hundred short strings.
#[must_use]
pub fn find(code: &str) -> Option<Code> {
    ALL.iter().copied().find(|known| known.code == code)
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $title:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: Code = Code {
                code: $code,
                status: $status,
                title: $title,
                type_uri: concat!("/docs/errors#", $code),
            };
        )*

        /// Every code, in the order of the table.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // What was asked for.
    NOT_FOUND = 404, "not-found", "There is nothing at this address.";
    GONE = 410, "gone", "This was deleted.";
    METHOD_NOT_ALLOWED = 405, "method-not-allowed", "This address does not take that method.";
    OTHER_LOG = 409, "other-log", "The caller knows another log than this one.";
    POSITION_AHEAD = 409, "position-ahead", "The log has not come as far as this position.";
    CONFLICT = 409, "conflict", "Others changed the same thing at the same time.";
    SECOND_FACTOR_ON = 409, "second-factor-on", "The account has a second factor already.";
    OIDC_LINKED = 409, "oidc-linked", "This log-in at the provider opens another account, or one already.";
    TOO_MANY_OIDC_LINKS = 409, "too-many-oidc-links", "The account has as many log-ins at providers as it may have.";
    LAST_WAY_IN = 409, "last-way-in", "Nobody could log in to the account any more.";
    TOO_MANY_WEBHOOKS = 409, "too-many-webhooks", "There are as many webhooks as there may be.";
    TOO_MANY_TOKENS = 409, "too-many-tokens", "The account has as many personal tokens as it may have.";

    // Who asks.
    /// A write without an identity.
    UNAUTHENTICATED = 401, "unauthenticated", "This operation needs an identity.";
    /// A read without an identity: 403, because the read routes' older contract says so.
    IDENTITY_REQUIRED = 403, "identity-required", "This operation is not open to anonymous callers.";
    TOKEN_INVALID = 401, "token-invalid", "The access token is not acceptable.";
    TOKEN_EXPIRED = 401, "token-expired", "The access token has expired.";
    TOKEN_REVOKED = 401, "token-revoked", "The access token was revoked, or its session has ended.";
    GATEWAY_UNTRUSTED = 401, "gateway-untrusted", "The identity headers did not come from the gateway.";
    CREDENTIALS_INVALID = 401, "credentials-invalid", "The handle or the password is wrong.";
    OTP_REQUIRED = 401, "otp-required", "The account also asks for a code of its authenticator.";
    OTP_INVALID = 401, "otp-invalid", "The code of the authenticator is not good, or no longer.";
    REFRESH_TOKEN_INVALID = 401, "refresh-token-invalid", "The refresh token is not good, or no longer.";
    OIDC_PROOF_INVALID = 401, "oidc-proof-invalid", "The proof of a log-in at a provider is not good, or no longer.";
    OIDC_NOT_LINKED = 403, "oidc-not-linked", "This log-in at the provider opens no account.";
    OIDC_AUTHORIZATION_INVALID = 422, "oidc-authorization-invalid",
        "The log-in at the provider was not begun here, took too long, or is over.";
    OIDC_REFUSED = 422, "oidc-refused", "The OpenID provider did not confirm the log-in.";
    ACCOUNT_SUSPENDED = 403, "account-suspended", "A moderator suspended the account; the detail says why.";
    PASSWORD_WRONG = 403, "password-wrong", "The present password is another one.";
    MAIL_TOKEN_INVALID = 422, "mail-token-invalid", "The code of the mail is not good, or no longer.";
    SESSION_REQUIRED = 403, "session-required", "This is for somebody who logged in, and not for other tokens.";
    ROLE_REQUIRED = 403, "role-required", "The caller lacks a role that this operation needs.";
    SCOPE_REQUIRED = 403, "scope-required", "The token lacks a scope that this operation needs.";

    REGISTRATION_CLOSED = 403, "registration-closed", "This installation registers nobody who asks.";
    INVITATION_INVALID = 403, "invitation-invalid", "Registration needs an invitation that is good.";
    HANDLE_RESERVED = 403, "handle-reserved", "This handle is kept for the operators.";

    // The shape of the request.
    MALFORMED_JSON = 400, "malformed-json", "The body is not acceptable JSON.";
    UNKNOWN_FIELD = 400, "unknown-field", "The body has a field that this operation does not know.";
    INVALID_FIELD = 400, "invalid-field", "A field of the body is missing or has the wrong shape.";
    INVALID_PARAMETER = 400, "invalid-parameter", "A parameter of the address is not acceptable.";
    INVALID_HEADER = 400, "invalid-header", "A header is not acceptable.";
    INVALID_CURSOR = 400, "invalid-cursor", "The cursor was not made by this list.";
    RANGE_TOO_LARGE = 400, "range-too-large", "The range asks for more than one answer may hold.";
    AS_OF_TOO_EARLY = 400, "as-of-too-early", "Nothing had happened yet at the moment that was asked for.";
    AS_OF_TOO_LATE = 400, "as-of-too-late", "The moment that was asked for has not come yet.";
    POSITION_TOO_OLD = 410, "position-too-old", "More has happened since that position than is sent again.";
    WRONG_CONTENT_TYPE = 415, "wrong-content-type", "The body is not of the type that this operation takes.";
    UNSUPPORTED_CONTENT_ENCODING = 415, "unsupported-content-encoding", "The body must come without an encoding.";
    BODY_TOO_LARGE = 413, "body-too-large", "The body is too large.";
    PASSWORD_TOO_WEAK = 422, "password-too-weak", "The password is easy to guess.";
    CHANGES_NOT_KEPT = 422, "changes-not-kept", "The data set does not keep what went from it.";
    NOT_IMPORTED = 422, "not-imported", "What this line changes was not imported.";
    UNKNOWN_REFERENCE = 422, "unknown-reference", "No earlier line brought what this one names.";
    WEBHOOK_TARGET_REFUSED = 422, "webhook-target-refused", "Events are not sent to this address.";
    BODY_TIMEOUT = 408, "body-timeout", "The body did not arrive in time.";

    // Preconditions and repetition.
    PRECONDITION_REQUIRED = 428, "precondition-required", "This operation needs an If-Match header.";
    IDEMPOTENCY_KEY_INVALID = 400, "idempotency-key-invalid", "The Idempotency-Key is not acceptable.";
    IDEMPOTENCY_KEY_REUSED = 422, "idempotency-key-reused", "The Idempotency-Key was used for another request.";

    // What the caller can only wait for.
    NOT_CAUGHT_UP = 503, "not-caught-up", "The data has not reached the awaited position yet.";
    LOG_REFUSED = 503, "log-refused", "The data does not belong to the log; an operator has to act.";
    UNAVAILABLE = 503, "unavailable", "A part of the service cannot be reached.";
    OVERLOADED = 503, "overloaded", "The service has more work than it can take.";
    LOG_FULL = 503, "log-full", "The event log has no room for more.";
    OUTCOME_UNKNOWN = 503, "outcome-unknown", "It is not known whether the operation took effect.";
    REQUEST_TIMEOUT = 503, "request-timeout", "The request took longer than the service allows.";
    RATE_LIMITED = 429, "rate-limited", "The caller sends more than its share.";
    QUOTA_EXCEEDED = 429, "quota-exceeded", "The account has used up its quota of the day.";
    MAIL_NOT_CONFIGURED = 403, "mail-not-configured", "This installation sends no mails.";
    OIDC_NOT_CONFIGURED = 403, "oidc-not-configured", "This installation knows no such OpenID provider.";
    OIDC_UNAVAILABLE = 503, "oidc-unavailable", "The OpenID provider does not answer as it should.";
    INTERNAL = 500, "internal", "The service failed.";

    // Rejections of the domain, named after the rule that was broken.
    TEXT_MUST_NOT_BE_EMPTY = 422, "TextMustNotBeEmpty", "The text is empty or shows nothing.";
    TEXT_MUST_NOT_BE_TOO_LONG = 422, "TextMustNotBeTooLong", "The text is longer than 280 code points.";
    TEXT_MUST_NOT_CONTAIN_NUL = 422, "TextMustNotContainNul", "The text contains U+0000.";
    TAG_MUST_NOT_BE_EMPTY = 422, "TagMustNotBeEmpty", "A tag is empty or shows nothing.";
    TAG_MUST_NOT_BE_TOO_LONG = 422, "TagMustNotBeTooLong", "A tag is longer than 64 code points in its folded form.";
    TAG_MUST_NOT_CONTAIN_RESERVED_CHARACTERS = 422, "TagMustNotContainReservedCharacters",
        "A tag contains a control character, odd white space, or one of . * >";
    TAGS_MUST_NOT_BE_TOO_MANY = 422, "TagsMustNotBeTooMany", "There are more than 8 tags.";
    TIME_MUST_BE_PLAUSIBLE = 422, "TimeMustBePlausible", "The original time is before 1970 or in the future.";
    TIME_MUST_NOT_BE_BEFORE_ACCOUNT = 422, "TimeMustNotBeBeforeAccount",
        "The original time lies before an imported account that it is about.";
    TIME_MUST_NOT_BE_BEFORE_MESSAGE = 422, "TimeMustNotBeBeforeMessage",
        "The original time lies before the message that it is about.";
    REPLY_TARGET_MUST_EXIST = 422, "ReplyTargetMustExist", "The message that this one answers does not exist.";
    MESSAGE_MUST_EXIST = 404, "MessageMustExist", "There is no such message, or it was deleted.";
    ACTOR_MUST_BE_AUTHOR = 403, "ActorMustBeAuthor", "Only the author may do this.";
    EDITION_CHANGED = 412, "EditionMustMatch", "The message was changed since the caller read it.";
    HANDLE_MUST_BE_WELL_FORMED = 422, "HandleMustBeWellFormed",
        "A handle has 1 to 30 letters from a to z, digits and underscores.";
    HANDLE_MUST_BE_FREE = 409, "HandleMustBeFree", "Somebody else has this handle.";
    DISPLAY_NAME_MUST_NOT_BE_EMPTY = 422, "DisplayNameMustNotBeEmpty",
        "The display name is empty or shows nothing.";
    DISPLAY_NAME_MUST_NOT_BE_TOO_LONG = 422, "DisplayNameMustNotBeTooLong",
        "The display name is longer than 50 code points.";
    DISPLAY_NAME_MUST_NOT_CONTAIN_CONTROL_CHARACTERS = 422, "DisplayNameMustNotContainControlCharacters",
        "The display name contains a control character, a line separator or a direction control.";
    BIO_MUST_NOT_BE_TOO_LONG = 422, "BioMustNotBeTooLong", "The bio is longer than 500 code points.";
    BIO_MUST_NOT_CONTAIN_CONTROL_CHARACTERS = 422, "BioMustNotContainControlCharacters",
        "The bio contains a control character.";
    PASSWORD_MUST_HAVE_GOOD_LENGTH = 422, "PasswordMustHaveGoodLength", "A password has 8 to 128 code points.";
    ACCOUNT_MUST_EXIST = 404, "AccountMustExist", "There is no such account, or it was given up.";
    ACCOUNT_MUST_BE_ACTIVE = 403, "AccountMustBeActive", "The caller's account was given up.";
    ACCOUNT_MUST_BE_NEW = 409, "AccountMustBeNew", "The ids that were drawn for the account were taken.";
    ACCOUNT_MUST_NOT_FOLLOW_ITSELF = 403, "AccountMustNotFollowItself", "An account cannot follow itself.";
    ACCOUNT_MUST_NOT_BLOCK_ITSELF = 403, "AccountMustNotBlockItself", "An account cannot block itself.";
    ACCOUNT_MUST_NOT_MUTE_ITSELF = 403, "AccountMustNotMuteItself", "An account cannot mute itself.";
    ACCOUNT_MUST_NOT_BE_BLOCKED = 403, "AccountMustNotBeBlocked", "One of the two accounts blocks the other.";
    ACCOUNT_MUST_NOT_MODERATE_ITSELF = 403, "AccountMustNotModerateItself", "Nobody moderates themselves.";
    ACTOR_MUST_BE_ADMIN = 403, "ActorMustBeAdmin", "Only an admin acts on those who look after the place.";
    ACCOUNT_MUST_NOT_REPORT_ITSELF = 403, "AccountMustNotReportItself", "An account cannot report itself.";
    REPORTED_MESSAGE_MUST_EXIST = 422, "ReportedMessageMustExist", "There is no such message of the reported account.";
    REPORTS_MUST_BE_FEW = 429, "ReportsMustBeFew", "The account has filed its 20 reports of the day.";
    REPORT_MUST_EXIST = 404, "ReportMustExist", "There is no such report.";
    NOTE_MUST_BE_SHORT = 422, "NoteMustBeShort",
        "A comment or note has 1 to 500 code points and no control characters other than line breaks.";
    POSITION_MUST_BE_REACHED = 422, "PositionMustBeReached", "The log has not reached this position.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_errors() {
        for (index, code) in ALL.iter().enumerate() {
            assert!((400..600).contains(&code.status), "{} is no error", code.code);
            assert!(
                ALL[..index].iter().all(|earlier| earlier.code != code.code),
                "{} is listed twice",
                code.code
            );
            assert_eq!(find(code.code), Some(*code));
        }
    }

    #[test]
    fn codes_are_kebab_case_or_pascal_case() {
        for Code { code, .. } in ALL {
            let kebab = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let pascal = code.starts_with(|first: char| first.is_ascii_uppercase())
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
            assert!(kebab || pascal, "{code} is neither");
        }
    }
}
