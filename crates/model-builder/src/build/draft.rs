//! The description in the making.

use std::time::SystemTime;

use rdf_spec::{Diagnostic, FormatVersion, Package, Yaml};
use tensor_ops::Tensor;

use super::files::Files;
use super::reading::Reading;
use crate::error::{BuildError, BuildErrorKind};
use crate::recipe::Recipe;
use crate::tree;

/// A description, its files, and what is known about its tensors.
pub(crate) struct Draft {
    pub(crate) tree: Yaml,
    pub(crate) files: Files,
    pub(crate) inputs: Vec<DraftInput>,
    pub(crate) outputs: Vec<DraftOutput>,
    pub(crate) deepimagej: bool,
    pub(crate) notes: Vec<String>,
}

pub(crate) struct DraftInput {
    pub(crate) name: String,
    pub(crate) axes: String,
    pub(crate) tensor: Tensor,
    /// Whether the sizes that it may have are searched.
    pub(crate) is_searched: bool,
}

pub(crate) struct DraftOutput {
    pub(crate) name: String,
    pub(crate) axes: String,
    /// The name of the test output, if one was given.
    pub(crate) test: Option<String>,
    pub(crate) has_shape: bool,
    pub(crate) is_halo_searched: bool,
}

impl Draft {
    /// Reads what is stated, and the test inputs. All problems are found at once.
    pub(crate) fn new(recipe: &Recipe, now: SystemTime) -> Result<Self, BuildError> {
        let mut reading = Reading {
            recipe,
            files: Files::default(),
            found: Vec::new(),
        };
        let mut tree = recipe.tree().clone();
        let deepimagej = reading.flag(&mut tree, "deepimagej");
        tree::set_default(
            &mut tree,
            "format_version",
            tree::text(FormatVersion::newest().as_str()),
        );
        tree::set_default(&mut tree, "type", tree::text("model"));
        let now = chrono::DateTime::<chrono::Utc>::from(now).format("%Y-%m-%dT%H:%M:%SZ");
        tree::set_default(&mut tree, "timestamp", tree::text(now.to_string()));
        reading.references(&mut tree);
        let inputs = reading.inputs(&mut tree);
        let outputs = reading.outputs(&mut tree);
        // What cannot be computed before the rest is known stands for itself until then.
        let mut whole = tree.clone();
        tree::set_default(&mut whole, "documentation", tree::text("README.md"));
        reading.check(&whole);
        if !reading.found.is_empty() {
            let mut found: Vec<Diagnostic> = reading
                .found
                .into_iter()
                .map(|found| recipe.place(found))
                .collect();
            found.sort_by_key(|found| found.position);
            return Err(BuildErrorKind::Recipe(found).into());
        }
        Ok(Self {
            tree,
            files: reading.files,
            inputs,
            outputs,
            deepimagej,
            notes: Vec::new(),
        })
    }

    /// The package as it is now.
    pub(crate) fn package(&self) -> Result<Package, BuildError> {
        self.package_with(&tree::to_text(&self.tree))
    }

    /// The files with another text of the description.
    pub(crate) fn package_with(&self, text: &str) -> Result<Package, BuildError> {
        Package::gathered("package", text, self.files.to_vec())
            .map_err(|error| BuildError::file("package", error))
    }
}
