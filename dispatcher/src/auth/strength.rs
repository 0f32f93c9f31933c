//! Whether a password is easy to guess.

use api_types::codes;
use domain::Password;
use http_kit::ApiProblem;
use zxcvbn::Score;

/// What is looked at, in code points: a longer password is as good as its beginning. The search takes the longer the
/// more odd characters there are; with these at most 30 ms of a processor, about as long as the hash.
const LOOKED_AT_MAX: usize = 32;

/// At least 10^6 guesses, where common passwords, and the words given, come first: more than the limits on log-ins
/// let anybody try in a lifetime.
const SCORE_MIN: Score = Score::Two;

/// `about`: what an attacker knows of the person, such as the handle.
pub(super) fn require(password: &Password, about: &[String]) -> Result<(), ApiProblem> {
    let looked_at: String = password.expose().chars().take(LOOKED_AT_MAX).collect();
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let found = zxcvbn::zxcvbn(&looked_at, &about);
    if found.score() >= SCORE_MIN {
        return Ok(());
    }
    let detail = found.feedback().map(ToString::to_string).unwrap_or_default();
    let detail = if detail.is_empty() { "Take a few uncommon words.".to_owned() } else { detail };
    Err(ApiProblem::new(codes::PASSWORD_TOO_WEAK).field("password", detail.clone()).detail(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(password: &str) -> bool {
        let about = ["nightjar".to_owned(), "Night Jar".to_owned()];
        require(&Password::guess(password), &about).is_ok()
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for weak in [
            "12345678",
            "password",
            "password1",
            "P4ssw0rd",
            "qwertyuiop",
            "iloveyou",
            "aaaaaaaa",
            "abcdefgh",
            "        ",
            "nightjar",
            "NightJar1",
            "nightjar1!",
            "n1ghtj4r",
            "rajthgin",
        ] {
            assert!(!is_good(weak), "{weak}");
        }
        for good in [
            "correct horse",
            "x7Kq9-pL",
            "caf\u{e9} au lait",
            "\u{1f989}\u{1f426}\u{1f427}\u{1f54a}\u{1f9a2}\u{1f9a9}\u{1f99c}\u{1f413}",
        ] {
            assert!(is_good(good), "{good}");
        }
    }

    #[test]
    fn a_refusal_says_what_would_be_better_and_not_what_was_typed() {
        let refusal =
            require(&Password::guess("nightjar1"), &["nightjar".to_owned()]).expect_err("it is weak");
        assert_eq!(refusal.code(), "password-too-weak");
        assert!(!refusal.to_string().contains("nightjar"), "{refusal}");
    }
}
