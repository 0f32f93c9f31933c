//! Which streams a change may be for, without a look at the others.

use std::collections::HashMap;
use std::hash::Hash;

use data_set::read::ChangeRow;

use super::filter::{Filter, Messages};

/// The streams by what they are about.
#[derive(Debug, Default)]
pub(super) struct Index {
    of_tag: HashMap<String, Vec<u64>>,
    of_author: HashMap<i64, Vec<u64>>,
    of_all: Vec<u64>,
    /// By whose timeline it is.
    home: HashMap<i64, Vec<u64>>,
    /// By whose notifications they are.
    notified: HashMap<i64, Vec<u64>>,
}

impl Index {
    pub(super) fn add(&mut self, id: u64, viewer: i64, filter: &Filter) {
        self.visit(viewer, filter, |ids| ids.push(id));
    }

    pub(super) fn remove(&mut self, id: u64, viewer: i64, filter: &Filter) {
        self.visit(viewer, filter, |ids| ids.retain(|known| *known != id));
    }

    /// Where a stream is found. By its author, or by one of its tags, whichever is said: the rest is compared.
    fn visit(&mut self, viewer: i64, filter: &Filter, mut visit: impl FnMut(&mut Vec<u64>)) {
        if filter.notifications {
            at(&mut self.notified, &viewer, &mut visit);
        }
        match &filter.messages {
            None => {}
            Some(Messages::Home) => at(&mut self.home, &viewer, &mut visit),
            Some(Messages::Of(wanted)) => match (wanted.author, wanted.all.first(), &wanted.any[..]) {
                (Some(author), _, _) => at(&mut self.of_author, &author, &mut visit),
                (None, Some(tag), _) => at(&mut self.of_tag, tag, &mut visit),
                (None, None, []) => visit(&mut self.of_all),
                (None, None, any) => any.iter().for_each(|tag| at(&mut self.of_tag, tag, &mut visit)),
            },
        }
    }

    /// Of others than home timelines. One may come twice.
    pub(super) fn of_change(&self, change: &ChangeRow, mut found: impl FnMut(u64)) {
        self.of_all.iter().for_each(|id| found(*id));
        self.of_author.get(&change.author).into_iter().flatten().for_each(|id| found(*id));
        let before = change.tags_before.iter().flatten().filter(|tag| !change.tags.contains(tag));
        for tag in change.tags.iter().chain(before) {
            self.of_tag.get(tag).into_iter().flatten().for_each(|id| found(*id));
        }
    }

    pub(super) fn home_owners(&self) -> Vec<i64> {
        self.home.keys().copied().collect()
    }

    pub(super) fn of_home(&self, owner: i64) -> &[u64] {
        self.home.get(&owner).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all_home(&self) -> impl Iterator<Item = u64> {
        self.home.values().flatten().copied()
    }

    pub(super) fn has_notified(&self) -> bool {
        !self.notified.is_empty()
    }

    pub(super) fn all_notified(&self) -> impl Iterator<Item = u64> {
        self.notified.values().flatten().copied()
    }

    pub(super) fn of_notified(&self, recipient: i64) -> &[u64] {
        self.notified.get(&recipient).map_or(&[], Vec::as_slice)
    }
}

/// Nobody is remembered of whom there is no stream.
fn at<K: Hash + Eq + Clone>(
    index: &mut HashMap<K, Vec<u64>>,
    key: &K,
    visit: &mut impl FnMut(&mut Vec<u64>),
) {
    let ids = index.entry(key.clone()).or_default();
    visit(ids);
    if ids.is_empty() {
        index.remove(key);
    }
}
