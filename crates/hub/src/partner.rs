//! The community partners: who they are, where their collections and test summaries lie.
//!
//! They stand in `config.partners` of the collection of all partners, in YAML before it is compiled and in JSON
//! after. [`PartnerTable::from_yaml`] reads both.
//!
//! ```
//! use hub::partner::PartnerTable;
//!
//! let table = PartnerTable::from_yaml("
//! config:
//!   partners:
//!     - id: ilastik
//!       name: ilastik
//!       docs: https://www.ilastik.org/documentation
//!       contact: [{name: Jane <Doe>, github: janedoe}]
//!       repository: ilastik/bioimage-io-resources
//!       branch: main
//!       collection_file_name: collection.yaml
//! ")?;
//! assert_eq!(table.partners[0].contacts[0].email, None);
//! assert_eq!(
//!     table.partners[0].collection_url().as_deref(),
//!     Some("https://raw.githubusercontent.com/ilastik/bioimage-io-resources/main/collection.yaml")
//! );
//! assert!(table.to_html().contains("Name: Jane &lt;Doe&gt;"));
//! # Ok::<(), hub::partner::PartnerError>(())
//! ```

mod read;
mod render;

use rdf_spec::{Diagnostic, PartnerTestSummaries};

/// The partners of a collection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartnerTable {
    /// In the order of the document.
    pub partners: Vec<PartnerRow>,
    /// What is wrong with their entries in the registry, at its place in the document.
    pub findings: Vec<Diagnostic>,
}

/// One partner.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PartnerRow {
    /// Identifier, the first part of the identifiers of the partner's resources.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Where the documentation is.
    pub docs: Option<String>,
    /// Whom to ask.
    pub contacts: Vec<Contact>,
    /// `owner/name` at GitHub.
    pub repository: Option<String>,
    /// Branch of the repository.
    pub branch: Option<String>,
    /// Path of the collection in the repository.
    pub collection_file_name: Option<String>,
    /// Where the partner's test summaries are, and the workflow that makes new ones.
    pub test_summaries: Option<PartnerTestSummaries>,
}

impl PartnerRow {
    /// Where the file of the partner's collection is, if the registry says all that it takes.
    #[must_use]
    pub fn collection_url(&self) -> Option<String> {
        let (repository, branch) = (self.repository.as_ref()?, self.branch.as_ref()?);
        let file = self.collection_file_name.as_ref()?;
        Some(format!(
            "https://raw.githubusercontent.com/{repository}/{branch}/{file}"
        ))
    }
}

/// Whom to ask about the resources of a partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// Name.
    pub name: Option<String>,
    /// User name at GitHub.
    pub github: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Why there are no partners to read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct PartnerError {
    kind: PartnerErrorKind,
}

impl PartnerError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &PartnerErrorKind {
        &self.kind
    }
}

impl From<PartnerErrorKind> for PartnerError {
    fn from(kind: PartnerErrorKind) -> Self {
        Self { kind }
    }
}

/// The reasons of a [`PartnerError`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartnerErrorKind {
    /// The text is no YAML document.
    #[error("the document cannot be read: {found}")]
    Syntax {
        /// What is wrong with it.
        found: Box<Diagnostic>,
    },
    /// The document has no list of partners.
    #[error("the document has no list `config.partners`")]
    NoPartners,
}
