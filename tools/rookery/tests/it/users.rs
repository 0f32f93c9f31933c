//! The users of the data set: who can do what in a running system. data-set's own tests try every statement.

use std::error::Error as _;
use std::path::Path;

use data_set::pool::{PoolOptions, connect};
use data_set::write::Heartbeat;
use data_set::{read, write};
use time::OffsetDateTime;

use crate::support::{System, data_dir};

const POSTGRES_REFUSALS: [&str; 2] = ["permission denied", "read-only transaction"];

fn analyst_url(dir: &Path) -> String {
    let url = std::fs::read_to_string(dir.join("analyst-url")).expect("it was written");
    url.trim_end().to_owned()
}

/// The same server with another user.
fn url_of(dir: &Path, user: &str) -> String {
    let password = std::fs::read_to_string(dir.join("logins").join(user)).expect("it was written");
    let analyst = analyst_url(dir);
    let server = analyst.split_once('@').expect("it names a user").1;
    format!("postgresql://{user}:{}@{server}", password.trim_end())
}

/// Gives a worker's sign of life, which writes.
async fn try_to_fold(url: &str) -> Result<(), String> {
    let pool = write::connect(url, "test", "social_v1").expect("it is an address");
    let key = write::ProjectionKey { projection: "social", version: 1, shard: 0, lineage: "none".to_owned() };
    let beat = Heartbeat { head: 0, complete_until: OffsetDateTime::UNIX_EPOCH };
    write::beat(&pool, &key, beat)
        .await
        .map_err(|error| error.source().map(ToString::to_string).unwrap_or_default())
}

#[tokio::test]
async fn only_the_reducers_can_write() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;

    for user in ["rookery_query_login", "rookery_analyst_login"] {
        let refusal = try_to_fold(&url_of(dir.path(), user)).await.expect_err("it may only read");
        assert!(POSTGRES_REFUSALS.iter().any(|words| refusal.contains(words)), "{refusal}");
    }
    assert_eq!(try_to_fold(&url_of(dir.path(), "rookery_reducer_login")).await, Ok(()));
    system.stop().await;
}

#[tokio::test]
async fn analysts_read_what_is_published_and_need_the_password() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let position = system.post("The nightjars are back", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &position).await.expect("it is folded");

    let options = PoolOptions::reader("test", 1);
    let pool = connect(&analyst_url(dir.path()), &options).expect("it is an address");
    let seen = read::position(&pool).await.expect("it is published");
    assert!(seen >= position.parse().expect("it is a number"));
    let guess = analyst_url(dir.path()).replace("@127", "x@127");
    let pool = connect(&guess, &options).expect("it is an address");
    read::position(&pool).await.expect_err("the password is wrong");
    system.stop().await;
}
