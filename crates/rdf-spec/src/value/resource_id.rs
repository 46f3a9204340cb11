//! Identifiers of resources.

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

/// The identifier of a resource within a collection (field `id`): lower-case letters, digits and `_-/.`.
///
/// Upper-case letters are made lower case, as the reference does it, so that identifiers compare equal.
///
/// ```
/// use rdf_spec::ResourceId;
///
/// assert_eq!(ResourceId::parse("ilastik/Covid_If")?.as_str(), "ilastik/covid_if");
/// assert!(ResourceId::parse("covid if").is_err());
/// assert!(ResourceId::parse("ilastik/").is_err());
/// # Ok::<(), rdf_spec::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(String);

impl ResourceId {
    /// Makes the text lower case and checks its characters.
    ///
    /// # Errors
    /// If it is empty, begins or ends with `/`, or has characters other than letters from a to z, digits and
    /// `_-/.`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let error = |reason: String| Err(ValueError::new(Code::InvalidId, reason));
        let id = text.to_lowercase();
        if id.is_empty() {
            return error("an identifier may not be empty".to_owned());
        }
        if id.starts_with('/') || id.ends_with('/') {
            return error(format!(
                "an identifier does not begin or end with `/`, found {}",
                quoted(text)
            ));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-/.".contains(c);
        match id.chars().find(|&c| !allowed(c)) {
            None => Ok(Self(id)),
            Some(other) => error(format!(
                "an identifier consists of letters from a to z, digits and `_-/.`, found {other:?} in {}",
                quoted(text)
            )),
        }
    }

    /// The text, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

checked_text!(ResourceId);
