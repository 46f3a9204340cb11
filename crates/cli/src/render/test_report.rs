//! The report of `test-model` for people.

use std::fmt::Write as _;

use pipeline::{SelfTestReport, SelfTestStatus};

use super::stdout::{self, harmless};
use super::style::{BOLD, GREEN, RED, YELLOW, paint};
use crate::exit::Failure;

pub(crate) fn print(source: &str, report: &SelfTestReport) -> Result<(), Failure> {
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
    }
    let _ = writeln!(text, "{source}: {}", status(report.status()));
    stdout::print(&text)
}

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
