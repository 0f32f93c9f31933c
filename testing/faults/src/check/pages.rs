//! What readers saw, against what the log says of the position that they were told.

use super::history::History;
use crate::readers::{Look, Page};

/// Each page is exactly the rows of its position that its reader may see: none is missing, none is there twice, none is
/// from later, none is hidden. It goes on behind the last row of the page before, shown or not.
pub(super) fn pages(history: &History, walks: &[Vec<Page>]) -> Vec<String> {
    let mut found = Vec::new();
    for walk in walks {
        let mut after = None;
        for page in walk {
            let (rows, has_more) = history.page(page.tag, page.data_position, after, page.limit);
            found.extend(compare(history, page, after, &rows, has_more).err());
            after = rows.last().copied().or(after);
        }
    }
    found
}

fn compare(
    history: &History,
    page: &Page,
    after: Option<i64>,
    rows: &[i64],
    has_more: bool,
) -> Result<(), String> {
    let Page { tag, reader, limit, data_position, shown, has_next } = page;
    let is_shown = |id: &&i64| history.shows(*reader, **id, *data_position, true);
    let expected: Vec<i64> = rows.iter().filter(is_shown).copied().collect();
    let place = format!("{tag} at {data_position} after {after:?}, limit {limit}, for {reader}");
    let ids: Vec<i64> = shown.iter().map(|message| message.id).collect();
    if ids != expected {
        return Err(format!("{place}: shown {ids:?}, but the log says {expected:?}"));
    }
    if *has_next != has_more {
        return Err(format!("{place}: has a next page: {has_next}, but the log says {has_more}"));
    }
    for message in shown {
        let (edition, text) = history.messages[&message.id].edition_at(*data_position);
        let counts = history.counts_at(message.id, *data_position);
        let seen = (message.likes, message.reposts, message.replies);
        if (message.edition, message.text.as_str(), seen) != (edition, text, counts) {
            return Err(format!(
                "{place}: {message:?}, but the log says edition {edition} {text:?} {counts:?}"
            ));
        }
    }
    Ok(())
}

/// An answer to somebody who awaited a position reflects it.
pub(super) fn looks(history: &History, looks: &[Look]) -> Vec<String> {
    let judge = |look: &Look| {
        let Look { reader, message, awaited, status, data_position } = look;
        // An answer that tells no position must be right at every one that it could reflect.
        let reflects = data_position.unwrap_or(i64::MAX);
        let stands = history.messages.get(message).is_some_and(|known| known.stands_at(reflects))
            && history.shows(*reader, *message, reflects, false);
        match status {
            200 | 404 | 410 if reflects < *awaited => {
                Some(format!("{message}: awaited {awaited}, answered {status} at {reflects}"))
            }
            200 if !stands => Some(format!("{message} is shown at {reflects}, but it is not there")),
            404 | 410 if stands => Some(format!("{message} is not shown at {reflects}, but it is there")),
            _ => None,
        }
    };
    looks.iter().filter_map(judge).collect()
}

pub(super) fn backwards(steps: &[(i64, i64)]) -> Vec<String> {
    steps.iter().map(|(from, to)| format!("from {from} to {to}")).collect()
}
