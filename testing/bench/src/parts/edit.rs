//! Part `edit`: edits against posts, in a log with many messages of which one in ten was edited.
//!
//! The executor runs in this process, so that only the log is measured.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::message::{Actor, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{AccountId, Event, MessageEvent, MessageId, Position, Sequence, Shard, Tags, Text};
use event_store::{Decoded, EventLog, decode};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use time::OffsetDateTime;
use tokio::task::JoinSet;

use super::Parts;
use crate::archive::{Archive, Times};
use crate::corpus::Corpus;
use crate::load::closed::{Timing, Window, gather};
use crate::report::{Table, millis, percent, say, whole};
use crate::servers::Servers;
use crate::stats::Sample;

const CALLERS: [usize; 3] = [1, 16, 64];
/// Messages per edit.
const MESSAGES_PER_EDIT: u64 = 10;
/// Edits at once while the log is filled.
const FILLERS: u64 = 64;
/// Enough for ten million messages.
const STREAM_BYTES_MAX: i64 = 24 << 30;

#[derive(Debug, Clone)]
struct Bench {
    log: Arc<JetStreamLog>,
    executor: Arc<Executor>,
    messages: u64,
}

impl Parts {
    pub(crate) async fn edit(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let messages = self.scale.events;
        let config = JetStreamConfig {
            stream_bytes_max: STREAM_BYTES_MAX,
            ..JetStreamConfig::new(servers.nats_url(), "bench")
        };
        let log = Arc::new(JetStreamLog::open(&config).await?);
        Archive::new(&servers.nats_url(), Times::Year).await?.fill_to(messages).await?;
        let executor = Executor::new(Arc::<JetStreamLog>::clone(&log));
        let bench = Bench { log, executor: Arc::new(executor), messages };
        let began = Instant::now();
        bench.fill().await?;
        say(&format!("\n{} edits were appended in {:.0?}.", messages / MESSAGES_PER_EDIT, began.elapsed()));
        self.memory.watch(crate::memory_book::Situation::Load, "nats-server (edits)", servers.nats_pid());
        let title = format!(
            "(l) Edits of random messages against posts, among {messages} messages and {} edits",
            messages / MESSAGES_PER_EDIT
        );
        let columns = ["callers", "edits/s", "p50", "p99", "posts/s", "p50", "p99", "ratio"];
        let mut table = Table::new(title, &columns);
        for callers in CALLERS {
            let mut edits = bench.load(callers, self.scale.timing, true).await?;
            let mut posts = bench.load(callers, self.scale.timing, false).await?;
            let mut row = vec![callers.to_string()];
            let ratio = percent(edits.per_second(), posts.per_second());
            for sample in [&mut edits, &mut posts] {
                row.push(whole(sample.per_second()));
                row.push(millis(sample.percentile_ms(50)));
                row.push(millis(sample.percentile_ms(99)));
            }
            row.push(ratio);
            table.row(row);
        }
        table.print();
        Ok(())
    }
}

impl Bench {
    async fn fill(&self) -> Result<()> {
        let mut fillers = JoinSet::new();
        for filler in 0..FILLERS {
            let bench = self.clone();
            fillers.spawn(async move {
                let mut corpus = Corpus::new(1_000 + filler);
                for _ in 0..bench.messages / MESSAGES_PER_EDIT / FILLERS {
                    let (author, message) = bench.pick(&mut corpus).await?;
                    bench.run(author, edit(author, message, &mut corpus)?).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(filled) = fillers.join_next().await {
            filled??;
        }
        Ok(())
    }

    async fn load(&self, callers: usize, timing: Timing, are_edits: bool) -> Result<Sample> {
        let window = Window::opening(timing);
        let mut running = JoinSet::new();
        for caller in 0..callers {
            let bench = self.clone();
            running.spawn(async move {
                let (mut sample, mut corpus) = (Sample::default(), Corpus::new(caller as u64));
                while !window.is_over() {
                    let (author, message) = bench.pick(&mut corpus).await?;
                    let command = if are_edits {
                        edit(author, message, &mut corpus)?
                    } else {
                        post(author, &mut corpus)?
                    };
                    let began = Instant::now();
                    let done = bench.run(author, command).await;
                    window.count(&mut sample, began, done.is_ok());
                }
                Ok(sample)
            });
        }
        gather(running).await
    }

    /// A message of the archive, and who wrote it.
    async fn pick(&self, corpus: &mut Corpus) -> Result<(AccountId, MessageId)> {
        let sequence = Sequence::new(corpus.number_below(self.messages) + 1).context("a sequence")?;
        let recorded = self.log.read(sequence).await?.context("the archive has it")?;
        match decode(&recorded)? {
            Decoded::Known(Event::Message(MessageEvent::Posted(posted))) => {
                Ok((posted.author, MessageId::at(Position::new(sequence, Shard(0)))))
            }
            other => Err(anyhow!("the archive holds {other:?}")),
        }
    }

    async fn run(&self, actor: AccountId, command: MessageCommand) -> Result<()> {
        let execution = Execution {
            actor,
            allowance: Allowance::Quota,
            now: OffsetDateTime::now_utc(),
            idempotency: None,
            correlation: "bench".to_owned(),
            trace_parent: None,
        };
        let executed = self.executor.execute(execution, command).await;
        executed.map(drop).map_err(|error| anyhow!("refused: {error:?}"))
    }
}

fn text(corpus: &mut Corpus) -> Result<Text> {
    Ok(Text::parse(&corpus.message_at_random().text)?)
}

fn edit(author: AccountId, message: MessageId, corpus: &mut Corpus) -> Result<MessageCommand> {
    Ok(MessageCommand::Edit(EditMessage {
        actor: Actor { account: author, is_admin: false },
        message,
        expected: ExpectedEdition::Any,
        text: Some(text(corpus)?),
        tags: None,
        original_time: None,
    }))
}

fn post(author: AccountId, corpus: &mut Corpus) -> Result<MessageCommand> {
    let (text, tags) = (text(corpus)?, Tags::default());
    Ok(MessageCommand::Post(PostMessage { author, text, tags, in_reply_to: None, original_time: None }))
}
