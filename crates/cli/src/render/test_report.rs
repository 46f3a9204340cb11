//! The report of `test-model` for people.

use std::fmt::Write as _;

use pipeline::{SelfTestReport, SelfTestStatus};

use super::stdout::{self, harmless};
use super::style::{BOLD, GREEN, RED, YELLOW, paint};
use crate::exit::Failure;

/// Prints a report, and with `table` also which backend ran which format how.
pub(crate) fn print(source: &str, report: &SelfTestReport, table: bool) -> Result<(), Failure> {
    let mut text = String::new();
    for weights in &report.weights {
        let backend = weights
            .backend
            .map_or_else(String::new, |backend| format!(" with {backend}"));
        let seconds = weights
            .seconds
            .map_or_else(String::new, |seconds| format!(" in {seconds:.2} s"));
        let _ = writeln!(
            text,
            "{}{backend}: {}{seconds}",
            paint(BOLD, weights.format),
            status(weights.status)
        );
        for output in &weights.outputs {
            let _ = write!(text, "  {}: {} {:?}", output.name, output.data_type, output.shape);
            if let Some(found) = &output.comparison {
                let _ = write!(
                    text,
                    ", largest difference {:.3e} absolute, {:.3e} relative, {} mismatched per million",
                    found.max_abs_diff,
                    found.max_rel_diff,
                    significant(found.mismatched_ppm())
                );
            }
            text.push('\n');
        }
        if let Some(reason) = &weights.reason {
            let _ = writeln!(text, "  {}", harmless(reason));
        }
        for warning in &weights.warnings {
            let _ = writeln!(text, "  warning: {}", harmless(&warning.to_string()));
        }
    }
    if table {
        add_table(&mut text, report);
    }
    let _ = writeln!(text, "{source}: {}", status(report.status()));
    stdout::print(&text)
}

/// Formats in rows, backends in columns.
fn add_table(text: &mut String, report: &SelfTestReport) {
    let mut formats = Vec::new();
    let mut backends = Vec::new();
    for weights in &report.weights {
        if !formats.contains(&weights.format) {
            formats.push(weights.format);
        }
        if let Some(backend) = weights.backend
            && !backends.contains(&backend)
        {
            backends.push(backend);
        }
    }
    if backends.is_empty() {
        return;
    }
    let width = formats
        .iter()
        .map(|format| format.name().len())
        .max()
        .unwrap_or(0);
    let _ = write!(text, "{:width$}", "");
    for backend in &backends {
        let _ = write!(text, "  {}", paint(BOLD, format!("{backend:<COLUMN$}")));
    }
    text.push('\n');
    for format in formats {
        let _ = write!(text, "{}", paint(BOLD, format!("{format:<width$}")));
        for &backend in &backends {
            let found = report
                .weights
                .iter()
                .find(|weights| weights.format == format && weights.backend == Some(backend));
            let cell = found.map_or_else(
                || format!("{:<COLUMN$}", "-"),
                |weights| {
                    let padding = COLUMN.saturating_sub(weights.status.name().len());
                    format!("{}{:padding$}", status(weights.status), "")
                },
            );
            let _ = write!(text, "  {cell}");
        }
        text.push('\n');
    }
}

/// The width of a column of the table, that of the longest status.
const COLUMN: usize = "unsupported".len();

fn status(status: SelfTestStatus) -> String {
    let style = match status {
        SelfTestStatus::Passed => GREEN,
        SelfTestStatus::Failed => RED,
        SelfTestStatus::Unsupported => YELLOW,
    };
    paint(style, status.name())
}

/// Whole numbers without a fraction, others with one digit.
fn significant(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}
