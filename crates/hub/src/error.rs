//! Why something could not be found, fetched or published.

use std::path::PathBuf;

use url::Url;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Finding, fetching or publishing a resource failed. No message has a token in it.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct HubError {
    kind: HubErrorKind,
    source: Option<Cause>,
}

/// What went wrong. Addresses are shown without user names, passwords and secret parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HubErrorKind {
    /// A text is no source.
    #[error("`{text}` is no source: {reason}")]
    InvalidSource {
        /// The text.
        text: String,
        /// What is expected.
        reason: String,
    },
    /// Something that is not in the cache would have to be fetched.
    #[error("{url} is not in the cache, and offline nothing is fetched")]
    Offline {
        /// The address.
        url: String,
    },
    /// The server has nothing at the address.
    #[error("there is nothing at {url} (status {status})")]
    NotFound {
        /// The address.
        url: String,
        /// The status of HTTP.
        status: u16,
    },
    /// The server refused, or could not answer.
    #[error("{url} was answered with status {status}{said}")]
    Status {
        /// The address.
        url: String,
        /// The status of HTTP.
        status: u16,
        /// What the server said, `: ...`, or empty.
        said: String,
    },
    /// The server could not be reached, or the connection was lost.
    #[error("cannot fetch {url}: {reason}{}", after(*attempts))]
    Connection {
        /// The address.
        url: String,
        /// What happened last.
        reason: String,
        /// How often it was tried without getting further.
        attempts: u32,
    },
    /// Redirected too often.
    #[error("{url} redirects more than {limit} times")]
    TooManyRedirects {
        /// The first address.
        url: String,
        /// How often redirects are followed.
        limit: u32,
    },
    /// Redirected to where no redirect is followed.
    #[error("{from} redirects to `{to}`, which is not followed: {reason}")]
    RefusedRedirect {
        /// The address that redirects.
        from: String,
        /// The target as the server states it.
        to: String,
        /// Why.
        reason: &'static str,
    },
    /// There is more than may be fetched.
    #[error("{url} is larger than the {limit} bytes that are fetched")]
    TooLarge {
        /// The address.
        url: String,
        /// The bound in bytes.
        limit: u64,
    },
    /// Something changed while it was read in parts.
    #[error("{url} was changed on the server while it was read")]
    Changed {
        /// The address.
        url: String,
    },
    /// The answer is not what it should be.
    #[error("{url} was answered with something unexpected: {reason}")]
    UnexpectedAnswer {
        /// The address.
        url: String,
        /// What was found, and what was expected.
        reason: String,
    },
    /// The caller broke it off.
    #[error("cancelled")]
    Cancelled,
    /// The cache cannot be read or written.
    #[error("cannot {action} `{}` of the cache", path.display())]
    Cache {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// There is no folder for the cache.
    #[error("there is no folder for the cache: this user has no home")]
    NoCacheFolder,
    /// No resource has the id.
    #[error("the collection index {index} has no resource `{id}`{nearest}")]
    UnknownId {
        /// The id.
        id: String,
        /// The address of the index.
        index: String,
        /// Ids that look like it, `; did you mean ...`, or empty.
        nearest: String,
    },
    /// A resource has no such version.
    #[error("`{id}` has no version `{version}`: there are {available}")]
    NoSuchVersion {
        /// The resource.
        id: String,
        /// The version asked for.
        version: String,
        /// What there is.
        available: String,
    },
    /// There is no description.
    #[error("{place} has no description: expected rdf.yaml or one zip file, found {found}")]
    NoDescription {
        /// The place.
        place: String,
        /// The files there.
        found: String,
    },
    /// What was found is no package that can be read; the cause says why.
    #[error("cannot open {place}")]
    Package {
        /// The place.
        place: String,
    },
    /// A description cannot be published as it is.
    #[error("{reason}")]
    NotPublishable {
        /// What is missing, and what to do.
        reason: String,
    },
    /// An upload was broken off after something had been made; the cause says why.
    #[error("the upload to {service} was broken off: {became}")]
    Unfinished {
        /// The service.
        service: String,
        /// What became of what had been made.
        became: String,
    },
    /// A file to be sent cannot be read.
    #[error("cannot read `{file}`")]
    File {
        /// The file.
        file: String,
    },
}

impl HubError {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &HubErrorKind {
        &self.kind
    }

    pub(crate) fn caused_by(kind: HubErrorKind, cause: impl Into<Cause>) -> Self {
        Self {
            kind,
            source: Some(cause.into()),
        }
    }

    pub(crate) fn cache(action: &'static str, path: impl Into<PathBuf>, cause: std::io::Error) -> Self {
        let path = path.into();
        Self::caused_by(HubErrorKind::Cache { action, path }, cause)
    }
}

impl From<HubErrorKind> for HubError {
    fn from(kind: HubErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl From<HubError> for std::io::Error {
    /// Keeps apart what is not there and what could not be fetched.
    fn from(error: HubError) -> Self {
        let kind = match error.kind {
            HubErrorKind::NotFound { .. } => std::io::ErrorKind::NotFound,
            _ => std::io::ErrorKind::NotConnected,
        };
        Self::new(kind, error)
    }
}

fn after(attempts: u32) -> String {
    if attempts > 1 {
        format!(" ({attempts} attempts)")
    } else {
        String::new()
    }
}

/// Parts of parameter names whose values nobody should see.
const SECRET: [&str; 7] = [
    "token",
    "secret",
    "signature",
    "credential",
    "password",
    "apikey",
    "sig",
];

/// An address as it may be shown: without user name and password, secret parameters replaced.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // An address without a host has neither; both calls do nothing there.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase().replace(['-', '_'], "");
        // Everybody may know that one.
        name != "tokenauth" && SECRET.iter().any(|word| name.contains(word))
    };
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_secret(&name) {
                    "...".to_owned()
                } else {
                    value.into_owned()
                };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_secrets() {
        let url = Url::parse("https://me:pw@example.org/a?x=1&access_token=abc&X-Amz-Signature=def").unwrap();
        assert_eq!(
            shown(&url),
            "https://example.org/a?x=1&access_token=...&X-Amz-Signature=..."
        );
        let plain = "https://example.org/a%20b?version=v0";
        assert_eq!(shown(&Url::parse(plain).unwrap()), plain);
    }
}
