//! Cuts a range of time into pieces that were counted already, and two edges that were not.
//!
//! ```text
//!  range         |---------------------------------------------------|
//!  days                        [ day ][ day ][ day ]
//!  hours              [hr][hr]                      [hr]
//!  minutes         [][]                                 [][][]
//!  edges         |-|                                          |------|   (each shorter than a minute)
//! ```
//!
//! A run of neighbours of one grain is one segment, hence one range of the index, however long. The pieces are disjoint
//! and cover the range exactly, which is what makes the sum exact.

use super::moment::Moment;

/// The widths of folded counts, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    Minute,
    Hour,
    Day,
}

impl Grain {
    /// The grains of `published.tag_counts`, coarse to fine.
    pub(super) const OF_TAGS: &'static [Self] = &[Self::Day, Self::Hour, Self::Minute];
    /// Those of `published.author_counts`.
    pub(super) const OF_AUTHORS: &'static [Self] = &[Self::Day];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// UTC has no leap seconds here, in Postgres or in Unix time: each minute has 60 seconds.
    const fn micros(self) -> i64 {
        match self {
            Self::Minute => 60_000_000,
            Self::Hour => 3_600_000_000,
            Self::Day => 86_400_000_000,
        }
    }
}

/// From `start` until before `end`, to be summed from counts of `grain`, or without one to be counted row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) grain: Option<Grain>,
    pub(super) start: Moment,
    pub(super) end: Moment,
}

/// Cuts `start..end` into segments of the given grains, coarse to fine, and edges. An empty range has none.
pub(super) fn cut(start: Moment, end: Moment, grains: &[Grain]) -> Vec<Segment> {
    let mut segments = Vec::new();
    cut_into(&mut segments, start, end, grains);
    segments
}

fn cut_into(segments: &mut Vec<Segment>, start: Moment, end: Moment, grains: &[Grain]) {
    if start >= end {
        return;
    }
    let Some((&grain, finer)) = grains.split_first() else {
        segments.push(Segment { grain: None, start, end });
        return;
    };
    let (inner_start, inner_end) = (start.round_up(grain.micros()), end.round_down(grain.micros()));
    if inner_start >= inner_end {
        return cut_into(segments, start, end, finer);
    }
    cut_into(segments, start, inner_start, finer);
    segments.push(Segment { grain: Some(grain), start: inner_start, end: inner_end });
    cut_into(segments, inner_end, end, finer);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(micros: i64) -> Moment {
        Moment::from_micros(micros).expect("tests stay in range")
    }

    #[test]
    fn a_range_of_whole_days_is_one_segment() {
        let day = Grain::Day.micros();
        let segments = cut(moment(3 * day), moment(400 * day), Grain::OF_TAGS);
        assert_eq!(
            segments,
            [Segment { grain: Some(Grain::Day), start: moment(3 * day), end: moment(400 * day) }]
        );
    }

    #[test]
    fn a_range_inside_of_a_minute_is_one_edge() {
        let segments = cut(moment(61_000_000), moment(62_000_001), Grain::OF_TAGS);
        assert_eq!(segments, [Segment { grain: None, start: moment(61_000_000), end: moment(62_000_001) }]);
    }

    #[test]
    fn all_time_is_one_segment() {
        assert_eq!(cut(Moment::MIN, Moment::MAX, Grain::OF_TAGS).len(), 1);
        assert_eq!(cut(Moment::MIN, Moment::MAX, Grain::OF_AUTHORS).len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn segments_are_disjoint_aligned_and_cover_the_range(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in prop_oneof![1..200_000_000_i64, 1..200_000_000_000_i64, 1..2_000_000_000_000_000_i64],
            for_tags in any::<bool>(),
        ) {
            let grains = if for_tags { Grain::OF_TAGS } else { Grain::OF_AUTHORS };
            let segments = cut(moment(start), moment(start + length), grains);
            let mut reached = moment(start);
            for segment in &segments {
                prop_assert_eq!(segment.start, reached);
                prop_assert!(segment.start < segment.end);
                reached = segment.end;
                if let Some(grain) = segment.grain {
                    prop_assert_eq!(segment.start.as_micros().rem_euclid(grain.micros()), 0);
                    prop_assert_eq!(segment.end.as_micros().rem_euclid(grain.micros()), 0);
                }
            }
            prop_assert_eq!(reached, moment(start + length));
        }

        #[test]
        fn the_work_does_not_grow_with_the_range(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in 1..2_000_000_000_000_000_i64,
            for_tags in any::<bool>(),
        ) {
            let grains = if for_tags { Grain::OF_TAGS } else { Grain::OF_AUTHORS };
            // `grains` is never empty.
            let finest = grains.last().expect("there is a grain").micros();
            let segments = cut(moment(start), moment(start + length), grains);
            prop_assert!(segments.len() <= 2 * grains.len() + 1);
            for segment in segments {
                let length = segment.end.as_micros() - segment.start.as_micros();
                match segment.grain {
                    None => prop_assert!(length < 2 * finest),
                    Some(Grain::Minute) => prop_assert!(length < 2 * Grain::Hour.micros()),
                    Some(Grain::Hour) => prop_assert!(length < 2 * Grain::Day.micros()),
                    Some(Grain::Day) => {}
                }
            }
        }
    }
}
