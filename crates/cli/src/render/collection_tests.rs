//! The results of `test-collection`.

use std::fmt::Write as _;

use hub::summary::list_to_json;
use serde_json::{Value, json};

use super::stdout::{self, harmless};
use super::style::{BOLD, DIM, GREEN, RED, paint};
use crate::commands::test_collection::Outcome;
use crate::exit::Failure;

/// The longest problem that is shown, in characters.
const LONGEST: usize = 400;

pub(crate) fn print(outcomes: &[Outcome]) -> Result<(), Failure> {
    let mut text = String::new();
    for outcome in outcomes {
        let again = if outcome.again {
            paint(DIM, " (known already)")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "{}  {}{again}",
            status(outcome),
            paint(BOLD, harmless(&outcome.label))
        );
        if let Some(problem) = outcome.problem() {
            let shown: String = problem.chars().take(LONGEST).collect();
            let _ = writeln!(text, "  {}", harmless(&shown).replace('\n', "\n  "));
        }
    }
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let _ = writeln!(text, "{passed} of {} passed", outcomes.len());
    stdout::print(&text)
}

/// `[3/10] passed models/a in 1.20 s`
pub(crate) fn progress_line(number: usize, of: usize, outcome: &Outcome) -> String {
    let seconds = outcome
        .seconds
        .map_or_else(String::new, |seconds| format!(" in {seconds:.2} s"));
    format!(
        "[{number}/{of}] {} {}{seconds}",
        status(outcome),
        harmless(&outcome.label)
    )
}

fn status(outcome: &Outcome) -> String {
    if outcome.passed() {
        paint(GREEN, "passed")
    } else {
        paint(RED, "failed")
    }
}

/// One object: `status`, `passed`, `failed`, and `models`, each with its summaries.
pub(crate) fn json(outcomes: &[Outcome]) -> Value {
    let models: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            json!({
                "source": outcome.label,
                "resource_id": outcome.place.resource_id(),
                "version_id": outcome.place.version_id(),
                "status": outcome.file.status().name(),
                "seconds": outcome.seconds,
                "known_already": outcome.again,
                "problem": outcome.problem(),
                "tests": list_to_json(&outcome.file),
            })
        })
        .collect();
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    json!({
        "status": if passed == outcomes.len() { "passed" } else { "failed" },
        "passed": passed,
        "failed": outcomes.len() - passed,
        "models": models,
    })
}
