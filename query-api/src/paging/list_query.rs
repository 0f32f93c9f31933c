//! The extractor of all lists, which also gives their answer.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use data_set::read::{At, Page};
use http::request::Parts;
use http_kit::{ApiProblem, Caller, path, query};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::cursor::Key;
use super::limit::limit;
use super::list::List;
use crate::AppState;
use crate::conditions::Conditions;
use crate::refusal::Refusal;

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

/// Parameters among which are those of a page.
pub(crate) trait Paged {
    /// Which of them may be given several times.
    const REPEATABLE: &'static [&'static str] = &[];

    fn cursor(&self) -> Option<&str>;
    fn limit(&self) -> Option<&str>;
}

impl Paged for PageParameters {
    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }
}

/// A request for a page of the list at its address.
#[derive(Debug)]
pub(crate) struct ListQuery<P = PageParameters> {
    pub(crate) parameters: P,
    pub(crate) conditions: Conditions,
    list: List,
    raw: Option<String>,
}

impl<P: Paged> ListQuery<P> {
    /// The same address is another list for every caller.
    pub(crate) fn of_caller(self, caller: &Caller) -> Self {
        self.narrowed_to(caller.account.to_be_bytes().to_vec())
    }

    /// The filter in a form in which no two are alike.
    pub(crate) fn narrowed_to(self, filter: Vec<u8>) -> Self {
        Self { list: self.list.narrowed_to(filter), ..self }
    }

    /// The same, where the page itself needs data that has reached a position.
    pub(crate) fn at_least(self, position: i64) -> Self {
        Self { conditions: self.conditions.at_least(position), ..self }
    }

    /// Where the page begins, and how long it may be.
    pub(crate) fn bounds<K: Key>(&self) -> Result<(Option<K>, u16), ApiProblem> {
        Ok((self.list.after(self.parameters.cursor())?, limit(self.parameters.limit())?))
    }

    /// An array, and the link to the next page where there is one.
    pub(crate) fn page<R, K: Key, T: Serialize>(
        &self,
        found: At<Page<R, K>>,
        view: impl FnOnce(Vec<R>) -> T,
    ) -> Result<Response, Refusal> {
        let At { position, value: Page { items, next } } = found;
        self.answer(&At { position, value: view(items) }, next.map(|key| ("next", key)))
    }

    /// Any body, and links of any relations.
    pub(crate) fn answer<K: Key>(
        &self,
        body: &At<impl Serialize>,
        keys: impl IntoIterator<Item = (&'static str, K)>,
    ) -> Result<Response, Refusal> {
        let links = self.list.links(self.raw.as_deref(), keys);
        Ok((links, self.conditions.answer(body)?).into_response())
    }
}

impl<P: Paged + DeserializeOwned + Send> FromRequestParts<AppState> for ListQuery<P> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        let parameters = query::parse_repeating(parts.uri.query().unwrap_or_default(), P::REPEATABLE)?;
        let conditions = Conditions::from_request_parts(parts, state).await?;
        let list = List::at(state.log.lineage(), path::address(parts).await?);
        Ok(Self { parameters, conditions, list, raw: parts.uri.query().map(str::to_owned) })
    }
}
