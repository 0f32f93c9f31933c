//! Who connects to the data set: the reducers as the only writer, the query API and analysts as readers.
//!
//! The superuser is used for migrations and for this, before any service starts.

use std::path::Path;

use anyhow::{Context, Result};
use data_set::logins::{Group, Login};

use super::passwords;
use super::servers::Servers;
use crate::data_dir::DataDir;
use crate::files;

const REDUCERS: &str = "rookery_reducer_login";
const QUERY_API: &str = "rookery_query_login";
const ANALYST: &str = "rookery_analyst_login";

/// Addresses with passwords, and the one without.
pub(super) struct Users {
    pub(super) address: String,
    pub(super) reducers_url: String,
    pub(super) query_api_url: String,
}

/// Makes the users, with passwords that stay the same for the life of the data directory, and tells analysts where to
/// connect this time.
pub(super) async fn ensure(data: &DataDir, servers: &Servers) -> Result<Users> {
    let dir = data.logins()?;
    let logins = [
        login(&dir, REDUCERS, Group::Reducer)?,
        login(&dir, QUERY_API, Group::QueryApi)?,
        login(&dir, ANALYST, Group::Analyst)?,
    ];
    data_set::logins::ensure(servers.admin_url(), &logins).await.context("make the users of the data set")?;
    let [reducers_url, query_api_url, analyst_url] =
        logins.map(|login| servers.data_set_url(&login.name, &login.password));
    files::write_private(&data.analyst_url(), &analyst_url)?;
    Ok(Users { address: servers.data_set_address(), reducers_url, query_api_url })
}

fn login(dir: &Path, name: &str, group: Group) -> Result<Login> {
    let password = passwords::read_or_create(dir, name)?;
    Ok(Login { name: name.to_owned(), password, group })
}
