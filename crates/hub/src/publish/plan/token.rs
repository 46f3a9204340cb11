//! Secrets of services.

use std::fmt;

use crate::error::{HubError, HubErrorKind};

/// A secret: never printed, not even by `{:?}`.
#[derive(Clone)]
pub struct Token(pub(super) String);

impl Token {
    /// A token as a service gave it.
    ///
    /// # Errors
    /// If it is empty, or has characters that no token has.
    pub fn new(text: &str) -> Result<Self, HubError> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let reason = "the token is empty, or has characters that no token has".to_owned();
            return Err(HubErrorKind::NotPublishable { reason }.into());
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(...)")
    }
}
