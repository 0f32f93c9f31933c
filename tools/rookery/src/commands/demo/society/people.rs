//! Who there is, and when they do something.

use std::collections::BTreeSet;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::dice::Dice;
use super::plan::{Intention, Plan};

/// A Monday.
const BEGINNING: OffsetDateTime = datetime!(2026-09-21 00:00 UTC);
const WEEKS: usize = 8;
const PEOPLE: usize = 120;
/// Of 100 who are still there, those who stay away from the next week on.
const LEAVING_PERCENT: usize = 12;
/// How much happens in each hour of the day, where somebody lives.
const HOURS: [usize; 24] = [2, 1, 1, 1, 1, 2, 5, 9, 12, 11, 9, 8, 10, 11, 9, 8, 8, 9, 11, 14, 16, 15, 10, 5];
/// An hour with less is one of sleep.
const AWAKE: usize = 5;
/// Minutes by which clocks are ahead of UTC, and how many of 100 live there.
const ZONES: [(i64, usize); 4] = [(60, 76), (0, 10), (-300, 8), (330, 6)];
/// Of those who came early, one who gives the account up, and when.
const LEAVER: usize = 7;
const LEAVES: OffsetDateTime = datetime!(2026-11-04 18:20 UTC);
const BIRDS: [&str; 40] = [
    "avocet",
    "bittern",
    "blackcap",
    "brambling",
    "bunting",
    "buzzard",
    "chough",
    "coot",
    "corncrake",
    "curlew",
    "dipper",
    "dunlin",
    "dunnock",
    "egret",
    "fieldfare",
    "firecrest",
    "gadwall",
    "gannet",
    "garganey",
    "godwit",
    "goshawk",
    "hobby",
    "hoopoe",
    "kestrel",
    "kite",
    "lapwing",
    "linnet",
    "merlin",
    "nuthatch",
    "osprey",
    "ouzel",
    "petrel",
    "pipit",
    "plover",
    "redstart",
    "sanderling",
    "siskin",
    "twite",
    "wheatear",
    "whimbrel",
];
const PLACES: [&str; 3] = ["", "of_the_marsh", "by_the_sea"];

pub(super) struct Person {
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) joined: OffsetDateTime,
    /// Minutes ahead of UTC.
    zone: i64,
    /// What they do in a week.
    pace: usize,
    /// The last week, counted from the beginning, in which they do anything.
    last_week: usize,
}

pub(super) struct People(Vec<Person>);

impl People {
    /// In the order in which they join: more in each week than in the one before.
    pub(super) fn invent(dice: &mut Dice) -> Self {
        let weights: Vec<usize> = (0..WEEKS).map(|week| 6 + 3 * week).collect();
        let mut joined: Vec<OffsetDateTime> = (1..PEOPLE)
            .map(|_| {
                let week = dice.weighted(&weights);
                time_awake(dice, week, 0).min(end() - Duration::hours(2))
            })
            .collect();
        joined.sort_unstable();
        // The last one, in the last hour.
        joined.push(end() - Duration::minutes(10));
        let people =
            joined.into_iter().enumerate().map(|(index, joined)| Person::invent(dice, index, joined));
        Self(people.collect())
    }

    pub(super) fn get(&self, who: usize) -> &Person {
        // A number out of a plan, of which there is one for each person.
        &self.0[who]
    }

    pub(super) fn last(&self) -> &Person {
        self.get(PEOPLE - 1)
    }

    /// The last plan is the last person's joining.
    pub(super) fn plans(&self, dice: &mut Dice) -> BTreeSet<Plan> {
        let mut plans = BTreeSet::from([Plan { at: LEAVES, who: LEAVER, what: Intention::Leave }]);
        for (who, person) in self.0.iter().enumerate() {
            plans.insert(Plan { at: person.joined, who, what: Intention::Join });
            for week in 0..WEEKS {
                for _ in 0..dice.roll(2 * person.pace + 1) {
                    let at = time_awake(dice, week, person.zone);
                    if at > person.joined && person.acts(at) {
                        plans.insert(Plan { at, who, what: Intention::Anything });
                    }
                }
            }
        }
        plans
    }
}

impl Person {
    fn invent(dice: &mut Dice, index: usize, joined: OffsetDateTime) -> Self {
        let (bird, place) = (BIRDS[index % BIRDS.len()], PLACES[(index / BIRDS.len()) % PLACES.len()]);
        let handle = if place.is_empty() { bird.to_owned() } else { format!("{bird}_{place}") };
        let name = format!("{}{}", bird[..1].to_uppercase(), handle[1..].replace('_', " "));
        let zones: Vec<usize> = ZONES.iter().map(|(_, share)| *share).collect();
        let zone = ZONES[dice.weighted(&zones)].0;
        // Few do much, most do little.
        let pace = [2, 4, 8, 16, 32][dice.weighted(&[30, 30, 22, 13, 5])];
        let mut last_week = week_of(joined);
        while last_week < WEEKS && !dice.is_within(LEAVING_PERCENT) {
            last_week += 1;
        }
        Self { handle, name, joined, zone, pace, last_week }
    }

    /// Whether they still do anything then. In the last hour nobody does.
    pub(super) fn acts(&self, at: OffsetDateTime) -> bool {
        at < end() - Duration::hours(1) && week_of(at) <= self.last_week
    }

    pub(super) fn is_awake(&self, at: OffsetDateTime) -> bool {
        HOURS[usize::from((at + Duration::minutes(self.zone)).hour())] >= AWAKE
    }
}

/// Counted from the beginning.
pub(super) fn week_of(at: OffsetDateTime) -> usize {
    usize::try_from((at - BEGINNING).whole_weeks()).unwrap_or(0)
}

fn end() -> OffsetDateTime {
    BEGINNING + Duration::weeks(i64::try_from(WEEKS).unwrap_or(0))
}

/// Some time in a week, by the hours of the day where the clock is so many minutes ahead.
fn time_awake(dice: &mut Dice, week: usize, zone: i64) -> OffsetDateTime {
    let whole = |number: usize| i64::try_from(number).unwrap_or(0);
    let days = whole(7 * week + dice.weighted(&[15, 15, 15, 14, 14, 12, 15]));
    let hour = whole(dice.weighted(&HOURS));
    let at = BEGINNING + Duration::days(days) + Duration::hours(hour) - Duration::minutes(zone);
    at + Duration::seconds(whole(dice.roll(3_600)))
}
