//! Where mails are handed in, and from whom they are.

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use service_kit::config::{Environment, Secret};

#[derive(Debug, Clone)]
pub struct MailSettings {
    /// `smtps://user:password@host`, or `smtp://host:port?tls=required`.
    pub url: Secret,
    pub from: Mailbox,
}

impl MailSettings {
    /// `ROOKERY_SMTP_URL` and `ROOKERY_MAIL_FROM`; none without the first.
    pub fn from_environment(env: &mut Environment) -> Option<Option<Self>> {
        let url = env.optional_secret("ROOKERY_SMTP_URL");
        let from = env.optional::<Mailbox>("ROOKERY_MAIL_FROM");
        let Some(url) = url? else { return Some(None) };
        if AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose()).is_err() {
            env.reject("ROOKERY_SMTP_URL", "an address like smtps://user:password@mail.example");
            return None;
        }
        match from? {
            Some(from) => Some(Some(Self { url, from })),
            None => {
                env.required::<Mailbox>("ROOKERY_MAIL_FROM");
                None
            }
        }
    }
}
