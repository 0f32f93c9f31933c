//! What is done with any bytes, one file per parser.

mod envelope;
mod tag;
mod token;

pub use envelope::envelope;
pub use tag::tag;
pub use token::token;

/// A cursor of a list.
#[cfg(feature = "internals")]
pub fn cursor(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        query_api::fuzz::cursor(text);
    }
}

/// The query string of `GET /v1/messages`, which has the most parameters.
#[cfg(feature = "internals")]
pub fn query(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        query_api::fuzz::query(text);
    }
}

/// The body of an import: lines that may name each other.
#[cfg(feature = "internals")]
pub fn import_lines(bytes: &[u8]) {
    dispatcher::fuzz::import_lines(bytes);
}
