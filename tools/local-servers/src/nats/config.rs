//! The configuration file of nats-server.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use super::{NatsOptions, USER};
use crate::child::ChildSpec;

pub(super) const FILE: &str = "nats.conf";
const FILE_STORE: &str = "max_file_store:";

/// Writes the file at every start: it says what the options say, and no old version of it survives.
pub(super) fn write(
    options: &NatsOptions,
    spec: &ChildSpec,
    address: SocketAddr,
    server_name: &str,
    password: Option<&str>,
) -> Result<()> {
    let path = spec.dir.join(FILE);
    let text = render(options, &spec.dir.join("store").display().to_string(), address, server_name, password);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("open {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("write {}", path.display()))?;
    spec.run_as.own(&path)
}

/// What the broker of a directory may reserve, as it was last started; `None` where it never was.
pub fn configured_store_bytes(dir: &Path) -> Result<Option<u64>> {
    let path = dir.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("read {}", path.display()))?,
    };
    let value = text.lines().find_map(|line| line.trim().strip_prefix(FILE_STORE));
    Ok(value.and_then(|value| value.trim().parse().ok()))
}

fn render(
    options: &NatsOptions,
    store: &str,
    address: SocketAddr,
    server_name: &str,
    password: Option<&str>,
) -> String {
    let authorization = match password {
        Some(password) => format!("authorization {{ user: {USER}, password: \"{password}\" }}\n"),
        None => String::new(),
    };
    let file_store_bytes_max = options.file_store_bytes_max;
    let extra_config = &options.extra_config;
    format!(
        r#"# Written at every start; changes are lost.
server_name: "{server_name}"
listen: "{address}"
max_payload: 1MB
{authorization}jetstream {{
  store_dir: {store:?}
  {FILE_STORE} {file_store_bytes_max}
  max_memory_store: 64MB
  # An ack means that the message is on disk. The default syncs every two minutes.
  sync_interval: always
}}
{extra_config}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acks_wait_for_the_disk() {
        let address = SocketAddr::from(([127, 0, 0, 1], 4222));
        let text = render(&NatsOptions::new("/d"), "/d/store", address, "n", Some("secret"));
        assert!(text.contains("sync_interval: always"));
        assert!(text.contains(r#"listen: "127.0.0.1:4222""#));
        assert!(text.contains(r#"password: "secret""#));
        assert!(!text.contains("http"));
    }
}
