//! Which providers an installation has.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use serde::Deserialize;
use service_kit::config::{Environment, Secret};

/// Each is a button in somebody's client.
const PROVIDERS_MAX: usize = 8;
const REDIRECTS_MAX: usize = 16;
const NAME_CHARS_MAX: usize = 32;
const TEXT_BYTES_MAX: usize = 512;

const VARIABLE: &str = "ROOKERY_OIDC_PROVIDERS";

/// The providers, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OidcSettings {
    pub providers: Vec<ProviderSettings>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// As clients name it.
    pub name: String,
    /// Exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    /// None of a public client, which PKCE alone protects.
    pub client_secret: Option<Secret>,
    /// Where people may be sent back to; compared as text.
    pub redirect_uris: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    name: String,
    issuer: String,
    client_id: String,
    #[serde(default)]
    client_secret: Option<String>,
    redirect_uris: Vec<String>,
}

impl OidcSettings {
    /// `ROOKERY_OIDC_PROVIDERS`, or the file that `ROOKERY_OIDC_PROVIDERS_FILE` names: a JSON array. None without it.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let Some(text) = env.optional_secret(VARIABLE)? else { return Some(Self::default()) };
        match text.expose().parse() {
            Ok(settings) => Some(settings),
            Err(why) => {
                env.reject(VARIABLE, format!("a JSON array of providers ({why})"));
                None
            }
        }
    }
}

impl FromStr for OidcSettings {
    /// What is wrong, without what was written: it holds secrets.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let written: Vec<Written> = serde_json::from_str(text).map_err(|error| {
            // Its own words may quote a value.
            format!("line {}, column {} is not as the manual has it", error.line(), error.column())
        })?;
        if written.len() > PROVIDERS_MAX {
            return Err(format!("at most {PROVIDERS_MAX} of them"));
        }
        let (mut names, mut issuers) = (BTreeSet::new(), BTreeSet::new());
        let mut redirects = BTreeSet::new();
        let mut providers = Vec::new();
        for one in written {
            // Where a person comes back says from which provider: else one of them could end what another began.
            if !one.redirect_uris.iter().all(|uri| redirects.insert(uri.clone())) {
                return Err(format!("{}: each of redirectUris once, and at one provider alone", one.name));
            }
            let (name, issuer) = (one.name.clone(), one.issuer.clone());
            let checked = one.check().map_err(|why| format!("{name}: {why}"))?;
            if !names.insert(name.clone()) || !issuers.insert(issuer) {
                return Err(format!("{name}: each name and each issuer once"));
            }
            providers.push(checked);
        }
        Ok(Self { providers })
    }
}

impl Written {
    fn check(self) -> Result<ProviderSettings, &'static str> {
        let Self { name, issuer, client_id, client_secret, redirect_uris } = self;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(is_name) {
            return Err("name: 1 to 32 of a to z, 0 to 9 and -");
        }
        let issuer_url = Url::parse(&issuer).ok().filter(is_protected);
        let issuer_url = issuer_url.filter(|url| url.query().is_none() && url.fragment().is_none());
        if issuer_url.is_none() || issuer.len() > TEXT_BYTES_MAX {
            return Err(
                "issuer: an address with https (http at this machine alone), without query and fragment",
            );
        }
        let is_short = |text: &str| !text.is_empty() && text.len() <= TEXT_BYTES_MAX;
        if !is_short(&client_id) || client_secret.as_deref().is_some_and(|secret| !is_short(secret)) {
            return Err("clientId and clientSecret: not empty, at most 512 bytes");
        }
        if redirect_uris.is_empty() || redirect_uris.len() > REDIRECTS_MAX {
            return Err("redirectUris: 1 to 16");
        }
        if !redirect_uris.iter().all(|uri| is_redirect(uri)) {
            return Err(
                "redirectUris: https, http at this machine, or an app's own scheme with a dot; no fragment",
            );
        }
        let client_secret = client_secret.map(Secret::new);
        Ok(ProviderSettings { name, issuer, client_id, client_secret, redirect_uris })
    }
}

/// Whether what is said there cannot be read or changed on the way: TLS, or this machine.
pub(super) fn is_protected(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_this_machine(url),
        _ => false,
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn is_redirect(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    // RFC 8252 §7.1: an app's own scheme is a domain name of its maker, turned round.
    let is_of_app = url.scheme().contains('.');
    uri.len() <= TEXT_BYTES_MAX && url.fragment().is_none() && (is_protected(&url) || is_of_app)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(providers: &Value) -> Result<OidcSettings, String> {
        providers.to_string().parse()
    }

    fn keycloak() -> Value {
        json!({
            "name": "keycloak", "issuer": "https://id.example/realms/r", "clientId": "rookery",
            "clientSecret": "hush", "redirectUris": ["https://app.example/cb", "com.example.app:/cb"],
        })
    }

    #[test]
    fn several_providers_are_taken_and_a_secret_is_not_shown() {
        let public = json!({
            "name": "other", "issuer": "http://127.0.0.1:9/x", "clientId": "r", "redirectUris": ["http://[::1]:7/cb"],
        });
        let settings = parse(&json!([keycloak(), public])).expect("they are good");
        assert_eq!(settings.providers.len(), 2);
        assert!(!format!("{settings:?}").contains("hush"));
        assert_eq!(parse(&json!([])), Ok(OidcSettings::default()));
    }

    #[test]
    fn what_would_not_be_safe_is_refused_without_quoting_it() {
        let with = |field: &str, value: Value| {
            let mut one = keycloak();
            one[field] = value;
            json!([one])
        };
        for bad in [
            json!([keycloak(), keycloak()]),
            with("name", json!("Key Cloak")),
            with("issuer", json!("http://id.example")),
            with("issuer", json!("https://id.example?x")),
            with("issuer", json!("id.example")),
            with("clientId", json!("")),
            with("clientSecret", json!("")),
            with("redirectUris", json!([])),
            with("redirectUris", json!(["http://app.example/cb"])),
            with("redirectUris", json!(["https://app.example/#cb"])),
            with("redirectUris", json!(["javascript:alert(1)"])),
            with("scope", json!("openid email")),
            json!({"keycloak": keycloak()}),
        ] {
            let why = parse(&bad).expect_err("it is not good");
            assert!(!why.contains("hush"), "{why}");
        }
    }
}
