//! Which software can run a model, for people.

use std::fmt::Write as _;

use hub::compatibility::{ConsumerReport, Verdict};

use super::stdout;
use super::style::{BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::exit::Failure;

pub(crate) fn print(reports: &[ConsumerReport]) -> Result<(), Failure> {
    let mut text = String::new();
    for report in reports {
        let style = match report.verdict {
            Verdict::Runs => GREEN,
            Verdict::Unsure => YELLOW,
            Verdict::No => RED,
        };
        let _ = writeln!(
            text,
            "{}: {}",
            paint(BOLD, report.consumer.name),
            paint(style, report.verdict.name())
        );
        if report.verdict == Verdict::Runs {
            for runs in &report.formats {
                let since = runs
                    .since
                    .map_or_else(String::new, |version| format!(" from version {version} on"));
                let _ = writeln!(
                    text,
                    "  with {}{since}  {}",
                    runs.format.name(),
                    paint(DIM, runs.source)
                );
            }
        }
        for reason in &report.reasons {
            let _ = writeln!(text, "  {}  {}", reason.message, paint(DIM, reason.source));
        }
    }
    stdout::print(&text)
}
