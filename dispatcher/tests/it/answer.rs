//! An answer, and what a test asks of it.

use api_types::codes;
use api_types::import::ImportReport;
use api_types::messages::MessageReceipt;
use api_types::problem::Problem;
use reqwest::Response;
use reqwest::header::HeaderMap;

/// A whole answer. The accessors panic with it where it is not what the test takes it for.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.expect("the body arrives");
        Self { status, headers, body }
    }

    /// Empty without the header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("our headers are ASCII"))
    }

    pub(crate) fn receipt(&self) -> MessageReceipt {
        assert!((200..300).contains(&self.status), "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of a success.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The id of the message that the command was about.
    pub(crate) fn id(&self) -> String {
        self.receipt().id
    }

    pub(crate) fn event_position(&self) -> i64 {
        self.header("event-position").parse().unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A problem as the table of codes has it.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem: Problem = serde_json::from_str(&self.body).expect("a problem was announced");
        let code = codes::find(&problem.code).unwrap_or_else(|| panic!("{} is in no table", problem.code));
        assert_eq!((problem.status, code.status), (self.status, self.status), "{self:?}");
        assert_eq!(problem.type_uri, code.type_uri);
        assert_eq!(problem.request_id.as_deref(), Some(self.header("x-request-id")));
        problem
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.problem().code.into_owned())
    }

    /// All of an answer but what belongs to one exchange.
    pub(crate) fn lasting(&self) -> (u16, String, Vec<(String, String)>) {
        let passing = ["x-request-id", "date"];
        let headers = self.headers.keys().map(|name| name.as_str()).filter(|name| !passing.contains(name));
        let headers = headers.map(|name| (name.to_owned(), self.header(name).to_owned())).collect();
        (self.status, self.body.clone(), headers)
    }

    /// The lines of an import's report.
    pub(crate) fn reports(&self) -> Vec<ImportReport> {
        assert_eq!((self.status, self.header("content-type")), (200, "application/x-ndjson"), "{self:?}");
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.body.lines().map(parse).collect()
    }
}

/// What a refusal is expected to be.
pub(crate) fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
