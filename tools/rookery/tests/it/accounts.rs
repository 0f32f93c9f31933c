//! `rookery accounts`: what operators do with a tool, and that it takes hold everywhere.

use std::path::Path;
use std::process::Output;

use serde_json::json;
use testkit::{Nats, Postgres, eventually, free_port};

use crate::people::client::{Api, PASSWORD, Person};
use crate::separate_binaries::Service;
use crate::support::{STOP_LIMIT, System, command, data_dir, rookery, send, stderr, stdout};

/// What is promised is two seconds or so; a machine with other work to do takes longer.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(20);
const BY_ANN: [&str; 2] = ["--operator", "ann"];

/// A tool on a running system.
struct Tool<'a> {
    dir: &'a Path,
}

impl Tool<'_> {
    fn run(&self, args: &[&str]) -> Output {
        rookery(self.dir, &[&["accounts"], args].concat())
    }

    /// As ann; what it printed.
    fn decide(&self, args: &[&str]) -> String {
        stdout(&self.run(&[args, &BY_ANN].concat()))
    }

    fn says(&self, args: &[&str]) -> String {
        stdout(&self.run(args))
    }

    fn refuses(&self, args: &[&str]) -> String {
        stderr(&self.run(args))
    }
}

#[tokio::test]
async fn roles_and_restrictions_are_given_taken_shown_and_listed() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let api = Api::new(&system.url);
    let (ada, bob) = (api.newcomer("ada", "Ada").await, api.newcomer("bob", "Bob").await);
    let tool = Tool { dir: dir.path() };
    assert_eq!(tool.says(&["list"]), "", "nobody has a role");

    assert!(tool.decide(&["grant", "ada", "moderator", "--note", "joined the team"]).contains("at position"));
    assert_eq!(tool.decide(&["grant", "ada", "moderator"]), "it is so already\n");
    assert!(tool.decide(&["grant", &ada.id, "analyst"]).contains("at position"));
    assert!(tool.decide(&["suspend", "bob", "--reason", "spam"]).contains("at position"));
    assert_eq!(
        tool.says(&["list"]).lines().collect::<std::collections::BTreeSet<_>>(),
        [
            format!("{}\trestriction: none\troles: analyst,moderator", ada.id).as_str(),
            format!("{}\trestriction: suspended\troles: ", bob.id).as_str()
        ]
        .into()
    );
    let shown = tool.says(&["show", "ada"]);
    assert_eq!(shown.lines().count(), 3, "{shown}");
    assert!(shown.contains("joined the team") && shown.contains("\"operator\":\"ann\""), "{shown}");

    // A moderator by the tool is one for the API, and who is suspended is out.
    let session = api.log_in("ada", PASSWORD).await.expect(201);
    let token = session.body["accessToken"].as_str().expect("it is a token").to_owned();
    api.get("/v1/reports", &token).await.expect(200);
    assert_eq!(api.log_in("bob", PASSWORD).await.expect(403).code(), "account-suspended");

    tool.decide(&["lift", "bob"]);
    api.log_in("bob", PASSWORD).await.expect(201);
    tool.decide(&["revoke", "ada", "moderator"]);
    tool.decide(&["revoke", "ada", "analyst"]);
    assert_eq!(tool.says(&["list"]), "");
    system.stop().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_what_can() {
    let dir = data_dir();
    let tool = Tool { dir: dir.path() };
    let grant = |account: &'static str, role: &'static str| {
        tool.refuses(&["grant", account, role, "--operator", "ann"])
    };
    let away = grant("ada", "admin");
    assert!(away.contains("rookery up") && away.contains("ROOKERY_NATS_URL"), "{away}");

    let mut system = System::start(dir.path()).await;
    let api = Api::new(&system.url);
    api.newcomer("ada", "Ada").await;
    let unknown = grant("nobody", "admin");
    assert!(unknown.contains("nobody has the handle nobody, and it is no id"), "{unknown}");
    let stranger = grant("42", "admin");
    assert!(stranger.contains("there is no such account"), "{stranger}");
    let role = grant("ada", "king");
    assert!(role.contains("analyst, consumer, operator, moderator, admin"), "{role}");
    let reason = tool.refuses(&["suspend", "ada", "--reason", "dull", "--operator", "ann"]);
    assert!(reason.contains("spam, harassment, impersonation, illegal, other"), "{reason}");
    for anonymous in [&["grant", "ada", "admin"][..], &["suspend", "ada"], &["lift", "ada"]] {
        assert!(tool.refuses(anonymous).contains("--operator <NAME>"), "{anonymous:?}");
    }
    let long = "x".repeat(2_000);
    let note = tool.refuses(&["suspend", "ada", "--operator", "ann", "--note", &long]);
    assert!(note.contains("--note"), "{note}");
    assert_eq!(tool.says(&["list"]), "", "nothing came of it");

    // The system is gone, and what it wrote down is not.
    system.process.kill();
    let gone = eventually("the tool says that the system is gone", STOP_LIMIT * 3, || async {
        let output = tool.run(&["suspend", "ada", "--operator", "ann"]);
        if output.status.success() { Err("it reached the log".to_owned()) } else { Ok(stderr(&output)) }
    });
    let gone = gone.await;
    assert!(gone.contains("is the system running?") || gone.contains("rookery up"), "{gone}");
}

