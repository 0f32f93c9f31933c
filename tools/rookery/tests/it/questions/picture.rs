//! Pictures of answers, as text that is the same on every machine: SVG, on a ground of its own, in the colours of the reader's
//! light or dark mode.

mod axis;
mod bars;
mod heat;
mod lines;

use self::bars::Bars;
use self::heat::Heat;
use self::lines::Lines;
use super::answer::Answer;

const WIDTH: f64 = 760.0;

/// Numbers with a name, each for one label.
struct Series {
    name: String,
    values: Vec<f64>,
}

/// # Panics
/// For a file that nobody knows how to draw.
pub(super) fn draw(file: &str, answer: &Answer) -> String {
    let series = |names: &[&str]| -> Vec<Series> {
        let of = |name: &&str| Series { name: name.replace('_', " "), values: answer.numbers(name) };
        names.iter().map(of).collect()
    };
    match file {
        "analysts/growth.svg" => Lines {
            title: "Accounts, those of them that wrote, and messages, by week",
            labels: days(answer.texts("week")),
            series: series(&["accounts", "authors", "messages"]),
        }
        .draw(),
        "analysts/tags.svg" => Bars {
            title: "Messages per tag in two weeks",
            labels: answer.texts("tag"),
            series: series(&["last_week", "week_before"]),
        }
        .draw(),
        "analysts/depth.svg" => Bars {
            title: "Conversations by the depth of their deepest answer",
            labels: answer.texts("depth"),
            series: series(&["conversations"]),
        }
        .draw(),
        "analysts/retention.svg" => Heat {
            title: "Of 100 accounts, those that did something so many weeks later, by the week of registration",
            rows: days(answer.texts("week")),
            columns: answer.names().skip(2).map(|name| name.replace('_', " ")).collect(),
            cells: answer.rows.iter().map(|row| row[2..].iter().map(|cell| cell.parse().ok()).collect()).collect(),
        }
        .draw(),
        "analysts/hours.svg" => Lines {
            title: "Messages by the hour of the day",
            labels: answer.texts("hour"),
            series: series(&["berlin", "kolkata"]),
        }
        .draw(),
        "analysts/followers.svg" => Lines {
            title: "Followers at the end of each week",
            labels: (1..=8).map(|week| format!("week {week}")).collect(),
            series: answer.texts("handle").into_iter().zip(arrays(answer)).map(|(name, values)| Series { name, values }).collect(),
        }
        .draw(),
        other => panic!("nobody knows how to draw {other}"),
    }
}

/// Without the year.
fn days(dates: Vec<String>) -> Vec<String> {
    dates
        .into_iter()
        .map(|date| date.split_once('-').map_or(date.clone(), |(_, day)| day.to_owned()))
        .collect()
}

fn arrays(answer: &Answer) -> Vec<Vec<f64>> {
    let array = |text: &String| {
        let numbers = text.trim_matches(['{', '}']).split(',');
        numbers.map(|number| number.parse().expect("it is a number")).collect()
    };
    answer.texts("by_week").iter().map(array).collect()
}

/// Each series has a colour, and a name or a shade besides: colour alone tells nothing to whom it looks alike.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.small{font-size:11px}
.ground{fill:#fff;stroke:#d0d7de}.grid{stroke:#d8dee4}.line{fill:none;stroke-width:2.5}.cell{fill:#0969da}
.s0{--c:#0969da}.s1{--c:#bc4c00}.s2{--c:#1a7f37}.s3{--c:#8250df}.s4{--c:#bf3989}
.line{stroke:var(--c)}.dot,.bar{fill:var(--c)}text.name{fill:var(--c);font-weight:600}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117;stroke:#30363d}.grid{stroke:#30363d}.cell{fill:#58a6ff}
.s0{--c:#58a6ff}.s1{--c:#f0883e}.s2{--c:#3fb950}.s3{--c:#bc8cff}.s4{--c:#f778ba}}";

fn frame(title: &str, height: f64, inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"ground\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n\
         <text class=\"title\" x=\"16\" y=\"26\">{title}</text>\n{inside}</svg>\n",
        WIDTH - 1.0,
        height - 1.0,
    )
}
