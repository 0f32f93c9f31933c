//! What new follows do to the rows, one after the other. Pure.

use crate::write::feeds::limit::FanOutLimit;

/// A follow that was really inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct NewFollow {
    pub(super) follower: i64,
    pub(super) followee: i64,
    pub(super) position: i64,
    pub(super) visible_from: i64,
    /// Of the followee, before the segment.
    pub(super) followers_before: i64,
    /// The followee, before the segment.
    pub(super) was_merged: bool,
}

/// What an author gained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gain {
    pub(super) account: i64,
    pub(super) followers: i64,
    /// Crossed the limit within the segment.
    pub(super) becomes_merged: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) authors: Vec<Gain>,
    /// Their entries of before are written to the follower's feed.
    pub(super) written: Vec<NewFollow>,
    /// Their followee was merged when they came.
    pub(super) merged: Vec<NewFollow>,
}

/// The follow that crosses the limit is itself still written: only then is the number of followers known to be too
/// large, and one by one gives the same.
pub(super) fn settle(mut follows: Vec<NewFollow>, limit: FanOutLimit) -> Settled {
    follows.sort_unstable_by_key(|follow| (follow.followee, follow.position));
    let mut settled = Settled::default();
    for of_one in follows.chunk_by(|a, b| a.followee == b.followee) {
        let Some(first) = of_one.first() else { continue };
        let mut gain = Gain { account: first.followee, followers: 0, becomes_merged: false };
        for follow in of_one {
            let is_merged = first.was_merged || gain.becomes_merged;
            gain.followers += 1;
            if is_merged {
                settled.merged.push(*follow);
            } else {
                settled.written.push(*follow);
                gain.becomes_merged = limit.is_exceeded_by(first.followers_before + gain.followers);
            }
        }
        settled.authors.push(gain);
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(follower: i64, followee: i64, followers_before: i64, was_merged: bool) -> NewFollow {
        let (position, visible_from) = (follower << 8, 0);
        NewFollow { follower, followee, position, visible_from, followers_before, was_merged }
    }

    fn followers(follows: &[NewFollow]) -> Vec<i64> {
        follows.iter().map(|follow| follow.follower).collect()
    }

    #[test]
    fn the_follow_that_crosses_the_limit_is_the_last_that_is_written() {
        let follows = [5, 2, 4, 3].map(|follower| follow(follower, 1, 1, false));
        let settled = settle(follows.to_vec(), FanOutLimit::new(2));
        assert_eq!(followers(&settled.written), [2, 3]);
        assert_eq!(followers(&settled.merged), [4, 5]);
        assert_eq!(settled.authors, [Gain { account: 1, followers: 4, becomes_merged: true }]);
    }

    #[test]
    fn an_author_that_was_merged_stays_so_and_others_are_apart() {
        let follows = vec![follow(9, 1, 3, true), follow(8, 2, 0, false)];
        let settled = settle(follows, FanOutLimit::new(3));
        assert_eq!((followers(&settled.written), followers(&settled.merged)), (vec![8], vec![9]));
        assert!(settled.authors.iter().all(|gain| !gain.becomes_merged && gain.followers == 1));
    }
}
