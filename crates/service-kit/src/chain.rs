//! An error and everything that caused it, on one line.

use std::error::Error;
use std::fmt;

/// Prints the chain. An error says which operation failed on what; its source says why.
#[derive(Debug)]
pub struct Chain<'error>(pub &'error (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        formatter.write_str(&said)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            let words = cause.to_string();
            // Some errors of others repeat their cause themselves.
            if !said.ends_with(&words) {
                write!(formatter, ": {words}")?;
                said = words;
            }
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Failure {
        #[error("the page is empty")]
        Root,
        #[error("the book cannot be read")]
        Silent(#[source] Box<Failure>),
        #[error("no book: {0}")]
        Repeating(#[source] Box<Failure>),
    }

    #[test]
    fn every_cause_is_said_once() {
        let silent = Failure::Silent(Box::new(Failure::Root));
        assert_eq!(Chain(&silent).to_string(), "the book cannot be read: the page is empty");
        let repeating = Failure::Repeating(Box::new(silent));
        assert_eq!(Chain(&repeating).to_string(), "no book: the book cannot be read: the page is empty");
        assert_eq!(Chain(&Failure::Root).to_string(), "the page is empty");
    }
}
