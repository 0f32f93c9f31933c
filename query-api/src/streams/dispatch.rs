//! Hands changes to those who asked for them. What is shown of a change is read, and written, once for all of them.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use data_set::Pool;
use data_set::read::{
    self, AuthorRow, ChangeKey, ChangeKind, ChangeRow, ChangedRow, Changes, Exceptions, ExceptionsQuery,
    ReadError,
};

use super::event;
use super::filter::Kind;
use super::hub::{Hub, Item, Listener, Told};
use super::set;

/// The most notifications that are looked at for one batch. Behind more, all who want theirs read for themselves.
const NOTICES_MAX: u16 = 4_000;

/// Who may be meant, by numbers of changes.
struct Plan {
    /// Seats from here on were taken since.
    next: u64,
    by_seat: HashMap<u64, Vec<usize>>,
    /// Of these seats.
    viewers: Vec<i64>,
    home_owners: Vec<i64>,
    has_notified: bool,
}

/// What is shown of the changes that somebody is meant by.
struct Material {
    /// By number; `None` where nobody is shown it.
    events: Vec<Option<Bytes>>,
    shown: HashMap<i64, ChangedRow>,
    names: HashMap<i64, AuthorRow>,
    exceptions: Exceptions,
    /// By owner of a timeline.
    at_home: HashMap<i64, Vec<usize>>,
    /// `None`: there are too many.
    notified: Option<HashSet<i64>>,
}

/// What one stream is told.
enum Words {
    Nothing,
    Bytes(Bytes),
    /// To read for itself.
    Read,
}

/// Tells everybody what happened between `before` and the end of the changes.
pub(super) async fn dispatch(hub: &Hub, before: ChangeKey, changes: &Changes) -> Result<(), ReadError> {
    let plan = plan(&hub.told(), &changes.rows);
    let material = gather(&hub.pool, &plan, before, changes).await?;
    deliver(&mut hub.told(), before, changes, plan, &material);
    hub.moved.send_replace(changes.end.position);
    Ok(())
}

/// Tells those who may be meant to read for themselves what happened between `before` and the end of the changes.
pub(super) fn pass_over(hub: &Hub, before: ChangeKey, changes: &Changes) {
    let mut told = hub.told();
    let mut ids: HashSet<u64> = plan(&told, &changes.rows).by_seat.into_keys().collect();
    ids.extend(told.index.all_home().chain(told.index.all_notified()));
    for id in ids {
        told.tell(id, Item { before, end: changes.end, content: None });
    }
    told.reached(changes.end);
    hub.moved.send_replace(changes.end.position);
}

fn plan(told: &Told, changes: &[ChangeRow]) -> Plan {
    let mut by_seat: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, change) in changes.iter().enumerate() {
        told.index.of_change(change, |id| {
            let is_meant = told.seat(id).is_some_and(|seat| seat.filter.means(change));
            let numbers = if is_meant { by_seat.entry(id).or_default() } else { return };
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        });
    }
    let viewers = by_seat.keys().filter_map(|id| told.seat(*id)).map(|seat| seat.viewer).collect();
    let has_notified = told.index.has_notified();
    Plan { next: told.next(), by_seat, viewers, home_owners: told.index.home_owners(), has_notified }
}

