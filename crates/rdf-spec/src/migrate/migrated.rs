//! A description in a newer version of the format.

use super::{Change, NEWEST, Patch, apply_steps, normalize};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, Node};
use crate::parsed::model_version;
use crate::read::Reader;
use crate::value::FormatVersion;

/// A model description that was brought into a newer version of the format.
#[derive(Clone, Debug)]
pub struct Migrated {
    root: Node,
    from: FormatVersion,
    to: FormatVersion,
    changes: Vec<Change>,
}

/// Why a description cannot be migrated.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// It is not a model description of format 0.3 or 0.4.
    #[error("{}", .0.first().map_or_else(|| "there is nothing to migrate".to_owned(), |found| found.message.clone()))]
    NotAModel(Vec<Diagnostic>),
    /// The description is newer than the version that was asked for.
    #[error("the description is of format {from}, which cannot be turned back into the older format {to}")]
    Older {
        /// The version of the description.
        from: FormatVersion,
        /// The version that was asked for.
        to: FormatVersion,
    },
    /// There is no such version, or steps to it are not known.
    #[error("descriptions are migrated to format 0.3.0 to 0.3.6 and 0.4.0 to 0.4.10, not to {to}")]
    UnknownTarget {
        /// The version that was asked for.
        to: FormatVersion,
    },
}

impl Migrated {
    /// Migrates a document to the newest version of the model format.
    ///
    /// The description need not be valid: what the steps look at is changed, all else stays as it is.
    ///
    /// # Errors
    /// If the document is not a model description of format 0.3 or 0.4.
    ///
    /// ```
    /// use rdf_spec::{Document, Migrated};
    ///
    /// let document = Document::parse("type: model\nformat_version: 0.4.0\ndependencies: conda:env.yaml\n\
    ///     weights:\n  pytorch_state_dict:\n    source: weights.pt\n")?;
    /// let migrated = Migrated::to_newest(&document)?;
    /// assert_eq!(migrated.changes().len(), 1);
    /// assert_eq!(migrated.to().as_str(), "0.4.10");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_newest(document: &Document) -> Result<Self, MigrationError> {
        Self::new(document, None)
    }

    /// Migrates a document to a version of the model format.
    ///
    /// # Errors
    /// If the document is not a model description of format 0.3 or 0.4, or is newer than the version.
    pub fn to_version(document: &Document, to: &FormatVersion) -> Result<Self, MigrationError> {
        Self::new(document, Some(to))
    }

    fn new(document: &Document, to: Option<&FormatVersion>) -> Result<Self, MigrationError> {
        let mut reader = Reader::default();
        let Some(from) = model_version(document.root(), &mut reader) else {
            return Err(MigrationError::NotAModel(reader.into_diagnostics()));
        };
        let to = match to {
            Some(to) => to.clone(),
            None => FormatVersion::newest(),
        };
        let (minor, patch) = to
            .model_patch()
            .ok_or_else(|| MigrationError::UnknownTarget { to: to.clone() })?;
        let known: Patch = from.model_patch().unwrap_or(NEWEST).min(NEWEST);
        if (minor, patch) > NEWEST || (minor == 3 && patch > 6) {
            return Err(MigrationError::UnknownTarget { to });
        }
        if from.numbers() > to.numbers() && known > (minor, patch) {
            return Err(MigrationError::Older { from, to });
        }
        let mut root = document.root().clone();
        let mut changes = apply_steps(&mut root, known, (minor, patch));
        if (minor, patch) == NEWEST {
            changes.extend(normalize(&mut root));
        }
        if from != to
            && let Some(version) = root.entries_mut().and_then(|root| root.get_mut("format_version"))
        {
            version.value.set_plain_text(to.as_str());
        }
        Ok(Self {
            root,
            from,
            to,
            changes,
        })
    }

    /// The tree of the migrated description. What was not changed keeps its place in the text.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The version that the description was of.
    #[must_use]
    pub fn from(&self) -> &FormatVersion {
        &self.from
    }

    /// The version that it is of now.
    #[must_use]
    pub fn to(&self) -> &FormatVersion {
        &self.to
    }

    /// What the steps did, in their order. Empty if only the number of the version changed.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What the result does not have of the document.
    pub fn losses(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_loss())
    }
}
