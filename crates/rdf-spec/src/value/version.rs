//! Version numbers of resources and frameworks.

mod pep_440;

use super::ValueError;
use crate::diagnostic::Code;
use crate::document::{Node, ScalarValue, quoted};
use crate::read::{FromNode, Reader};

/// A version number: `1.0.0`, or one of the looser forms in use (`1`, `0.1`, `v2`, `1.15rc1`), kept as written.
///
/// ```
/// use rdf_spec::Version;
///
/// assert!(Version::parse("1.0.0")?.semantic().is_some());
/// assert!(Version::parse("0.1")?.semantic().is_none());
/// assert!(Version::parse("latest").is_err());
/// # Ok::<(), rdf_spec::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    /// Reads a version in the form of Python packages (PEP 440, appendix B), of which `1.0.0` is one.
    ///
    /// # Errors
    /// If the text is anything else.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let trimmed = text.trim();
        if !pep_440::matches(trimmed) {
            let reason = format!("a version has the form 1.0.0, found {}", quoted(text));
            return Err(ValueError::new(Code::InvalidVersion, reason));
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The version by the rules of <https://semver.org>, if it follows them.
    #[must_use]
    pub fn semantic(&self) -> Option<semver::Version> {
        semver::Version::parse(&self.0).ok()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Version {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers without quotes are taken as they are written: `1.10` stays `1.10`.
impl FromNode for Version {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let text = node.as_scalar().filter(|scalar| {
            matches!(
                scalar.value,
                ScalarValue::Int(_) | ScalarValue::Float(_) | ScalarValue::String
            )
        });
        // As for numbers, readers in use take a truth value for 1 or 0.
        if let Some(ScalarValue::Bool(value)) = node.as_scalar().map(|scalar| scalar.value) {
            let message = format!("{} is a version, found {}", reader.subject(), node.describe());
            reader.report(Code::LooseNumber, node, message).help =
                Some("write a version such as 1.0.0".to_owned());
            return Some(Self(u8::from(value).to_string()));
        }
        let Some(scalar) = text else {
            reader.wrong_type(node, "a version such as 1.0.0");
            return None;
        };
        match Self::parse(&scalar.text) {
            Ok(version) => Some(version),
            Err(error) => {
                reader.report(error.code(), node, error.to_string());
                None
            }
        }
    }
}
