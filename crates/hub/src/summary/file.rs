//! All summaries of one version of a resource.

use indexmap::IndexMap;

use super::{TestStatus, TestSummary};

/// All summaries of one version of a resource, by tester.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SummaryFile {
    /// Who tested, and what they found.
    pub tests: IndexMap<String, Vec<TestSummary>>,
    /// The digest of the description that was tested, where the file states it.
    pub rdf_sha256: Option<String>,
}

impl SummaryFile {
    /// The summaries of one tester.
    #[must_use]
    pub fn of_tester(tester: impl Into<String>, summaries: Vec<TestSummary>) -> Self {
        Self {
            tests: IndexMap::from([(tester.into(), summaries)]),
            rdf_sha256: None,
        }
    }

    /// All summaries with their tester.
    pub fn summaries(&self) -> impl Iterator<Item = (&str, &TestSummary)> {
        self.tests
            .iter()
            .flat_map(|(tester, summaries)| summaries.iter().map(move |summary| (tester.as_str(), summary)))
    }

    /// Passed if every test passed, and there is one.
    #[must_use]
    pub fn status(&self) -> TestStatus {
        let mut any = false;
        for (_, summary) in self.summaries() {
            any = true;
            if summary.status == TestStatus::Failed {
                return TestStatus::Failed;
            }
        }
        if any {
            TestStatus::Passed
        } else {
            TestStatus::Failed
        }
    }

    /// Takes over the summaries of another file. One that says the same as one that is there already is left out.
    ///
    /// A digest of the description is kept only if both state the same.
    pub fn merge(&mut self, other: Self) {
        if self.tests.is_empty() {
            self.rdf_sha256 = other.rdf_sha256;
        } else if self.rdf_sha256 != other.rdf_sha256 {
            self.rdf_sha256 = None;
        }
        for (tester, summaries) in other.tests {
            let known = self.tests.entry(tester).or_default();
            for summary in summaries {
                if !known.iter().any(|known| known.repeats(&summary)) {
                    known.push(summary);
                }
            }
        }
    }
}
