//! Certificates from files, read again when these change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use service_kit::Chain;
use service_kit::config::Environment;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How soon a renewed certificate is used.
const LOOK_PERIOD: Duration = Duration::from_secs(2);

/// What connections are encrypted with. Those that stand keep what they began with.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: Files,
    current: RwLock<Arc<ServerConfig>>,
}

#[derive(Debug, Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{path} holds no certificate in PEM: give the whole chain, the server's own first")]
    Certificate {
        path: PathBuf,
        #[source]
        source: PemError,
    },
    #[error("{path} holds no private key in PEM (PKCS#8, SEC1 or PKCS#1)")]
    Key {
        path: PathBuf,
        #[source]
        source: PemError,
    },
    #[error("{} and {} do not go together", .certificate.display(), .key.display())]
    Pair {
        certificate: PathBuf,
        key: PathBuf,
        #[source]
        source: rustls::Error,
    },
}

impl Tls {
    /// # Errors
    /// When the files hold no certificate and its key.
    pub fn open(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let files = Files { certificate, key };
        let current = RwLock::new(Arc::new(files.read()?));
        Ok(Self(Arc::new(Inner { files, current })))
    }

    /// `ROOKERY_TLS_CERTIFICATE_FILE` and `ROOKERY_TLS_KEY_FILE`, both or neither: `Some(None)` is plain HTTP.
    pub fn from_environment(env: &mut Environment) -> Option<Option<Self>> {
        let certificate = env.optional::<PathBuf>("ROOKERY_TLS_CERTIFICATE_FILE");
        let key = env.optional::<PathBuf>("ROOKERY_TLS_KEY_FILE");
        match (certificate?, key?) {
            (None, None) => Some(None),
            (Some(certificate), Some(key)) => match Self::open(certificate, key) {
                Ok(tls) => Some(Some(tls)),
                Err(error) => {
                    let name = match error {
                        TlsError::Key { .. } => "ROOKERY_TLS_KEY_FILE",
                        _ => "ROOKERY_TLS_CERTIFICATE_FILE",
                    };
                    env.reject(name, format!("a file that can be used ({})", Chain(&error)));
                    None
                }
            },
            (Some(_), None) => {
                env.reject(
                    "ROOKERY_TLS_KEY_FILE",
                    "the certificate's private key, as the path of a PEM file",
                );
                None
            }
            (None, Some(_)) => {
                env.reject(
                    "ROOKERY_TLS_CERTIFICATE_FILE",
                    "the key's certificates, as the path of a PEM file",
                );
                None
            }
        }
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }

    /// Follows the files until the token is cancelled. What cannot be used is said once, and the former stays.
    pub(super) async fn keep_fresh(self, token: CancellationToken) {
        let mut known = self.0.files.changed();
        while token.run_until_cancelled(tokio::time::sleep(LOOK_PERIOD)).await.is_some() {
            // Small files, looked at seldom: not worth a thread.
            let changed = self.0.files.changed();
            if changed == known {
                continue;
            }
            known = changed;
            match self.0.files.read() {
                Ok(config) => {
                    *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                    tracing::info!("the TLS certificate was read again");
                }
                Err(error) => {
                    tracing::error!(error = %Chain(&error), "the TLS certificate that is in use stays");
                }
            }
        }
    }
}

impl Files {
    fn read(&self) -> Result<ServerConfig, TlsError> {
        let Self { certificate, key } = self;
        let of_certificate = |source| TlsError::Certificate { path: certificate.clone(), source };
        let chain: Vec<_> =
            CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(of_certificate)?;
        if chain.is_empty() {
            return Err(of_certificate(PemError::NoItemsFound));
        }
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|source| TlsError::Key { path: key.clone(), source })?;
        let of_pair = |source| TlsError::Pair { certificate: certificate.clone(), key: key.clone(), source };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(of_pair)?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(of_pair)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    /// A renewal that is seen half done is seen again when the other half comes.
    fn changed(&self) -> [Option<SystemTime>; 2] {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        [changed(&self.certificate), changed(&self.key)]
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tls").field("files", &self.0.files).finish_non_exhaustive()
    }
}
