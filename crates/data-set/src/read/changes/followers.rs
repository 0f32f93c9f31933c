//! In whose home timelines entries of accounts are seen.

use std::collections::{HashMap, HashSet};

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// The most followers of one account that are read as a range; beyond them, those that are asked about are looked up.
const FOLLOWERS_MAX: i64 = 2_000;
/// So few are looked up at once.
const LOOKED_UP_MAX: usize = 64;

/// Accounts whose followers one statement reads, or looks up: at most 40,000 rows, far from the longest it may take.
const CHUNK: usize = 20;

/// A follower, as feeds keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Following {
    pub follower: i64,
    pub followee: i64,
    /// Earlier entries are not seen.
    pub visible_from: i64,
}

/// Which of `readers` follow which of the accounts.
pub async fn followers_among(
    pool: &Pool,
    accounts: &[i64],
    readers: &[i64],
) -> Result<Vec<Following>, ReadError> {
    let mut found = Vec::new();
    if readers.is_empty() {
        return Ok(found);
    }
    let among: HashSet<i64> = readers.iter().copied().collect();
    for accounts in accounts.chunks(CHUNK) {
        let followers = match readers.len() <= LOOKED_UP_MAX {
            true => look_up(pool, accounts, readers).await?,
            false => range(pool, accounts, readers).await?,
        };
        found.extend(followers.into_iter().filter(|following| among.contains(&following.follower)));
    }
    Ok(found)
}

/// All followers, but those of the famous.
async fn range(pool: &Pool, accounts: &[i64], readers: &[i64]) -> Result<Vec<Following>, ReadError> {
    let query = || {
        sqlx::query_as::<_, Following>(include_str!("list_followers.sql"))
            .bind(accounts)
            .bind(FOLLOWERS_MAX)
            .fetch_all(pool)
    };
    let mut found = run(query).await?;
    let mut counts: HashMap<i64, i64> = HashMap::new();
    for following in &found {
        *counts.entry(following.followee).or_default() += 1;
    }
    let famous: Vec<i64> =
        counts.into_iter().filter(|(_, count)| *count > FOLLOWERS_MAX).map(|(account, _)| account).collect();
    found.retain(|following| !famous.contains(&following.followee));
    if !famous.is_empty() {
        found.extend(look_up(pool, &famous, readers).await?);
    }
    Ok(found)
}

async fn look_up(pool: &Pool, accounts: &[i64], readers: &[i64]) -> Result<Vec<Following>, ReadError> {
    let query = || {
        sqlx::query_as::<_, Following>(include_str!("list_followers_among.sql"))
            .bind(accounts)
            .bind(readers)
            .fetch_all(pool)
    };
    run(query).await
}
