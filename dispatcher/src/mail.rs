//! Mails to people: a few, short, and outside of the request that asks for them.
//!
//! They wait in a bounded queue and are tried a few times. One that is lost, because the process died or the server was
//! away for too long, is asked for again by its reader.

mod queue;
mod settings;
mod token;

use std::time::Duration;

use domain::Handle;
use futures::StreamExt;
use http_kit::ApiProblem;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use service_kit::Chain;
use time::OffsetDateTime;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::credential_store::MailAddress;
use crate::refusal::Refusal;
use crate::state::State;

use queue::Waiting;
pub(crate) use queue::{Mail, MailQueue};
pub use settings::MailSettings;
pub(crate) use token::MailToken;

/// Sent side by side.
const SENDING_MAX: usize = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// One try from the connection to the last word. lettre bounds the connecting alone, so a server that accepts and never
/// answers would hold its sender for ever.
const TRY_TIMEOUT: Duration = Duration::from_secs(15);
/// Between the tries of one mail.
const RETRY_AFTER: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];

impl State {
    /// Sends mails from now on, until the token is cancelled.
    ///
    /// # Errors
    /// When the address of the server is none.
    pub fn send_mails(
        &self,
        settings: &MailSettings,
        token: CancellationToken,
    ) -> Result<(), lettre::transport::smtp::Error> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(settings.url.expose())?;
        let server = server.timeout(Some(CONNECT_TIMEOUT)).build();
        let (queue, receiver) = MailQueue::new();
        self.set_mail_queue(queue);
        let post = Post { state: self.clone(), server, settings: settings.clone() };
        tokio::spawn(async move { token.run_until_cancelled(post.send_all(receiver)).await });
        Ok(())
    }
}

struct Post {
    state: State,
    server: AsyncSmtpTransport<Tokio1Executor>,
    settings: MailSettings,
}

impl Post {
    async fn send_all(&self, receiver: Receiver<Waiting>) {
        let mails = futures::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|mail| (mail, receiver))
        });
        mails.for_each_concurrent(SENDING_MAX, |waiting| self.write_and_send(waiting)).await;
    }

    async fn write_and_send(&self, waiting: Waiting) {
        let outcome = match self.write(&waiting.mail).await {
            Ok(Some(message)) => self.send(message).await,
            Ok(None) => "none",
            Err(refusal) => {
                tracing::warn!(problem = %ApiProblem::from(refusal), "a mail could not be written");
                "failed"
            }
        };
        metrics::counter!("dispatcher_mails_total", "outcome" => outcome).increment(1);
    }

    /// The message; none where there is nobody to write to, or they had enough.
    async fn write(&self, mail: &Mail) -> Result<Option<Message>, Refusal> {
        let ready = self.state.ready()?;
        let (addresses, now) = (&ready.credential_store().addresses, OffsetDateTime::now_utc());
        match mail {
            Mail::Confirm { account, address } => {
                let account = *account;
                if !addresses.may_mail("confirm", account, address, now).await? {
                    return Ok(None);
                }
                let token = MailToken::new(account);
                addresses.ask(account, address, &token.hashed(), now).await?;
                self.message(address, "Is this your address?", &confirmation(&token))
            }
            Mail::Reset { handle } => {
                let account = ready.executor().holder_of(handle).await?;
                let Some(account) = account else { return Ok(None) };
                let Some(address) = addresses.get(account).await?.confirmed else { return Ok(None) };
                if !addresses.may_mail("reset", account, &address, now).await? {
                    return Ok(None);
                }
                let token = MailToken::new(account);
                addresses.begin_reset(account, &token.hashed(), now).await?;
                self.message(&address, "A new password", &reset(handle, &token))
            }
        }
    }

    fn message(&self, to: &MailAddress, subject: &str, body: &str) -> Result<Option<Message>, Refusal> {
        let to = to.expose().parse().map_err(ApiProblem::internal)?;
        let message = Message::builder().from(self.settings.from.clone()).to(to).subject(subject);
        let message = message.header(ContentType::TEXT_PLAIN).body(body.to_owned());
        Ok(Some(message.map_err(ApiProblem::internal)?))
    }

    async fn send(&self, message: Message) -> &'static str {
        let mut waits = RETRY_AFTER.into_iter();
        loop {
            let Err(failure) = self.try_to_send(message.clone()).await else { return "sent" };
            metrics::counter!("dispatcher_mail_tries_failed_total").increment(1);
            let Some(wait) = waits.next().filter(|_| !failure.is_permanent) else {
                // The words come from the server, and name no secret of the mail.
                tracing::warn!(error = failure.why, "a mail was given up");
                return "failed";
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_to_send(&self, message: Message) -> Result<(), Failure> {
        match tokio::time::timeout(TRY_TIMEOUT, self.server.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                Err(Failure { is_permanent: error.is_permanent(), why: Chain(&error).to_string() })
            }
            // It may have taken the mail all the same; one that comes twice does no harm.
            Err(_elapsed) => {
                Err(Failure { is_permanent: false, why: format!("no answer within {TRY_TIMEOUT:?}") })
            }
        }
    }
}

/// Why a try did not succeed.
struct Failure {
    /// Another one would not either.
    is_permanent: bool,
    why: String,
}

fn confirmation(token: &MailToken) -> String {
    format!(
        "Somebody gave this address for their account. If it was you, confirm it with this code, within a day:\n\n\
         {}\n\nIf it was not, do nothing: nothing more will come.\n",
        token.to_text()
    )
}

fn reset(handle: &Handle, token: &MailToken) -> String {
    format!(
        "Somebody asked for a new password for the account {handle}. If it was you, choose one with this code, within \
         an hour:\n\n{}\n\nIf it was not, do nothing: the password stays as it is.\n",
        token.to_text(),
        handle = handle.as_str(),
    )
}
