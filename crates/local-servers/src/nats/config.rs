//! The configuration file of nats-server.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, Result};

use super::{NatsOptions, USER};
use crate::child::ChildSpec;

pub(super) const FILE: &str = "nats.conf";

/// Writes the file anew at every start: it says what the options say, and no old version of it survives.
pub(super) fn write(
    options: &NatsOptions,
    spec: &ChildSpec,
    port: u16,
    server_name: &str,
    password: Option<&str>,
) -> Result<()> {
    let path = spec.dir.join(FILE);
    let text = render(options, &spec.dir.join("store").display().to_string(), port, server_name, password);
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

fn render(
    options: &NatsOptions,
    store: &str,
    port: u16,
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
listen: "127.0.0.1:{port}"
max_payload: 1MB
{authorization}jetstream {{
  store_dir: {store:?}
  max_file_store: {file_store_bytes_max}
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
    fn acks_wait_for_the_disk_and_only_loopback_listens() {
        let text = render(&NatsOptions::new("/d"), "/d/store", 4222, "n", Some("secret"));
        assert!(text.contains("sync_interval: always"));
        assert!(text.contains(r#"listen: "127.0.0.1:4222""#));
        assert!(text.contains(r#"password: "secret""#));
        assert!(!text.contains("http"));
    }
}
