//! Invitations to register, by the digest of their code. They are one entry, so that they are listed, bounded and changed as
//! a whole.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AccountId;
use event_store::buckets::{self, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::sync::Mutex;

/// Of all; with some 170 bytes each they are less than the 64 KiB that an entry may have.
pub const INVITATIONS_MAX: usize = 300;
pub const USES_MAX: u32 = 1_000;
pub const DAYS_MAX: u32 = 365;

const KEY: &str = "invitations";
const CODE_BYTES: usize = 16;
/// Of the digest, as what an invitation is called by: enough to tell 300 apart, and nothing of the code.
const ID_CHARS: usize = 12;

/// An invitation, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    digest: String,
    pub uses: u32,
    pub uses_left: u32,
    #[serde(with = "time::serde::timestamp")]
    pub made_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
    /// The operator.
    pub made_by: AccountId,
}

impl Invitation {
    pub fn id(&self) -> &str {
        // A digest is longer, and ASCII.
        &self.digest[..ID_CHARS.min(self.digest.len())]
    }
}

/// An invitation as it was made. Its code is known this once.
#[derive(Debug)]
pub struct NewInvitation {
    pub code: String,
    pub invitation: Invitation,
}

#[derive(Debug, Clone)]
pub struct Invitations {
    bucket: Arc<dyn Bucket>,
    /// So that those who register at the same moment do not spoil each other's change.
    changing: Arc<Mutex<()>>,
}

impl Invitations {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket, changing: Arc::default() }
    }

    /// Makes the entry where there is none, so that an operator's tool finds the bucket on every kind of log.
    pub async fn ensure(&self) -> Result<(), BucketError> {
        buckets::change(&*self.bucket, KEY, |known: Option<Vec<Invitation>>| match known {
            Some(_) => Change::Keep(()),
            None => Change::Put(Vec::new(), ()),
        })
        .await
    }

    /// None: too many are open.
    pub async fn make(
        &self,
        uses: u32,
        days: u32,
        made_by: AccountId,
        now: OffsetDateTime,
    ) -> Result<Option<NewInvitation>, BucketError> {
        let mut code = [0; CODE_BYTES];
        rand::fill(&mut code);
        let code = URL_SAFE_NO_PAD.encode(code);
        let made_at = now - time::Duration::nanoseconds(now.nanosecond().into());
        let expires_at = made_at + time::Duration::days(days.into());
        let digest = digest(&code);
        let invitation = Invitation { digest, uses, uses_left: uses, made_at, expires_at, made_by };
        let is_made = self
            .change(|mut invitations| {
                invitations.retain(|known| known.expires_at > now);
                if invitations.len() >= INVITATIONS_MAX {
                    // What is used up is only kept for a use that is given back.
                    let Some(used_up) = invitations.iter().position(|known| known.uses_left == 0) else {
                        return Change::Keep(false);
                    };
                    invitations.remove(used_up);
                }
                invitations.push(invitation.clone());
                Change::Put(invitations, true)
            })
            .await?;
        Ok(is_made.then_some(NewInvitation { code, invitation }))
    }

    /// Those that have not expired, oldest first.
    pub async fn list(&self, now: OffsetDateTime) -> Result<Vec<Invitation>, BucketError> {
        let known: Option<Vec<Invitation>> = buckets::get(&*self.bucket, KEY).await?;
        let mut invitations = known.unwrap_or_default();
        invitations.retain(|known| known.expires_at > now);
        Ok(invitations)
    }

    /// Whether it was there. Who was invited stays; nobody more gets in.
    pub async fn withdraw(&self, id: &str) -> Result<bool, BucketError> {
        self.change(|mut invitations| {
            let before = invitations.len();
            invitations.retain(|known| known.id() != id);
            if invitations.len() == before { Change::Keep(false) } else { Change::Put(invitations, true) }
        })
        .await
    }

    /// Takes one use. False: there is none to take.
    pub async fn take(&self, code: &str, now: OffsetDateTime) -> Result<bool, BucketError> {
        let digest = digest(code);
        let is_good =
            |known: &Invitation| known.digest == digest && known.expires_at > now && known.uses_left > 0;
        // Who guesses keeps nobody waiting.
        if !self.list(now).await?.iter().any(is_good) {
            return Ok(false);
        }
        self.change(|mut invitations| match invitations.iter_mut().find(|known| is_good(known)) {
            None => Change::Keep(false),
            Some(known) => {
                known.uses_left -= 1;
                Change::Put(invitations, true)
            }
        })
        .await
    }

    /// Gives one use back that was taken in vain.
    pub async fn give_back(&self, code: &str) -> Result<(), BucketError> {
        let digest = digest(code);
        self.change(|mut invitations| {
            let taken = |known: &&mut Invitation| known.digest == digest && known.uses_left < known.uses;
            match invitations.iter_mut().find(taken) {
                None => Change::Keep(()),
                Some(known) => {
                    known.uses_left += 1;
                    Change::Put(invitations, ())
                }
            }
        })
        .await
    }

    async fn change<R: Send>(
        &self,
        mut decide: impl FnMut(Vec<Invitation>) -> Change<Vec<Invitation>, R> + Send,
    ) -> Result<R, BucketError> {
        let _alone = self.changing.lock().await;
        buckets::change(&*self.bucket, KEY, |known: Option<Vec<Invitation>>| {
            decide(known.unwrap_or_default())
        })
        .await
    }
}

