//! Origins as an operator writes them: exactly as browsers send them.

use std::str::FromStr;

use http::{HeaderValue, Uri};

/// Each request of a page is compared with all of them.
const ORIGINS_MAX: usize = 64;

/// The origins whose pages may call the API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CorsOrigins {
    #[default]
    None,
    /// All there are.
    Any,
    These(Vec<HeaderValue>),
}

#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    #[error(
        "`{0}` is no origin: write it as browsers send it, like https://app.example or http://localhost:5173"
    )]
    Malformed(String),
    #[error("`*` means all origins; it stands alone")]
    AnyAndOthers,
    #[error("at most {ORIGINS_MAX} origins")]
    TooMany,
}

impl FromStr for CorsOrigins {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => return Ok(Self::None),
            ["*"] => return Ok(Self::Any),
            parts if parts.contains(&"*") => return Err(OriginError::AnyAndOthers),
            parts if parts.len() > ORIGINS_MAX => return Err(OriginError::TooMany),
            _ => {}
        }
        parts.into_iter().map(origin).collect::<Result<_, _>>().map(Self::These)
    }
}

/// A spelling that no browser sends would never match, and nobody would learn why.
fn origin(text: &str) -> Result<HeaderValue, OriginError> {
    let malformed = || OriginError::Malformed(text.to_owned());
    let uri: Uri = text.parse().map_err(|_no_uri| malformed())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(malformed());
    };
    let default_port = match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    };
    // A path, a user, capital letters and the port that goes without saying are left out by browsers. A star in a name
    // would look as if it meant many.
    let is_exact = text == format!("{scheme}://{authority}")
        && text == text.to_ascii_lowercase()
        && !authority.as_str().contains(['@', '*'])
        && !(authority.port_u16().is_some() && authority.port_u16() == default_port);
    if !is_exact {
        return Err(malformed());
    }
    HeaderValue::from_str(text).map_err(|_no_value| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_listed_as_browsers_send_them() {
        let listed: CorsOrigins = " https://app.example, http://localhost:5173 ,capacitor://localhost"
            .parse()
            .expect("all are good");
        let CorsOrigins::These(origins) = listed else { panic!("{listed:?}") };
        assert_eq!(origins, ["https://app.example", "http://localhost:5173", "capacitor://localhost"]);
        assert_eq!("*".parse::<CorsOrigins>().expect("it is all"), CorsOrigins::Any);
        assert_eq!("".parse::<CorsOrigins>().expect("it is none"), CorsOrigins::None);
    }

    #[test]
    fn what_would_never_match_is_refused() {
        for text in [
            "app.example",
            "https://app.example/",
            "https://app.example/path",
            "https://App.example",
            "https://me@app.example",
            "https://app.example:443",
            "http://app.example:80",
            "https://*.example",
            "null",
            "https://a.example,*",
            "*,*",
        ] {
            assert!(text.parse::<CorsOrigins>().is_err(), "{text}");
        }
        let many: Vec<String> = (0..=ORIGINS_MAX).map(|number| format!("https://{number}.example")).collect();
        assert!(matches!(many.join(",").parse::<CorsOrigins>(), Err(OriginError::TooMany)));
    }
}
