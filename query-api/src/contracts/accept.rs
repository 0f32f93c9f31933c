//! Which of two forms a caller would rather have.

use http::HeaderMap;
use http::header::ACCEPT;

/// A type and its subtype.
pub(super) type MediaType = (&'static str, &'static str);

/// Whether `Accept` likes the second better than the first, which is what a caller gets that likes both, or neither: an answer in a
/// form that nobody asked for is of more use than none.
pub(super) fn prefers(headers: &HeaderMap, second: MediaType, first: MediaType) -> bool {
    let ranges: Vec<&str> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    liking(&ranges, second) > liking(&ranges, first)
}

/// From 0 to 1, by the most specific range that covers it (RFC 9110 §12.5.1).
fn liking(ranges: &[&str], (kind, subtype): MediaType) -> f32 {
    let covering = ranges.iter().filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next()?;
        let specificity = match named.split_once('/')? {
            (one, other) if one.eq_ignore_ascii_case(kind) && other.eq_ignore_ascii_case(subtype) => 2,
            (one, "*") if one.eq_ignore_ascii_case(kind) => 1,
            ("*", "*") => 0,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        // What is no number says nothing.
        Some((specificity, weight.and_then(|weight| weight.parse().ok()).unwrap_or(1.0)))
    });
    covering.max_by_key(|(specificity, _)| *specificity).map_or(0.0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{ACCEPT, prefers};

    #[test]
    fn the_form_that_is_liked_better_is_chosen() {
        for (accept, json) in [
            (None, false),
            (Some("*/*"), false),
            (Some("application/json"), true),
            (Some("APPLICATION/JSON"), true),
            (Some("application/json, */*"), false),
            (Some("application/json, */*;q=0.1"), true),
            (Some("application/yaml, application/json"), false),
            (Some("application/yaml;q=0.2, application/json;q=0.9"), true),
            (Some("application/*;q=0.5, application/yaml;q=0.1"), true),
            (Some("application/json;q=0"), false),
            (Some("text/html, application/json; charset=utf-8"), true),
            (Some("text/html"), false),
            (Some("application/json;q=much"), true),
            (Some(",;/,"), false),
        ] {
            let headers: HeaderMap =
                accept.map(|accept| (ACCEPT, HeaderValue::from_static(accept))).into_iter().collect();
            let chosen = prefers(&headers, ("application", "json"), ("application", "yaml"));
            assert_eq!(chosen, json, "{accept:?}");
        }
    }
}
