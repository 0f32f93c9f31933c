//! Which messages a query means, from its parameters.

use api_types::codes;
use data_set::read::{Cutoff, MessageFilter, TagCombination, TagFilter};
use http_kit::ApiProblem;
use http_kit::query::Repeated;

use super::dates;
use crate::id;

/// The parameters that may be given several times.
pub(crate) const REPEATABLE: &[&str] = &["tagAny", "tagAll", "tagNone"];
/// As many as a message may have.
const TAGS_MAX: usize = 8;

/// Tags as a caller names them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedTags<'a> {
    pub(crate) tag: Option<&'a str>,
    pub(crate) any: Option<&'a Repeated>,
    pub(crate) all: Option<&'a Repeated>,
    pub(crate) none: Option<&'a Repeated>,
}

impl NamedTags<'_> {
    pub(crate) fn parse(self) -> Result<(TagFilter, Option<TagCombination>), ApiProblem> {
        let one = self.tag.map_or_else(|| Ok(TagFilter::any()), |text| tag("tag", text))?;
        let (any, all) = (list("tagAny", self.any)?, list("tagAll", self.all)?);
        Ok(TagCombination::of(one, any, all, list("tagNone", self.none)?))
    }
}

fn list(parameter: &str, tags: Option<&Repeated>) -> Result<Vec<TagFilter>, ApiProblem> {
    let Some(Repeated(tags)) = tags else { return Ok(Vec::new()) };
    if tags.len() > TAGS_MAX {
        return Err(ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, "expected at most 8 tags"));
    }
    tags.iter().map(|text| tag(parameter, text)).collect()
}

/// What no message can have as a tag finds nothing; an empty text means none, by mistake.
fn tag(parameter: &str, text: &str) -> Result<TagFilter, ApiProblem> {
    if text.trim().is_empty() {
        return Err(ApiProblem::new(codes::INVALID_PARAMETER)
            .field(parameter, "expected a tag: leave it out where none is meant"));
    }
    Ok(TagFilter::of(text))
}

pub(super) fn filter(
    tags: NamedTags<'_>,
    author: Option<&str>,
    dates: (Option<&str>, Option<&str>),
    tz: Option<&str>,
) -> Result<MessageFilter, ApiProblem> {
    let (tag, tags) = tags.parse()?;
    let author = author.map(|text| id::parse("author", text)).transpose()?;
    let range = dates::range(dates.0, dates.1, &dates::zone(tz)?)?;
    Ok(MessageFilter { tag, tags, author, range })
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
    let tags = filter.tags.as_ref().map(|tags| [tags.any(), tags.all(), tags.none()]);
    for list in tags.unwrap_or_default() {
        bytes.extend(list.len().to_be_bytes());
        for tag in list {
            bytes.extend(tag.len().to_be_bytes());
            bytes.extend(tag.as_bytes());
        }
    }
    bytes.extend(filter.tag.as_str().as_bytes());
    bytes
}

/// The same of a moment of the past.
pub(super) fn of_past_to_bytes(filter: &MessageFilter, cutoff: Cutoff) -> Vec<u8> {
    // No author is negative, so this is no filter of the present.
    let mut bytes = Vec::from((-cutoff.position).to_be_bytes());
    bytes.extend(to_bytes(filter));
    bytes
}

#[cfg(test)]
mod tests {
    use data_set::read::{PageKey, Timestamp};

    use super::*;
    use crate::paging::List;

    fn repeated(tags: &[&str]) -> Repeated {
        Repeated(tags.iter().map(|tag| (*tag).to_owned()).collect())
    }

    fn of(tags: NamedTags<'_>, author: Option<&str>, start: Option<&str>) -> List {
        let filter = filter(tags, author, (start, None), None).expect("tests give filters");
        List::at(None, "/v1/messages").narrowed_to(to_bytes(&filter))
    }

    fn cursor_of(list: &List) -> (PageKey, String) {
        let key = PageKey { created_at: Timestamp::from_micros(5).expect("in range"), id: 256 };
        let header = list.next(None, Some(key)).expect("there is a key");
        let link = header[0].1.to_str().expect("headers are text");
        let cursor = &link[link.find('=').expect("it has one") + 1..link.len() - ">; rel=\"next\"".len()];
        (key, cursor.to_owned())
    }

    #[test]
    fn a_cursor_belongs_to_one_filter() {
        let start = Some("2026-01-01");
        let by = |tag, author, start| of(NamedTags { tag, ..NamedTags::default() }, author, start);
        let birds = by(Some("birds"), None, start);
        let (key, cursor) = cursor_of(&birds);
        assert_eq!(birds.after(Some(&cursor)).ok(), Some(Some(key)));
        for other in [
            by(Some("bird"), None, start),
            by(None, None, start),
            by(Some("birds"), Some("1"), start),
            by(Some("birds"), None, None),
        ] {
            assert!(other.after::<PageKey>(Some(&cursor)).is_err());
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_combination_of_tags() {
        let list = |any: &[&str], all: &[&str], none: &[&str]| {
            let [any, all, none] = [any, all, none].map(repeated);
            of(NamedTags { tag: None, any: Some(&any), all: Some(&all), none: Some(&none) }, None, None)
        };
        let (key, cursor) = cursor_of(&list(&["a", "bc"], &["d"], &["e"]));
        let same = list(&["bc", "A", "bc"], &["d"], &["e"]);
        assert_eq!(same.after(Some(&cursor)).ok(), Some(Some(key)), "it is the same set");
        for other in [
            list(&["ab", "c"], &["d"], &["e"]),
            list(&["a", "bc", "d"], &[], &["e"]),
            list(&["a"], &["bc", "d"], &["e"]),
            list(&["a", "bc"], &["d"], &["e", "f"]),
            list(&["a", "bc", "d"], &["e"], &["e"]),
        ] {
            assert!(other.after::<PageKey>(Some(&cursor)).is_err());
        }
    }

    #[test]
    fn nine_tags_are_too_many() {
        let nine = repeated(&["a"; 9]);
        for (name, tags) in [
            ("tagAny", NamedTags { any: Some(&nine), ..NamedTags::default() }),
            ("tagAll", NamedTags { all: Some(&nine), ..NamedTags::default() }),
            ("tagNone", NamedTags { none: Some(&nine), ..NamedTags::default() }),
        ] {
            let problem = tags.parse().expect_err(name);
            assert_eq!(problem.problem().errors[0].field, name);
        }
    }
}
