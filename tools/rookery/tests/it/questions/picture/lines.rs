//! Lines over time, each with its name at its end.

use std::fmt::Write as _;

use super::axis::{Axis, largest};
use super::{Series, WIDTH, frame};

const HEIGHT: f64 = 320.0;
const LEFT: f64 = 48.0;
/// Room for the names.
const RIGHT: f64 = WIDTH - 150.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = HEIGHT - 36.0;
const NAMES_APART: f64 = 16.0;

pub(super) struct Lines {
    pub(super) title: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) series: Vec<Series>,
}

impl Lines {
    pub(super) fn draw(&self) -> String {
        let axis = Axis::up_to(largest(self.series.iter().flat_map(|series| &series.values)));
        let y = |value: f64| BOTTOM - axis.share(value) * (BOTTOM - TOP);
        let mut inside = String::new();
        // Writing to a string does not fail; so below.
        for mark in axis.marks() {
            let at = y(mark);
            _ = writeln!(
                inside,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\n\
                 <text class=\"small\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{mark}</text>",
                LEFT - 8.0,
                at + 4.0
            );
        }
        let steps = f64::from(u32::try_from(self.labels.len()).expect("few labels") - 1);
        let xs: Vec<f64> =
            (0..).zip(&self.labels).map(|(n, _)| LEFT + f64::from(n) * (RIGHT - LEFT) / steps).collect();
        for (x, label) in xs.iter().zip(&self.labels) {
            let at = BOTTOM + 20.0;
            _ = writeln!(
                inside,
                "<text class=\"small\" x=\"{x:.1}\" y=\"{at}\" text-anchor=\"middle\">{label}</text>"
            );
        }
        for (number, (series, name_at)) in self.series.iter().zip(self.names_at(y)).enumerate() {
            let points: Vec<String> =
                xs.iter().zip(&series.values).map(|(x, value)| format!("{x:.1},{:.1}", y(*value))).collect();
            _ = writeln!(
                inside,
                "<g class=\"s{number}\"><polyline class=\"line\" points=\"{}\"/><text class=\"name\" x=\"{}\" y=\"{:.1}\">{}</text></g>",
                points.join(" "),
                RIGHT + 8.0,
                name_at + 4.0,
                series.name
            );
        }
        frame(self.title, HEIGHT, &inside)
    }

    /// Beside the ends of the lines, but not on each other.
    fn names_at(&self, y: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut order: Vec<usize> = (0..self.series.len()).collect();
        let end = |number: &usize| y(*self.series[*number].values.last().expect("a line has points"));
        order.sort_by(|one, other| end(one).total_cmp(&end(other)));
        let mut at = vec![0.0; order.len()];
        let mut least = TOP;
        for number in order {
            at[number] = end(&number).max(least);
            least = at[number] + NAMES_APART;
        }
        at
    }
}
