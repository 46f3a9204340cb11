//! Results for programs. The fields are part of the public interface of the command.

use pipeline::SelfTestReport;
use rdf_spec::Diagnostic;
use runners::WeightsFormat;
use serde_json::{Value, json};

use super::stdout;
use crate::commands::validate::Validated;
use crate::exit::Failure;

/// Prints one object on a line of its own.
pub(crate) fn print_line(value: &Value) -> Result<(), Failure> {
    let mut text = value.to_string();
    text.push('\n');
    stdout::print(&text)
}

/// A line of `validate`.
pub(crate) fn validation(validated: &Validated) -> Value {
    json!({
        "source": validated.source,
        "status": if validated.is_valid { "valid" } else { "invalid" },
        "type": validated.resource_type(),
        "format_version": validated.format_version(),
        "diagnostics": validated
            .diagnostics
            .iter()
            .map(|found| diagnostic(validated, found))
            .collect::<Vec<_>>(),
    })
}

fn diagnostic(validated: &Validated, diagnostic: &Diagnostic) -> Value {
    let end = diagnostic
        .position
        .map(|position| validated.span(&diagnostic.path, position).end);
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .map(|related| {
            json!({
                "message": related.message,
                "pointer": related.path.pointer(),
                "path": related.path.to_string(),
                "line": related.position.map(|position| position.line),
                "column": related.position.map(|position| position.column),
            })
        })
        .collect();
    json!({
        "code": diagnostic.code.name(),
        "severity": diagnostic.severity.name(),
        "message": diagnostic.message,
        "pointer": diagnostic.path.pointer(),
        "path": diagnostic.path.to_string(),
        "line": diagnostic.position.map(|position| position.line),
        "column": diagnostic.position.map(|position| position.column),
        "help": diagnostic.help,
        "end_line": end.map(|end| end.line),
        "end_column": end.map(|end| end.column),
        "strict_severity": diagnostic.strict_severity().name(),
        "related": related,
    })
}

/// The report of `test-model`. Infinite differences are null: JSON has no infinity.
pub(crate) fn test(source: &str, report: &SelfTestReport) -> Value {
    let status = if report.status() == pipeline::SelfTestStatus::Passed {
        "passed"
    } else {
        "failed"
    };
    let weights: Vec<Value> = report
        .weights
        .iter()
        .map(|weights| {
            let outputs: Vec<Value> = weights.outputs.iter().map(output).collect();
            json!({
                "format": weights.format.name(),
                "backend": weights.backend,
                "status": weights.status.name(),
                "reason": weights.reason,
                "warnings": weights.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "seconds": weights.seconds,
                "outputs": outputs,
            })
        })
        .collect();
    json!({"source": source, "status": status, "weights": weights})
}

fn output(output: &pipeline::OutputReport) -> Value {
    let comparison = output.comparison.as_ref();
    json!({
        "name": output.name,
        "shape": output.shape,
        "dtype": output.data_type.name(),
        "max_abs_diff": comparison.map(|found| found.max_abs_diff),
        "max_rel_diff": comparison.map(|found| found.max_rel_diff),
        "mismatched_ppm": comparison.map(tensor_ops::Comparison::mismatched_ppm),
        "worst_index": comparison.and_then(|found| found.worst_index.clone()),
    })
}

/// The report of a test that could not begin.
pub(crate) fn failed_test(source: &str, reason: &str, unsupported: Option<WeightsFormat>) -> Value {
    let weights: Vec<Value> = unsupported
        .iter()
        .map(|format| {
            json!({
                "format": format.name(),
                "backend": null,
                "status": "unsupported",
                "reason": reason,
                "seconds": null,
                "outputs": [],
            })
        })
        .collect();
    json!({"source": source, "status": "failed", "reason": reason, "weights": weights})
}
