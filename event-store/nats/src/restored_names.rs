//! Names of headers in a restored stream. Two names are its own there; a header of the original event that has such a
//! name is renamed, and gets its name back when it is read.

use std::borrow::Cow;

use event_store::header;

/// Behind the name of a header that is not ours, however often it was restored.
const NOT_OURS: &str = "-original";

fn is_like_ours(name: &str) -> bool {
    let is_like =
        |ours| name.strip_prefix(ours).is_some_and(|rest: &str| rest.replace(NOT_OURS, "").is_empty());
    is_like(header::RECORDED_AT) || is_like(header::BLOCK)
}

pub(crate) fn name_in_restored(name: &str) -> Cow<'_, str> {
    if is_like_ours(name) { Cow::Owned(format!("{name}{NOT_OURS}")) } else { Cow::Borrowed(name) }
}

/// The name that a header of a restored event had before; `None` for ours.
pub(crate) fn name_before(name: &str) -> Option<&str> {
    match name.strip_suffix(NOT_OURS) {
        Some(before) if is_like_ours(before) => Some(before),
        _ => (name != header::RECORDED_AT && name != header::BLOCK).then_some(name),
    }
}
