//! What all lists share: how much of them is asked for, where a page begins, and what leads to the next one.

mod cursor;

use std::sync::Arc;

use api_types::codes;
use http::header::LINK;
use http::{HeaderName, HeaderValue};
use http_kit::{ApiProblem, number};
use serde::Deserialize;
use utoipa::IntoParams;

pub(crate) use cursor::Key;
use cursor::Unfit;

const LIMIT_DEFAULT: u16 = 20;
const LIMIT_MAX: u16 = 100;

/// The parameters of a list that has no filter.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct PageParameters {
    /// 1 to 100 entries per page, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// From the `Link` of the page before.
    cursor: Option<String>,
}

impl PageParameters {
    /// Where the page begins, and how long it may be.
    pub(crate) fn asked<K: Key>(&self, list: &List) -> Result<(Option<K>, u16), ApiProblem> {
        Ok((list.after(self.cursor.as_deref())?, limit(self.limit.as_deref())?))
    }
}

pub(crate) fn limit(text: Option<&str>) -> Result<u16, ApiProblem> {
    let Some(text) = text else { return Ok(LIMIT_DEFAULT) };
    let limit = number::parse(text).filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| {
        ApiProblem::new(codes::INVALID_PARAMETER).field("limit", "expected a whole number from 1 to 100")
    })
}

/// One list: its log, its address, and what it was narrowed to. Its cursors fit no other.
#[derive(Debug, Clone)]
pub(crate) struct List {
    log: Option<Arc<str>>,
    path: String,
    filter: Vec<u8>,
}

impl List {
    /// `log`: the lineage of the one behind the data; `None` while nothing is folded.
    pub(crate) fn at(log: Option<Arc<str>>, path: impl Into<String>) -> Self {
        Self { log, path: path.into(), filter: Vec::new() }
    }

    /// The filter in a form in which no two are alike.
    pub(crate) fn narrowed_to(self, filter: Vec<u8>) -> Self {
        Self { filter, ..self }
    }

    /// Where the page with this cursor begins; `None` for the first.
    pub(crate) fn after<K: Key>(&self, cursor: Option<&str>) -> Result<Option<K>, ApiProblem> {
        let Some(text) = cursor else { return Ok(None) };
        cursor::decode(self, text).map(Some).map_err(|unfit| match unfit {
            Unfit::OtherLog => ApiProblem::new(codes::OTHER_LOG).detail(
                "The cursor is from another log than the one behind this service. Begin the list anew.",
            ),
            Unfit::NoCursorOfList => ApiProblem::new(codes::INVALID_CURSOR)
                .field("cursor", "expected the cursor of a next link, with the same filter as in that link"),
        })
    }

    /// The header that leads to the next page, where there is one: the same query with another cursor. The address has no
    /// host, because only the caller knows by which name it reached us.
    pub(crate) fn next<K: Key>(
        &self,
        query: Option<&str>,
        key: Option<K>,
    ) -> Option<[(HeaderName, HeaderValue); 1]> {
        self.links(query, key.map(|key| ("next", key)))
    }

    /// The same with any relations, each with the key that it leads to.
    pub(crate) fn links<K: Key>(
        &self,
        query: Option<&str>,
        keys: impl IntoIterator<Item = (&'static str, K)>,
    ) -> Option<[(HeaderName, HeaderValue); 1]> {
        let links: Vec<String> =
            keys.into_iter().map(|(relation, key)| self.link(query, relation, &key)).collect();
        // Paths are made of words and numbers here, and the encoder leaves only letters, digits, percent escapes and a few
        // signs that headers allow.
        let value = (!links.is_empty()).then(|| HeaderValue::try_from(links.join(", ")).ok());
        value.flatten().map(|value| [(LINK, value)])
    }

    fn link(&self, query: Option<&str>, relation: &str, key: &impl Key) -> String {
        let mut encoder = form_urlencoded::Serializer::new(String::new());
        let given = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        encoder.extend_pairs(given.filter(|(name, _)| name != "cursor"));
        encoder.append_pair("cursor", &cursor::encode(self, key));
        format!("<{}?{}>; rel=\"{relation}\"", self.path, encoder.finish())
    }
}
