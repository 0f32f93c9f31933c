//! Reads the process environment once, and reports everything that is wrong with it at once.
//!
//! Reading a variable never fails by itself; it records the problem and gives `None`, so that one run of a service
//! names every variable that an operator has to fix:
//!
//! ```
//! # use service_kit::config::{ConfigError, Environment};
//! # fn read(mut env: Environment) -> Result<(String, u16), ConfigError> {
//! let (Some(url), Some(port)) = (env.required("ROOKERY_URL"), env.or_default("ROOKERY_PORT", 8080)) else {
//!     return Err(env.into_error());
//! };
//! # Ok((url, port))
//! # }
//! ```

mod error;
mod secret;

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Display;
use std::str::FromStr;

pub use error::{ConfigError, Fault, FaultKind, Unread};
pub use secret::Secret;

/// Variables with this prefix belong to us, so one that nobody asked for is probably a typing error.
const PREFIX: &str = "ROOKERY_";

/// What `rookery` and Compose read and no service does; they are often set where services are started, too.
const OF_TOOLS: [&str; 22] = [
    "ROOKERY_ANALYSTS_LISTEN",
    "ROOKERY_ANALYST_URL",
    "ROOKERY_ANALYST_URL_FILE",
    "ROOKERY_API_URL",
    "ROOKERY_DATA_DIR",
    "ROOKERY_EVENT_STORE",
    "ROOKERY_IMAGE_PREFIX",
    "ROOKERY_IMAGE_TAG",
    "ROOKERY_JOBS_FILE",
    "ROOKERY_JOBS_LEASE",
    "ROOKERY_JOBS_OPS_LISTEN",
    "ROOKERY_LISTEN",
    "ROOKERY_NATS_LISTEN",
    "ROOKERY_NATS_SERVER",
    "ROOKERY_OPS_LISTEN",
    "ROOKERY_POSTGRES_BIN",
    "ROOKERY_POSTGRES_LISTEN",
    "ROOKERY_STORE_BYTES_MAX",
    "ROOKERY_TLS_LISTEN",
    "ROOKERY_TOKEN",
    "ROOKERY_VERIFY_EVERY",
    "ROOKERY_VERIFY_RATE",
];

/// The environment as it was at one moment, and what was found wrong with it so far.
#[derive(Debug)]
pub struct Environment {
    values: BTreeMap<String, OsString>,
    asked: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn from_process() -> Self {
        Self::new(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))))
    }

    /// A made-up environment, for tests and for processes that configure parts of themselves.
    #[must_use]
    pub fn from_pairs<N: Into<String>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::new(pairs.into_iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn new(pairs: impl Iterator<Item = (String, OsString)>) -> Self {
        // Compose files and shells pass `NAME=` for "not set"; nobody means an empty address or path.
        let values = pairs.filter(|(_, value)| !value.is_empty()).collect();
        Self { values, asked: BTreeSet::new(), faults: Vec::new() }
    }

    /// A variable that has to be set.
    pub fn required<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        match self.read(name) {
            Read::Value(value) => Some(value),
            Read::Faulty => None,
            Read::Unset => {
                self.faults.push(Fault::missing(name, expectation::<T>()));
                None
            }
        }
    }

    /// A variable that may be left out: `Some(None)` when it is, `None` when it is set and malformed.
    pub fn optional<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<Option<T>> {
        match self.read(name) {
            Read::Value(value) => Some(Some(value)),
            Read::Unset => Some(None),
            Read::Faulty => None,
        }
    }

    /// A variable with a default.
    pub fn or_default<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> Option<T> {
        Some(self.optional(name)?.unwrap_or(default))
    }

    /// A secret that has to be set, either as `NAME` or as the path of a file in `NAME_FILE`.
    ///
    /// The file is for installations that mount their secrets; one line end after the secret is not part of it.
    pub fn secret(&mut self, name: &str) -> Option<Secret> {
        let secret = self.optional_secret(name)?;
        if secret.is_none() {
            self.faults.push(Fault::missing(
                name,
                "a secret, or the path of its file in the variable with _FILE added",
            ));
        }
        secret
    }

    /// As [`Self::secret`], for one that may be left out: `Some(None)` when it is.
    pub fn optional_secret(&mut self, name: &str) -> Option<Option<Secret>> {
        let file_name = format!("{name}_FILE");
        let (direct, file) = (self.optional::<String>(name)?, self.optional::<String>(&file_name)?);
        match (direct, file) {
            (Some(_), Some(_)) => {
                self.reject(name, format!("set either this or {file_name}, not both"));
                None
            }
            (Some(value), None) => Some(Some(Secret::new(value))),
            (None, None) => Some(None),
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(content) => Some(Some(Secret::new(content.trim_end_matches(['\r', '\n'])))),
                Err(error) => {
                    self.reject(&file_name, format!("the path of a readable file ({path}: {error})"));
                    None
                }
            },
        }
    }

    /// Records that a value parsed but is not acceptable, for instance because it contradicts another one.
    pub fn reject(&mut self, name: &str, expected: impl Into<String>) {
        self.faults.push(Fault::malformed(name, expected));
    }

    /// Whether anything was found wrong so far.
    #[must_use]
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Variables with our prefix that are set and that nobody asked for: probably typing errors.
    ///
    /// Call it after everything has been read. They are worth a warning, not an end: another program on the same host
    /// may share the file they came from.
    #[must_use]
    pub fn unknown_variables(&self) -> Vec<String> {
        self.unread().0
    }

    /// The same, to be told of.
    #[must_use]
    pub fn unread(&self) -> Unread {
        let names = self
            .values
            .keys()
            .filter(|name| name.starts_with(PREFIX) && !self.asked.contains(*name))
            .filter(|name| !OF_TOOLS.contains(&name.as_str()))
            .cloned();
        Unread(names.collect())
    }

    /// Everything that was found wrong, as the one error to end the process with.
    #[must_use]
    pub fn into_error(self) -> ConfigError {
        let unread = self.unread();
        ConfigError::new(self.faults, unread)
    }

    fn read<T: FromStr<Err: Display>>(&mut self, name: &str) -> Read<T> {
        self.asked.insert(name.to_owned());
        let Some(raw) = self.values.get(name) else { return Read::Unset };
        let Some(text) = raw.to_str() else {
            self.reject(name, format!("{}, in UTF-8", expectation::<T>()));
            return Read::Faulty;
        };
        match text.parse() {
            Ok(value) => Read::Value(value),
            Err(error) => {
                self.reject(name, format!("{} ({error})", expectation::<T>()));
                Read::Faulty
            }
        }
    }
}

enum Read<T> {
    Value(T),
    Unset,
    Faulty,
}

/// What an operator should type, from the type that the program asked for.
fn expectation<T>() -> &'static str {
    let name = type_name::<T>();
    match name.rsplit("::").next().unwrap_or(name) {
        "bool" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "String" => "text",
        "PathBuf" => "a path",
        "SocketAddr" => "an address and a port, like 127.0.0.1:8080",
        "IpAddr" => "an IP address",
        "RateOrOff" => "a rate, or off",
        short => short,
    }
}
