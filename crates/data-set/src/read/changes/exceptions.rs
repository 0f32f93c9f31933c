//! To whom a message is not what it is to everybody.

use std::collections::{HashMap, HashSet};

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// The most accounts of each kind that are read of one author or message.
const EXCEPTIONS_MAX: i64 = 2_000;

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

/// Of some authors and reposters, and of some messages.
pub async fn list_exceptions(
    pool: &Pool,
    accounts: &[i64],
    messages: &[i64],
) -> Result<Exceptions, ReadError> {
    let query = || {
        sqlx::query_as::<_, (i64, i64, String)>(include_str!("list_exceptions.sql"))
            .bind(accounts)
            .bind(messages)
            .bind(EXCEPTIONS_MAX)
            .fetch_all(pool)
    };
    let mut exceptions = Exceptions::default();
    for (account, about, what) in run(query).await? {
        let of_kind = match what.as_str() {
            "hidden" => &mut exceptions.hidden,
            "muted" => &mut exceptions.muted,
            "liked" => &mut exceptions.liked,
            "reposted" => &mut exceptions.reposted,
            _ => &mut exceptions.bookmarked,
        };
        let accounts = of_kind.entry(about).or_default();
        accounts.insert(account);
        if i64::try_from(accounts.len()).is_ok_and(|count| count > EXCEPTIONS_MAX) {
            exceptions.too_many.insert(about);
        }
    }
    Ok(exceptions)
}
