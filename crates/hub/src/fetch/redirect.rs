//! Following redirects.

use url::Url;

use super::policy::refused;
use super::{Attempt, FetchErrorKind, Fetcher, Method, Request, Response};
use crate::error::{HubErrorKind, shown};

/// How many redirects are followed.
const MAX_REDIRECTS: u32 = 10;

/// Asks for an address and follows redirects: the answer, and the address that gave it. Answers with an error
/// status are errors.
pub(crate) fn follow(
    fetcher: &dyn Fetcher,
    method: Method,
    url: &Url,
    headers: &[(String, String)],
) -> Result<(Url, Response), Attempt> {
    let mut at = url.clone();
    for _ in 0..=MAX_REDIRECTS {
        let answer = fetcher.exchange(Request::new(method, &at, headers));
        let mut response = answer.map_err(|error| match error.kind() {
            FetchErrorKind::Transient => Attempt::Again {
                reason: error.to_string(),
                wait: None,
                reached: 0,
            },
            FetchErrorKind::Permanent => HubErrorKind::Connection {
                url: shown(&at),
                reason: error.to_string(),
                attempts: 1,
            }
            .into(),
        })?;
        if !matches!(response.status(), 301 | 302 | 303 | 307 | 308) {
            return match refused(&mut response, &shown(&at)) {
                Some(attempt) => Err(attempt),
                None => Ok((at, response)),
            };
        }
        at = target(&at, response.header("location").unwrap_or_default())?;
    }
    Err(HubErrorKind::TooManyRedirects {
        url: shown(url),
        limit: MAX_REDIRECTS,
    }
    .into())
}

fn target(from: &Url, location: &str) -> Result<Url, HubErrorKind> {
    let refused = |reason| HubErrorKind::RefusedRedirect {
        from: shown(from),
        to: Url::parse(location).map_or_else(|_| location.escape_debug().to_string(), |url| shown(&url)),
        reason,
    };
    let to = from.join(location).map_err(|_| refused("it is no address"))?;
    match (from.scheme(), to.scheme()) {
        _ if location.is_empty() => Err(refused("the server does not say where to")),
        ("https", "http") => Err(refused("the connection would not be encrypted any more")),
        (_, "http" | "https") => Ok(to),
        _ => Err(refused("only http and https are fetched")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let from = Url::parse("https://example.org/a/b").unwrap();
        assert_eq!(target(&from, "c").unwrap().as_str(), "https://example.org/a/c");
        assert_eq!(
            target(&from, "//example.com/").unwrap().as_str(),
            "https://example.com/"
        );
        for refused in ["http://example.org/", "file:///etc/passwd", "", "https://"] {
            assert!(target(&from, refused).is_err(), "{refused}");
        }
        let plain = Url::parse("http://example.org/").unwrap();
        assert!(target(&plain, "https://example.org/").is_ok());
    }
}
