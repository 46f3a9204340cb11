//! The model that is looked at.

use rdf_spec::{Code, Diagnostic, Node, Package};

use super::finding::Observation;

/// A package with everything that validation found.
///
/// Rules read the fields of the document itself, so that one field that cannot be read hides no other.
#[derive(Debug)]
pub(super) struct Subject<'p> {
    pub(super) package: &'p Package,
    found: Vec<Diagnostic>,
    found_in_files: Vec<Diagnostic>,
}

impl<'p> Subject<'p> {
    /// Looks into the files of the package.
    pub(super) fn new(package: &'p Package) -> Self {
        Self {
            package,
            found: package.parsed().diagnostics().to_vec(),
            found_in_files: package.check_files(),
        }
    }

    /// Findings about the description alone.
    pub(super) fn found(&self) -> &[Diagnostic] {
        &self.found
    }

    /// Findings about the files that it refers to.
    pub(super) fn found_in_files(&self) -> &[Diagnostic] {
        &self.found_in_files
    }

    /// All findings with one of these codes, as observations.
    pub(super) fn with_codes(&self, codes: &[Code]) -> Vec<Observation> {
        let all = self.found.iter().chain(&self.found_in_files);
        all.filter(|found| codes.contains(&found.code))
            .map(observed)
            .collect()
    }

    /// A field at the root that is there and not null.
    pub(super) fn field(&self, key: &str) -> Option<&'p Node> {
        let root = self.package.parsed().document()?.root().as_mapping()?;
        root.get(key).filter(|node| !node.is_null())
    }

    pub(super) fn text(&self, key: &str) -> Option<&'p str> {
        self.field(key)?.as_str()
    }

    /// The items of a list at the root; none if it is no list.
    pub(super) fn items(&self, key: &str) -> &'p [Node] {
        self.field(key).and_then(Node::as_sequence).unwrap_or_default()
    }

    pub(super) fn texts(&self, key: &str) -> Vec<&'p str> {
        self.items(key).iter().filter_map(Node::as_str).collect()
    }
}

/// A finding of validation as an observation.
pub(super) fn observed(found: &Diagnostic) -> Observation {
    Observation {
        message: format!("{} [{}]", found.message, found.code),
        path: found.path.clone(),
        help: found.help.clone(),
    }
}