#[tokio::test]
async fn who_was_invited_by_the_tool_gets_in_until_that_is_withdrawn() {
    for store in ["nats", "postgres"] {
        let dir = data_dir();
        let more = [("ROOKERY_REGISTRATION", "invitation"), ("ROOKERY_EVENT_STORE", store)];
        let tool = Tool { dir: dir.path() };
        assert!(tool.refuses(&["invite"]).contains("rookery up"));
        let system = System::start_with(dir.path(), &more).await;
        let api = Api::new(&system.url);
        let register = async |handle: &str, code: &str| {
            let body =
                json!({"handle": handle, "password": PASSWORD, "displayName": "x", "invitation": code});
            api.send(reqwest::Method::POST, "/v1/accounts", None, Some(body)).await.status
        };
        assert_eq!(tool.says(&["invitations", "list"]), "");
        let code = tool.says(&["invite", "--uses", "2", "--days", "30"]);
        let code = code.trim_end();
        assert_eq!((register("owl", "nonsense").await, register("owl", code).await), (403, 201));
        let listed = tool.says(&["invitations", "list"]);
        let id = listed.split('\t').next().expect("a line begins with an id").to_owned();
        assert!(listed.contains("\t1 of 2\t") && listed.ends_with("\toperator\n"), "{listed}");
        assert!(!listed.contains(code), "{listed}");
        assert!(tool.refuses(&["invitations", "withdraw", code]).contains("invitations list"));
        assert_eq!(tool.says(&["invitations", "withdraw", &id]), "withdrawn\n");
        assert_eq!(
            (register("heron", code).await, tool.says(&["invitations", "list"])),
            (403, String::new())
        );
        for bad in [["--uses", "0"], ["--uses", "1001"], ["--days", "366"], ["--days", "x"]] {
            assert!(tool.refuses(&[&["invite"], &bad[..]].concat()).contains(bad[0]), "{bad:?}");
        }
        system.stop().await;
    }
}

/// Services apart, of which only the dispatcher reaches what is void.
struct Apart {
    dispatcher: Service,
    query_api: Service,
    _reducers: Service,
    nats: Nats,
    _postgres: Postgres,
    dir: tempfile::TempDir,
}

impl Apart {
    async fn start() -> Self {
        let (nats, postgres) = (Nats::start().await, Postgres::start().await);
        let (nats_url, postgres_url) = (nats.url(), postgres.url());
        let identity = [
            ("ROOKERY_IDENTITY_MODE", "jwt"),
            ("ROOKERY_JWT_ISSUER", "rookery"),
            ("ROOKERY_JWT_AUDIENCE", "rookery"),
            ("ROOKERY_LIMITS", "off"),
        ];
        let ops = format!("127.0.0.1:{}", free_port());
        let nats_pair = ("ROOKERY_NATS_URL", nats_url.as_str());
        let mut env = vec![nats_pair, ("ROOKERY_DISPATCHER_OPS_LISTEN", ops.as_str())];
        env.extend([("ROOKERY_LOG_BYTES_MAX", "268435456"), ("ROOKERY_VAULT_BYTES_MAX", "67108864")]);
        env.extend(identity);
        let dispatcher = Service::start("dispatcher", "ROOKERY_DISPATCHER_LISTEN", &env);
        let data_set = ("ROOKERY_DATABASE_URL", postgres_url.as_str());
        let reducers = Service::start("reducers", "ROOKERY_REDUCERS_LISTEN", &[nats_pair, data_set]);
        let jwks = format!("{}/.well-known/jwks.json", dispatcher.url);
        let revocations = format!("http://{ops}/internal/revocations");
        let mut env = vec![data_set, ("ROOKERY_QUERY_OPS_LISTEN", "127.0.0.1:0")];
        env.extend([("ROOKERY_JWT_JWKS_URL", jwks.as_str()), ("ROOKERY_REVOCATIONS_URL", &revocations)]);
        env.extend(identity);
        let query_api = Service::start("query-api", "ROOKERY_QUERY_LISTEN", &env);
        for service in [&dispatcher, &reducers, &query_api] {
            service.answers("/readyz", reqwest::StatusCode::OK).await;
        }
        Self { dispatcher, query_api, _reducers: reducers, nats, _postgres: postgres, dir: data_dir() }
    }

