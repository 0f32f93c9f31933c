//! A connection executes statements within its limit on the server's silence.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryFutureExt};
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Error, Execute, Executor, Postgres, SqlStr};
use tokio::time::{Sleep, sleep};

use super::{Connection, State, answered, end_abandoned, no_answer};

type Row = Either<PgQueryResult, PgRow>;

/// A statement under way.
struct Answer<'c> {
    rows: BoxStream<'c, Result<Row, Error>>,
    state: &'c mut State,
    limit: Duration,
    /// Begins when there is nothing to pass on: the time that the caller takes for rows does not count.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Answer<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Row, Error>>> {
        let item = match self.rows.as_mut().poll_next(context) {
            Poll::Ready(item) => item,
            Poll::Pending => {
                let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.limit)));
                ready!(waiting.as_mut().poll(context));
                self.rows = stream::empty().boxed();
                Some(Err(no_answer(self.limit)))
            }
        };
        self.waiting = None;
        match &item {
            None if *self.state == State::Unanswered => *self.state = State::Ready,
            Some(result @ Err(_)) => *self.state = State::after(result),
            _ => {}
        }
        Poll::Ready(item)
    }
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Row, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, limit, state, transaction } = self;
        *state = State::Unanswered;
        let rows = async move {
            end_abandoned(raw, transaction).await?;
            Ok(raw.fetch_many(query))
        };
        let rows = rows.try_flatten_stream().boxed();
        let mut answer = Answer { rows, state, limit: *limit, waiting: None };
        stream::poll_fn(move |context| answer.poll(context)).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, limit, state, transaction } = self;
        let row = async move {
            end_abandoned(raw, transaction).await?;
            raw.fetch_optional(query).await
        };
        Box::pin(answered(state, *limit, row))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        let Connection { raw, limit, state, .. } = self;
        Box::pin(answered(state, *limit, raw.prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        let Connection { raw, limit, state, .. } = self;
        Box::pin(answered(state, *limit, raw.describe(sql)))
    }
}
