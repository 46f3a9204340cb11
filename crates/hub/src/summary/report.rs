//! The compatibility reports that the collection of bioimage.io reads today.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::tree::write_file;
use super::{SummaryError, SummaryErrorKind, SummaryPlace};

/// What a tool says about a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportStatus {
    /// The tool can use it.
    Passed,
    /// It cannot.
    Failed,
    /// The tool is not for resources of this kind.
    NotApplicable,
}

impl ReportStatus {
    /// `passed`, `failed` or `not-applicable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A compatibility report: a JSON file `<resource id>/<version id>/reports/<tool>_<tool version>.json`.
///
/// ```
/// use hub::summary::{CompatibilityReport, ReportStatus, SummaryPlace};
///
/// let report = CompatibilityReport::new("modelhub", "0.1.0", ReportStatus::Passed)?;
/// assert_eq!(report.to_json()["score"], 1.0);
/// let file = report.file(&SummaryPlace::new("affable-shark", "1.2")?);
/// assert_eq!(file, std::path::Path::new("affable-shark/1.2/reports/modelhub_0.1.0.json"));
/// # Ok::<(), hub::summary::SummaryError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompatibilityReport {
    tool: String,
    tool_version: String,
    /// The outcome.
    pub status: ReportStatus,
    /// How well the tool can use the resource, from 0 to 1.
    pub score: f64,
    /// Why it failed.
    pub error: Option<String>,
    /// What explains the outcome.
    pub details: Value,
    /// Identifiers of resources that the tested one should link to.
    pub links: Vec<String>,
}

impl CompatibilityReport {
    /// A report with the score 1 if it passed, else 0.
    ///
    /// # Errors
    /// If the name or version of the tool is empty or has an underscore, which divides them in the file name, or a
    /// character that file names may not have.
    pub fn new(tool: &str, tool_version: &str, status: ReportStatus) -> Result<Self, SummaryError> {
        for (what, id) in [
            ("the name of the tool", tool),
            ("the version of the tool", tool_version),
        ] {
            let reason = if id.contains(['_', '/']) {
                "it may have neither underscore nor slash"
            } else if SummaryPlace::new(id, "1").is_err() {
                "it is empty or has characters that file names may not have"
            } else {
                continue;
            };
            let id = id.to_owned();
            return Err(SummaryErrorKind::Identifier { what, id, reason }.into());
        }
        Ok(Self {
            tool: tool.to_owned(),
            tool_version: tool_version.to_owned(),
            status,
            score: if status == ReportStatus::Passed { 1.0 } else { 0.0 },
            error: None,
            details: Value::Null,
            links: Vec::new(),
        })
    }

    /// The object in the file: `status`, `score`, `error`, `details`, `badge` and `links`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "status": self.status.name(),
            "score": self.score.clamp(0.0, 1.0),
            "error": self.error,
            "details": self.details,
            "badge": null,
            "links": self.links,
        })
    }

    /// The path of the file below the folder of all reports.
    #[must_use]
    pub fn file(&self, place: &SummaryPlace) -> PathBuf {
        let name = format!("{}_{}.json", self.tool, self.tool_version);
        place.folder().join("reports").join(name)
    }

    /// Writes the report to a file, which appears whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), SummaryError> {
        write_file(path, &format!("{:#}\n", self.to_json()))
    }
}
