//! `rookery up`: from the first start to the last signal.

use std::net::TcpListener;

use reqwest::Method;
use testkit::eventually;

use crate::support::{START_LIMIT, STOP_LIMIT, System, data_dir, up, up_on};

#[tokio::test]
async fn message_can_be_read_and_counted_and_survives_a_restart() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;

    let position = system.post("The nightjars are back", "birds").await.expect("it is accepted");
    let found = system.read("/v1/messages?tag=birds", &position).await.expect("it is there");
    assert!(found.contains("The nightjars are back"), "{found}");
    assert_eq!(system.read("/v1/messages?count=1", &position).await.as_deref(), Ok("1"));
    let docs = system.get("/docs/").send().await.expect("it answers");
    assert_eq!(docs.status(), 200);
    assert!(
        !system.process.output().contains("http.access"),
        "requests are logged only where that is asked for"
    );
    system.stop().await;

    let system = System::start(dir.path()).await;
    let found = system.read("/v1/messages?tag=birds", &position).await.expect("it is there");
    assert!(found.contains("The nightjars are back"), "{found}");
    system.stop().await;
}

#[tokio::test]
async fn pages_of_named_origins_may_call_and_requests_are_logged_where_that_is_asked_for() {
    const APP: &str = "https://app.example";
    let dir = data_dir();
    let more = [("ROOKERY_CORS_ORIGINS", APP), ("ROOKERY_HTTP_ACCESS_LOG", "true")];
    let mut system = System::start_with(dir.path(), &more).await;
    // One of each API; and what neither of them knows.
    for (method, path) in [("GET", "/v1/messages"), ("POST", "/v1/messages"), ("DELETE", "/v1/nothing")] {
        let method = method.parse().expect("it is a method");
        let request = system.request(method, path).header("origin", APP);
        let answer = request.send().await.expect("it answers");
        assert_eq!(answer.headers()["access-control-allow-origin"], APP, "{path}");
        let preflight = system.request(Method::OPTIONS, path).header("origin", APP);
        let preflight = preflight.header("access-control-request-method", "POST").send().await;
        let preflight = preflight.expect("it answers");
        assert_eq!(preflight.headers()["access-control-allow-origin"], APP, "{path}");
    }
    let logged = system.process.wait_for_output("http.route=\"/v1/messages\"", STOP_LIMIT).await;
    let line = logged.lines().find(|line| line.contains("http.access")).expect("the target is named");
    assert!(line.contains("client.address=127.0.0.1"), "{line}");
    system.stop().await;
}

#[tokio::test]
async fn at_its_end_it_refuses_readers_who_wait() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let waiting = system.get("/v1/messages").header("await-position", "1000000").header("prefer", "wait=30");
    let waiting = tokio::spawn(waiting.send());
    let url = std::fs::read_to_string(dir.path().join("data-set-url")).expect("it was written");
    let owner = data_set::Pool::connect(url.trim_end()).await.expect("the database is there");
    eventually("somebody waits", START_LIMIT, || async {
        // Only a request that waits asks again and again.
        let sql = "select count(*) from pg_stat_activity where application_name = 'rookery-query-api' \
            and query like '%position%' and state_change > now() - interval '50 ms'";
        let polls: i64 =
            sqlx::query_scalar(sql).fetch_one(&owner).await.map_err(|error| error.to_string())?;
        if polls > 0 { Ok(()) } else { Err("nobody asks for the position".to_owned()) }
    })
    .await;
    owner.close().await;
    system.stop().await;
    let answer = waiting.await.expect("it does not panic").expect("there is an answer");
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body = answer.text().await.expect("it is whole");
    assert!(body.contains(r#""code":"unavailable""#), "{body}");
}

#[tokio::test]
async fn metrics_are_on_an_address_of_their_own() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    assert_eq!(system.get("/metrics").send().await.expect("it answers").status(), 404);
    for probe in ["/livez", "/readyz"] {
        assert_eq!(system.get(probe).send().await.expect("it answers").status(), 200, "{probe}");
    }
    let ops_url = std::fs::read_to_string(dir.path().join("ops-url")).expect("it was written");
    let answer = reqwest::get(format!("{}/metrics", ops_url.trim())).await.expect("it answers");
    assert_eq!(answer.status(), 200);
    let metrics = answer.text().await.expect("it is whole");
    assert!(metrics.contains("http_connections "), "{metrics}");
    system.stop().await;
}

