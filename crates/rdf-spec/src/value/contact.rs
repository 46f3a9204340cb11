//! How to reach people.

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

/// An ORCID iD: four groups of four characters, the last of them the check digit.
///
/// The check digit is that of ISO 7064 MOD 11-2:
/// <https://support.orcid.org/hc/en-us/articles/360006897674>.
///
/// ```
/// use rdf_spec::Orcid;
///
/// assert!("0000-0002-1825-0097".parse::<Orcid>().is_ok());
/// assert!("0000-0002-1825-0098".parse::<Orcid>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Orcid(String);

impl Orcid {
    /// Checks the form and the check digit.
    ///
    /// # Errors
    /// If the text is not `dddd-dddd-dddd-dddd` (the last digit may be `X`), or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let error = |reason: String| Err(ValueError::new(Code::InvalidOrcid, reason));
        let form_is_right = text.len() == 19
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 9 | 14 => byte == b'-',
                18 => byte.is_ascii_digit() || byte == b'X',
                _ => byte.is_ascii_digit(),
            });
        if !form_is_right {
            return error(format!(
                "an ORCID iD has the form 0000-0000-0000-0000, found {}",
                quoted(text)
            ));
        }
        let check = text
            .bytes()
            .filter(|&byte| byte != b'-')
            .fold(0_u32, |sum, byte| {
                let value = if byte == b'X' { 10 } else { u32::from(byte - b'0') };
                (2 * sum + value) % 11
            });
        if check != 1 {
            return error(format!(
                "the check digit of the ORCID iD {text} is wrong: a digit is mistyped"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

checked_text!(Orcid);

/// An e-mail address, checked for its form only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Checks that the text is `name@domain` with a domain of two or more labels.
    ///
    /// # Errors
    /// If it is not.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let valid = text
            .rsplit_once('@')
            .is_some_and(|(name, domain)| is_local_part(name) && is_domain(domain));
        if !valid {
            let reason = format!(
                "an e-mail address has the form name@example.org, found {}",
                quoted(text)
            );
            return Err(ValueError::new(Code::InvalidEmail, reason));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_local_part(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !name.is_empty()
        && name.len() <= 64
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && name.chars().all(allowed)
}

/// Top-level domains that no mail reaches from outside (RFC 6761, RFC 7686, RFC 3172).
const WITHOUT_MAIL: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(is_label)
        && top.ends_with(char::is_alphabetic)
        && !WITHOUT_MAIL.contains(&top.to_lowercase().as_str())
}

checked_text!(Email);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orcid_check_digits() {
        for valid in [
            "0000-0002-1825-0097",
            "0000-0002-1694-233X",
            "0000-0001-5109-3700",
        ] {
            assert!(Orcid::parse(valid).is_ok(), "{valid}");
        }
        for wrong in [
            "0000-0002-1694-233x",
            "0000-0002-1694-2330",
            "0000000218250097",
            "",
            "https://orcid.org/0",
        ] {
            assert!(Orcid::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn email_forms() {
        for valid in ["a@b.org", "first.last+tag@sub.example.co.uk", "müller@example.de"] {
            assert!(Email::parse(valid).is_ok(), "{valid}");
        }
        for wrong in [
            "",
            "a",
            "a@",
            "@b.org",
            "a@b",
            "a@127.0.0.1",
            "a@b.local",
            "a b@c.de",
            "a@b..de",
            "a@-b.de",
            ".a@b.de",
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }
}
