//! What callers may rely on, and what they may not get away with, over real connections where that matters.

mod admission;
mod browsers;
mod caller_limits;
mod connections;
mod gateway_identity;
mod headers;
mod http2;
mod json_bodies;
mod jwks_url;
mod jwt_identity;
mod limits;
mod ops;
mod problems;
mod shutdown;
mod support;
mod tls;
mod unread_bodies;
