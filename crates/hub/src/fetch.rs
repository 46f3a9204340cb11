//! One exchange with a server, and the trait through which applications bring their own client.

#[cfg(feature = "http")]
mod http;
mod policy;
mod redirect;

#[cfg(feature = "http")]
pub use http::{HttpFetcher, HttpOptions, ProxyChoice};
pub use policy::RetryPolicy;

pub(crate) use policy::{Attempt, Retries, refused};
pub(crate) use redirect::follow;

use std::fmt;
use std::io::Read;

use url::Url;

/// Sends one request and gives the answer.
///
/// Redirects, retries, resuming and caching are not its business: they are done on top of it, in the same way for every
/// client. So an application that has a client of its own (with its own certificates, or a test double) brings it with
/// one method:
///
/// ```
/// use hub::{FetchError, Fetcher, Request, Response};
///
/// #[derive(Debug)]
/// struct AlwaysTheSame;
///
/// impl Fetcher for AlwaysTheSame {
///     fn exchange(&self, _: Request<'_>) -> Result<Response, FetchError> {
///         Ok(Response::new(200, Vec::new(), &b"content"[..]))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let store = hub::Store::online(hub::Cache::at(folder.path()), AlwaysTheSame);
/// let fetched = store.fetch(&hub::Wanted::new("https://example.org/a".parse()?))?;
/// assert_eq!(std::fs::read(fetched.path())?, b"content");
/// # Ok(())
/// # }
/// ```
pub trait Fetcher: fmt::Debug + Send + Sync {
    /// Sends a request and waits for the head of the answer; its body is read later, by the caller.
    ///
    /// Every status is an answer, no redirect is followed. An encoding of the body (`Content-Encoding`) must not be
    /// asked for.
    ///
    /// # Errors
    /// If there was no answer.
    fn exchange(&self, request: Request<'_>) -> Result<Response, FetchError>;
}

/// What is sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct Request<'r> {
    /// What is to be done.
    pub method: Method,
    /// The address: http or https.
    pub url: &'r Url,
    /// Fields of the head, beside those that every client sends.
    pub headers: &'r [(String, String)],
    /// What is sent along.
    pub body: RequestBody<'r>,
}

impl<'r> Request<'r> {
    /// Asks for an address.
    #[must_use]
    pub fn get(url: &'r Url) -> Self {
        Self::new(Method::Get, url, &[])
    }

    pub(crate) fn new(method: Method, url: &'r Url, headers: &'r [(String, String)]) -> Self {
        Self {
            method,
            url,
            headers,
            body: RequestBody::Empty,
        }
    }
}

/// The methods of HTTP that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Read.
    Get,
    /// Read the head only.
    Head,
    /// Make something.
    Post,
    /// Store something.
    Put,
    /// Remove something.
    Delete,
}

impl Method {
    /// The word in the request.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What is sent along with a request.
#[non_exhaustive]
pub enum RequestBody<'r> {
    /// Nothing.
    Empty,
    /// Bytes in memory.
    Bytes(&'r [u8]),
    /// A stream of known length.
    Stream {
        /// Gives the bytes.
        reader: &'r mut (dyn Read + Send),
        /// How many there are.
        length: u64,
    },
}

impl fmt::Debug for RequestBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream { length, .. } => write!(f, "Stream({length})"),
        }
    }
}

/// An answer.
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Box<dyn Read + Send>,
}

impl Response {
    /// An answer with a status, the fields of its head, and a body that ends with an error if the connection is lost.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: impl Read + Send + 'static) -> Self {
        Self {
            status,
            headers,
            body: Box::new(body),
        }
    }

    /// The status of HTTP.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first field of the head with this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body, to be read.
    pub fn body(&mut self) -> &mut (dyn Read + Send) {
        &mut self.body
    }

    /// The length of the body, if the server states it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// What the server says of an error: the start of the body, in one line.
    pub(crate) fn said(&mut self) -> String {
        let mut start = Vec::new();
        // What cannot be read is not said.
        let _ = self.body.by_ref().take(400).read_to_end(&mut start);
        let text = String::from_utf8_lossy(&start);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let harmless: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
        if harmless.is_empty() || harmless.starts_with('<') {
            String::new()
        } else {
            format!(": {harmless}")
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// There was no answer.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    kind: FetchErrorKind,
    reason: String,
}

/// Whether asking again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The connection was refused or lost, or there was no answer in time: it may be there later.
    Transient,
    /// The address, the certificate or the proxy is wrong: it will be wrong again.
    Permanent,
}

impl FetchError {
    /// An error with a reason for people: one sentence in lower case, without tokens.
    pub fn new(kind: FetchErrorKind, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { kind, reason }
    }

    /// Whether asking again may help.
    #[must_use]
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }
}
