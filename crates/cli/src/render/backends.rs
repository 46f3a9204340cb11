//! What runs which weights format.

use std::fmt::Write as _;

use runners::{Advice, WeightsFormat};
use serde_json::{Value, json};

use super::stdout;
use super::style::{BOLD, DIM, GREEN, YELLOW, paint};
use crate::engines::{Known, State};
use crate::exit::Failure;

/// A weights format, the backends that can run it, and what would if there is none.
pub(crate) struct Row<'a> {
    pub(crate) format: WeightsFormat,
    pub(crate) known: Vec<&'a Known>,
    pub(crate) advice: Advice,
}

pub(crate) fn print(rows: &[Row<'_>]) -> Result<(), Failure> {
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(text, "{}", paint(BOLD, row.format));
        if row.known.is_empty() {
            let _ = writeln!(text, "  {}: {}", paint(YELLOW, "cannot be run"), row.advice);
        }
        for known in &row.known {
            match &known.state {
                State::Ready { detail, devices } => {
                    let _ = writeln!(
                        text,
                        "  {} {}: {} {}",
                        known.name,
                        paint(GREEN, "ready"),
                        stdout::harmless(detail),
                        paint(DIM, format!("(devices: {})", devices.join(", ")))
                    );
                }
                State::Missing { reason, fix, .. } => {
                    let _ = writeln!(
                        text,
                        "  {} {}: {}; {}",
                        known.name,
                        paint(YELLOW, "not ready"),
                        stdout::harmless(reason),
                        stdout::harmless(fix)
                    );
                }
            }
        }
    }
    stdout::print(&text)
}

/// The same for programs.
pub(crate) fn json(rows: &[Row<'_>]) -> Value {
    let formats: Vec<Value> = rows
        .iter()
        .map(|row| {
            let backends: Vec<Value> = row.known.iter().map(|known| backend(known)).collect();
            let preferred = match row.advice {
                Advice::UseBackend { backend, .. } => Some(backend),
                _ => None,
            };
            json!({
                "format": row.format.name(),
                "preferred": preferred,
                "backends": backends,
                "advice": row.advice.to_string(),
            })
        })
        .collect();
    json!({"formats": formats})
}

fn backend(known: &Known) -> Value {
    match &known.state {
        State::Ready { detail, devices } => json!({
            "name": known.name,
            "status": "ready",
            "detail": detail,
            "devices": devices,
            "fix": null,
        }),
        State::Missing { reason, fix, .. } => json!({
            "name": known.name,
            "status": "missing",
            "detail": reason,
            "devices": [],
            "fix": fix,
        }),
    }
}
