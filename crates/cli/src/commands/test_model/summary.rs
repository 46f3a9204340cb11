//! The test of a model as test summaries and as a compatibility report.

use std::path::Path;

use hub::summary::{
    CompatibilityReport, PRODUCER, ReportStatus, SummaryFile, TestStatus, TestSummary, of_findings,
};
use pipeline::{SelfTestReport, SelfTestStatus};
use rdf_spec::{Diagnostic, Package, Yaml};

use crate::exit::Failure;

/// What the tests of a model found, as it goes on.
#[derive(Debug)]
pub(crate) struct Summaries {
    source: String,
    list: Vec<TestSummary>,
}

impl Summaries {
    pub(crate) fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            list: Vec::new(),
        }
    }

    /// The package could not be opened.
    pub(crate) fn unopened(&mut self, reason: &str) {
        self.failed("load resource description", reason);
    }

    /// The description and its files, as `validate` judges them.
    pub(crate) fn validated(&mut self, package: &Package) {
        let parsed = package.parsed();
        let mut found: Vec<Diagnostic> = parsed.diagnostics().to_vec();
        found.extend(package.check_files());
        let kind = parsed.resource_type().unwrap_or("general");
        let version = parsed.format_version().unwrap_or("of unknown version");
        let mut summary = of_findings(
            format!("static validation of {kind} description {version}"),
            &self.source,
            &found,
        );
        // A description without findings that could not be read does not exist, but would be no success.
        if parsed.value().is_none() {
            summary.status = TestStatus::Failed;
        }
        self.list.push(summary);
    }

    /// The test could not begin.
    pub(crate) fn not_run(&mut self, reason: &str) {
        self.failed("reproduce test outputs from test inputs", reason);
    }

    /// One summary for each format that was run.
    pub(crate) fn tested(&mut self, report: &SelfTestReport) {
        let mut untested = Vec::new();
        for weights in &report.weights {
            let Some(backend) = weights.backend else {
                untested.push((weights.format.name(), weights.reason.clone().unwrap_or_default()));
                continue;
            };
            let status = match weights.status {
                SelfTestStatus::Passed => TestStatus::Passed,
                SelfTestStatus::Failed | SelfTestStatus::Unsupported => TestStatus::Failed,
            };
            let name = format!(
                "reproduce test outputs from test inputs with {} ({PRODUCER}, {backend})",
                weights.format
            );
            let mut summary = TestSummary::new(name, &self.source, status);
            if status == TestStatus::Failed {
                summary.error = Some(
                    weights
                        .reason
                        .clone()
                        .unwrap_or_else(|| "the test failed".to_owned()),
                );
            }
            if !weights.warnings.is_empty() {
                let warnings = weights
                    .warnings
                    .iter()
                    .map(|warning| Yaml::String(warning.to_string()));
                summary
                    .warnings
                    .insert("weights".to_owned(), Yaml::Sequence(warnings.collect()));
            }
            self.list.push(summary);
        }
        if report.status() == SelfTestStatus::Unsupported {
            let reasons: Vec<String> = untested
                .iter()
                .map(|(format, why)| format!("{format}: {why}"))
                .collect();
            let reason = format!("nothing was tested: {}", reasons.join("; "));
            self.failed("reproduce test outputs from test inputs", &reason);
        } else if let Some(summary) = self.list.last_mut().filter(|_| !untested.is_empty()) {
            let reasons = untested
                .into_iter()
                .map(|(format, why)| (format.to_owned(), Yaml::String(format!("not tested: {why}"))))
                .collect();
            summary
                .warnings
                .insert("other_weights".to_owned(), Yaml::Mapping(reasons));
        }
    }

    fn failed(&mut self, name: &str, reason: &str) {
        let name = format!("{name} ({PRODUCER})");
        let mut summary = TestSummary::new(name, &self.source, TestStatus::Failed);
        summary.error = Some(reason.to_owned());
        self.list.push(summary);
    }

    /// Writes the files that were asked for.
    pub(crate) fn write(&self, summary: Option<&Path>, report: Option<&Path>) -> Result<(), Failure> {
        let file = SummaryFile::of_tester("modelhub", self.list.clone());
        if let Some(path) = summary {
            file.write_list(path).map_err(|error| Failure::because(&error))?;
        }
        if let Some(path) = report {
            let written = compatibility_report(&file).and_then(|report| report.write(path));
            written.map_err(|error| Failure::because(&error))?;
        }
        Ok(())
    }
}

/// The report for the collection: passed if everything passed.
pub(crate) fn compatibility_report(
    file: &SummaryFile,
) -> Result<CompatibilityReport, hub::summary::SummaryError> {
    let status = match file.status() {
        TestStatus::Passed => ReportStatus::Passed,
        TestStatus::Failed => ReportStatus::Failed,
    };
    let mut report = CompatibilityReport::new("modelhub", env!("CARGO_PKG_VERSION"), status)?;
    report.error = file
        .summaries()
        .filter(|(_, summary)| summary.status == TestStatus::Failed)
        .map(|(_, summary)| summary.problem().unwrap_or_else(|| summary.name.clone()))
        .next();
    let tests = file
        .summaries()
        .map(|(_, summary)| serde_json::json!({"name": summary.name, "status": summary.status.name(), "error": summary.problem()}));
    report.details = tests.collect();
    Ok(report)
}
