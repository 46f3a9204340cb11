//! The matrix of resources that a partner's workflow is dispatched with.

use std::str::FromStr;

use hub::summary::SummaryPlace;
use serde_json::Value;

use super::job::{Job, Work, failed};

/// Which versions of which resources are to be tested.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    wanted: Vec<(String, String)>,
}

/// Everything.
const ALL: &str = "**";

impl FromStr for Pending {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = |what: &str| {
            format!(
                "{what}; expected is {{\"include\": [{{\"resource_id\": \"...\", \"version_id\": \"...\"}}]}}"
            )
        };
        let value: Value = serde_json::from_str(text).map_err(|error| expected(&error.to_string()))?;
        let rows = value
            .get("include")
            .and_then(Value::as_array)
            .ok_or_else(|| expected("there is no list `include`"))?;
        let mut wanted = Vec::new();
        for row in rows {
            let resource = row.get("resource_id").and_then(Value::as_str);
            let resource = resource.ok_or_else(|| expected("a row has no text `resource_id`"))?;
            let version = row.get("version_id").and_then(Value::as_str).unwrap_or(ALL);
            wanted.push((resource.to_owned(), version.to_owned()));
        }
        Ok(Self { wanted })
    }
}

impl Pending {
    /// The jobs that are wanted. What is wanted and not there becomes a job that fails and says so.
    pub(super) fn select(&self, jobs: Vec<Job>) -> Vec<Job> {
        let mut selected = Vec::new();
        let mut met = vec![false; self.wanted.len()];
        for job in jobs {
            let mut is_wanted = false;
            for (index, (resource, version)) in self.wanted.iter().enumerate() {
                if fits(resource, job.place.resource_id()) && fits(version, job.place.version_id()) {
                    met[index] = true;
                    is_wanted = true;
                }
            }
            if is_wanted {
                selected.push(job);
            }
        }
        for ((resource, version), met) in self.wanted.iter().zip(met) {
            if !met && !resource.contains('*') {
                selected.push(absent(resource, version));
            }
        }
        selected
    }
}

/// A job that says that none of the sources has what is wanted.
fn absent(resource: &str, version: &str) -> Job {
    let version = if version.contains('*') { "latest" } else { version };
    let place =
        SummaryPlace::new(resource, version).unwrap_or_else(|_| SummaryPlace::approximate(resource, version));
    let reason = format!("none of the sources has `{resource}` in version `{version}`");
    Job {
        label: format!("{resource}/{version}"),
        place,
        work: Work::Known(failed("load resource description", resource, reason)),
    }
}

/// `**` and `*` are everything, `partner/**` everything that begins so.
fn fits(pattern: &str, id: &str) -> bool {
    match pattern.trim_end_matches('*') {
        same if same.len() == pattern.len() => pattern == id,
        start => id.starts_with(start),
    }
}
