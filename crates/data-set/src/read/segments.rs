//! Cuts a range of time into pieces that may have been counted already, and two edges that were not.
//!
//! ```text
//!  range         |------------------------------------------------------------------|
//!  months                            [   month   ][   month   ]
//!  days                        [ day ]                         [ day ][ day ]
//!  hours              [hr][hr]                                               [hr]
//!  minutes         [][]                                                          []
//!  edges         |-|                                                               |-|   (each shorter than a minute)
//! ```
//!
//! A run of neighbours of one grain is one segment, hence one range of the index, however long. Runs of less than a month lie
//! within one period of the next coarser grain: if that period is not divided, it holds few messages, and the segment is
//! counted row by row. The pieces are disjoint and cover the range exactly, which is what makes the sum exact.

use super::moment::Moment;
use crate::grain::Grain;

/// Coarse to fine.
const GRAINS: [Grain; 4] = [Grain::Month, Grain::Day, Grain::Hour, Grain::Minute];

/// From `start` until before `end`, to be summed from counts of `grain`, or without one to be counted row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) grain: Option<Grain>,
    pub(super) start: Moment,
    pub(super) end: Moment,
}

/// Cuts `start..end` into segments and edges. An empty range has none.
pub(super) fn cut(start: Moment, end: Moment) -> Vec<Segment> {
    let mut segments = Vec::new();
    cut_into(&mut segments, start, end, &GRAINS);
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
    let (inner_start, inner_end) = (grain.round_up(start), grain.round_down(end));
    if inner_start > inner_end {
        return cut_into(segments, start, end, finer);
    }
    // Also without a whole period between them the two sides lie in different ones.
    cut_into(segments, start, inner_start, finer);
    if inner_start < inner_end {
        segments.push(Segment { grain: Some(grain), start: inner_start, end: inner_end });
    }
    cut_into(segments, inner_end, end, finer);
}

impl Segment {
    /// Where the period begins that must be divided for this segment to be folded, and its grain.
    pub(super) fn parent(&self) -> Option<(Grain, Moment)> {
        let parent = self.grain?.coarser()?;
        let second = self.start.as_micros().div_euclid(1_000_000);
        Some((parent, Moment::from_seconds(parent.begin(second))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000_000;
    const DAY: i64 = 1_440 * MINUTE;

    fn moment(micros: i64) -> Moment {
        Moment::from_micros(micros).expect("tests stay in range")
    }

    #[test]
    fn a_range_of_whole_months_is_one_segment() {
        // January 1970 to February 1971.
        let segments = cut(moment(0), moment((365 + 31) * DAY));
        let months = Segment { grain: Some(Grain::Month), start: moment(0), end: moment((365 + 31) * DAY) };
        assert_eq!(segments, [months]);
    }

    #[test]
    fn a_range_inside_of_a_minute_is_one_edge() {
        let segments = cut(moment(61_000_000), moment(62_000_001));
        assert_eq!(segments, [Segment { grain: None, start: moment(61_000_000), end: moment(62_000_001) }]);
    }

    #[test]
    fn days_of_two_months_are_two_segments() {
        let segments = cut(moment(30 * DAY), moment(32 * DAY));
        assert_eq!(
            segments.iter().map(|segment| segment.start).collect::<Vec<_>>(),
            [30, 31].map(|day| moment(day * DAY))
        );
    }

    #[test]
    fn all_time_is_one_segment() {
        assert_eq!(cut(Moment::MIN, Moment::MAX).len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn segments_are_disjoint_aligned_and_cover_the_range(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in prop_oneof![1..200_000_000_i64, 1..200_000_000_000_i64, 1..2_000_000_000_000_000_i64],
        ) {
            let segments = cut(moment(start), moment(start + length));
            let mut reached = moment(start);
            for segment in &segments {
                prop_assert_eq!(segment.start, reached);
                prop_assert!(segment.start < segment.end);
                reached = segment.end;
                if let Some(grain) = segment.grain {
                    prop_assert_eq!(grain.round_down(segment.start), segment.start);
                    prop_assert_eq!(grain.round_down(segment.end), segment.end);
                }
            }
            prop_assert_eq!(reached, moment(start + length));
        }

        #[test]
        fn segments_lie_within_what_must_be_divided_for_them(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in prop_oneof![1..200_000_000_000_i64, 1..2_000_000_000_000_000_i64],
        ) {
            for segment in cut(moment(start), moment(start + length)) {
                if let Some((parent, begin)) = segment.parent()
                    && parent != Grain::All
                {
                    prop_assert!(parent.round_up(begin.next()) >= segment.end);
                }
            }
        }

        #[test]
        fn the_work_does_not_grow_with_the_range(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in 1..2_000_000_000_000_000_i64,
        ) {
            let segments = cut(moment(start), moment(start + length));
            prop_assert!(segments.len() <= 2 * GRAINS.len() + 1);
            let edges = segments.iter().filter(|segment| segment.grain.is_none());
            for edge in edges {
                prop_assert!(edge.end.as_micros() - edge.start.as_micros() < 2 * MINUTE);
            }
        }
    }
}
