//! Where tools that go by the API reach a running Rookery, and what is said of tokens that it does not take.

use std::net::SocketAddr;

use reqwest::StatusCode;
use service_kit::config::Environment;

use crate::data_dir::{DataDir, DataDirArgument};
use crate::files;

pub(crate) const TOKEN: &str = "ROOKERY_TOKEN";
const DEFAULT: &str = "http://127.0.0.1:8080";

#[derive(Debug, clap::Args)]
pub(crate) struct ApiArgument {
    /// Where Rookery listens; unless ROOKERY_LISTEN says so, where the `rookery up` does that runs on the data directory, or
    /// http://127.0.0.1:8080
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    #[arg(long, hide = true, global = true, env = "ROOKERY_LISTEN")]
    listen: Option<SocketAddr>,
}

impl ApiArgument {
    /// Without a slash behind it. It may be of an instance that was killed; then nobody answers there.
    pub(crate) fn url(&self, data: &DataDirArgument) -> String {
        let of_data = || {
            // Who may not look into the directory, or names another system's token, does without.
            let dir = DataDir::find(&data.data_dir).ok().flatten()?;
            files::read_if_there(&dir.api_url()).ok().flatten()
        };
        let given = self.url.clone().or_else(|| self.listen.map(|address| format!("http://{address}")));
        let url = given.or_else(of_data).unwrap_or_else(|| DEFAULT.to_owned());
        url.trim_end_matches('/').to_owned()
    }
}

/// What to say behind an answer: where a token came from that is not taken.
pub(crate) fn whose_token(status: StatusCode, token: &str) -> &'static str {
    let is_refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
    let said = Environment::from_process().optional::<String>(TOKEN).flatten();
    if is_refused && said.is_some_and(|said| said == token) {
        return " (the token is that of ROOKERY_TOKEN; without it one is made with the data directory's key)";
    }
    ""
}
