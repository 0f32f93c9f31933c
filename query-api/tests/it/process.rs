use std::time::{Duration, Instant};

use data_set::Pool;
use testkit::{Postgres, Process, eventually, free_port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_query-api");
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// An address where no Postgres is.
pub(crate) const NO_DATABASE: (&str, &str) =
    ("ROOKERY_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
const ANY_OPS_ADDRESS: (&str, &str) = ("ROOKERY_QUERY_OPS_LISTEN", "127.0.0.1:0");
pub(crate) const IDENTITY: [(&str, &str); 2] =
    [("ROOKERY_IDENTITY_MODE", "gateway"), ("ROOKERY_GATEWAY_SECRET", "a-secret-of-some-length")];

pub(crate) async fn status_of(port: u16, path: &str) -> Result<String, String> {
    let exchange = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer.lines().next().unwrap_or_default().to_owned())
    };
    exchange.await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn it_starts_without_postgres_and_ends_when_it_is_told_to() {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let env = [NO_DATABASE, IDENTITY[0], IDENTITY[1], ANY_OPS_ADDRESS, ("ROOKERY_QUERY_LISTEN", &listen)];
    let mut process = Process::start(PROGRAM, [], env);
    let livez = eventually("it is alive", LIMIT, || status_of(port, "/livez")).await;
    assert_eq!(livez, "HTTP/1.1 200 OK");
    assert_eq!(status_of(port, "/readyz").await.expect("it answers"), "HTTP/1.1 503 Service Unavailable");
    assert_eq!(status_of(port, "/v1/messages").await.expect("it answers"), "HTTP/1.1 403 Forbidden");
    process.terminate();
    assert!(process.wait(LIMIT).await.success(), "{}", process.output());
}

/// A process that was just started knows nothing of what is void, and must not believe what the one before it refused.
#[tokio::test]
async fn it_lets_nobody_in_before_it_has_learned_what_is_void() {
    let dispatcher = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let url = format!("http://{}/internal/revocations", dispatcher.local_addr().expect("it is bound"));
    let env = [
        NO_DATABASE,
        IDENTITY[0],
        IDENTITY[1],
        ANY_OPS_ADDRESS,
        ("ROOKERY_QUERY_LISTEN", &listen),
        ("ROOKERY_REVOCATIONS_URL", &url),
    ];
    let process = Process::start(PROGRAM, [], env);
    let asked = tokio::time::timeout(LIMIT, dispatcher.accept()).await;
    let (mut stream, _) = asked.unwrap_or_else(|_| panic!("{}", process.output())).expect("it asks");
    let early = tokio::time::timeout(Duration::from_millis(500), status_of(port, "/v1/messages")).await;
    assert!(!matches!(early, Ok(Ok(_))), "it answers {early:?} and knows nothing yet");
    let body = r#"{"lineage":"x","parts":[]}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.expect("it listens");
    eventually("it answers", LIMIT, || status_of(port, "/v1/messages")).await;
}

#[tokio::test]
async fn at_its_end_it_refuses_those_who_wait() {
    let postgres = Postgres::start().await;
    data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
    let port = free_port();
    let (listen, url) = (format!("127.0.0.1:{port}"), postgres.url());
    let env = [
        ("ROOKERY_DATABASE_URL", &*url),
        IDENTITY[0],
        IDENTITY[1],
        ANY_OPS_ADDRESS,
        ("ROOKERY_QUERY_LISTEN", &listen),
    ];
    let mut process = Process::start(PROGRAM, [], env);
    eventually("it is ready to be asked", LIMIT, || status_of(port, "/livez")).await;
    let began = Instant::now();
    let waiting = tokio::spawn(async move {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let head = "GET /v1/messages HTTP/1.1\r\nHost: x\r\nX-User-ID: 7\r\nX-User-Roles: user\r\n\
            X-Gateway-Secret: a-secret-of-some-length\r\nAwait-Position: 512\r\nPrefer: wait=30\r\n\r\n";
        stream.write_all(head.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer.to_ascii_lowercase())
    });
    let observer = Pool::connect(&url).await.expect("the database is there");
    eventually("somebody waits", LIMIT, || async {
        // Only a request that waits asks again and again.
        let sql = "select count(*) from pg_stat_activity where application_name = 'query-api' \
            and query like '%position%' and state_change > now() - interval '50 ms'";
        let polls: i64 =
            sqlx::query_scalar(sql).fetch_one(&observer).await.map_err(|error| error.to_string())?;
        if polls > 0 { Ok(()) } else { Err("nobody asks for the position".to_owned()) }
    })
    .await;
    process.terminate();
    let answer = waiting.await.expect("it does not panic").expect("the answer is whole");
    assert!(answer.starts_with("http/1.1 503 "), "{answer}");
    for part in ["retry-after: 1", "application/problem+json", "\"code\":\"unavailable\""] {
        assert!(answer.contains(part), "{part} is not in {answer}");
    }
    assert!(process.wait(LIMIT).await.success(), "{}", process.output());
    assert!(began.elapsed() < Duration::from_secs(15), "it waited with them: {:?}", began.elapsed());
}

#[tokio::test]
async fn a_bad_configuration_is_reported_as_a_whole() {
    let env = [("ROOKERY_QUERY_LISTEN", "nowhere"), ("ROOKERY_DATABASE_URI", "postgres://x")];
    for arguments in [vec!["--check-config"], vec![]] {
        let mut process = Process::start(PROGRAM, arguments, env);
        assert!(!process.wait(LIMIT).await.success());
        for name in
            ["ROOKERY_QUERY_LISTEN", "ROOKERY_DATABASE_URL", "ROOKERY_IDENTITY_MODE", "ROOKERY_DATABASE_URI"]
        {
            assert!(process.output().contains(name), "{name} is not in {}", process.output());
        }
    }
}

#[tokio::test]
async fn a_good_configuration_is_approved_without_starting() {
    let mut process = Process::start(PROGRAM, ["--check-config"], [NO_DATABASE, IDENTITY[0], IDENTITY[1]]);
    assert!(process.wait(LIMIT).await.success(), "{}", process.output());
}
