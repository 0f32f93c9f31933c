//! To whom a message is not what it is to everybody.

use std::collections::{HashMap, HashSet};

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// The most rows of each kind that are read of one author or message.
const EXCEPTIONS_MAX: i64 = 2_000;
/// Of accounts, and of messages, that one statement asks about: at most 200,000 rows, far from the longest it may take.
const CHUNK: usize = 20;
/// Pairs of a viewer with an author or message that are looked up, in about a tenth of a second.
const PAIRS_MAX: usize = 50_000;
/// Rows that are read in all. Whatever is asked about behind them has too many.
const IN_ALL_MAX: usize = 400_000;

/// By account or message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// By author: who sees nothing of it.
    pub hidden: HashMap<i64, HashSet<i64>>,
    /// By author: who does not want to see it in the home timeline.
    pub muted: HashMap<i64, HashSet<i64>>,
    /// By author who is silenced: who follows it.
    pub followed: HashMap<i64, HashSet<i64>>,
    /// By message.
    pub liked: HashMap<i64, HashSet<i64>>,
    pub reposted: HashMap<i64, HashSet<i64>>,
    pub bookmarked: HashMap<i64, HashSet<i64>>,
    /// Accounts and messages of which there were more.
    pub too_many: HashSet<i64>,
}

/// As `list_exceptions.sql` gives it.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    account: i64,
    about: i64,
    what: i16,
}

/// Of some authors and reposters, and of some messages.
pub async fn list_exceptions(
    pool: &Pool,
    accounts: &[i64],
    messages: &[i64],
) -> Result<Exceptions, ReadError> {
    let mut exceptions = Exceptions::default();
    let (mut accounts, mut messages, mut read) = (accounts.chunks(CHUNK), messages.chunks(CHUNK), 0);
    loop {
        let chunk = (accounts.next(), messages.next());
        if chunk == (None, None) {
            return Ok(exceptions);
        }
        if read > IN_ALL_MAX {
            exceptions.too_many.extend([chunk.0, chunk.1].into_iter().flatten().flatten());
            continue;
        }
        let query = || {
            sqlx::query_as::<_, Row>(include_str!("list_exceptions.sql"))
                .bind(chunk.0.unwrap_or_default())
                .bind(chunk.1.unwrap_or_default())
                .bind(EXCEPTIONS_MAX)
                .fetch_all(pool)
        };
        let rows = run(query).await?;
        read += rows.len();
        exceptions.add(&rows);
    }
}

/// What is asked of some viewers alone.
#[derive(Debug, Clone, Copy)]
pub struct ExceptionsQuery<'a> {
    pub viewers: &'a [i64],
    /// Authors and reposters.
    pub accounts: &'a [i64],
    /// The silenced among them.
    pub silenced: &'a [i64],
    pub messages: &'a [i64],
}

/// Adds, of some viewers, what there was too much of to be read of all, and whom of the silenced they follow. Of what is too
/// much for this as well, there are too many.
pub async fn look_up_exceptions(
    pool: &Pool,
    asked: ExceptionsQuery<'_>,
    exceptions: &mut Exceptions,
) -> Result<(), ReadError> {
    if asked.viewers.is_empty() {
        return Ok(());
    }
    let too_many = std::mem::take(&mut exceptions.too_many);
    let exceeding = |ids: &[i64]| ids.iter().copied().filter(|id| too_many.contains(id)).collect();
    let (accounts, messages): (Vec<i64>, Vec<i64>) = (exceeding(asked.accounts), exceeding(asked.messages));
    let mut room = PAIRS_MAX / asked.viewers.len();
    let mut taken = |mut ids: Vec<i64>| {
        exceptions.too_many.extend(ids.drain(room.min(ids.len())..));
        room -= ids.len();
        ids
    };
    let (silenced, accounts, messages) = (taken(asked.silenced.to_vec()), taken(accounts), taken(messages));
    if silenced.is_empty() && accounts.is_empty() && messages.is_empty() {
        return Ok(());
    }
    let query = || {
        sqlx::query_as::<_, Row>(include_str!("list_exceptions_among.sql"))
            .bind(asked.viewers)
            .bind(&accounts)
            .bind(&messages)
            .bind(&silenced)
            .fetch_all(pool)
    };
    run(query).await?.iter().for_each(|row| exceptions.insert(row));
    Ok(())
}

impl Exceptions {
    /// All rows of some accounts and messages.
    fn add(&mut self, rows: &[Row]) {
        // Rows are what the statement bounds; an account may come in two of them.
        let mut counts: HashMap<(i64, i16), i64> = HashMap::new();
        for row in rows {
            self.insert(row);
            let count = counts.entry((row.about, row.what)).or_default();
            *count += 1;
            if *count > EXCEPTIONS_MAX {
                self.too_many.insert(row.about);
            }
        }
    }

    fn insert(&mut self, Row { account, about, what }: &Row) {
        let of_kind = match what {
            1 => &mut self.hidden,
            2 => &mut self.muted,
            3 => &mut self.liked,
            4 => &mut self.reposted,
            5 => &mut self.bookmarked,
            _ => &mut self.followed,
        };
        of_kind.entry(*about).or_default().insert(*account);
    }
}
