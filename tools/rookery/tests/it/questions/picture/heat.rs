//! A table of shares of 100, each cell as dark as its number is high.

use std::fmt::Write as _;

use super::{WIDTH, frame};

const LEFT: f64 = 72.0;
const TOP: f64 = 68.0;
const ROW: f64 = 30.0;
const GAP: f64 = 3.0;

pub(super) struct Heat {
    pub(super) title: &'static str,
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<String>,
    /// By row; nothing where nobody can know yet.
    pub(super) cells: Vec<Vec<Option<f64>>>,
}

impl Heat {
    pub(super) fn draw(&self) -> String {
        let columns = f64::from(u32::try_from(self.columns.len()).expect("few columns"));
        let width = (WIDTH - LEFT - 16.0) / columns;
        let mut inside = String::new();
        // Writing to a string does not fail; so below.
        for (number, name) in (0_u32..).zip(&self.columns) {
            let middle = LEFT + (f64::from(number) + 0.5) * width;
            _ = writeln!(
                inside,
                "<text class=\"small\" x=\"{middle:.1}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
                TOP - 10.0
            );
        }
        for (number, (name, cells)) in (0_u32..).zip(self.rows.iter().zip(&self.cells)) {
            let top = TOP + f64::from(number) * ROW;
            _ = writeln!(
                inside,
                "<text class=\"small\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>",
                LEFT - 10.0,
                top + 19.0
            );
            for (number, cell) in (0_u32..).zip(cells) {
                if let Some(percent) = cell {
                    inside.push_str(&shaded(*percent, LEFT + f64::from(number) * width, top, width));
                }
            }
        }
        let rows = f64::from(u32::try_from(self.rows.len()).expect("few rows"));
        frame(self.title, TOP + rows * ROW + 14.0, &inside)
    }
}

/// At most so dark that the number in it can be read in both modes.
fn shaded(percent: f64, left: f64, top: f64, width: f64) -> String {
    format!(
        "<rect class=\"cell\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{}\" rx=\"3\" opacity=\"{:.2}\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{percent}</text>\n",
        width - GAP,
        ROW - GAP,
        0.04 + 0.51 * percent / 100.0,
        left + (width - GAP) / 2.0,
        top + 18.0
    )
}
