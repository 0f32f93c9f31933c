//! The broker's users: those of `deploy/nats/nats.conf`, in the same accounts, and one that raises bounds.
//!
//! So the dispatcher alone appends here, too, and reads what lies beside the log; each of the others can do what its
//! tools need. Each password is in a file of its own that only its owner may read.

use std::net::SocketAddr;

use anyhow::Result;
use uuid::Uuid;

use super::passwords;
use crate::commands::consumers::ConsumerUsers;
use crate::data_dir::DataDir;

/// As it is shipped; from here on what is not said of the server itself.
const SHIPPED: &str = include_str!("../../../../../deploy/nats/nats.conf");
const ACCOUNTS_FROM: &str = "feature_flags {";
/// The first users and exports of it are those of the account that holds the log.
const USERS: &str = "    users: [\n";
const EXPORTS: &str = "    exports: [\n";
const ACCOUNTS: &str = "accounts {\n";
const LIMITS_EXPORTS: &str = r#"      { service: "$JS.API.INFO", accounts: [LIMITS] }
      { service: "$JS.API.STREAM.INFO.*", accounts: [LIMITS] }
      { service: "$JS.API.STREAM.UPDATE.*", accounts: [LIMITS] }
"#;
const LIMITS: &str = r#"  LIMITS: {
    users: [
      {
        user: limits
        password: $LIMITS_PASSWORD
        permissions: { publish: ["LOG.API.>"], subscribe: ["_INBOX.>"] }
      }
    ]
    mappings: { "$JS.API.>": "LOG.API.>" }
    imports: [
      { service: { account: LOG, subject: "$JS.API.INFO" }, to: "LOG.API.INFO" }
      { service: { account: LOG, subject: "$JS.API.STREAM.INFO.*" }, to: "LOG.API.STREAM.INFO.*" }
      { service: { account: LOG, subject: "$JS.API.STREAM.UPDATE.*" }, to: "LOG.API.STREAM.UPDATE.*" }
    ]
  }
"#;
/// The accounts of consumers, from where the broker's configuration is.
const CONSUMERS: &str = r#"include "../../secrets/consumers/consumers.conf""#;
const OWN_CONSUMERS: &str = r#"include "../consumers.conf""#;
/// Makes a log and fills it from an archive, while nothing else runs.
const OWNER: &str = "      { user: owner, password: $OWNER_PASSWORD }\n";

/// Whom the broker lets in.
pub(in crate::commands) struct BrokerUsers {
    passwords: Vec<(&'static str, String)>,
}

impl BrokerUsers {
    /// With passwords that stay the same for the life of the data directory.
    pub(in crate::commands) fn of(data: &DataDir) -> Result<Self> {
        ConsumerUsers::beside(data).make_if_missing()?;
        let dir = data.logins()?;
        let users = ["dispatcher", "keys", "reducers", "relay", "operator", "limits", "jobs"];
        let password = |user| Ok((user, passwords::read_or_create(&dir, &format!("nats-{user}"))?));
        Ok(Self { passwords: users.into_iter().map(password).collect::<Result<_>>()? })
    }

    /// And one who may do anything, until the broker is started again.
    pub(in crate::commands) fn with_owner(mut self) -> Self {
        self.passwords.push(("owner", Uuid::new_v4().simple().to_string()));
        self
    }

    /// For the configuration of the broker.
    pub(in crate::commands) fn config(&self) -> String {
        let passwords = self.passwords.iter();
        let passwords =
            passwords.map(|(user, password)| format!("{}_PASSWORD: \"{password}\"\n", user.to_uppercase()));
        let accounts = SHIPPED.find(ACCOUNTS_FROM).map_or("", |at| &SHIPPED[at..]);
        let owner = if self.password("owner").is_some() { OWNER } else { "" };
        let accounts = accounts
            .replacen(USERS, &format!("{USERS}{owner}"), 1)
            .replacen(EXPORTS, &format!("{EXPORTS}{LIMITS_EXPORTS}"), 1)
            .replacen(ACCOUNTS, &format!("{ACCOUNTS}{LIMITS}"), 1)
            .replacen(CONSUMERS, OWN_CONSUMERS, 1);
        format!("{}{accounts}", passwords.collect::<String>())
    }

    /// Holds a password; without one for a user that there is not.
    pub(in crate::commands) fn url(&self, user: &str, broker: SocketAddr) -> String {
        let password = self.password(user).unwrap_or_default();
        format!("nats://{user}:{password}@{broker}")
    }

    fn password(&self, user: &str) -> Option<&str> {
        let mut passwords = self.passwords.iter();
        passwords.find_map(|(name, password)| (*name == user).then_some(password.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only then it is read as it is meant.
    #[test]
    fn the_shipped_configuration_is_what_it_is_taken_for() {
        let passwords = vec![("dispatcher", "p".to_owned()), ("owner", "q".to_owned())];
        let config = BrokerUsers { passwords }.config();
        assert!(config.contains("DISPATCHER_PASSWORD: \"p\"\n"));
        let of_log = config.split("  LOG: {").nth(1).and_then(|rest| rest.split("  READERS: {").next());
        let of_log = of_log.expect("two accounts, one behind the other");
        for one in ["user: dispatcher", "user: owner", "STREAM.UPDATE.*\", accounts: [LIMITS]"] {
            assert_eq!(config.matches(one).count(), 1, "{one}");
            assert!(of_log.contains(one), "{one}");
        }
        assert_eq!(config.matches("user: limits").count(), 1);
        assert_eq!(config.matches("include").count(), 1);
        assert!(config.contains(OWN_CONSUMERS));
        assert!(!config.contains("listen"), "what it says of the server is ours");
    }
}
