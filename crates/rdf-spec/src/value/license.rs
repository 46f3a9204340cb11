//! Licences.

use crate::diagnostic::Code;
use crate::document::{Node, quoted};
use crate::read::{FromNode, Reader};

/// A licence identifier. One that the SPDX list does not have is kept and warned about.
///
/// ```
/// use rdf_spec::License;
///
/// assert!(License::new("MIT").is_known());
/// assert!(!License::new("CC BY 4.0").is_known());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct License(String);

impl License {
    /// Takes any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// True if the text is an identifier of the SPDX licence list (<https://spdx.org/licenses/>).
    #[must_use]
    pub fn is_known(&self) -> bool {
        spdx::license_id(&self.0).is_some_and(|id| id.name == self.0)
    }

    /// True if the SPDX list has the identifier but advises against it.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        spdx::license_id(&self.0).is_some_and(|id| id.name == self.0 && id.is_deprecated())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromNode for License {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let license = Self::new(String::from_node(node, reader)?);
        if !license.is_known() {
            let message = format!(
                "{} is not an identifier of the SPDX licence list",
                quoted(license.as_str())
            );
            let close = spdx::imprecise_license_id(license.as_str()).map(|(id, _)| id.name);
            let diagnostic = reader.report(Code::UnknownLicense, node, message);
            diagnostic.help = Some(match close {
                Some(name) => format!("did you mean `{name}`?"),
                None => "take an identifier of https://spdx.org/licenses/, for example `MIT` or `CC-BY-4.0`"
                    .to_owned(),
            });
        } else if license.is_deprecated() {
            let message = format!(
                "the SPDX licence list advises against the identifier `{}`",
                license.as_str()
            );
            reader.report(Code::DeprecatedLicense, node, message);
        }
        Some(license)
    }
}
