//! One of the programs, which can die and come back at the same address.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use testkit::{Process, eventually, free_port};

use crate::system::http;
use crate::system::namespace::Namespace;

pub const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Service {
    program: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    pub url: String,
    /// Where its metrics and internal routes are, if it has an address for them.
    pub ops_url: String,
    process: Process,
    /// What processes that are gone had printed.
    earlier: String,
}

/// Beside this test or program, where cargo puts the binaries of the workspace.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let found = own.ancestors().skip(1).take(2).map(|dir| dir.join(name)).find(|path| path.is_file());
    found
        .unwrap_or_else(|| panic!("there is no {name} near {}: cargo build --workspace first", own.display()))
}

impl Service {
    pub fn start(
        name: &str,
        listen_variable: &str,
        env: Vec<(String, String)>,
        namespace: Option<&Namespace>,
    ) -> Self {
        Self::start_with(name, &[], listen_variable, env, namespace)
    }

    /// The same with arguments.
    pub fn start_with(
        name: &str,
        args: &[&str],
        listen_variable: &str,
        env: Vec<(String, String)>,
        namespace: Option<&Namespace>,
    ) -> Self {
        let binary = program(name).display().to_string();
        let own = args.iter().map(|arg| (*arg).to_owned());
        let (program, args, host): (_, Vec<String>, _) = match namespace {
            None => (binary, own.collect(), Ipv4Addr::LOCALHOST),
            // `ip` becomes the program, so the process is the program's own.
            Some(Namespace { name, inside, .. }) => {
                let args = ["netns", "exec", name, &binary].map(str::to_owned);
                ("ip".to_owned(), args.into_iter().chain(own).collect(), *inside)
            }
        };
        let [address, ops_address] = [(); 2].map(|()| format!("{host}:{}", free_port()));
        let mut env = env;
        env.push((listen_variable.to_owned(), address.clone()));
        // The reducers have no other address than that, and do not mind.
        env.push((listen_variable.replace("_LISTEN", "_OPS_LISTEN"), ops_address.clone()));
        let process = Process::start(&program, args.clone(), env.clone());
        let [url, ops_url] = [address, ops_address].map(|address| format!("http://{address}"));
        Self { program, args, env, url, ops_url, process, earlier: String::new() }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill();
        self.earlier.push_str(&self.process.output());
    }

    /// After [`Self::kill`], or after it ended by itself: a new process with the same environment.
    pub fn start_again(&mut self) {
        self.process = Process::start(&self.program, self.args.clone(), self.env.clone());
    }

    /// The environment that its next process gets.
    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// SIGTERM; it must end well.
    pub async fn stop(&mut self) {
        self.process.terminate();
        let status = self.process.wait(PATIENCE).await;
        assert!(status.success(), "{} ended with {status}: {}", self.program, self.tail());
        self.earlier.push_str(&self.process.output());
    }

    /// Waits for it to die by itself, and starts it again with what `env` says.
    pub async fn ends(&mut self) -> std::process::ExitStatus {
        let status = self.process.wait(PATIENCE).await;
        self.earlier.push_str(&self.process.output());
        status
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// All that its processes printed.
    pub fn output(&self) -> String {
        format!("{}{}", self.earlier, self.process.output())
    }

    fn tail(&self) -> String {
        let output = self.process.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    pub async fn answers(&self, path: &str, expected: u16) {
        let (client, url) = (http(), format!("{}{path}", self.url));
        let what = format!("{} answers {path} with {expected}", self.program);
        eventually(&what, PATIENCE, || {
            let request = client.get(&url).timeout(Duration::from_secs(5));
            async move {
                let answer = request.send().await.map_err(|error| format!("{error:?}\n{}", self.tail()))?;
                let status = answer.status().as_u16();
                let seen = answer.text().await.unwrap_or_default();
                if status == expected { Ok(()) } else { Err(format!("{status}: {seen}\n{}", self.tail())) }
            }
        })
        .await;
    }
}
