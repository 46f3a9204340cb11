//! Findings of validation as a summary.

use rdf_spec::{Diagnostic, Severity, Yaml};

use super::{TestStatus, TestSummary};

/// How many messages of a field are written.
const MOST_OF_A_FIELD: usize = 20;

/// The summary of a static validation: errors by field in `nested_errors`, alerts and warnings by field in
/// `warnings`; what is merely good to know is left out.
///
/// ```
/// use hub::summary::{TestStatus, of_findings};
///
/// let parsed = rdf_spec::Rdf::from_yaml("{type: dataset, format_version: 0.2.4, name: 5, description: All}");
/// let summary = of_findings("static validation", "rdf.yaml", parsed.diagnostics());
/// assert_eq!(summary.status, TestStatus::Failed);
/// assert_eq!(summary.nested_errors.keys().collect::<Vec<_>>(), ["name"]);
/// assert!(summary.warnings.contains_key("authors"));
/// ```
#[must_use]
pub fn of_findings(
    name: impl Into<String>,
    source_name: impl Into<String>,
    found: &[Diagnostic],
) -> TestSummary {
    let mut summary = TestSummary::new(name, source_name, TestStatus::Passed);
    for finding in found {
        let into = match finding.severity {
            Severity::Error => {
                summary.status = TestStatus::Failed;
                &mut summary.nested_errors
            }
            Severity::Alert | Severity::Warning => &mut summary.warnings,
            Severity::Info => continue,
        };
        let field = if finding.path.is_root() {
            "document".to_owned()
        } else {
            finding.path.to_string()
        };
        let place = finding
            .position
            .map_or_else(String::new, |at| format!(" (line {})", at.line));
        let message = Yaml::String(format!("{} [{}]{place}", finding.message, finding.code));
        let messages = into.entry(field).or_insert_with(|| Yaml::Sequence(Vec::new()));
        if let Yaml::Sequence(messages) = messages
            && messages.len() < MOST_OF_A_FIELD
        {
            messages.push(message);
        }
    }
    if summary.status == TestStatus::Failed {
        summary.error = Some(match summary.nested_errors.len() {
            1 => "a field of the description is invalid".to_owned(),
            number => format!("{number} fields of the description are invalid"),
        });
    }
    summary
}
