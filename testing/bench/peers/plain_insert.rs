//! The peer: what most people would write instead. A message and its tags go into Postgres in one transaction per
//! request. There is no log, no identity, no idempotency, no count and no access log; it has that much less to do.

use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpListener;

/// More than the usual default of 10, so that commits can share a sync.
const CONNECTIONS_MAX: u32 = 32;
const TEXT_CHARS_MAX: usize = 280;

const SCHEMA: &str = "
create table plain_message (
    id bigint generated always as identity primary key,
    author bigint not null,
    text text not null,
    created_at timestamptz not null default now()
);
create index plain_message_by_author on plain_message (author, created_at);
create table plain_message_tag (
    message_id bigint not null references plain_message,
    tag text not null,
    primary key (message_id, tag)
);
create index plain_message_tag_by_tag on plain_message_tag (tag, message_id);
";

#[derive(Deserialize)]
struct NewMessage {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Receipt {
    id: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (listen, database_url) =
        arguments.next().zip(arguments.next()).context("usage: LISTEN DATABASE_URL")?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(Duration::from_secs(5))
        .connect(&database_url)
        .await?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await?;
    let router = Router::new()
        .route("/readyz", get(|| async { StatusCode::OK }))
        .route("/v1/messages", post(post_message))
        .with_state(pool);
    axum::serve(TcpListener::bind(listen).await?, router).await?;
    Ok(())
}

async fn post_message(
    State(pool): State<PgPool>,
    Json(message): Json<NewMessage>,
) -> Result<impl IntoResponse, StatusCode> {
    if message.text.is_empty() || message.text.chars().count() > TEXT_CHARS_MAX {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let id = insert(&pool, &message).await.map_err(|_error| StatusCode::SERVICE_UNAVAILABLE)?;
    let location = [(LOCATION, format!("/v1/messages/{id}"))];
    Ok((StatusCode::CREATED, location, Json(Receipt { id: id.to_string() })))
}

async fn insert(pool: &PgPool, message: &NewMessage) -> Result<i64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let id: i64 = sqlx::query_scalar("insert into plain_message (author, text) values ($1, $2) returning id")
        .bind(1_i64)
        .bind(&message.text)
        .fetch_one(&mut *transaction)
        .await?;
    sqlx::query("insert into plain_message_tag (message_id, tag) select $1, unnest($2::text[])")
        .bind(id)
        .bind(&message.tags)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(id)
}
