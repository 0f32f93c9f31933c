//! A mail server that keeps what it gets, and can be busy or frozen.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::PATIENCE;
use crate::eventually::eventually;

/// Speaks SMTP as far as our own programs go. Ends with this value.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    mails: Mutex<Vec<String>>,
    /// So many mails are put off.
    busy: AtomicUsize,
    is_frozen: AtomicBool,
}

impl MailServer {
    /// On a port of its own.
    ///
    /// # Panics
    /// If there is none.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// # Panics
    /// If the address is taken.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::<Shared>::default();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Puts the next mails off.
    pub fn put_off(&self, mails: usize) {
        self.shared.busy.store(mails, Ordering::SeqCst);
    }

    /// From now on it accepts connections and says nothing on them, not even after [`Self::thaw`].
    pub fn freeze(&self) {
        self.shared.is_frozen.store(true, Ordering::SeqCst);
    }

    /// New connections are answered again.
    pub fn thaw(&self) {
        self.shared.is_frozen.store(false, Ordering::SeqCst);
    }

    /// What it got so far.
    pub fn all(&self) -> Vec<String> {
        self.shared.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for that mail, counted from 0.
    pub async fn mail(&self, number: usize) -> String {
        eventually("a mail arrives", PATIENCE, || async {
            self.all().get(number).cloned().ok_or_else(|| format!("there are {}", self.all().len()))
        })
        .await
    }

    /// Waits for the mails to an address until there are so many, and returns the last of these.
    pub async fn mail_to(&self, address: &str, count: usize) -> String {
        let to = format!("To: {address}");
        eventually(&format!("{count} mails to {address}"), PATIENCE, || async {
            let mails = self.all().into_iter().filter(|mail| mail.lines().any(|line| line == to));
            mails.clone().nth(count.saturating_sub(1)).ok_or_else(|| format!("there are {}", mails.count()))
        })
        .await
    }

    /// The code in that mail, counted from 0.
    pub async fn code(&self, number: usize) -> String {
        code_in(&self.mail(number).await)
    }
}

/// The line of a mail that is a code of ours: two parts with a dot in between.
///
/// # Panics
/// If there is none.
pub fn code_in(mail: &str) -> String {
    let is_code = |line: &&str| line.len() > 32 && line.split('.').count() == 2 && !line.contains(' ');
    mail.lines().find(is_code).unwrap_or_else(|| panic!("no code: {mail}")).to_owned()
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut silent = Vec::new();
    while let Ok((stream, _)) = listener.accept().await {
        if shared.is_frozen.load(Ordering::SeqCst) {
            silent.push(stream);
        } else {
            tokio::spawn(converse(stream, Arc::clone(&shared)));
        }
    }
}

/// As RFC 5321 has it.
async fn converse(stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.test\r\n").await?;
    let (mut line, mut mail, mut is_data) = (String::new(), String::new(), false);
    while {
        line.clear();
        stream.read_line(&mut line).await? > 0
    } {
        let answer = match (is_data, line.trim_end()) {
            (true, ".") => {
                is_data = false;
                let mut mails = shared.mails.lock().unwrap_or_else(PoisonError::into_inner);
                mails.push(std::mem::take(&mut mail));
                "250 kept\r\n"
            }
            (true, text) => {
                mail.push_str(text);
                mail.push('\n');
                continue;
            }
            (false, "DATA") => {
                is_data = true;
                "354 go on\r\n"
            }
            (false, text) if text.starts_with("MAIL") && shared.is_busy() => "451 later\r\n",
            (false, "QUIT") => "221 bye\r\n",
            (false, _) => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

impl Shared {
    fn is_busy(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }
}
