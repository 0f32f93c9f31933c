//! `rookery up --event-store postgres`: the whole system without NATS.

mod bounds;

use std::path::Path;

use serde_json::json;
use testkit::eventually;

use crate::people::client::{Api, PASSWORD, Person};
use crate::support::{START_LIMIT, STOP_LIMIT, System, data_dir, rookery, stdout, up, up_on};

const ON_POSTGRES: [(&str, &str); 1] = [("ROOKERY_EVENT_STORE", "postgres")];

async fn start(dir: &Path) -> (System, Api) {
    let system = System::start_with(dir, &ON_POSTGRES).await;
    let api = Api::new(&system.url);
    (system, api)
}

#[tokio::test]
async fn what_people_do_is_there_after_a_restart() {
    let dir = data_dir();
    let (system, api) = start(dir.path()).await;
    let (ada, bob) = (api.newcomer("ada", "Ada").await, api.newcomer("bob", "Bob").await);
    let taken = api.register("ada", "Another", PASSWORD).await;
    assert_eq!((taken.status, taken.code()), (409, "HandleMustBeFree"));
    let posted =
        api.post("/v1/messages", &ada.token, json!({"text": "The nightjars are back", "tag": "birds"})).await;
    let message = posted.expect(201).body["id"].as_str().expect("it has an id").to_owned();
    api.put(&format!("/v1/accounts/{}/follow", ada.id), &bob.token).await.expect(204);
    api.put(&format!("/v1/messages/{message}/like"), &bob.token).await.expect(204);
    is_all_there(&api, &ada, &bob, &message).await;

    assert!(!dir.path().join("nats").exists(), "no nats-server ever ran");
    let kid = stdout(&rookery(dir.path(), &["keys", "rotate"]));
    assert!(!kid.trim().is_empty(), "the operator's tools find the log");
    let decided = rookery(dir.path(), &["accounts", "grant", "ada", "moderator", "--operator", "ann"]);
    assert!(stdout(&decided).starts_with("decided"), "and may append what they decide");
    system.stop().await;

    let (system, api) = start(dir.path()).await;
    let again = api.log_in("bob", PASSWORD).await.expect(201);
    let token = again.body["accessToken"].as_str().expect("it is a token").to_owned();
    // A decision about an account voids the tokens that it had before.
    let ada_again = api.log_in("ada", PASSWORD).await.expect(201);
    let ada_again = ada_again.body["accessToken"].as_str().expect("it is a token").to_owned();
    let ada = Person { token: ada_again, ..ada };
    let later = json!({"text": "And the swifts", "tag": "birds"});
    api.post("/v1/messages", &ada.token, later).await.expect(201);
    is_all_there(&api, &ada, &Person { token, ..bob }, &message).await;
    system.stop().await;
}

#[tokio::test]
async fn a_key_stands_for_an_edit_of_one_edition() {
    let dir = data_dir();
    let (system, api) = start(dir.path()).await;
    let ada = api.newcomer("ada", "Ada").await;
    let posted = api.post("/v1/messages", &ada.token, json!({"text": "one"})).await.expect(201);
    let url = format!("{}/v1/messages/{}", system.url, posted.body["id"].as_str().expect("it has an id"));
    let client = reqwest::Client::new();
    let edit = async |if_match: &str| {
        let request = client.patch(&url).bearer_auth(&ada.token).json(&json!({"text": "two"}));
        let request = request.header("Idempotency-Key", "k").header("If-Match", if_match);
        request.send().await.expect("it answers").status().as_u16()
    };
    let mut answers = Vec::new();
    for if_match in ["\"1\"", "\"1\"", "\"2\"", "*"] {
        answers.push(edit(if_match).await);
    }
    assert_eq!(answers, [200, 200, 422, 422]);
    system.stop().await;
}

async fn is_all_there(api: &Api, ada: &Person, bob: &Person, message: &str) {
    let seen = api.get(&format!("/v1/messages/{message}"), &bob.token).await.expect(200).body;
    assert_eq!(
        (&seen["text"], &seen["likes"], &seen["liked"]),
        (&json!("The nightjars are back"), &json!(1), &json!(true))
    );
    let feed = api.get("/v1/timeline", &bob.token).await.expect(200);
    assert!(feed.items().iter().any(|item| item.to_string().contains(message)), "{feed:?}");
    let followers = api.get(&format!("/v1/accounts/{}/followers", ada.id), &bob.token).await.expect(200);
    assert!(followers.items().iter().any(|follower| follower["handle"] == "bob"), "{followers:?}");
}

#[tokio::test]
async fn a_data_directory_keeps_the_store_that_it_began_with() {
    let dir = data_dir();
    start(dir.path()).await.0.stop().await;
    let mut other = up(dir.path());
    assert_eq!(other.wait(STOP_LIMIT).await.code(), Some(1));
    let output = other.output();
    assert!(
        output.contains("--event-store postgres") && !output.contains("starting the servers"),
        "{output}"
    );

    // One of before the choice existed has its log in NATS and says nothing.
    let dir = data_dir();
    std::fs::create_dir(dir.path().join("nats")).expect("it is ours");
    let mut other = up_on(dir.path(), "127.0.0.1:0", &ON_POSTGRES);
    assert_eq!(other.wait(STOP_LIMIT).await.code(), Some(1));
    let output = other.output();
    assert!(output.contains("--event-store nats"), "{output}");
}

/// Postgres holds both, so everything is away at once, and everything comes back.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_postgres_comes_back_with_all_that_was_acked() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use crate::support::descendants;

    let dir = data_dir();
    let (system, _) = start(dir.path()).await;
    system.post("before", "storm").await.expect("it is accepted");
    let postgres = |name: &str| name == "postgres";
    let pid =
        descendants(system.process.pid()).into_iter().find(|(_, name)| postgres(name)).expect("it runs").0;
    kill(Pid::from_raw(pid.try_into().expect("a pid fits")), Signal::SIGKILL).expect("it runs");
    let after =
        eventually("a message is accepted again", START_LIMIT, || system.post("after", "storm")).await;
    let found =
        eventually("it can be read", START_LIMIT, || system.read("/v1/messages?tag=storm", &after)).await;
    assert!(found.contains("before") && found.contains("after"), "{found}");
    system.stop().await;
}
