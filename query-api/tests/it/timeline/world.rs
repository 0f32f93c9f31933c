//! Rows of both projections as their folds would write them, an event at a time.

use std::sync::Arc;

use data_set::Pool;
use data_set::write::{
    self, Checkpoint, EntryRow, FanOutLimit, FeedChanges, FeedSegment, FollowKey, FollowRow, ProjectionKey,
    RepostKey, Step,
};
use serde_json::Value;

use crate::support::rows::{execute, fold, row};
use crate::support::{Answer, App};

/// So few followers make an author one that is merged on read.
const LIMIT: FanOutLimit = FanOutLimit::new(2);

pub(crate) struct World {
    pub(crate) app: Arc<App>,
    key: ProjectionKey,
    pool: Pool,
    /// Of the last event.
    pub(crate) position: i64,
    feeds_at: i64,
    /// Changes that feeds has not folded yet.
    held: Option<Vec<FeedSegment>>,
}

impl World {
    pub(crate) async fn start() -> Self {
        let app = Arc::new(App::start().await);
        let key = ProjectionKey { projection: "feeds", version: 1, shard: 0, lineage: "test".to_owned() };
        let pool = write::connect(&app.postgres.url(), "test", "feeds_v1").expect("the address is good");
        write::resume(&pool, &key).await.expect("a checkpoint");
        Self { app, key, pool, position: 0, feeds_at: 0, held: None }
    }

    /// From now on feeds falls behind.
    pub(crate) fn hold_feeds(&mut self) {
        self.held = Some(Vec::new());
    }

    /// Feeds catches up.
    pub(crate) async fn release_feeds(&mut self) {
        let batch = self.held.take().expect("it was held");
        self.write_feeds(&batch).await;
    }

    async fn write_feeds(&mut self, segments: &[FeedSegment]) {
        let from = Checkpoint { position: self.feeds_at, ..Checkpoint::default() };
        let to = from.at(self.position, None);
        let mut step = Step::advance(&self.pool, &self.key, from, to).await.expect("past the fence");
        step.write_feeds(segments, LIMIT).await.expect("written");
        step.commit().await.expect("committed");
        self.feeds_at = to.position;
    }

    async fn feeds(&mut self, changes: FeedChanges) {
        let run = FeedSegment::Changes(changes);
        match &mut self.held {
            Some(held) => held.push(run),
            None => self.write_feeds(&[run]).await,
        }
    }

    fn next(&mut self) -> i64 {
        self.position += 256;
        self.position
    }

    /// The checkpoint of social moves to the last event.
    async fn social(&self) {
        fold(&self.app.writer, &[]).await;
        let sql =
            format!("update control.checkpoint set position = {} where projection = 'social'", self.position);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.writer).await.expect("it moves");
    }

    pub(crate) async fn post(&mut self, author: i64) -> i64 {
        let position = self.next();
        fold(&self.app.writer, &[row(position, author, &[], "2026-01-01T00:00:00Z")]).await;
        let posted = vec![EntryRow { author, position, message: position }];
        self.feeds(FeedChanges { posted, ..FeedChanges::default() }).await;
        position
    }

    pub(crate) async fn repost(&mut self, author: i64, message: i64) -> i64 {
        let position = self.next();
        let sql = format!("insert into social_v1.reposted values ({author}, {message}, {position}, now())");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.writer).await.expect("inserted");
        self.social().await;
        let reposted = vec![EntryRow { author, position, message }];
        self.feeds(FeedChanges { reposted, ..FeedChanges::default() }).await;
        position
    }

    pub(crate) async fn unrepost(&mut self, author: i64, message: i64) {
        self.next();
        let sql = format!("delete from social_v1.reposted where account = {author} and message = {message}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.writer).await.expect("deleted");
        self.social().await;
        let unreposted = vec![RepostKey { author, message }];
        self.feeds(FeedChanges { unreposted, ..FeedChanges::default() }).await;
    }

    pub(crate) async fn delete(&mut self, message: i64) {
        self.next();
        let sql = format!("delete from social_v1.message where id = {message}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.writer).await.expect("deleted");
        self.social().await;
        self.feeds(FeedChanges { deleted_messages: vec![message], ..FeedChanges::default() }).await;
    }

    pub(crate) async fn follow(&mut self, follower: i64, followee: i64) {
        let position = self.next();
        self.social().await;
        let followed = vec![FollowRow { follower, followee, position }];
        self.feeds(FeedChanges { followed, ..FeedChanges::default() }).await;
    }

    pub(crate) async fn unfollow(&mut self, follower: i64, followee: i64) {
        self.next();
        self.social().await;
        let unfollowed = vec![FollowKey { follower, followee }];
        self.feeds(FeedChanges { unfollowed, ..FeedChanges::default() }).await;
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        execute(&self.app.writer, sql).await;
    }

    /// The positions of a page's items.
    pub(crate) async fn shown(&self, path: &str) -> Vec<i64> {
        positions(&self.app.get(path).await)
    }
}

#[track_caller]
pub(crate) fn positions(answer: &Answer) -> Vec<i64> {
    positions_of(&answer.ok())
}

pub(crate) fn positions_of(items: &Value) -> Vec<i64> {
    let position =
        |item: &Value| item["position"].as_str().and_then(|at| at.parse().ok()).expect("a position");
    items.as_array().expect("a list").iter().map(position).collect()
}

/// The address of a link by its relation.
pub(crate) fn link(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.headers.get("link")?.to_str().expect("headers are text");
    let suffix = format!(">; rel=\"{relation}\"");
    let address = links.split(", ").find_map(|link| link.strip_suffix(&suffix))?;
    Some(address.strip_prefix('<').expect("it is a link").to_owned())
}