/// The code is random and long, so a quick digest will do, and as many bits of it as the code has; whoever reads the bucket
/// cannot use what is there.
fn digest(code: &str) -> String {
    Sha256::digest(code.as_bytes()).iter().take(CODE_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use event_store::Buckets;

    use super::*;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("it is a time")
    }

    async fn make(invitations: &Invitations, uses: u32, days: u32) -> Option<NewInvitation> {
        invitations.make(uses, days, AccountId::OPERATOR, now()).await.expect("it is kept")
    }

    #[tokio::test]
    async fn an_invitation_is_good_until_it_is_used_up_withdrawn_or_old() {
        let invitations = Invitations::new(Buckets::in_memory().registrations);
        let take = async |code: &str, days| {
            invitations.take(code, now() + time::Duration::days(days)).await.expect("it reads")
        };
        let one = make(&invitations, 1, 7).await.expect("there is room");
        assert!(!take("nonsense", 0).await && !take(&one.code, 7).await && take(&one.code, 6).await);
        assert!(!take(&one.code, 0).await, "it is used up");
        invitations.give_back(&one.code).await.expect("it is kept");
        invitations.give_back(&one.code).await.expect("it is kept");
        assert!(take(&one.code, 0).await && !take(&one.code, 0).await, "no more than there were");
        let two = make(&invitations, 2, 7).await.expect("there is room");
        let listed = invitations.list(now()).await.expect("it reads");
        assert_eq!(listed.iter().map(|one| one.uses_left).collect::<Vec<_>>(), [0, 2]);
        assert!(!format!("{listed:?}").contains(&two.code), "nobody can use what is kept");
        assert!(invitations.withdraw(two.invitation.id()).await.expect("it is kept"));
        assert!(!invitations.withdraw(two.invitation.id()).await.expect("it is kept"));
        assert!(!take(&two.code, 0).await);
        assert!(invitations.list(now() + time::Duration::days(7)).await.expect("it reads").is_empty());
    }

    #[tokio::test]
    async fn so_many_are_open_at_a_time() {
        let invitations = Invitations::new(Buckets::in_memory().registrations);
        let first = make(&invitations, 1, 365).await.expect("there is room");
        for _ in 1..INVITATIONS_MAX {
            assert!(make(&invitations, 1_000, 365).await.is_some());
        }
        assert!(make(&invitations, 1, 1).await.is_none(), "it is full");
        let kept = serde_json::to_vec(&invitations.list(now()).await.expect("it reads")).expect("it is JSON");
        assert!(kept.len() < 60_000, "{} bytes are too many for an entry", kept.len());
        assert!(invitations.take(&first.code, now()).await.expect("it is kept"));
        assert!(make(&invitations, 1, 1).await.is_some(), "what is used up makes room");
    }
}
