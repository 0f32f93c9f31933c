//! Against a real Postgres, by a way on which connections die without a word.

mod frozen;
mod lent;
mod silent;
