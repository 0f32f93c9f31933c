//! Likes and follows accepted per second, against bare JetStream publishes.

use std::sync::Arc;

use anyhow::Result;
use domain::{AccountEvent, AccountRegistered, Bio, DisplayName, Event, Handle};
use event_store_nats::{JetStreamConfig, JetStreamLog};

use super::account;
use crate::archive::{Archive, Times, append_all};
use crate::bare::publishes;
use crate::corpus::{AUTHORS, Corpus};
use crate::load::closed;
use crate::load::http::put;
use crate::parts::{Parts, callers};
use crate::report::{Table, millis, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

const CONNECTIONS: usize = 64;
const MESSAGES: u64 = 10_000;

fn registered(number: i64) -> Result<(domain::AccountId, Event)> {
    let account = account(number);
    let event = AccountRegistered {
        account,
        handle: Handle::parse(&format!("author_{number}"))?,
        display_name: DisplayName::parse("An author")?,
        bio: Bio::default(),
        original_time: None,
    };
    Ok((account, AccountEvent::Registered(event).into()))
}

impl Parts {
    pub(super) async fn commands(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let tokens: Arc<[String]> = callers.tokens.clone().into();
        // Messages first: their ids are then the first positions.
        Archive::new(&servers.nats_url(), Times::Year).await?.fill_to(MESSAGES).await?;
        let log = JetStreamLog::open(&JetStreamConfig::new(servers.nats_url(), "bench")).await?;
        let accounts = (1..=AUTHORS as i64).map(registered).collect::<Result<Vec<_>>>()?;
        append_all(&log, accounts.into_iter()).await?;
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let timing = self.scale.timing;
        let load = |path: fn(&mut Corpus) -> String| {
            let tokens = Arc::clone(&tokens);
            let requests = move |caller: usize| {
                let token = tokens[caller % tokens.len()].clone();
                let mut corpus = Corpus::new(caller as u64);
                move || put(&path(&mut corpus), &token)
            };
            closed::requests(dispatcher.address, CONNECTIONS, timing, 204, requests)
        };
        let likes =
            load(|corpus| format!("/v1/messages/{}/like", (corpus.number_below(MESSAGES) + 1) << 8)).await?;
        let follows =
            load(|corpus| format!("/v1/accounts/{}/follow", corpus.number_below(AUTHORS as u64) + 1)).await?;
        let mut limit = publishes::run(servers.nats_url(), CONNECTIONS, timing).await?;
        let title =
            format!("(j) Likes and follows at {CONNECTIONS} connections against bare JetStream publishes");
        let mut table = Table::new(title, &["", "accepted/s", "p50", "p99", "ratio"]);
        let bare = limit.per_second();
        for (name, mut sample) in [("like", likes), ("follow", follows)] {
            let ratio = percent(sample.per_second(), bare);
            table.row(row(name, &mut sample, ratio));
        }
        table.row(row("bare publishes", &mut limit, "limit".to_owned()));
        table.print();
        Ok(())
    }
}

fn row(name: &str, sample: &mut Sample, ratio: String) -> [String; 5] {
    if sample.failures > 0 {
        say(&format!("{name}: {} failed", sample.failures));
    }
    let (p50, p99) = (millis(sample.percentile_ms(50)), millis(sample.percentile_ms(99)));
    [name.to_owned(), whole(sample.per_second()), p50, p99, ratio]
}
