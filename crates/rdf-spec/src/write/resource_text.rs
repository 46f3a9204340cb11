//! The text of descriptions of format 0.2, and of those of any type.

use super::ToTree;
use crate::diagnostic::Diagnostic;
use crate::generic::{ApplicationRdf, CollectionRdf, DatasetRdf, GenericRdf, NotebookRdf};
use crate::rdf::Rdf;

macro_rules! written {
    ($($(#[$more:meta])* $type:ident $kind:literal,)*) => {
        $(impl $type {
            /// The text of the description in YAML, as a file `rdf.yaml` holds it: only the fields that are set, in
            /// the order of the specification, then those that the format does not have.
            ///
            /// A description of an older version is written in the newest one, 0.2.4, in whose form it is held.
            /// Apart from the version, [`Rdf::from_yaml`] makes an equal description of the text again, and writing
            /// that one gives the same text. What was not part of the description, such as comments, is not written.
            $(#[$more])*
            ///
            /// ```
            #[doc = concat!("# let text = include_str!(\"../../tests/documents/", $kind, ".yaml\");")]
            /// use rdf_spec::Rdf;
            ///
            /// let rdf = Rdf::from_yaml(text).into_result().unwrap();
            #[doc = concat!("let Rdf::", written!(@variant $type), "(resource) = &rdf else { panic!() };")]
            /// let text = resource.to_yaml()?;
            #[doc = concat!("assert!(text.starts_with(\"format_version: \\\"0.2.4\\\"\\ntype: ", $kind, "\\n\"), \"{text}\");")]
            /// assert_eq!(Rdf::from_yaml(&text).into_result().unwrap(), rdf);
            /// # Ok::<(), rdf_spec::Diagnostic>(())
            /// ```
            ///
            /// # Errors
            /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
            pub fn to_yaml(&self) -> Result<String, Diagnostic> {
                self.to_tree().to_yaml()
            }

            #[doc = concat!("The text of the description in JSON, indented; see [`", stringify!($type), "::to_yaml`].")]
            ///
            /// Every JSON text is YAML, so [`Rdf::from_yaml`] reads it. JSON has no infinities: in free-form fields
            /// they become the texts `"inf"` and `"-inf"`, and stay text.
            ///
            /// # Errors
            /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
            pub fn to_json(&self) -> Result<String, Diagnostic> {
                self.to_tree().to_json()
            }
        })*
    };
    (@variant GenericRdf) => { "Generic" };
    (@variant DatasetRdf) => { "Dataset" };
    (@variant ApplicationRdf) => { "Application" };
    (@variant NotebookRdf) => { "Notebook" };
    (@variant CollectionRdf) => { "Collection" };
}

written! {
    GenericRdf "workflow",
    DatasetRdf "dataset",
    ApplicationRdf "application",
    NotebookRdf "notebook",
    ///
    /// An entry that is described in place, and in the older form of its collection, keeps its meaning: it is
    /// written with the version that it took from the collection.
    CollectionRdf "collection",
}

impl Rdf {
    /// The text of the description in YAML, in the newest version of its format; see the method of each type.
    ///
    /// ```
    /// use rdf_spec::Rdf;
    ///
    /// let text = "{type: dataset, format_version: 0.2.1, name: Nuclei, description: Of yeast, version: \"1.10\"}";
    /// let rdf = Rdf::from_yaml(text).into_result().unwrap();
    /// let text = rdf.to_yaml()?;
    /// assert_eq!(
    ///     text,
    ///     "format_version: \"0.2.4\"\ntype: dataset\nname: Nuclei\ndescription: Of yeast\nversion: \"1.10\"\n"
    /// );
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
    pub fn to_yaml(&self) -> Result<String, Diagnostic> {
        self.to_tree().to_yaml()
    }

    /// The text of the description in JSON, indented, in the newest version of its format; see the method of each
    /// type.
    ///
    /// ```
    /// use rdf_spec::Rdf;
    ///
    /// let text = "{type: workflow, format_version: 0.2.4, name: Count, description: Cells, steps: 3}";
    /// let rdf = Rdf::from_yaml(text).into_result().unwrap();
    /// let json = rdf.to_json()?;
    /// assert!(json.ends_with(",\n  \"steps\": 3\n}"));
    /// assert_eq!(Rdf::from_yaml(&json).into_result().unwrap(), rdf);
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
    pub fn to_json(&self) -> Result<String, Diagnostic> {
        self.to_tree().to_json()
    }
}
