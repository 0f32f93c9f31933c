//! An import as those see it who read.

use serde_json::{Value, json};

use crate::people::client::Api;
use crate::support::{System, data_dir, rookery, stdout};

fn history() -> Vec<Value> {
    vec![
        json!({"kind": "account", "handle": "nightjar", "displayName": "Nightjar", "bio": "Moths.",
            "time": "2019-03-01T08:00:00Z", "key": "a-1"}),
        json!({"kind": "account", "handle": "owl", "displayName": "Owl", "time": "2019-03-02T08:00:00Z",
            "key": "a-2"}),
        json!({"kind": "follow", "account": "@owl", "followee": "@nightjar", "time": "2019-04-01T12:00:00Z",
            "key": "f-1"}),
        json!({"kind": "message", "account": "@nightjar", "text": "We are back", "tags": ["birds"],
            "time": "2019-05-01T21:00:00Z", "key": "m-1"}),
        json!({"kind": "message", "account": "@owl", "text": "Where?", "inReplyTo": {"key": "m-1"},
            "time": "2019-05-01T21:04:00Z", "key": "m-2"}),
        json!({"kind": "like", "account": "@owl", "message": {"key": "m-1"}, "time": "2019-05-01T21:05:00Z",
            "key": "l-1"}),
        json!({"kind": "repost", "account": "@owl", "message": {"key": "m-1"},
            "time": "2019-05-01T21:06:00Z", "key": "r-1"}),
    ]
}

#[tokio::test]
async fn history_of_2019_is_read_as_that_and_is_imported_once() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let api = Api::new(&system.url);
    let token = |account: &str, roles: &str| {
        let token = rookery(dir.path(), &["token", "--account", account, "--roles", roles]);
        stdout(&token).trim_end().to_owned()
    };
    let operator = token("7", "operator");
    let first = api.import_all(&operator, &history()).await;
    assert!(first.iter().all(|report| report.body["outcome"] == "imported"), "{first:#?}");
    let id = |line: usize| first[line].body["id"].as_str().expect("it was imported").to_owned();
    let (nightjar, owl) = (token(&id(0), "user,analyst"), token(&id(1), "user"));

    let profile = api.get("/v1/accounts/by-handle/nightjar", &owl).await.expect(200).body;
    assert_eq!(profile["registeredAt"], "2019-03-01T08:00:00.000000Z");
    assert_eq!((&profile["bio"], &profile["followers"]), (&json!("Moths."), &json!(1)));
    let message = api.get(&format!("/v1/messages/{}", id(3)), &owl).await.expect(200).body;
    assert_eq!(message["createdAt"], "2019-05-01T21:00:00.000000Z");
    let counts = [&message["likes"], &message["reposts"], &message["replies"]];
    assert_eq!(counts, [1, 1, 1], "{message}");
    let replies = api.get(&format!("/v1/messages/{}/replies", id(3)), &owl).await.expect(200).body;
    assert_eq!(replies[0]["createdAt"], "2019-05-01T21:04:00.000000Z");
    let path = "/v1/messages?dateStart=2019-01-01&dateEnd=2019-12-31&count=1";
    assert_eq!(api.get(path, &nightjar).await.expect(200).body, 2);
    let notifications = api.get("/v1/notifications", &nightjar).await.expect(200).body;
    assert_eq!((&notifications["items"], &notifications["unread"]), (&json!([]), &json!(0)));
    let timeline = api.get("/v1/timeline", &owl).await.expect(200).body;
    assert_eq!(timeline.as_array().expect("it is a list").len(), 2, "{timeline}");
    // As those see it who read the tables.
    let url = std::fs::read_to_string(dir.path().join("data-set-url")).expect("it was written");
    let pool = data_set::audit::connect(url.trim(), "test").expect("a URL");
    let sql = "select (select max(followed_at) from published.follows)::text,
        (select max(liked_at) from published.likes)::text, (select max(reposted_at) from published.reposts)::text";
    let times: (String, String, String) = sqlx::query_as(sql).fetch_one(&pool).await.expect("they are read");
    for (time, expected) in [(&times.0, "04-01 12:00"), (&times.1, "05-01 21:05"), (&times.2, "05-01 21:06")]
    {
        assert!(time.starts_with(&format!("2019-{expected}:00")), "{times:?}");
    }

    let again = api.import_all(&operator, &history()).await;
    assert!(again.iter().all(|report| report.body["outcome"] == "repeated"), "{again:#?}");
    let ids = |reports: &[crate::people::client::Answer]| -> Vec<Value> {
        reports.iter().map(|report| report.body["id"].clone()).collect()
    };
    assert_eq!(ids(&again), ids(&first));
    // There is no password to log in with.
    assert_eq!(api.log_in("nightjar", "correct horse battery").await.status, 401);
    // What happens from now on is notified.
    api.put(&format!("/v1/messages/{}/like", id(4)), &nightjar).await.expect(204);
    let notifications = api.get("/v1/notifications", &owl).await.expect(200).body;
    assert_eq!(notifications["unread"], 1);
    stdout(&rookery(dir.path(), &["verify"]));
    system.stop().await;
}
