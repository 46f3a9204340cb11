//! Digests.

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

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

checked_text!(Sha256);
