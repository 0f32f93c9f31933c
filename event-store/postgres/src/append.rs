//! Group commit: appends that wait at the same moment share one transaction, and so one flush of the server's disk.
//!
//! One task per process takes what waits, commits it, and takes what has gathered meanwhile; so groups grow with the
//! load, and a lone append never waits for company. Each append is judged by itself: one that conflicts takes nobody
//! with it.
//!
//! A commit whose answer was lost is tried again with the same commands. The next transaction gets the lock only after
//! the lost one has ended, and then sees whether its events are there: so the outcome is known as soon as the server
//! can be reached, and unknown only while it cannot.

mod judge;
mod transaction;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use domain::{CommandId, Position};
use event_store::{AppendError, Appended, Cause, NewEvent};
use sqlx::PgConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::database::Database;
use crate::row::{NewRow, to_sequence};

use self::judge::Verdict;
use self::transaction::Broken;
use self::waiting::Waiting;

/// Appends in one transaction. More would lengthen the answer to the first one for little gain.
const GROUP_MAX: usize = 128;
/// Appends that wait. Each belongs to a request, whose number the API bounds as well.
const QUEUE_MAX: usize = 4_096;
const PAUSE_MIN: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(200);

#[derive(Debug, Clone)]
pub(crate) struct Queue {
    waiting: mpsc::Sender<Waiting>,
    patience: Duration,
}

impl Queue {
    /// The task ends when the last clone of the handle is dropped.
    pub(crate) fn start(database: Arc<Database>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let patience = database.append_deadline;
        tokio::spawn(Appender { database, connection: None, pause: PAUSE_MIN }.run(waiting));
        Self { waiting: queue, patience }
    }

    pub(crate) async fn append(
        &self,
        command: CommandId,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        if events.is_empty() {
            return Ok(Appended { positions: Vec::new(), repeated: false });
        }
        let (answer, answered) = oneshot::channel();
        let rows = events.into_iter().map(NewRow::new).collect();
        let deadline = Instant::now() + self.patience;
        let waiting = Waiting { command: command.0, rows, deadline, is_open: false, answer };
        match self.waiting.send_timeout(waiting, self.patience).await {
            Ok(()) => {}
            Err(_) => return Err(AppendError::Unavailable(Cause::new("too many appends wait for the log"))),
        }
        answered.await.unwrap_or_else(|_| Err(AppendError::Unknown(Cause::new("the log shut down"))))
    }
}

/// The only one in this process that appends.
struct Appender {
    database: Arc<Database>,
    connection: Option<PgConnection>,
    /// Before the next try, after a failed one.
    pause: Duration,
}

impl Appender {
    async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut group = Vec::new();
        while !group.is_empty() || queue.recv_many(&mut group, GROUP_MAX).await > 0 {
            while group.len() < GROUP_MAX {
                let Ok(waiting) = queue.try_recv() else { break };
                group.push(waiting);
            }
            group = self.commit(group).await;
        }
    }

    /// Commits a group; what is left of it is to be tried again.
    async fn commit(&mut self, mut group: Vec<Waiting>) -> Vec<Waiting> {
        match transaction::run(&self.database, &mut self.connection, &mut group).await {
            Ok(verdicts) => {
                self.pause = PAUSE_MIN;
                for (waiting, verdict) in group.into_iter().zip(verdicts) {
                    waiting.answer(self.verdict(verdict));
                }
                Vec::new()
            }
            // One value that the database does not take refuses them all, so each is tried by itself.
            Err(Broken::Definite(_)) if group.len() > 1 => {
                let mut left = Vec::new();
                for waiting in group {
                    // On the heap, because it calls itself; by one level.
                    left.extend(Box::pin(self.commit(vec![waiting])).await);
                }
                left
            }
            Err(Broken::Definite(error)) => {
                for waiting in group {
                    // What may have been committed before is not refused by what happens now.
                    let is_open = waiting.is_open;
                    waiting.answer(Err(if is_open {
                        AppendError::Unknown(Cause::new("refused when it was tried again"))
                    } else {
                        error.to_append_error()
                    }));
                }
                Vec::new()
            }
            Err(Broken::Passing(why)) => {
                self.connection = None;
                self.again(group, &why).await
            }
        }
    }

    /// Answers those whose time is up, and waits before the next try of the others.
    async fn again(&mut self, group: Vec<Waiting>, why: &str) -> Vec<Waiting> {
        tracing::warn!(reason = why, appends = group.len(), "the log takes no events at the moment");
        let now = Instant::now();
        let (left, over): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|waiting| now + self.pause < waiting.deadline);
        for waiting in over {
            let is_open = waiting.is_open;
            let why = why.to_owned();
            waiting.answer(Err(if is_open {
                AppendError::Unknown(Cause::new(why))
            } else {
                AppendError::Unavailable(Cause::new(why))
            }));
        }
        if !left.is_empty() {
            tokio::time::sleep(self.pause).await;
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
        left
    }

    fn verdict(&self, verdict: Verdict) -> Result<Appended, AppendError> {
        let appended = |sequences: Vec<i64>, repeated| {
            let position = |sequence| Position::new(to_sequence(sequence), self.database.shard);
            Ok(Appended { positions: sequences.into_iter().map(position).collect(), repeated })
        };
        match verdict {
            Verdict::Appended(sequences) => appended(sequences, false),
            Verdict::Repeated(sequences) => appended(sequences, true),
            Verdict::Conflict => Err(AppendError::Conflict),
            Verdict::Full => {
                Err(AppendError::Full(Cause::new(format!("it may hold {} bytes", self.database.bytes_max))))
            }
        }
    }
}
