//! Cuts a range of time into spans that may have been counted already, and two edges that were not.
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
//! Neighbours of one granularity are one span, so one range of the index, however long. Those of less than a month
//! lie within one period of the next coarser granularity: if that period is not split, it holds few messages, and the
//! span is counted row by row. The spans are disjoint and cover the range exactly, which is what makes the sum exact.

use crate::granularity::Granularity;
use crate::timestamp::Timestamp;

/// Coarse to fine.
const GRANULARITIES: [Granularity; 4] =
    [Granularity::Month, Granularity::Day, Granularity::Hour, Granularity::Minute];

/// From `start` until before `end`, to be summed from counts of `granularity`, or without one to be counted row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) granularity: Option<Granularity>,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

/// Cuts `start..end` into spans and edges. An empty range has none.
pub(super) fn cut(start: Timestamp, end: Timestamp) -> Vec<Span> {
    let mut spans = Vec::new();
    cut_into(&mut spans, start, end, &GRANULARITIES);
    spans
}

fn cut_into(spans: &mut Vec<Span>, start: Timestamp, end: Timestamp, granularities: &[Granularity]) {
    if start >= end {
        return;
    }
    let Some((&granularity, finer)) = granularities.split_first() else {
        spans.push(Span { granularity: None, start, end });
        return;
    };
    let (inner_start, inner_end) = (granularity.round_up(start), granularity.round_down(end));
    if inner_start > inner_end {
        return cut_into(spans, start, end, finer);
    }
    // Also without a whole period between them the two sides lie in different ones.
    cut_into(spans, start, inner_start, finer);
    if inner_start < inner_end {
        spans.push(Span { granularity: Some(granularity), start: inner_start, end: inner_end });
    }
    cut_into(spans, inner_end, end, finer);
}

impl Span {
    /// Where the period begins that must be split for this span to be folded, and its granularity.
    pub(super) fn parent(&self) -> Option<(Granularity, Timestamp)> {
        let parent = self.granularity?.coarser()?;
        let second = self.start.as_micros().div_euclid(1_000_000);
        Some((parent, Timestamp::from_seconds(parent.begin(second))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000_000;
    const DAY: i64 = 1_440 * MINUTE;

    fn timestamp(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).expect("tests stay in range")
    }

    #[test]
    fn a_range_of_whole_months_is_one_segment() {
        // January 1970 to February 1971.
        let spans = cut(timestamp(0), timestamp((365 + 31) * DAY));
        let months = Span {
            granularity: Some(Granularity::Month),
            start: timestamp(0),
            end: timestamp((365 + 31) * DAY),
        };
        assert_eq!(spans, [months]);
    }

    #[test]
    fn a_range_inside_of_a_minute_is_one_edge() {
        let spans = cut(timestamp(61_000_000), timestamp(62_000_001));
        assert_eq!(
            spans,
            [Span { granularity: None, start: timestamp(61_000_000), end: timestamp(62_000_001) }]
        );
    }

    #[test]
    fn days_of_two_months_are_two_segments() {
        let spans = cut(timestamp(30 * DAY), timestamp(32 * DAY));
        assert_eq!(
            spans.iter().map(|span| span.start).collect::<Vec<_>>(),
            [30, 31].map(|day| timestamp(day * DAY))
        );
    }

    #[test]
    fn all_time_is_one_segment() {
        assert_eq!(cut(Timestamp::MIN, Timestamp::MAX).len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn segments_are_disjoint_aligned_and_cover_the_range(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in prop_oneof![1..200_000_000_i64, 1..200_000_000_000_i64, 1..2_000_000_000_000_000_i64],
        ) {
            let spans = cut(timestamp(start), timestamp(start + length));
            let mut reached = timestamp(start);
            for span in &spans {
                prop_assert_eq!(span.start, reached);
                prop_assert!(span.start < span.end);
                reached = span.end;
                if let Some(granularity) = span.granularity {
                    prop_assert_eq!(granularity.round_down(span.start), span.start);
                    prop_assert_eq!(granularity.round_down(span.end), span.end);
                }
            }
            prop_assert_eq!(reached, timestamp(start + length));
        }

        #[test]
        fn segments_lie_within_what_must_be_split_for_them(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in prop_oneof![1..200_000_000_000_i64, 1..2_000_000_000_000_000_i64],
        ) {
            for span in cut(timestamp(start), timestamp(start + length)) {
                if let Some((parent, begin)) = span.parent()
                    && parent != Granularity::All
                {
                    prop_assert!(parent.round_up(begin.next()) >= span.end);
                }
            }
        }

        #[test]
        fn the_work_does_not_grow_with_the_range(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in 1..2_000_000_000_000_000_i64,
        ) {
            let spans = cut(timestamp(start), timestamp(start + length));
            prop_assert!(spans.len() <= 2 * GRANULARITIES.len() + 1);
            let edges = spans.iter().filter(|span| span.granularity.is_none());
            for edge in edges {
                prop_assert!(edge.end.as_micros() - edge.start.as_micros() < 2 * MINUTE);
            }
        }
    }
}
