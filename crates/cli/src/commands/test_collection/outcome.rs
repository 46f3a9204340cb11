//! What became of one model.

use std::path::Path;

use hub::summary::{SummaryFile, SummaryPlace, TestStatus};

use super::summaries_folder;
use crate::commands::test_model::summary::compatibility_report;
use crate::exit::Failure;

/// What became of one model.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) label: String,
    pub(crate) place: SummaryPlace,
    pub(crate) seconds: Option<f64>,
    /// True if an earlier run found it.
    pub(crate) again: bool,
    pub(crate) file: SummaryFile,
}

impl Outcome {
    pub(crate) fn passed(&self) -> bool {
        self.file.status() == TestStatus::Passed
    }

    /// The first problem, in one line.
    pub(crate) fn problem(&self) -> Option<String> {
        let failed = |(_, summary): &(&str, &hub::summary::TestSummary)| summary.status == TestStatus::Failed;
        let (_, summary) = self.file.summaries().find(failed)?;
        Some(summary.problem().unwrap_or_else(|| summary.name.clone()))
    }

    /// Writes the summaries and the compatibility report.
    pub(super) fn write_files(&self, out: &Path) -> Result<(), Failure> {
        let setting = format!("modelhub-{}", env!("CARGO_PKG_VERSION"));
        let path = summaries_folder(out).join(self.place.file(&setting));
        let written = self.file.write_list(&path).and_then(|()| {
            let report = compatibility_report(&self.file)?;
            report.write(&out.join("reports").join(report.file(&self.place)))
        });
        written.map_err(|error| Failure::because(&error))
    }
}
