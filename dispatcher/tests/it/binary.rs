//! The program `dispatcher`.

use std::time::Duration;

use testkit::{Nats, Process, eventually, free_port};

use crate::tokens::{AUDIENCE, ISSUER, Tokens};

const PATIENCE: Duration = Duration::from_secs(30);

fn start<const N: usize>(argument: &str, env: [(&str, &str); N]) -> Process {
    Process::start(env!("CARGO_BIN_EXE_dispatcher"), Some(argument).filter(|it| !it.is_empty()), env)
}

/// Exit code and output of a check that ends by itself.
fn check<const N: usize>(env: [(&str, &str); N]) -> (Option<i32>, String) {
    let mut process = start("--check-config", env);
    (process.wait_sync(PATIENCE).code(), process.output())
}

#[test]
fn help_names_what_has_to_be_set() {
    let mut process = start("--help", []);
    assert!(process.wait_sync(PATIENCE).success(), "{}", process.output());
    for name in ["ROOKERY_NATS_URL", "ROOKERY_IDENTITY_MODE", "ROOKERY_GATEWAY_SECRET", "--check-config"] {
        assert!(process.output().contains(name), "{name}: {}", process.output());
    }
}

#[test]
fn a_sound_configuration_passes_the_check_without_a_broker() {
    let tokens = Tokens::new();
    let jwks_file = tokens.jwks_file();
    let jwt = check([
        ("ROOKERY_NATS_URL", "nats://127.0.0.1:1,nats://user:word@127.0.0.1:2"),
        ("ROOKERY_IDENTITY_MODE", "jwt"),
        ("ROOKERY_JWT_JWKS_FILE", jwks_file.to_str().expect("the path is text")),
        ("ROOKERY_JWT_ISSUER", ISSUER),
        ("ROOKERY_JWT_AUDIENCE", AUDIENCE),
    ]);
    assert_eq!(jwt, (Some(0), String::new()));
    let gateway = check([
        ("ROOKERY_NATS_URL", "nats://127.0.0.1:1"),
        ("ROOKERY_IDENTITY_MODE", "gateway"),
        ("ROOKERY_GATEWAY_SECRET", "correct horse battery staple"),
        (
            "ROOKERY_OIDC_PROVIDERS",
            r#"[{"name": "one", "issuer": "https://id.example", "clientId": "r", "redirectUris": ["https://app.example/cb"]}]"#,
        ),
    ]);
    assert_eq!(gateway, (Some(0), String::new()));
}

#[test]
fn a_name_that_nothing_reads_is_told_also_where_all_else_is_sound() {
    let (code, output) = check([
        ("ROOKERY_NATS_URL", "nats://127.0.0.1:1"),
        ("ROOKERY_IDENTITY_MODE", "gateway"),
        ("ROOKERY_GATEWAY_SECRET", "correct horse battery staple"),
        ("ROOKERY_QUOTA_EVENTS_PER_DY", "7"),
        ("ROOKERY_NATS_SERVER", "/usr/bin/nats-server"),
        ("ROOKERY_POSTGRES_BIN", "/usr/bin"),
    ]);
    assert_eq!(code, Some(0), "it may be of another program: {output}");
    assert_eq!(output.lines().count(), 1, "{output}");
    assert!(output.contains("ROOKERY_QUOTA_EVENTS_PER_DY is set, but nothing reads it here"), "{output}");
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let (code, output) = check([("ROOKERY_IDENTITY_MODE", "jwt")]);
    assert_eq!(code, Some(1), "{output}");
    for name in ["ROOKERY_NATS_URL", "ROOKERY_JWT_ISSUER", "ROOKERY_JWT_AUDIENCE"] {
        assert!(output.contains(&format!("{name} is missing")), "{name}: {output}");
    }
    let (code, output) = check([]);
    assert_eq!(code, Some(1), "{output}");
    for name in ["ROOKERY_NATS_URL", "ROOKERY_IDENTITY_MODE"] {
        assert!(output.contains(&format!("{name} is missing")), "{name}: {output}");
    }
}

#[test]
fn everything_that_is_wrong_is_named_at_once_and_secrets_are_not_repeated() {
    let wrong = [
        ("ROOKERY_NATS_URL", "ftp://word@nowhere"),
        ("ROOKERY_DISPATCHER_LISTEN", "everywhere"),
        ("ROOKERY_LOG_REPLICAS", "2"),
        ("ROOKERY_LOG_BYTES_MAX", "-1"),
        ("ROOKERY_KEYS_MAX", "many"),
        ("ROOKERY_HTTP_CONNECTIONS_MAX", "0"),
        ("ROOKERY_HTTP_IN_FLIGHT_MAX", "lots"),
        ("ROOKERY_TLS_CERTIFICATE_FILE", "/nowhere/certificate.pem"),
        ("ROOKERY_TLS_KEY_FILE", "/nowhere/key.pem"),
        ("ROOKERY_LOG", "info=[broken"),
        ("ROOKERY_LOG_FORMAT", "xml"),
        ("ROOKERY_GATEWAY_SECRET", "guessable"),
        ("ROOKERY_OIDC_PROVIDERS", r#"[{"name": "one", "clientSecret": "guessable"}]"#),
    ];
    let [a, b, c, d, e, f, g, h, i, j, k, l, m] = wrong;
    let mode = ("ROOKERY_IDENTITY_MODE", "gateway");
    let (code, output) =
        check([a, b, c, d, e, f, g, h, i, j, k, l, m, mode, ("ROOKERY_NATS_URI", "nats://x")]);
    assert_eq!(code, Some(1), "{output}");
    // Of a pair of files the first that cannot be read is named.
    for (name, _value) in wrong.into_iter().filter(|(name, _)| *name != "ROOKERY_TLS_KEY_FILE") {
        assert!(output.contains(&format!("{name} is not acceptable")), "{name}: {output}");
    }
    assert!(output.contains("ROOKERY_NATS_URI is set, but nothing reads it"), "{output}");
    assert!(!output.contains("guessable") && !output.contains("word@"), "{output}");
}

#[test]
fn a_key_set_that_cannot_be_used_is_named_with_the_rest() {
    let (code, output) = check([
        ("ROOKERY_IDENTITY_MODE", "jwt"),
        ("ROOKERY_JWT_JWKS_FILE", "/nowhere/jwks.json"),
        ("ROOKERY_JWT_ISSUER", ISSUER),
        ("ROOKERY_JWT_AUDIENCE", AUDIENCE),
    ]);
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("ROOKERY_JWT_JWKS_FILE is not acceptable"), "{output}");
    assert!(output.contains("ROOKERY_NATS_URL is missing"), "{output}");
}

