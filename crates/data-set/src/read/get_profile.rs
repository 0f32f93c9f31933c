//! One account, by its id or its handle.

use domain::Handle;
use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::run::run;
use crate::pool::Pool;

/// An account that registered and is not deactivated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    pub id: i64,
    pub handle: String,
    pub display_name: String,
    pub bio: String,
    pub registered_at: OffsetDateTime,
    /// `silenced` or `suspended`.
    pub restriction: Option<String>,
    pub followers: i64,
    pub following: i64,
    pub messages: i64,
    /// By the caller.
    pub followed: bool,
    /// By the caller.
    pub blocked: bool,
    /// By the caller.
    pub muted: bool,
}

/// What an account may be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountName {
    Id(i64),
    Handle(HandleName),
}

/// A handle, spelled as the fold stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleName(String);

impl HandleName {
    /// In small letters; `None` where nobody can have that handle.
    pub fn parse(raw: &str) -> Option<Self> {
        Handle::parse(raw).ok().map(|handle| Self(handle.into_string()))
    }
}

/// There is always a row: it carries the position, and maybe no account.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    id: Option<i64>,
    handle: Option<String>,
    display_name: Option<String>,
    bio: Option<String>,
    registered_at: Option<OffsetDateTime>,
    restriction: Option<String>,
    followers: i64,
    following: i64,
    messages: i64,
    followed: bool,
    blocked: bool,
    muted: bool,
}

const BY_ID: &str = concat!(include_str!("get_profile.sql"), include_str!("show_profile.sql"));
const BY_HANDLE: &str = concat!(include_str!("get_profile_by_handle.sql"), include_str!("show_profile.sql"));

/// The account with a name, as another one sees it. `sees_hidden`: also where it is suspended.
pub async fn get_profile(
    pool: &Pool,
    caller: i64,
    sees_hidden: bool,
    name: &AccountName,
) -> Result<At<Option<ProfileRow>>, ReadError> {
    let query = || async move {
        let query = match name {
            AccountName::Id(id) => sqlx::query_as::<_, Row>(BY_ID).bind(id),
            AccountName::Handle(HandleName(handle)) => sqlx::query_as(BY_HANDLE).bind(handle),
        };
        query.bind(caller).fetch_one(pool).await
    };
    let row = run(query).await?;
    let is_hidden = row.restriction.as_deref() == Some("suspended") && !sees_hidden;
    Ok(At { position: row.position, value: profile(row).filter(|_| !is_hidden) })
}

fn profile(row: Row) -> Option<ProfileRow> {
    Some(ProfileRow {
        id: row.id?,
        handle: row.handle?,
        display_name: row.display_name?,
        bio: row.bio?,
        registered_at: row.registered_at?,
        restriction: row.restriction,
        followers: row.followers,
        following: row.following,
        messages: row.messages,
        followed: row.followed,
        blocked: row.blocked,
        muted: row.muted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_found_in_any_case() {
        assert_eq!(HandleName::parse("Grey_Heron9"), Some(HandleName("grey_heron9".to_owned())));
        for raw in ["", "grey heron", "grey.heron", "h\u{e9}ron", "a\0b", &"x".repeat(31)] {
            assert_eq!(HandleName::parse(raw), None, "{raw:?}");
        }
    }
}
