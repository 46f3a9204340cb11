//! Digests.

use super::{ValueError, checked_text};
use crate::diagnostic::{Code, Severity};
use crate::document::{Node, quoted};
use crate::read::{FromNode, Reader};

/// The SHA-256 digest of a file: 64 hexadecimal digits, kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sha256(String);

impl Sha256 {
    /// Reads 64 hexadecimal digits; space around them is ignored.
    ///
    /// # Errors
    /// If there are not 64 characters, or others than hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let digest = text.trim();
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let reason = format!(
                "a SHA-256 digest is 64 hexadecimal digits, found {}",
                quoted(text)
            );
            return Err(ValueError::new(Code::InvalidSha256, reason));
        }
        Ok(Self(digest.to_ascii_lowercase()))
    }

    /// The digits in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

checked_text!(Sha256, no_reading);

impl FromNode for Sha256 {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let text = String::from_node(node, reader)?;
        match Self::parse(&text) {
            Ok(digest) => Some(digest),
            Err(error) => {
                let has_length = text.trim().chars().count() == 64;
                let diagnostic = reader.report(error.code(), node, error.to_string());
                if has_length {
                    // The newest reference looks at the length only; no file can have such a digest.
                    diagnostic.severity = Severity::Alert;
                    diagnostic.help = Some("the digest cannot be compared with the file's".to_owned());
                }
                None
            }
        }
    }
}
