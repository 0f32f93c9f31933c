//! From a cursor to the page that begins there, and from a page to the next one.

use api_types::codes;
use http::header::LINK;
use http::{HeaderName, HeaderValue};
use http_kit::ApiProblem;

use super::cursor::{self, Key, Unfit};
use super::list::List;

impl List {
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

    /// The header that leads to the next page, where there is one: the same query with another cursor. The address has
    /// no host, because only the caller knows by which name it reached us.
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
        // Paths are made of words and numbers here, and the encoder leaves only letters, digits, percent escapes and a
        // few signs that headers allow.
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
