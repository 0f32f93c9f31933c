//! Changes of feeds, as rows.

/// What an author shows its followers: a message of its own (position = message) or a repost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRow {
    pub author: i64,
    pub position: i64,
    pub message: i64,
}

/// Somebody took a repost back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepostKey {
    pub author: i64,
    pub message: i64,
}

/// Somebody began to follow somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowRow {
    pub follower: i64,
    pub followee: i64,
    pub position: i64,
}

/// Somebody follows somebody no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowKey {
    pub follower: i64,
    pub followee: i64,
}

/// Somebody wants nothing to do with somebody, or does no more want that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockKey {
    pub blocker: i64,
    pub blocked: i64,
}

/// Changes that give the same rows in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedChanges {
    pub deleted_messages: Vec<i64>,
    pub unreposted: Vec<RepostKey>,
    pub posted: Vec<EntryRow>,
    pub reposted: Vec<EntryRow>,
    /// In the order of their positions: with each of them its followee comes nearer to the limit.
    pub followed: Vec<FollowRow>,
    pub unfollowed: Vec<FollowKey>,
}

/// A segment of a batch, which is applied as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedSegment {
    Changes(FeedChanges),
    /// Alone in its segment: it ends follows, and decides about those and the reposts behind it.
    Block(BlockKey),
    /// Alone in its segment as a block is.
    Unblock(BlockKey),
    /// An account is gone for good, with all that it touched. Alone in its segment: it meets everything.
    Deactivation(i64),
}
