//! Writing summaries.

use indexmap::IndexMap;
use rdf_spec::Yaml;

use super::{SummaryError, SummaryErrorKind, SummaryFile, TestSummary};

/// The keys of a summary, in the order in which they are written.
pub(super) const KEYS: [&str; 9] = [
    "name",
    "source_name",
    "status",
    "error",
    "traceback",
    "nested_errors",
    "bioimageio_spec_version",
    "bioimageio_core_version",
    "warnings",
];

impl TestSummary {
    /// The summary as a value: all nine keys, then the others.
    #[must_use]
    pub fn to_tree(&self) -> Yaml {
        let text = |text: &Option<String>| text.clone().map_or(Yaml::Null, Yaml::String);
        let traceback = self.traceback.as_ref().map_or(Yaml::Null, |lines| {
            Yaml::Sequence(lines.iter().cloned().map(Yaml::String).collect())
        });
        let values = [
            Yaml::String(self.name.clone()),
            text(&self.source_name),
            Yaml::String(self.status.name().to_owned()),
            text(&self.error),
            traceback,
            Yaml::Mapping(self.nested_errors.clone()),
            text(&self.bioimageio_spec_version),
            text(&self.bioimageio_core_version),
            Yaml::Mapping(self.warnings.clone()),
        ];
        let keys = KEYS.iter().map(|key| (*key).to_owned());
        let mut tree: IndexMap<String, Yaml> = keys.zip(values).collect();
        tree.extend(self.other.clone());
        Yaml::Mapping(tree)
    }
}

impl SummaryFile {
    /// The text of a file `test_summary_*.yaml`: a list of all summaries.
    ///
    /// # Errors
    /// If it would have more than a megabyte, or is nested too deeply.
    pub fn to_list_yaml(&self) -> Result<String, SummaryError> {
        let list = self.summaries().map(|(_, summary)| summary.to_tree()).collect();
        written(&Yaml::Sequence(list))
    }

    /// The text of a merged file: `status`, `rdf_sha256` where it is known, and `tests` by tester.
    ///
    /// # Errors
    /// If it would have more than a megabyte, or is nested too deeply.
    pub fn to_merged_yaml(&self) -> Result<String, SummaryError> {
        written(&self.to_tree())
    }

    /// The merged file as a value.
    #[must_use]
    pub fn to_tree(&self) -> Yaml {
        let mut tree = IndexMap::new();
        if let Some(digest) = &self.rdf_sha256 {
            tree.insert("rdf_sha256".to_owned(), Yaml::String(digest.clone()));
        }
        tree.insert("status".to_owned(), Yaml::String(self.status().name().to_owned()));
        let tests = self
            .tests
            .iter()
            .map(|(tester, summaries)| {
                let list = summaries.iter().map(TestSummary::to_tree).collect();
                (tester.clone(), Yaml::Sequence(list))
            })
            .collect();
        tree.insert("tests".to_owned(), Yaml::Mapping(tests));
        Yaml::Mapping(tree)
    }
}

fn written(tree: &Yaml) -> Result<String, SummaryError> {
    tree.to_yaml()
        .map_err(|error| SummaryError::from(SummaryErrorKind::Unwritable).caused_by(error.to_string()))
}
