//! The report for programs.

use serde_json::{Value, json};

use super::ContributionReport;

/// One object: `accepted`, `findings` (each with `code`, `severity`, `title`, `message`, `path`, `line`, `column`,
/// `help` and `explanation`) and `kept`, the codes of the rules that are kept.
#[must_use]
pub fn to_json(report: &ContributionReport) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "code": finding.rule.code,
                "severity": finding.rule.weight.name(),
                "title": finding.rule.title,
                "message": finding.message,
                "path": finding.path.to_string(),
                "line": finding.position.map(|position| position.line),
                "column": finding.position.map(|position| position.column),
                "help": finding.help,
                "explanation": finding.rule.explanation,
            })
        })
        .collect();
    let kept: Vec<&str> = report.kept().map(|rule| rule.code).collect();
    json!({"accepted": report.is_accepted(), "findings": findings, "kept": kept})
}
