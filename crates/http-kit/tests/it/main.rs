//! What callers may rely on, and what they may not get away with, over real connections where that matters.

mod caller_limits;
mod gateway_identity;
mod headers;
mod json_bodies;
mod jwks_url;
mod jwt_identity;
mod limits;
mod problems;
mod shutdown;
mod support;
