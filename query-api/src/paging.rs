//! What all lists share: how much of them is asked for, where a page begins, and what leads to the next one.

mod cursor;
mod limit;
mod links;
mod list;
mod list_query;

pub(crate) use cursor::Key;
pub(crate) use limit::limit;
pub(crate) use list::List;
pub(crate) use list_query::{ListQuery, PageParameters, Paged};
