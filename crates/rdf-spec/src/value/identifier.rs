//! Names with rules.

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

/// The name of a tensor: an identifier of Python, as the reference demands, and no keyword of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TensorName(String);

/// The reserved words of Python 3 (`keyword.kwlist`).
pub(crate) const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The longest name of a tensor: findings repeat it.
const MAX_NAME: usize = 256;

impl TensorName {
    /// Checks that the text is letters, digits and `_`, does not begin with a digit, is not reserved and has
    /// no more than 256 characters.
    ///
    /// # Errors
    /// If it is not.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let mut characters = text.chars();
        let begins = characters
            .next()
            .is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c));
        if !begins || !characters.all(unicode_ident::is_xid_continue) {
            let reason = format!(
                "a tensor name consists of letters, digits and `_` and does not begin with a digit, found {}",
                quoted(text)
            );
            return Err(ValueError::new(Code::InvalidTensorName, reason));
        }
        if text.chars().count() > MAX_NAME {
            let reason = format!(
                "a tensor name has at most {MAX_NAME} characters, found {}",
                quoted(text)
            );
            return Err(ValueError::new(Code::InvalidTensorName, reason));
        }
        if KEYWORDS.contains(&text) {
            let reason = format!("`{text}` is a reserved word of Python and cannot name a tensor");
            return Err(ValueError::new(Code::InvalidTensorName, reason));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

checked_text!(TensorName);

/// A digital object identifier such as `10.5281/zenodo.5108853`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Doi(String);

impl Doi {
    /// Reads a DOI; a leading `https://doi.org/` is removed.
    ///
    /// # Errors
    /// If what is left does not begin with `10.` and four digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let doi = plain_doi(text);
        let registrant = doi.strip_prefix("10.").unwrap_or_default();
        let digits = registrant.chars().take_while(char::is_ascii_digit).count();
        if digits < 4 || registrant.chars().count() < 5 || doi.contains('\n') {
            let reason = format!("a DOI has the form 10.1234/abc, found {}", quoted(text));
            return Err(ValueError::new(Code::InvalidDoi, reason));
        }
        Ok(Self(doi.to_owned()))
    }

    /// The DOI without the address of a resolver.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

checked_text!(Doi);

/// A DOI without the address of a resolver.
pub(crate) fn plain_doi(text: &str) -> &str {
    ["https://doi.org/", "http://dx.doi.org/"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text)
}

/// The name of a GitHub user without the address of the site.
pub(crate) fn github_user(text: &str) -> &str {
    text.strip_prefix("https://github.com/").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensor_names() {
        for valid in ["raw", "Raw", "_0", "größe", "input0"] {
            assert!(TensorName::parse(valid).is_ok(), "{valid}");
        }
        for wrong in ["", "0raw", "a-b", "a b", "class", "a.b"] {
            assert!(TensorName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dois_lose_their_resolver() {
        let doi = Doi::parse("https://doi.org/10.5281/zenodo.5108853").unwrap();
        assert_eq!(doi.as_str(), "10.5281/zenodo.5108853");
        for wrong in ["", "10.12/a", "doi:10.5281/zenodo.1", "10.1234"] {
            assert!(Doi::parse(wrong).is_err(), "{wrong}");
        }
    }
}
