//! What only an operator can say of the data.

use http::Uri;
use service_kit::config::Environment;

/// `ROOKERY_CATALOG_…`, and the address of this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogSettings {
    /// Where the public reaches the API, without a slash at its end; `None`: by what name the caller came.
    pub(super) public_url: Option<String>,
    /// Whether this process itself encrypts what it answers.
    pub(super) is_encrypted: bool,
    pub(super) owner: String,
    pub(super) contact: Option<String>,
    pub(super) license: Option<String>,
    /// Where analysts reach the database, without a login.
    pub(super) sql_url: Option<String>,
}

const OWNER: &str = "The operator of this installation of Rookery";

impl Default for CatalogSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            is_encrypted: false,
            owner: OWNER.to_owned(),
            contact: None,
            license: None,
            sql_url: None,
        }
    }
}

impl CatalogSettings {
    /// The defaults, with what the variables change. `None` where one is malformed.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let public_url =
            address(env, "ROOKERY_PUBLIC_URL", is_web, "an address like https://social.example.org");
        let owner = env.or_default("ROOKERY_CATALOG_OWNER", default.owner);
        let contact = address(
            env,
            "ROOKERY_CATALOG_CONTACT",
            |text| is_mail(text) || is_web(text),
            "an address like mailto:data@example.org or https://example.org/data",
        );
        let license = address(
            env,
            "ROOKERY_CATALOG_LICENSE",
            is_web,
            "the address of a licence, like https://creativecommons.org/licenses/by/4.0/",
        );
        let sql_url = address(
            env,
            "ROOKERY_CATALOG_SQL_URL",
            is_database,
            "an address like postgresql://db.example.org:5432/rookery, without user and password",
        );
        Some(Self {
            public_url: public_url?.map(|url| url.trim_end_matches('/').to_owned()),
            is_encrypted: false,
            owner: owner?,
            contact: contact?,
            license: license?,
            sql_url: sql_url?,
        })
    }

    /// With what is known of the listener.
    #[must_use]
    pub fn encrypted(self, is_encrypted: bool) -> Self {
        Self { is_encrypted, ..self }
    }

    /// With the address of the database, unless one is configured.
    #[must_use]
    pub fn or_sql_url(self, url: String) -> Self {
        Self { sql_url: self.sql_url.or(Some(url)), ..self }
    }
}

fn address(
    env: &mut Environment,
    name: &str,
    is_good: impl Fn(&str) -> bool,
    expected: &str,
) -> Option<Option<String>> {
    let given = env.optional::<String>(name)?;
    if given.as_deref().is_some_and(|text| !is_good(text)) {
        env.reject(name, expected);
        return None;
    }
    Some(given)
}

fn is_web(text: &str) -> bool {
    is_of(text, &["http", "https"]) && !text.contains(['?', '#'])
}

fn is_database(text: &str) -> bool {
    is_of(text, &["postgres", "postgresql"])
}

/// Whose characters can stand in any document, and that names no user.
fn is_of(text: &str, schemes: &[&str]) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let names_user = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
    uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme)) && !names_user && is_plain(text)
}

fn is_mail(text: &str) -> bool {
    let parts = text.strip_prefix("mailto:").and_then(|address| address.split_once('@'));
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) && is_plain(text)
}

/// What RFC 3987 leaves out of addresses is in none.
fn is_plain(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_graphic() && !"<>\"{}|\\^`".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Option<CatalogSettings> {
        CatalogSettings::from_environment(&mut Environment::from_pairs([(name, value)]))
    }

    #[test]
    fn addresses_are_whole_and_hold_no_secret() {
        let good = [
            ("ROOKERY_PUBLIC_URL", "https://social.example.org/rookery/"),
            ("ROOKERY_CATALOG_CONTACT", "mailto:data@example.org"),
            ("ROOKERY_CATALOG_CONTACT", "https://example.org/data"),
            ("ROOKERY_CATALOG_LICENSE", "https://creativecommons.org/licenses/by/4.0/"),
            ("ROOKERY_CATALOG_SQL_URL", "postgresql://db.example.org:5432/rookery"),
        ];
        for (name, value) in good {
            assert!(read(name, value).is_some(), "{name}={value}");
        }
        let bad = [
            ("ROOKERY_PUBLIC_URL", "social.example.org"),
            ("ROOKERY_PUBLIC_URL", "https://social.example.org/?x=1"),
            ("ROOKERY_PUBLIC_URL", "https://user:secret@social.example.org"),
            ("ROOKERY_CATALOG_CONTACT", "data@example.org"),
            ("ROOKERY_CATALOG_CONTACT", "mailto:data team@example.org"),
            ("ROOKERY_CATALOG_LICENSE", "CC-BY-4.0"),
            ("ROOKERY_CATALOG_SQL_URL", "postgresql://analyst:secret@db.example.org/rookery"),
            ("ROOKERY_CATALOG_SQL_URL", "mysql://db.example.org/rookery"),
        ];
        for (name, value) in bad {
            assert!(read(name, value).is_none(), "{name}={value}");
        }
        let settings = read("ROOKERY_PUBLIC_URL", "https://social.example.org/").expect("it is good");
        assert_eq!(settings.public_url.as_deref(), Some("https://social.example.org"));
    }
}
