//! `rookery token`, `rookery keys` and `rookery migrate`: commands that need no running system.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use testkit::Postgres;

use crate::support::{command, data_dir, rookery, stderr, stdout};

/// A part of a token: 0 is its head, 1 its claims.
fn part(token: &str, index: usize) -> Value {
    let part = token.trim_end().split('.').nth(index).expect("a token has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("it is base64")).expect("it is JSON")
}

#[test]
fn token_is_all_that_is_printed() {
    let dir = data_dir();
    let args = ["token", "--account", "7", "--roles", "user,analyst", "--lifetime", "2h"];
    let token = stdout(&rookery(dir.path(), &args));
    assert_eq!(token.lines().count(), 1);
    let claims = part(&token, 1);
    assert_eq!(claims["sub"], "7");
    assert_eq!(claims["roles"], serde_json::json!(["user", "analyst"]));
    assert_eq!((&claims["iss"], &claims["aud"]), (&"rookery".into(), &"rookery".into()));
    assert_eq!(claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(exp, iat)| exp - iat), Some(7_200));
}

#[test]
fn first_tokens_of_a_directory_share_its_key_even_at_once() {
    let dir = data_dir();
    let args = ["token", "--account", "1", "--roles", "user"];
    let running: Vec<_> =
        (0..6).map(|_| command(dir.path(), &args).spawn().expect("the program runs")).collect();
    let kids: Vec<Value> = running
        .into_iter()
        .map(|child| stdout(&child.wait_with_output().expect("it ends")))
        .map(|token| part(&token, 0)["kid"].clone())
        .collect();
    assert!(kids[0].is_string() && kids.iter().all(|kid| *kid == kids[0]), "{kids:?}");
}

#[test]
fn separate_services_have_keys_and_names_of_their_own() {
    let dir = data_dir();
    let keys = dir.path().join("separate");
    let keys = keys.to_str().expect("it is UTF-8");
    let files = stdout(&rookery(dir.path(), &["keys", "init", "--dir", keys]));
    let [key, jwks] = files.lines().collect::<Vec<_>>()[..] else { panic!("two files: {files}") };
    let again = stdout(&rookery(dir.path(), &["keys", "init", "--dir", keys]));
    assert_eq!(files, again);

    let args = ["token", "--account", "1", "--roles", "admin", "--key", key];
    let names = ["--issuer", "https://id.example", "--audience", "https://api.example"];
    let token = stdout(&rookery(dir.path(), &[&args[..], &names].concat()));
    let jwks: Value =
        serde_json::from_str(&std::fs::read_to_string(jwks).expect("it was written")).expect("it is JSON");
    assert_eq!(part(&token, 0)["kid"], jwks["keys"][0]["kid"]);
    assert_eq!(part(&token, 1)["iss"], "https://id.example");
    assert_eq!(part(&token, 1)["aud"], "https://api.example");
}

#[test]
fn what_cannot_be_a_token_is_refused() {
    let dir = data_dir();
    for (account, roles, lifetime) in
        [("0", "user", "1h"), ("-1", "user", "1h"), ("1", "root", "1h"), ("1", "user", "1w")]
    {
        let args =
            [format!("--account={account}"), format!("--roles={roles}"), format!("--lifetime={lifetime}")];
        let output = rookery(dir.path(), &["token", &args[0], &args[1], &args[2]]);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test]
async fn migrate_can_be_repeated_and_names_what_it_misses() {
    let (dir, postgres) = (data_dir(), Postgres::start().await);
    let refusal = stderr(&rookery(dir.path(), &["migrate"]));
    assert!(refusal.contains("ROOKERY_DATABASE_URL is missing"), "{refusal}");
    for _ in 0..2 {
        let output = command(dir.path(), &["migrate"]).env("ROOKERY_DATABASE_URL", postgres.url()).output();
        assert!(stdout(&output.expect("the program runs")).contains("up to date"));
    }
}
