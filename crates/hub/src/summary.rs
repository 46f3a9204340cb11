//! Test summaries: what tests of a resource found, in the form in which partners publish it.
//!
//! A file `<resource id>/<version id>/test_summary_*.yaml` holds a list of summaries ([`TestSummary`]). The collection
//! merges those of all testers of one resource version into a file with `tests` by tester ([`SummaryFile`]); both
//! forms, and a single summary, are read.
//!
//! ```
//! use hub::summary::{SummaryFile, TestStatus, TestSummary};
//!
//! let mut summary = TestSummary::new("reproduce test outputs", "rdf.yaml", TestStatus::Failed);
//! summary.error = Some("output `mask`: 3 of 64 values differ".to_owned());
//! let file = SummaryFile::of_tester("modelhub", vec![summary]);
//! let text = file.to_list_yaml()?;
//! assert!(text.starts_with("- name: reproduce test outputs\n  source_name: rdf.yaml\n  status: failed\n"));
//!
//! let read = SummaryFile::from_yaml(&text, "modelhub")?;
//! assert_eq!(read, file);
//! assert_eq!(read.status(), TestStatus::Failed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod file;
mod place;
mod read;
mod render;
mod report;
mod tree;
mod validation;
mod write;

pub use error::{SummaryError, SummaryErrorKind};
pub use file::SummaryFile;
pub use place::SummaryPlace;
pub use render::{list_to_json, to_html, to_json, to_markdown};
pub use report::{CompatibilityReport, ReportStatus};
pub use tree::{SummaryProblem, SummaryTree};
pub use validation::of_findings;

use indexmap::IndexMap;
use rdf_spec::Yaml;

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TestStatus {
    /// The test passed.
    Passed,
    /// It did not.
    Failed,
}

impl TestStatus {
    /// `passed` or `failed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// What one test found: the nine keys of a test summary.
///
/// The specification knows two version fields, named after the Python packages. [`TestSummary::new`] writes the name
/// and version of this program into both: that is what made the summary.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TestSummary {
    /// What was tested.
    pub name: String,
    /// What it was tested on: a path, an address or an identifier. Merged files leave it out.
    pub source_name: Option<String>,
    /// The outcome.
    pub status: TestStatus,
    /// Why it failed. A static validation may give messages by field instead: see `nested_errors`.
    pub error: Option<String>,
    /// Lines of a trace.
    pub traceback: Option<Vec<String>>,
    /// Messages by field of the description.
    pub nested_errors: IndexMap<String, Yaml>,
    /// What read the description, with its version.
    pub bioimageio_spec_version: Option<String>,
    /// What ran the test, with its version.
    pub bioimageio_core_version: Option<String>,
    /// What was noticed, by field or kind.
    pub warnings: IndexMap<String, Yaml>,
    /// Further keys.
    pub other: IndexMap<String, Yaml>,
}

/// The name and version that stand in the summaries of this program.
pub const PRODUCER: &str = concat!("modelhub ", env!("CARGO_PKG_VERSION"));

impl TestSummary {
    /// A summary by this program, without errors and warnings.
    #[must_use]
    pub fn new(name: impl Into<String>, source_name: impl Into<String>, status: TestStatus) -> Self {
        Self {
            name: name.into(),
            source_name: Some(source_name.into()),
            status,
            error: None,
            traceback: None,
            nested_errors: IndexMap::new(),
            bioimageio_spec_version: Some(PRODUCER.to_owned()),
            bioimageio_core_version: Some(PRODUCER.to_owned()),
            warnings: IndexMap::new(),
            other: IndexMap::new(),
        }
    }

    /// All that went wrong in one line: the error and the messages by field.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let by_field: Vec<String> = self
            .nested_errors
            .iter()
            .map(|(field, message)| format!("{field}: {}", render::flat(message)))
            .collect();
        let by_field = by_field.join("; ");
        match (&self.error, by_field.is_empty()) {
            (Some(error), true) => Some(error.clone()),
            (Some(error), false) => Some(format!("{error}: {by_field}")),
            (None, true) => None,
            (None, false) => Some(by_field),
        }
    }

    /// True if both say the same, whatever they were made from.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        self.name == other.name
            && self.status == other.status
            && self.error == other.error
            && self.warnings == other.warnings
            && self.nested_errors == other.nested_errors
            && self.bioimageio_spec_version == other.bioimageio_spec_version
            && self.bioimageio_core_version == other.bioimageio_core_version
    }
}
