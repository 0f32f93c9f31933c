//! A system of a test's own, and how to talk to it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use local_servers::{ProgramHints, Programs, RunAs};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use tempfile::TempDir;
use testkit::Process;
use testkit::openapi::Answered;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rookery");
/// A first start makes a Postgres cluster, and all tests may do so at the same time.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(90);
/// What `rookery up` promises.
pub(crate) const STOP_LIMIT: Duration = Duration::from_secs(10);

/// A data directory that the servers' user may enter, unlike the usual temporary ones.
pub(crate) fn data_dir() -> TempDir {
    let open = Permissions::from_mode(0o755);
    tempfile::Builder::new().permissions(open).tempdir().expect("the temporary directory is writable")
}

/// The broker of a running system, as one of its users.
pub(crate) fn broker_url(dir: &Path, user: &str) -> String {
    let read =
        |name: &str| std::fs::read_to_string(dir.join(name)).expect("it was written").trim_end().to_owned();
    let (password, address) = (read(&format!("logins/nats-{user}")), read("nats-listen"));
    format!("nats://{user}:{password}@{address}")
}

/// Starts `rookery up` on any free port, without limits on callers: few of them do all that a test does.
pub(crate) fn up(dir: &Path) -> Process {
    up_on(dir, "127.0.0.1:0", &[])
}

pub(crate) fn up_on(dir: &Path, listen: &str, more: &[(&str, &str)]) -> Process {
    let mut env = environment(dir);
    env.push(("ROOKERY_LIMITS".to_owned(), "off".to_owned()));
    env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    env.push(("ROOKERY_LISTEN".to_owned(), listen.to_owned()));
    Process::start(PROGRAM, ["up".to_owned()], env)
}

/// Runs another command to its end.
pub(crate) fn rookery(dir: &Path, args: &[&str]) -> Output {
    command(dir, args).output().expect("the program runs")
}

pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).env_clear().envs(environment(dir)).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("it prints UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr.clone()).expect("it prints UTF-8")
}

pub(crate) fn environment(dir: &Path) -> Vec<(String, String)> {
    let run_as = RunAs::choose().expect("there is a user to run as");
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools");
    let hints = ProgramHints::from_env().with_tools_dir(tools);
    let programs = Programs::find(&hints, &run_as).expect("tests need nats-server and Postgres");
    [
        ("ROOKERY_DATA_DIR", dir),
        ("ROOKERY_NATS_SERVER", &programs.nats_server),
        ("ROOKERY_POSTGRES_BIN", &programs.postgres.bin),
    ]
    .map(|(name, path)| (name.to_owned(), path.display().to_string()))
    .into()
}

/// What a request was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Empty without the header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Sends a request. Whatever is answered has to be in the document; no answer is an error.
pub(crate) async fn send(request: RequestBuilder) -> Result<Answer, String> {
    let (client, request) = request.build_split();
    let request = request.expect("tests build good requests");
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let response = client.execute(request).await.map_err(|error| format!("{error:?}"))?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.map_err(|error| format!("{error:?}"))?;
    let answered = Answered { status: status.as_u16(), headers: &headers, body: body.as_bytes() };
    testkit::openapi::assert_documented(method.as_str(), &path, answered);
    Ok(Answer { status, headers, body })
}

/// A running system and somebody who may use it.
pub(crate) struct System {
    pub(crate) process: Process,
    pub(crate) url: String,
    token: String,
    client: Client,
}

impl System {
    pub(crate) async fn start(dir: &Path) -> Self {
        Self::start_with(dir, &[]).await
    }

    /// With further variables.
    pub(crate) async fn start_with(dir: &Path, more: &[(&str, &str)]) -> Self {
        let mut process = up_on(dir, "127.0.0.1:0", more);
        let output = process.wait_for_output("Rookery is ready at ", START_LIMIT).await;
        let ready = output.lines().find(|line| line.starts_with("Rookery is ready at "));
        let url = ready.and_then(|line| line.split(' ').nth(4)).expect("the line names the address");
        let token = rookery(dir, &["token", "--account", "1", "--roles", "user,analyst"]);
        Self {
            url: url.to_owned(),
            process,
            token: stdout(&token).trim_end().to_owned(),
            client: Client::builder().no_proxy().build().expect("a client needs nothing"),
        }
    }

    /// Of account 1, a user and analyst.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// Posts a message; the position of its event, or the answer that came instead.
    pub(crate) async fn post(&self, text: &str, tag: &str) -> Result<String, String> {
        let body = format!(r#"{{"text":"{text}","tag":"{tag}"}}"#);
        let request = self
            .client
            .post(format!("{}/v1/messages", self.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body);
        let answer = send(request).await?;
        if answer.status != 201 {
            return Err(format!("{answer:?}"));
        }
        Ok(answer.header("event-position").to_owned())
    }

    /// Posts a message; the whole answer as text.
    pub(crate) async fn try_post(&self, text: &str) -> String {
        let request = self.client.post(format!("{}/v1/messages", self.url)).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        match request.body(format!(r#"{{"text":"{text}"}}"#)).send().await {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// The values of a metric below this system, line by line.
    pub(crate) async fn metric(&self, dir: &Path, name: &str) -> Vec<String> {
        let url = std::fs::read_to_string(dir.join("ops-url")).expect("it is running");
        let answer = self.client.get(format!("{}/metrics", url.trim_end())).send().await.expect("it answers");
        let text = answer.text().await.expect("text");
        text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
    }

    /// Waits until a metric has a value: `name{labels} value`.
    pub(crate) async fn tells(&self, dir: &Path, line: &str) {
        let name = line.split('{').next().unwrap_or_default();
        testkit::eventually(line, START_LIMIT, async || {
            let told = self.metric(dir, name).await;
            if told.iter().any(|told| told == line) { Ok(()) } else { Err(format!("{told:?}")) }
        })
        .await;
    }

    /// What a query answers once the position can be seen.
    pub(crate) async fn read(&self, path: &str, position: &str) -> Result<String, String> {
        let request = self.get(path).header("await-position", position).header("prefer", "wait=10");
        let Answer { status, body, .. } = send(request).await?;
        if status == 200 { Ok(body) } else { Err(format!("{status}: {body}")) }
    }

    /// SIGTERM, and waits for the end, which has to be in time and clean.
    pub(crate) async fn stop(mut self) {
        self.process.terminate();
        let status = self.process.wait(STOP_LIMIT).await;
        assert!(status.success(), "{status}; its output is\n{}", self.process.output());
    }
}

/// The processes below a process, its children's children included.
#[cfg(target_os = "linux")]
pub(crate) fn descendants(pid: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("Linux has it").flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // `pid (name) state parent`; the name may hold anything.
        let Some((head, tail)) = stat.rsplit_once(") ") else { continue };
        let Some((child, name)) = head.split_once(" (") else { continue };
        if tail.split(' ').nth(1) == Some(&pid.to_string()) {
            let child = child.parse().expect("a pid is a number");
            found.push((child, name.to_owned()));
            found.extend(descendants(child));
        }
    }
    found
}
