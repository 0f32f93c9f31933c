//! A report in words.

use std::fmt::{Display, Write};

use verifier::{Difference, ProjectionReport, Report, TableReport};

pub(super) fn text(report: &Report) -> String {
    let mut text = Text::default();
    for projection in &report.projections {
        text.projection(projection);
    }
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, words: impl Display) {
        // Writing to a string cannot fail.
        writeln!(self.0, "{words}").ok();
    }

    fn projection(&mut self, report: &ProjectionReport) {
        let ProjectionReport { projection, version, position, events, parked, dropped, .. } = report;
        self.line(format_args!(
            "{projection} version {version} at position {position}: {events} events, {parked} parked, {dropped} given up"
        ));
        self.line(format_args!(
            "  {:18}{:>12}{:>10}{:>10}{:>10}",
            "table", "compared", "missing", "extra", "different"
        ));
        for TableReport { table, compared, missing, extra, different, .. } in &report.tables {
            self.line(format_args!("  {table:18}{compared:>12}{missing:>10}{extra:>10}{different:>10}"));
        }
        for position in &report.unparked {
            self.line(format_args!("  the event at {position} cannot be decoded and is not parked"));
        }
        for table in &report.tables {
            self.differences(table, report.repaired.is_some());
        }
        if let Some(repaired) = report.repaired {
            let verifier::Repaired { inserted, deleted, replaced } = repaired;
            self.line(format_args!(
                "  mended: {inserted} rows inserted, {deleted} deleted, {replaced} replaced"
            ));
        }
        self.line("");
    }

    fn differences(&mut self, table: &TableReport, is_repaired: bool) {
        for Difference { key, expected, found } in &table.differences {
            let what = match (expected, found, is_repaired) {
                (Some(_), Some(_), false) => "different",
                (Some(_), None, false) => "missing",
                (None, _, false) => "extra",
                (Some(_), Some(_), true) => "replaced",
                (Some(_), None, true) => "inserted",
                (None, _, true) => "deleted",
            };
            self.line(format_args!("  {what} in {}: {key}", table.table));
            if let Some(row) = expected {
                self.line(format_args!("    expected {row}"));
            }
            if let Some(row) = found {
                self.line(format_args!("    found    {row}"));
            }
        }
        let more = table.differences().saturating_sub(table.differences.len() as u64);
        if more > 0 {
            self.line(format_args!("  and {more} more in {}", table.table));
        }
    }
}