#[tokio::test]
async fn https_is_served_with_a_certificate_of_ones_own() {
    let dir = data_dir();
    let files = tempfile::tempdir().expect("the temporary directory is writable");
    let (certificate, key) = (files.path().join("certificate.pem"), files.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("there is randomness");
    std::fs::write(&certificate, made.cert.pem()).expect("it is writable");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("it is writable");
    let variables = [
        ("ROOKERY_TLS_CERTIFICATE_FILE", certificate.to_str().expect("the path is text")),
        ("ROOKERY_TLS_KEY_FILE", key.to_str().expect("the path is text")),
    ];
    let system = System::start_with(dir.path(), &variables).await;
    assert!(system.url.starts_with("https://"), "{}", system.url);
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).expect("it is a certificate");
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().expect("it is good");
    let request = client.get(format!("{}/v1/messages", system.url)).bearer_auth(system.token());
    assert_eq!(request.send().await.expect("it is trusted").status(), 200);
    assert!(reqwest::get(system.url.replace("https", "http")).await.is_err(), "nothing is said in the clear");
    system.stop().await;
}

#[tokio::test]
async fn certificate_that_cannot_be_used_is_told() {
    let dir = data_dir();
    let variables = [
        ("ROOKERY_TLS_CERTIFICATE_FILE", "/nowhere/certificate.pem"),
        ("ROOKERY_TLS_KEY_FILE", "/nowhere/key.pem"),
    ];
    let mut process = up_on(dir.path(), "127.0.0.1:0", &variables);
    assert_eq!(process.wait(STOP_LIMIT).await.code(), Some(1));
    assert!(process.output().contains("/nowhere/certificate.pem"), "{}", process.output());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_process_is_left_behind() {
    use crate::support::descendants;

    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let children = descendants(system.process.pid());
    for server in ["nats-server", "postgres"] {
        assert!(children.iter().any(|(_, name)| name == server), "{children:?}");
    }
    system.stop().await;
    for (pid, name) in children {
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "{name} ({pid}) is left");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn killed_servers_come_back_by_themselves() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use crate::support::descendants;

    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let before = system.post("before", "storm").await.expect("it is accepted");
    system.read("/v1/messages?tag=storm", &before).await.expect("it is there");

    let parent = system.process.pid();
    for name in ["nats-server", "postgres"] {
        let pid = descendants(parent).into_iter().find(|(_, child)| child == name).expect("it runs").0;
        kill(Pid::from_raw(pid.try_into().expect("a pid fits")), Signal::SIGKILL).expect("it runs");
        let after = eventually("a message is accepted again", START_LIMIT, || async {
            let running = descendants(parent);
            if running.iter().any(|(child, _)| *child == pid) {
                return Err(format!("{name} still runs"));
            }
            system.post("after", "storm").await
        })
        .await;
        let found =
            eventually("it can be read", START_LIMIT, || system.read("/v1/messages?tag=storm", &after)).await;
        assert!(found.contains("before") && found.contains("after"), "{found}");
    }
    let is_ready = || async {
        let answer = system.get("/readyz").send().await.map_err(|error| error.to_string())?;
        let (status, body) = (answer.status(), answer.text().await.unwrap_or_default());
        if status == 200 { Ok(()) } else { Err(body) }
    };
    eventually("the system is ready again", START_LIMIT, is_ready).await;
    system.stop().await;
}

#[tokio::test]
async fn second_instance_on_the_same_directory_is_refused() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let mut second = up(dir.path());
    let status = second.wait(STOP_LIMIT).await;
    assert_eq!(status.code(), Some(1));
    let output = second.output();
    assert!(output.contains("already runs") && output.contains("ROOKERY_DATA_DIR"), "{output}");
    system.post("unimpressed", "calm").await.expect("the first one goes on");
    system.stop().await;
}

#[tokio::test]
async fn taken_port_is_told_with_the_variable_to_set() {
    let dir = data_dir();
    let taken = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let mut process = up_on(dir.path(), &address, &[]);
    assert_eq!(process.wait(STOP_LIMIT).await.code(), Some(1));
    let output = process.output();
    assert!(output.contains(&address) && output.contains("ROOKERY_LISTEN"), "{output}");
}

#[tokio::test]
async fn end_during_the_first_start_is_clean() {
    let dir = data_dir();
    let mut process = up(dir.path());
    process.wait_for_output("starting the servers", START_LIMIT).await;
    process.terminate();
    let status = process.wait(STOP_LIMIT).await;
    assert!(status.success(), "{status}; its output is\n{}", process.output());
    System::start(dir.path()).await.stop().await;
}

#[tokio::test]
async fn log_that_is_not_the_remembered_one_is_refused() {
    let dir = data_dir();
    System::start(dir.path()).await.stop().await;
    let file = dir.path().join("log-lineage");
    assert!(std::fs::read_to_string(&file).is_ok_and(|text| text.contains('@')));
    std::fs::write(&file, "01a1fcc4-08aa-7789-9af5-b0809e93e3b4@1\n").expect("it is ours");

    let mut process = up(dir.path());
    assert_eq!(process.wait(START_LIMIT).await.code(), Some(1));
    let output = process.output();
    assert!(output.contains("log-lineage") && !output.contains("is ready"), "{output}");
}
