//! Connections that nobody between can read, with certificates that are replaced while the service runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_kit::{Limits, Listener, Tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use service_kit::config::Environment;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::http2::{ask, speak};
use crate::support::{PATIENCE, REQUEST, Server, hello, read_to_end, within};

struct Files {
    dir: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("the temporary directory is writable") }
    }

    fn certificate(&self) -> PathBuf {
        self.dir.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }

    /// A new certificate, and what a client has to trust to accept it.
    fn renew(&self) -> CertificateDer<'static> {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("there is randomness");
        write(&self.key(), &signing_key.serialize_pem());
        write(&self.certificate(), &cert.pem());
        cert.der().clone()
    }

    fn open(&self) -> Result<Tls, http_kit::serve::TlsError> {
        Tls::open(self.certificate(), self.key())
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the temporary directory is writable");
}

async fn start(files: &Files, limits: Limits) -> Server {
    let tls = files.open().expect("the files are good");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let token = CancellationToken::new();
    let ending = token.clone();
    let listener = Listener::new(listener, Some(tls));
    let task = tokio::spawn(async move { http_kit::serve(listener, hello(), &limits, ending).await });
    Server { address, token, task }
}

async fn connect(
    server: &Server,
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    encrypt(server.connect().await, trusted, protocol).await
}

/// From another address of this machine.
async fn connect_from(
    address: [u8; 4],
    server: &Server,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind((address, 0).into())?;
    encrypt(socket.connect(server.address).await?, trusted, "http/1.1").await
}

async fn encrypt(
    stream: tokio::net::TcpStream,
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("it is a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has all versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from("localhost").expect("it is a name");
    within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

async fn get_hello(stream: &mut TlsStream<tokio::net::TcpStream>) {
    stream.write_all(REQUEST).await.expect("the server reads");
    let mut answer = Vec::new();
    within(async {
        while !answer.ends_with(b"hello") {
            assert_ne!(stream.read_buf(&mut answer).await.expect("the connection stands"), 0);
        }
    })
    .await;
}

#[tokio::test]
async fn both_versions_are_spoken() {
    let files = Files::new();
    let trusted = files.renew();
    let server = start(&files, Limits::for_testing()).await;
    let mut stream = connect(&server, &trusted, "http/1.1").await.expect("the certificate is trusted");
    get_hello(&mut stream).await;
    let stream = connect(&server, &trusted, "h2").await.expect("the certificate is trusted");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let sender = speak(stream).await;
    assert_eq!(ask(&sender, "/").await.expect("the connection stands"), (200, "hello".to_owned()));
}

#[tokio::test]
async fn a_renewed_certificate_is_used_and_standing_connections_stand() {
    let files = Files::new();
    let old = files.renew();
    let limits = Limits { head_timeout: Duration::from_secs(600), ..Limits::for_testing() };
    let server = start(&files, limits).await;
    let mut standing = connect(&server, &old, "http/1.1").await.expect("the certificate is trusted");
    get_hello(&mut standing).await;
    let new = files.renew();
    testkit::eventually("the new certificate is shown", PATIENCE, || async {
        connect(&server, &new, "http/1.1").await.map(drop).map_err(|error| error.to_string())
    })
    .await;
    assert!(connect(&server, &old, "http/1.1").await.is_err(), "the old one is gone");
    get_hello(&mut standing).await;
}

#[test]
fn a_certificate_that_cannot_be_read_is_said_by_name() {
    let files = Files::new();
    files.renew();
    write(&files.certificate(), "half a certif");
    // What was read stays; a service that starts now says so.
    let mut env = Environment::from_pairs([
        ("ROOKERY_TLS_CERTIFICATE_FILE", files.certificate()),
        ("ROOKERY_TLS_KEY_FILE", files.key()),
    ]);
    assert!(Tls::from_environment(&mut env).is_none());
    let error = env.into_error().to_string();
    assert!(error.contains("ROOKERY_TLS_CERTIFICATE_FILE") && error.contains("chain"), "{error}");
}

#[test]
fn what_is_missing_or_does_not_go_together_is_said_by_name() {
    let (files, others) = (Files::new(), Files::new());
    files.renew();
    others.renew();
    let error = |pairs: &[(&str, PathBuf)]| {
        let mut env = Environment::from_pairs(pairs.iter().cloned());
        assert!(Tls::from_environment(&mut env).is_none(), "{pairs:?}");
        env.into_error().to_string()
    };
    let certificate = ("ROOKERY_TLS_CERTIFICATE_FILE", files.certificate());
    let key = ("ROOKERY_TLS_KEY_FILE", files.key());
    assert!(error(std::slice::from_ref(&certificate)).contains("ROOKERY_TLS_KEY_FILE"));
    assert!(error(std::slice::from_ref(&key)).contains("ROOKERY_TLS_CERTIFICATE_FILE"));
    let nowhere = error(&[certificate.clone(), ("ROOKERY_TLS_KEY_FILE", "/nowhere/key.pem".into())]);
    assert!(nowhere.contains("ROOKERY_TLS_KEY_FILE") && nowhere.contains("/nowhere/key.pem"), "{nowhere}");
    let strangers = error(&[certificate, ("ROOKERY_TLS_KEY_FILE", others.key())]);
    assert!(strangers.contains("do not go together"), "{strangers}");
    assert!(matches!(Tls::from_environment(&mut Environment::from_pairs([("X", "y")])), Some(None)));
}

#[tokio::test]
async fn an_address_that_makes_one_handshake_after_the_other_is_closed_and_no_other() {
    let files = Files::new();
    let trusted = files.renew();
    let handshakes = http_kit::rates::Rate::new(20, Duration::from_secs(3_600), 20);
    let head_timeout = Duration::from_secs(600);
    let limits = Limits { handshakes, enforced: true, head_timeout, ..Limits::for_testing() };
    let server = start(&files, limits.clone()).await;
    let mut standing = connect(&server, &trusted, "http/1.1").await.expect("the first is let in");
    let mut let_in = 1;
    for _ in 0..60 {
        let_in += usize::from(connect(&server, &trusted, "http/1.1").await.is_ok());
    }
    assert_eq!(let_in, 20);
    get_hello(&mut standing).await;
    let other = connect_from([127, 0, 0, 9], &server, &trusted).await;
    get_hello(&mut other.expect("another address has its own")).await;
    // Behind a proxy all come from one address.
    let server = start(&files, Limits { trusted_proxy_hops: 1, ..limits }).await;
    for _ in 0..30 {
        connect(&server, &trusted, "http/1.1").await.expect("nobody counts the proxy");
    }
}

#[tokio::test]
async fn a_handshake_that_dawdles_is_cut_off() {
    let files = Files::new();
    files.renew();
    let server = start(&files, Limits::for_testing()).await;
    for beginning in [&b""[..], &[22, 3, 1, 2], b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning).await.expect("the server reads");
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
