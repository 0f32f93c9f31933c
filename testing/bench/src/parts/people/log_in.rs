//! Logins per second, against nothing but the password hash on all cores.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use serde_json::json;

use crate::load::closed::{self, Timing, Window, gather};
use crate::load::http::{Connection, post};
use crate::parts::{Parts, callers};
use crate::report::{Table, millis, percent, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

const CONNECTIONS: usize = 16;
const HANDLE: &str = "somebody";
const PASSWORD: &str = "correct horse battery";

/// The hash alone, with the product's parameters, one thread per core.
async fn bare(timing: Timing) -> Result<Sample> {
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes()).ok().context("hash a password")?;
    let threads = std::thread::available_parallelism()?.get();
    let window = Window::opening(timing);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..threads {
        let hash = hash.clone();
        running.spawn_blocking(move || {
            let mut sample = Sample::default();
            while !window.is_over() {
                let began = Instant::now();
                let verified = Argon2::default().verify_password(PASSWORD.as_bytes(), &hash);
                window.count(&mut sample, began, verified.is_ok());
            }
            Ok(sample)
        });
    }
    gather(running).await
}

impl Parts {
    pub(super) async fn log_in(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let body = json!({"handle": HANDLE, "password": PASSWORD, "displayName": "Somebody"}).to_string();
        let mut connection = Connection::open(dispatcher.address).await?;
        let status = connection.exchange(post("/v1/accounts", None, &body).as_bytes()).await?.status;
        ensure!(status == 201, "the registration was answered with {status}");
        let body = json!({"handle": HANDLE, "password": PASSWORD}).to_string();
        let requests = move |_caller: usize| {
            let request = post("/v1/sessions", None, &body);
            move || request.clone()
        };
        let timing = self.scale.timing;
        let mut ours = closed::requests(dispatcher.address, CONNECTIONS, timing, 201, requests).await?;
        let mut limit = bare(timing).await?;
        let title = format!("(k) Logins at {CONNECTIONS} connections against the password hash alone");
        let mut table = Table::new(title, &["", "per second", "p50", "p99", "failed", "ratio"]);
        let ratio = percent(ours.per_second(), limit.per_second());
        for (name, sample, ratio) in
            [("POST /v1/sessions", &mut ours, ratio), ("argon2id", &mut limit, "limit".to_owned())]
        {
            let (p50, p99) = (millis(sample.percentile_ms(50)), millis(sample.percentile_ms(99)));
            let failed = sample.failures.to_string();
            table.row([name.to_owned(), whole(sample.per_second()), p50, p99, failed, ratio]);
        }
        table.print();
        Ok(())
    }
}
