//! One model that is to be tested.

use std::collections::HashMap;
use std::path::PathBuf;

use hub::summary::{PRODUCER, SummaryFile, SummaryPlace, TestStatus, TestSummary};

/// One model.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// What it is called in progress and results.
    pub(super) label: String,
    /// Where its summaries belong.
    pub(super) place: SummaryPlace,
    pub(super) work: Work,
}

/// What there is to do.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// Validate and run the model at this path.
    Run(PathBuf),
    /// Fetch the model that this names (an address, a DOI, a nickname), then the same.
    Fetch(String),
    /// Nothing: the outcome is known.
    Known(SummaryFile),
}

/// The outcome of a test that failed before it began.
pub(super) fn failed(test: &str, source: &str, reason: impl Into<String>) -> SummaryFile {
    let mut summary = TestSummary::new(format!("{test} ({PRODUCER})"), source, TestStatus::Failed);
    summary.error = Some(reason.into());
    SummaryFile::of_tester("modelhub", vec![summary])
}

/// Gives each job a place of its own: of several with the same identifier and version, the second one gets `-2`
/// behind the version, and so on.
pub(super) fn make_places_distinct(jobs: &mut [Job]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for job in jobs {
        // Some file systems do not tell upper from lower case.
        let number = seen.entry(job.place.to_string().to_lowercase()).or_default();
        *number += 1;
        if *number > 1 {
            let version = format!("{}-{number}", job.place.version_id());
            if let Ok(place) = SummaryPlace::new(job.place.resource_id(), &version) {
                job.place = place;
            }
        }
    }
}