async fn gather(
    pool: &Pool,
    plan: &Plan,
    before: ChangeKey,
    changes: &Changes,
) -> Result<Material, ReadError> {
    let rows = &changes.rows;
    let at_home = at_home(pool, &plan.home_owners, rows).await?;
    let mut meant: Vec<usize> = plan.by_seat.values().chain(at_home.values()).flatten().copied().collect();
    meant.sort_unstable();
    meant.dedup();
    let meant = || meant.iter().map(|number| (*number, &rows[*number]));
    let messages: Vec<i64> = set(meant()
        .filter(|(_, change)| change.kind != ChangeKind::Deleted)
        .map(|(_, change)| change.key.message));
    let reposters = set(meant().filter_map(|(_, change)| change.reposter));
    let accounts = set(meant().map(|(_, change)| change.author).chain(reposters.iter().copied()));
    let nobody = 0;
    let shown = read::show_changed(pool, nobody, &messages).await?;
    let shown: HashMap<i64, ChangedRow> = shown.into_iter().map(|row| (row.message.id, row)).collect();
    let names = read::list_names(pool, &reposters).await?.into_iter().map(|row| (row.id, row)).collect();
    let viewers = set(plan.viewers.iter().chain(at_home.keys()).copied());
    let silenced = set(shown.values().filter(|shown| shown.is_silenced).map(|shown| shown.message.author.id));
    let mut exceptions = read::list_exceptions(pool, &accounts, &messages).await?;
    let asked =
        ExceptionsQuery { viewers: &viewers, accounts: &accounts, silenced: &silenced, messages: &messages };
    read::look_up_exceptions(pool, asked, &mut exceptions).await?;
    let mut material =
        Material { events: vec![None; rows.len()], shown, names, exceptions, at_home, notified: None };
    for (number, change) in meant() {
        material.events[number] = material.event(change, None);
    }
    material.notified = match plan.has_notified {
        false => Some(HashSet::new()),
        true => notified(pool, before, changes.end).await?,
    };
    Ok(material)
}

/// In whose home timelines, of those who follow theirs, each change is.
async fn at_home(
    pool: &Pool,
    owners: &[i64],
    changes: &[ChangeRow],
) -> Result<HashMap<i64, Vec<usize>>, ReadError> {
    let mut at_home: HashMap<i64, Vec<usize>> = HashMap::new();
    if owners.is_empty() {
        return Ok(at_home);
    }
    let accounts = set(changes.iter().map(ChangeRow::shower));
    let owners_set: HashSet<i64> = owners.iter().copied().collect();
    let mut followers: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
    for following in read::followers_among(pool, &accounts, owners).await? {
        let of_account = followers.entry(following.followee).or_default();
        of_account.push((following.follower, following.visible_from));
    }
    for (number, change) in changes.iter().enumerate() {
        let shower = change.shower();
        if owners_set.contains(&shower) {
            at_home.entry(shower).or_default().push(number);
        }
        for (follower, visible_from) in followers.get(&shower).into_iter().flatten() {
            if *visible_from <= change.entry() {
                at_home.entry(*follower).or_default().push(number);
            }
        }
    }
    Ok(at_home)
}

async fn notified(pool: &Pool, before: ChangeKey, end: ChangeKey) -> Result<Option<HashSet<i64>>, ReadError> {
    let keys = read::list_notices(pool, None, before.position, end.position, NOTICES_MAX).await?;
    let are_all = keys.len() < usize::from(NOTICES_MAX);
    Ok(are_all.then(|| keys.into_iter().map(|key| key.recipient).collect()))
}

fn deliver(told: &mut Told, before: ChangeKey, changes: &Changes, plan: Plan, material: &Material) {
    let end = changes.end;
    let Plan { next, mut by_seat, .. } = plan;
    for (owner, numbers) in &material.at_home {
        for id in told.index.of_home(*owner).iter().filter(|id| **id < next) {
            by_seat.entry(*id).or_insert_with(|| numbers.clone());
        }
    }
    let mut must_read: HashSet<u64> = told.ids().filter(|id| *id >= next).collect();
    match &material.notified {
        Some(recipients) => {
            must_read.extend(recipients.iter().flat_map(|recipient| told.index.of_notified(*recipient)));
        }
        None => must_read.extend(told.index.all_notified()),
    }
    let mut written: HashMap<Vec<usize>, Bytes> = HashMap::new();
    for (id, numbers) in by_seat {
        if must_read.contains(&id) {
            continue;
        }
        let Some(seat) = told.seat(id) else { continue };
        match material.compose(seat, &changes.rows, &numbers, &mut written) {
            Words::Nothing => {}
            Words::Bytes(bytes) => told.tell(id, Item { before, end, content: Some(bytes) }),
            Words::Read => told.tell(id, Item { before, end, content: None }),
        }
    }
    for id in must_read {
        told.tell(id, Item { before, end, content: None });
    }
    told.reached(end);
}

