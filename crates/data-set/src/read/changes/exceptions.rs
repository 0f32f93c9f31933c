//! To whom a message is not what it is to everybody.

use std::collections::{HashMap, HashSet};

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// The most rows of each kind that are read of one author or message.
const EXCEPTIONS_MAX: i64 = 2_000;
/// Of accounts, and of messages, that one statement asks about: at most 200,000 rows, far from the longest it may take.
const CHUNK: usize = 20;
/// Rows that are read in all. Whatever is asked about behind them has too many.
const IN_ALL_MAX: usize = 400_000;

/// By account or message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// By author: who sees nothing of it.
    pub hidden: HashMap<i64, HashSet<i64>>,
    /// By author: who does not want to see it in the home timeline.
    pub muted: HashMap<i64, HashSet<i64>>,
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

impl Exceptions {
    /// All rows of some accounts and messages.
    fn add(&mut self, rows: &[Row]) {
        // Rows are what the statement bounds; an account may come in two of them.
        let mut counts: HashMap<(i64, i16), i64> = HashMap::new();
        for Row { account, about, what } in rows {
            let of_kind = match what {
                1 => &mut self.hidden,
                2 => &mut self.muted,
                3 => &mut self.liked,
                4 => &mut self.reposted,
                _ => &mut self.bookmarked,
            };
            of_kind.entry(*about).or_default().insert(*account);
            let count = counts.entry((*about, *what)).or_default();
            *count += 1;
            if *count > EXCEPTIONS_MAX {
                self.too_many.insert(*about);
            }
        }
    }
}
