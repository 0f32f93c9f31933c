//! A scale from 0 to what is large enough, with round numbers on it.

const STEPS_MAX: f64 = 5.0;

pub(super) struct Axis {
    step: f64,
    end: f64,
}

impl Axis {
    pub(super) fn up_to(largest: f64) -> Self {
        let mut step = 1.0;
        let mut growth = [2.0, 2.5, 2.0].iter().cycle();
        while largest / step > STEPS_MAX {
            step *= growth.next().copied().unwrap_or(10.0);
        }
        Self { step, end: (largest / step).ceil().max(1.0) * step }
    }

    /// From 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        value / self.end
    }

    pub(super) fn marks(&self) -> Vec<f64> {
        let marks = std::iter::successors(Some(0.0), |mark| Some(mark + self.step));
        marks.take_while(|mark| *mark <= self.end).collect()
    }
}

pub(super) fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().copied().fold(0.0, f64::max)
}

#[test]
fn marks_are_round_and_few() {
    assert_eq!(Axis::up_to(3.0).marks(), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(Axis::up_to(47.0).marks(), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
    assert_eq!(Axis::up_to(0.0).marks(), [0.0, 1.0]);
}