    /// The tool knows the log alone.
    fn decide(&self, args: &[&str]) {
        let mut command = command(self.dir.path(), &[&["accounts"], args, &BY_ANN].concat());
        let output = command.env("ROOKERY_NATS_URL", self.nats.url()).output();
        assert!(stdout(&output.expect("the program runs")).contains("at position"));
    }

    /// How dispatcher and query API answer somebody who shows a token.
    async fn answers(&self, token: &str) -> [(u16, String); 2] {
        let asked = [(&self.dispatcher.url, "/v1/sessions"), (&self.query_api.url, "/v1/messages")];
        let client = reqwest::Client::builder().no_proxy().build().expect("a client needs nothing");
        let ask = async |(url, path): (&String, &str)| {
            let answer =
                send(client.get(format!("{url}{path}")).bearer_auth(token)).await.expect("it answers");
            let body: serde_json::Value = serde_json::from_str(&answer.body).expect("it is JSON");
            (answer.status.as_u16(), body["code"].as_str().unwrap_or_default().to_owned())
        };
        [ask(asked[0]).await, ask(asked[1]).await]
    }

    /// How the query API answers who counts, and who only reads.
    async fn reads(&self, path: &str, token: &str) -> u16 {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client needs nothing");
        let request = client.get(format!("{}{path}", self.query_api.url)).bearer_auth(token);
        send(request).await.expect("it answers").status.as_u16()
    }

    async fn both_answer(&self, token: &str, expected: (u16, &str)) {
        let what = format!("both services answer {expected:?}");
        eventually(&what, LIMIT, async || {
            let answers = self.answers(token).await;
            let are_so = answers.iter().all(|(status, code)| (*status, code.as_str()) == expected);
            if are_so { Ok(()) } else { Err(format!("{answers:?}")) }
        })
        .await;
    }

    async fn log_in(&self, handle: &str) -> String {
        let session = Api::new(&self.dispatcher.url).log_in(handle, PASSWORD).await.expect(201);
        session.body["accessToken"].as_str().expect("it is a token").to_owned()
    }
}

const VOID: (u16, &str) = (401, "token-revoked");
const GOOD: (u16, &str) = (200, "");

#[tokio::test]
async fn a_role_that_the_tool_takes_leaves_the_tokens_of_all_services() {
    let mut apart = Apart::start().await;
    let commands = Api::new(&apart.dispatcher.url);
    let [ada, bob] = [commands.newcomer("ada", "Ada").await, commands.newcomer("bob", "Bob").await];
    apart.decide(&["grant", "ada", "analyst"]);
    apart.both_answer(&ada.token, VOID).await;
    let analyst = apart.log_in("ada").await;
    apart.both_answer(&analyst, GOOD).await;
    assert_eq!(apart.reads("/v1/messages?count=1", &analyst).await, 200);

    apart.decide(&["revoke", "ada", "analyst"]);
    apart.both_answer(&analyst, VOID).await;
    let user = apart.log_in("ada").await;
    assert_eq!(apart.reads("/v1/messages?count=1", &user).await, 403);

    // Nobody was there to see this one.
    apart.dispatcher.kill();
    apart.decide(&["suspend", "ada"]);
    assert_eq!(apart.reads("/v1/messages", &user).await, 200, "nobody told it");
    apart.dispatcher.start_again();
    apart.dispatcher.answers("/readyz", reqwest::StatusCode::OK).await;
    apart.both_answer(&user, VOID).await;

    // Heeding it once more at a start takes nothing from who was let in again.
    apart.decide(&["lift", "ada"]);
    let again = apart.log_in("ada").await;
    apart.both_answer(&again, GOOD).await;
    apart.dispatcher.crash_and_start_again();
    apart.dispatcher.answers("/readyz", reqwest::StatusCode::OK).await;
    apart.decide(&["grant", "bob", "analyst"]);
    let Person { token, .. } = bob;
    apart.both_answer(&token, VOID).await;
    apart.both_answer(&again, GOOD).await;
    assert_eq!(apart.answers(&again).await.map(|(status, _)| status), [200, 200], "they come in order");
}
