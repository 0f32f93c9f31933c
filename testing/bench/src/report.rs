//! What is printed: Markdown, so that it can be pasted into the documentation as it is.

use std::io::Write;

/// A line on standard output. Nothing is left to do where even this cannot be written.
pub(crate) fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").ok();
}

/// A table under a heading.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, columns: &[&'static str]) -> Self {
        Self { title: title.into(), columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn print(&self) {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain([self.columns[column].len(), 3]).max().unwrap_or(3)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        // What is measured stands left, figures stand right.
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).enumerate().map(|(index, (cell, width))| match index {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
        };
        let rule = widths.iter().enumerate().map(|(index, width)| match index {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width - 1)),
        });
        say(&format!("\n### {}\n", self.title));
        say(&line(&self.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()));
        say(&line(&rule.collect::<Vec<_>>()));
        self.rows.iter().for_each(|row| say(&line(row)));
    }
}

pub(crate) fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(crate) fn millis(number: f64) -> String {
    format!("{number:.2} ms")
}

pub(crate) fn percent(ours: f64, limit: f64) -> String {
    format!("{:.0} %", 100.0 * ours / limit)
}

pub(crate) fn times(ours: f64, limit: f64) -> String {
    format!("{:.1} x", ours / limit)
}

pub(crate) fn met(is_met: bool) -> String {
    if is_met { "met".to_owned() } else { "NOT met".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0.0, 999.6, 12_345.0, 1_000_000.0].map(whole), ["0", "1,000", "12,345", "1,000,000"]);
    }
}
