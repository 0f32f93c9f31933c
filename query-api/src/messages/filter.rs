//! Which messages a query means, from its parameters.

use data_set::read::{MessageFilter, TagFilter};
use http_kit::ApiProblem;

use super::{dates, id};

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
