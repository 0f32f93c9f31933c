//! Connecting to a broker.

use std::time::Duration;

use async_nats::ServerAddr;
use domain::Token;
use event_store::OpenError;
use percent_encoding::percent_decode_str;

use crate::errors::unopened;

/// Connects to one of several brokers, separated by commas, and keeps reconnecting for ever. Fails only where the first
/// connection does.
pub async fn connect(urls: &str, name: &str) -> Result<async_nats::Client, OpenError> {
    let (addresses, options) = options(urls, name)?;
    options.connect(addresses).await.map_err(unopened)
}

/// Takes user and password from the first URL that has them, percent-decoded: the client library parses them but does
/// not send them.
pub(crate) fn options(
    urls: &str,
    name: &str,
) -> Result<(Vec<ServerAddr>, async_nats::ConnectOptions), OpenError> {
    let addresses: Result<Vec<ServerAddr>, _> = urls.split(',').map(|url| url.trim().parse()).collect();
    let addresses = addresses.map_err(unopened)?;
    let mut options = async_nats::ConnectOptions::new()
        .name(name)
        // Of its own, so that the broker can be told who may hear whose answers.
        .custom_inbox_prefix(format!("_INBOX.{}", Token::encode(name)))
        .connection_timeout(Duration::from_secs(3))
        .ping_interval(Duration::from_secs(5))
        .max_reconnects(None)
        .reconnect_delay_callback(|tries| Duration::from_millis((20 << tries.min(5)).min(500)));
    let credentials = addresses.iter().find_map(|address| address.username().zip(address.password()));
    if let Some((user, password)) = credentials {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        options = options.user_and_password(decoded(user), decoded(password));
    }
    Ok((addresses, options))
}
