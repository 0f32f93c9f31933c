//! Which messages a query means, from its parameters.

use data_set::read::{MessageFilter, Moment, TagFilter};
use http_kit::ApiProblem;

use super::dates;
use crate::id;

pub(super) fn tag(text: Option<&str>) -> TagFilter {
    text.map_or_else(TagFilter::any, TagFilter::of)
}

pub(super) fn filter(
    tag: Option<&str>,
    author: Option<&str>,
    dates: (Option<&str>, Option<&str>),
    tz: Option<&str>,
) -> Result<MessageFilter, ApiProblem> {
    let author = author.map(|text| id::parse("author", text)).transpose()?;
    let range = dates::range(dates.0, dates.1, &dates::zone(tz)?)?;
    Ok(MessageFilter { tag: self::tag(tag), author, range })
}

/// The filter in a form in which no two are alike.
pub(super) fn to_bytes(filter: &MessageFilter) -> Vec<u8> {
    // Numbers have fixed widths, what repeats is counted and the tag comes last, so no two filters are written alike.
    // No author has the id 0.
    let mut bytes = Vec::new();
    bytes.extend(filter.author.unwrap_or(0).to_be_bytes());
    bytes.extend(filter.range.intervals().len().to_be_bytes());
    for interval in filter.range.intervals() {
        bytes.extend(interval.start.as_micros().to_be_bytes());
        bytes.extend(interval.end.as_micros().to_be_bytes());
    }
    bytes.extend(filter.tag.as_str().as_bytes());
    bytes
}

/// The same of a moment of the past.
pub(super) fn of_past_to_bytes(filter: &MessageFilter, moment: Moment) -> Vec<u8> {
    // No author is negative, so this is no filter of the present.
    let mut bytes = Vec::from((-moment.position).to_be_bytes());
    bytes.extend(to_bytes(filter));
    bytes
}

#[cfg(test)]
mod tests {
    use data_set::read::PageKey;

    use super::*;
    use crate::paging::List;

    fn by(tag: Option<&str>, author: Option<&str>, start: Option<&str>) -> List {
        let filter = filter(tag, author, (start, None), None).expect("tests give filters");
        List::at(None, "/v1/messages").narrowed_to(to_bytes(&filter))
    }

    #[test]
    fn a_cursor_belongs_to_one_filter() {
        let start = Some("2026-01-01");
        let birds = || by(Some("birds"), None, start);
        let filter = filter(Some("birds"), None, (start, None), None).expect("it is a filter");
        let key = PageKey { created_at: filter.range.start(), id: 256 };
        let header = birds().next(None, Some(key)).expect("there is a key");
        let link = header[0].1.to_str().expect("headers are text");
        let cursor =
            &link[link.find('=').expect("it has a cursor") + 1..link.len() - ">; rel=\"next\"".len()];
        assert_eq!(birds().after(Some(cursor)).ok(), Some(Some(key)));
        for other in [
            by(Some("bird"), None, start),
            by(None, None, start),
            by(Some("birds"), Some("1"), start),
            by(Some("birds"), None, None),
        ] {
            assert!(other.after::<PageKey>(Some(cursor)).is_err());
        }
    }
}