fn running(nats_url: &str, listen: &str, lineage: &str) -> Process {
    start(
        "",
        [
            ("ROOKERY_NATS_URL", nats_url),
            ("ROOKERY_DISPATCHER_LISTEN", listen),
            ("ROOKERY_DISPATCHER_OPS_LISTEN", "127.0.0.1:0"),
            ("ROOKERY_LOG_LINEAGE", lineage),
            // The test's broker has a gigabyte.
            ("ROOKERY_LOG_BYTES_MAX", "64000000"),
            ("ROOKERY_IDENTITY_MODE", "gateway"),
            ("ROOKERY_GATEWAY_SECRET", "correct horse battery staple"),
        ],
    )
}

#[tokio::test]
async fn the_program_serves_until_it_is_told_to_stop() {
    let nats = Nats::start().await;
    let listen = format!("127.0.0.1:{}", free_port());
    let mut process = running(&nats.url(), &listen, "");
    let client = reqwest::Client::builder().no_proxy().build().expect("the client is well formed");
    eventually("it is ready", PATIENCE, async || {
        let answer = client.get(format!("http://{listen}/readyz")).send().await;
        match answer.map(|answer| answer.status().as_u16()) {
            Ok(200) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let post = client
        .post(format!("http://{listen}/v1/messages"))
        .header("x-gateway-secret", "correct horse battery staple")
        .header("x-user-id", "42")
        .header("x-user-roles", "user")
        .header("content-type", "application/json")
        .body(r#"{"text":"nobody logs this"}"#)
        .send();
    assert_eq!(post.await.expect("it answers").status().as_u16(), 201);
    process.terminate();
    assert_eq!(process.wait(PATIENCE).await.code(), Some(0), "{}", process.output());
    assert!(process.output().contains(r#""http.route":"/v1/messages""#), "{}", process.output());
    for private in ["nobody logs this", "battery"] {
        assert!(!process.output().contains(private), "{}", process.output());
    }
}

#[tokio::test]
async fn the_program_stops_while_it_waits_for_its_broker() {
    let (broker, listen) = (free_port(), format!("127.0.0.1:{}", free_port()));
    let mut process = running(&format!("nats://127.0.0.1:{broker}"), &listen, "");
    process.wait_for_output("waiting for the log", PATIENCE).await;
    process.terminate();
    assert_eq!(process.wait(PATIENCE).await.code(), Some(0), "{}", process.output());
}

#[tokio::test]
async fn the_program_refuses_a_log_that_is_not_the_one_it_knows() {
    let nats = Nats::start().await;
    let mut process = running(&nats.url(), &format!("127.0.0.1:{}", free_port()), "another");
    assert_eq!(process.wait(PATIENCE).await.code(), Some(1), "{}", process.output());
    assert!(process.output().contains("is not the one remembered"), "{}", process.output());
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let listen = taken.local_addr().expect("it is bound").to_string();
    let mut process = running("nats://127.0.0.1:1", &listen, "");
    assert_eq!(process.wait(PATIENCE).await.code(), Some(1), "{}", process.output());
    assert!(process.output().contains("ROOKERY_DISPATCHER_LISTEN"), "{}", process.output());
}

/// As behind a pipe whose reader has ended.
#[tokio::test]
async fn a_program_that_nobody_listens_to_serves_and_stops() {
    let listen = format!("127.0.0.1:{}", free_port());
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_dispatcher"))
        .env_clear()
        .env("ROOKERY_NATS_URL", "nats://127.0.0.1:1")
        .env("ROOKERY_DISPATCHER_LISTEN", &listen)
        .env("ROOKERY_DISPATCHER_OPS_LISTEN", "127.0.0.1:0")
        .env("ROOKERY_IDENTITY_MODE", "gateway")
        .env("ROOKERY_GATEWAY_SECRET", "correct horse battery staple")
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    drop(child.stderr.take());
    let client = reqwest::Client::builder().no_proxy().build().expect("the client is well formed");
    eventually("it has said that it waits, and serves", PATIENCE, async || {
        let answer = client.get(format!("http://{listen}/readyz")).send().await;
        match answer.map(|answer| answer.status().as_u16()) {
            Ok(503) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let pid = child.id().expect("it runs").to_string();
    std::process::Command::new("kill").arg(pid).status().expect("it is told");
    let ended =
        tokio::time::timeout(PATIENCE, child.wait()).await.expect("it ends").expect("it is waited for");
    assert_eq!(ended.code(), Some(0));
}
