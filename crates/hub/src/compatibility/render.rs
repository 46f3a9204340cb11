//! Verdicts for programs.

use serde_json::{Value, json};

use super::ConsumerReport;

/// One object for each software: `id`, `name`, `kind`, `url`, `verdict`, `formats` (each with `format`, `since` and
/// `source`) and `reasons` (each with `message` and `source`).
#[must_use]
pub fn to_json(reports: &[ConsumerReport]) -> Value {
    reports
        .iter()
        .map(|report| {
            let formats: Vec<Value> = report
                .formats
                .iter()
                .map(|runs| json!({"format": runs.format.name(), "since": runs.since, "source": runs.source}))
                .collect();
            let reasons: Vec<Value> = report
                .reasons
                .iter()
                .map(|reason| json!({"message": reason.message, "source": reason.source}))
                .collect();
            let kind = match report.consumer.kind {
                super::ConsumerKind::Application => "application",
                super::ConsumerKind::Library => "library",
            };
            json!({
                "id": report.consumer.id,
                "name": report.consumer.name,
                "kind": kind,
                "url": report.consumer.url,
                "verdict": report.verdict.name(),
                "formats": formats,
                "reasons": reasons,
            })
        })
        .collect()
}
