//! Bars beside each other, one group for each label; the second of a group is paler.

use std::fmt::Write as _;

use super::axis::{Axis, largest};
use super::{Series, WIDTH, frame};

const LEFT: f64 = 120.0;
const RIGHT: f64 = WIDTH - 60.0;
const TOP: f64 = 48.0;
const BAR: f64 = 14.0;
const BETWEEN: f64 = 10.0;

pub(super) struct Bars {
    pub(super) title: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) series: Vec<Series>,
}

impl Bars {
    pub(super) fn draw(&self) -> String {
        let axis = Axis::up_to(largest(self.series.iter().flat_map(|series| &series.values)));
        let bars = f64::from(u32::try_from(self.series.len()).expect("few series"));
        let mut inside = self.legend();
        let mut top = if inside.is_empty() { TOP } else { TOP + 24.0 };
        for (number, label) in self.labels.iter().enumerate() {
            // Writing to a string does not fail.
            _ = writeln!(
                inside,
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                LEFT - 8.0,
                top + bars * BAR / 2.0 + 4.0
            );
            for (kind, series) in self.series.iter().enumerate() {
                let value = series.values[number];
                let width = axis.share(value) * (RIGHT - LEFT);
                _ = writeln!(
                    inside,
                    "<g class=\"s{kind}\"><rect class=\"bar\" x=\"{LEFT}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{}\"{}/></g>\
                     <text class=\"small\" x=\"{:.1}\" y=\"{:.1}\">{value}</text>",
                    BAR - 2.0,
                    paler(kind),
                    LEFT + width + 6.0,
                    top + 10.0
                );
                top += BAR;
            }
            top += BETWEEN;
        }
        frame(self.title, top + 6.0, &inside)
    }

    fn legend(&self) -> String {
        if self.series.len() < 2 {
            return String::new();
        }
        let entry = |(number, series): (u32, &Series)| {
            let (kind, x) = (usize::try_from(number).unwrap_or(0), LEFT + f64::from(number) * 140.0);
            format!(
                "<g class=\"s{kind}\"><rect class=\"bar\" x=\"{x}\" y=\"40\" width=\"12\" height=\"12\"{}/></g>\
                 <text x=\"{}\" y=\"51\">{}</text>\n",
                paler(kind),
                x + 18.0,
                series.name
            )
        };
        (0..).zip(&self.series).map(entry).collect()
    }
}

fn paler(kind: usize) -> &'static str {
    if kind == 0 { "" } else { " opacity=\"0.55\"" }
}
