//! Who there is, and when they do something.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::dice::Dice;

/// A Monday.
const BEGINNING: OffsetDateTime = datetime!(2026-09-21 00:00 UTC);
const WEEKS: usize = 8;
const PEOPLE: usize = 120;
/// Of 100 who are still there, those who stay away from the next week on.
const LEAVING_PERCENT: usize = 12;
/// How much happens in each hour of the day, where somebody lives.
const HOURS: [usize; 24] = [2, 1, 1, 1, 1, 2, 5, 9, 12, 11, 9, 8, 10, 11, 9, 8, 8, 9, 11, 14, 16, 15, 10, 5];
/// Whole hours of time zones, and how many of 100 live there.
const ZONES: [(i64, usize); 6] = [(1, 42), (0, 14), (-5, 18), (-8, 12), (8, 6), (9, 8)];
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
    zone: i64,
    /// What they do in a week.
    pace: usize,
    /// The last week, counted from the beginning, in which they do anything.
    last_week: usize,
}

pub(super) struct People(Vec<Person>);

/// Somebody does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plan {
    pub(super) at: OffsetDateTime,
    pub(super) who: usize,
    pub(super) joins: bool,
}

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

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn last(&self) -> &Person {
        self.get(PEOPLE - 1)
    }

    /// The last plan is the last person's joining.
    pub(super) fn plans(&self, dice: &mut Dice) -> Vec<Plan> {
        let mut plans = Vec::new();
        for (who, person) in self.0.iter().enumerate() {
            plans.push(Plan { at: person.joined, who, joins: true });
            for week in 0..WEEKS {
                for _ in 0..dice.roll(2 * person.pace + 1) {
                    let at = time_awake(dice, week, person.zone);
                    if at > person.joined && at < end() - Duration::hours(1) && week <= person.last_week {
                        plans.push(Plan { at, who, joins: false });
                    }
                }
            }
        }
        plans.sort_unstable();
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
        let mut last_week = usize::try_from((joined - BEGINNING).whole_weeks()).unwrap_or(0);
        while last_week < WEEKS && !dice.is_within(LEAVING_PERCENT) {
            last_week += 1;
        }
        Self { handle, name, joined, zone, pace, last_week }
    }
}

fn end() -> OffsetDateTime {
    BEGINNING + Duration::weeks(i64::try_from(WEEKS).unwrap_or(0))
}

/// Some time in a week at which people are awake where the clock is so many hours ahead.
fn time_awake(dice: &mut Dice, week: usize, zone: i64) -> OffsetDateTime {
    let whole = |number: usize| i64::try_from(number).unwrap_or(0);
    let days = whole(7 * week + dice.weighted(&[15, 15, 15, 14, 14, 12, 15]));
    let hour = whole(dice.weighted(&HOURS)) - zone;
    let at = BEGINNING + Duration::days(days) + Duration::hours(hour);
    at + Duration::seconds(whole(dice.roll(3_600)))
}