impl Material {
    fn event(&self, change: &ChangeRow, shown: Option<&ChangedRow>) -> Option<Bytes> {
        let shown = shown.or_else(|| self.shown.get(&change.key.message));
        let reposter = change.reposter.and_then(|reposter| self.names.get(&reposter));
        event::change(change, shown, reposter)
    }

    /// The changes as one account sees them.
    fn compose(
        &self,
        seat: &Listener,
        changes: &[ChangeRow],
        numbers: &[usize],
        written: &mut HashMap<Vec<usize>, Bytes>,
    ) -> Words {
        let mut common = Vec::with_capacity(numbers.len());
        let mut own: Vec<(usize, Bytes)> = Vec::new();
        for number in numbers {
            let change = &changes[*number];
            let Some(event) = &self.events[*number] else { continue };
            if !seat.filter.takes(Kind::of(change.kind)) {
                continue;
            }
            if self.is_unclear(change) {
                return Words::Read;
            }
            if self.avoids(seat, change) {
                continue;
            }
            match self.as_seen_by(seat.viewer, change) {
                None => common.push(*number),
                Some(shown) => match self.event(change, Some(&shown)) {
                    Some(event) => own.push((*number, event)),
                    None => own.push((*number, event.clone())),
                },
            }
        }
        if common.is_empty() && own.is_empty() {
            return Words::Nothing;
        }
        if own.is_empty() {
            let bytes = written.entry(common).or_insert_with_key(|numbers| {
                let events = numbers.iter().filter_map(|number| self.events[*number].as_ref());
                events.flat_map(|event| event.iter().copied()).collect::<Vec<u8>>().into()
            });
            return Words::Bytes(bytes.clone());
        }
        own.extend(
            common.into_iter().filter_map(|number| self.events[number].clone().map(|event| (number, event))),
        );
        own.sort_unstable_by_key(|(number, _)| *number);
        Words::Bytes(own.into_iter().flat_map(|(_, event)| event).collect::<Vec<u8>>().into())
    }

    /// Whether an account sees nothing of whom a change is by, or, at home, does not want to; or, where everybody's
    /// messages are, does not follow an author who is silenced.
    fn avoids(&self, seat: &Listener, change: &ChangeRow) -> bool {
        let has = |of: &HashMap<i64, HashSet<i64>>, account: i64| {
            of.get(&account).is_some_and(|viewers| viewers.contains(&seat.viewer))
        };
        let mut by = [change.author].into_iter().chain(change.reposter);
        let shown = self.shown.get(&change.key.message).filter(|_| change.kind != ChangeKind::Deleted);
        let is_silenced = shown.is_some_and(|shown| shown.is_silenced) && seat.filter.is_of_everybody();
        by.any(|account| {
            has(&self.exceptions.hidden, account)
                || seat.filter.is_home() && has(&self.exceptions.muted, account)
        }) || is_silenced && seat.viewer != change.author && !has(&self.exceptions.followed, change.author)
    }

    /// Whether what an account sees of a change does not follow from what was read for all.
    fn is_unclear(&self, change: &ChangeRow) -> bool {
        let too_many = |id: i64| self.exceptions.too_many.contains(&id);
        too_many(change.author)
            || change.reposter.is_some_and(too_many)
            || change.kind != ChangeKind::Deleted && too_many(change.key.message)
    }

    /// The message with what an account made of it; `None` where that is nothing.
    fn as_seen_by(&self, viewer: i64, change: &ChangeRow) -> Option<ChangedRow> {
        let message = change.key.message;
        let has = |of: &HashMap<i64, HashSet<i64>>| {
            of.get(&message).is_some_and(|accounts| accounts.contains(&viewer))
        };
        let (liked, reposted, bookmarked) =
            (has(&self.exceptions.liked), has(&self.exceptions.reposted), has(&self.exceptions.bookmarked));
        if change.kind == ChangeKind::Deleted || !(liked || reposted || bookmarked) {
            return None;
        }
        let mut shown = self.shown.get(&message)?.clone();
        (shown.message.liked, shown.message.reposted, shown.message.bookmarked) =
            (liked, reposted, bookmarked);
        Some(shown)
    }
}
