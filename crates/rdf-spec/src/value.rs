//! Checked values of single fields.

mod axes;
mod contact;
mod data_type;
mod format_version;
mod identifier;
mod license;
mod resource_id;
mod sha256;
mod source;
mod timestamp;
mod version;
mod yaml;

pub use axes::{Axes, Axis};
pub use contact::{Email, Orcid};
pub use data_type::DataType;
pub use format_version::FormatVersion;
pub(crate) use format_version::{NEWEST_GENERIC_PATCH, NEWEST_PATCH};
#[cfg(feature = "schema")]
pub(crate) use identifier::KEYWORDS;
pub use identifier::{Doi, TensorName};
pub(crate) use identifier::{github_user, plain_doi};
pub use license::License;
pub use resource_id::ResourceId;
pub use sha256::Sha256;
pub use source::FileSource;
pub use timestamp::Timestamp;
pub use version::Version;
pub use yaml::Yaml;

use crate::diagnostic::Code;
use crate::document::Node;
use crate::read::{FromNode, Reader};

/// Why text is not a value of a certain kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ValueError {
    code: Code,
    reason: String,
}

impl ValueError {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
        }
    }

    /// The code under which a document with this value is reported.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

/// Reads text and checks it; what is wrong is reported at the node.
pub(crate) fn parse_text<T>(
    node: &Node,
    reader: &mut Reader,
    parse: impl FnOnce(&str) -> Result<T, ValueError>,
) -> Option<T> {
    let text = String::from_node(node, reader)?;
    match parse(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            reader.report(error.code, node, error.reason);
            None
        }
    }
}

/// `FromStr` and reading from a document for a type with `fn parse(&str) -> Result<Self, ValueError>`,
/// and `Display` from its `as_str`. With `no_reading` the type says itself how it is read from a document.
macro_rules! checked_text {
    ($type:ty) => {
        $crate::value::checked_text!($type, no_reading);

        impl $crate::read::FromNode for $type {
            fn from_node(node: &$crate::document::Node, reader: &mut $crate::read::Reader) -> Option<Self> {
                $crate::value::parse_text(node, reader, Self::parse)
            }
        }
    };
    ($type:ty, no_reading) => {
        impl std::str::FromStr for $type {
            type Err = $crate::value::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use checked_text;
