//! How often something is tried again, and how long is waited before.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Response;
use crate::error::{HubError, HubErrorKind};

/// How often something is tried again, and how long is waited before.
///
/// The wait doubles from one attempt to the next, between half of it and all of it by chance, so that many clients do not
/// come back at the same moment. What the server asks for (`Retry-After`) counts if it is longer. Attempts that got
/// further than all before them are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The most attempts without getting further; 5 unless changed.
    pub attempts: u32,
    /// The wait after the first failure; half a second unless changed.
    pub first_wait: Duration,
    /// The longest wait; 30 seconds unless changed.
    pub longest_wait: Duration,
    /// The longest wait that a server may ask for; if it asks for more, that is an error. Two minutes unless changed.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            patience: Duration::from_secs(120),
        }
    }
}

/// What came of one attempt.
pub(crate) enum Attempt {
    /// Another one may help.
    Again {
        reason: String,
        /// What the server asks for.
        wait: Option<Duration>,
        /// How far it got, in bytes.
        reached: u64,
    },
    /// No other one helps.
    Failed(HubError),
}

impl From<HubError> for Attempt {
    fn from(error: HubError) -> Self {
        Self::Failed(error)
    }
}

impl From<HubErrorKind> for Attempt {
    fn from(kind: HubErrorKind) -> Self {
        Self::Failed(kind.into())
    }
}

/// The attempts at one thing.
pub(crate) struct Retries<'p> {
    policy: &'p RetryPolicy,
    url: String,
    failed: u32,
    furthest: u64,
}

impl<'p> Retries<'p> {
    pub(crate) fn new(policy: &'p RetryPolicy, url: String) -> Self {
        Self {
            policy,
            url,
            failed: 0,
            furthest: 0,
        }
    }

    /// Runs attempts until one succeeds or none is left. `wait` is told how long and why, and breaks off with an error.
    pub(crate) fn run<T>(
        mut self,
        mut attempt: impl FnMut() -> Result<T, Attempt>,
        wait: &dyn Fn(Duration, &str) -> Result<(), HubError>,
    ) -> Result<T, HubError> {
        loop {
            match attempt() {
                Ok(done) => return Ok(done),
                Err(Attempt::Failed(error)) => return Err(error),
                Err(Attempt::Again {
                    reason,
                    wait: asked,
                    reached,
                }) => {
                    let pause = self.pause(&reason, asked, reached)?;
                    wait(pause, &reason)?;
                }
            }
        }
    }

    fn pause(&mut self, reason: &str, asked: Option<Duration>, reached: u64) -> Result<Duration, HubError> {
        if reached > self.furthest {
            self.furthest = reached;
            self.failed = 0;
        }
        self.failed += 1;
        let too_long = asked.filter(|asked| *asked > self.policy.patience);
        if self.failed >= self.policy.attempts || too_long.is_some() {
            let reason = too_long.map_or_else(
                || reason.to_owned(),
                |asked| format!("{reason}, try again in {} seconds", asked.as_secs()),
            );
            let (url, attempts) = (std::mem::take(&mut self.url), self.failed);
            return Err(HubErrorKind::Connection {
                url,
                reason,
                attempts,
            }
            .into());
        }
        let doubled = 1_u32 << (self.failed - 1).min(20);
        let wait = self
            .policy
            .first_wait
            .saturating_mul(doubled)
            .min(self.policy.longest_wait);
        let wait = wait / 2 + (wait / 2).mul_f64(chance());
        Ok(asked.map_or(wait, |asked| asked.max(wait)))
    }
}

/// A number from 0 to 1. The standard library seeds its hashers by chance, which is good enough for waiting.
fn chance() -> f64 {
    let bits = RandomState::new().hash_one(Instant::now()) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let number = bits as f64 / (1_u64 << 53) as f64;
    number
}

/// Turns statuses that may be others later into attempts, and the rest into errors. `None` for an answer that is one.
pub(crate) fn refused(response: &mut Response, url: &str) -> Option<Attempt> {
    let status = response.status();
    match status {
        200..=299 | 304 | 416 => None,
        404 | 410 => {
            let url = url.to_owned();
            Some(HubErrorKind::NotFound { url, status }.into())
        }
        408 | 425 | 429 | 500 | 502 | 503 | 504 => Some(Attempt::Again {
            reason: format!("the server answered with status {status}"),
            wait: retry_after(response.header("retry-after")),
            reached: 0,
        }),
        _ => {
            let (url, said) = (url.to_owned(), response.said());
            Some(HubErrorKind::Status { url, status, said }.into())
        }
    }
}

/// Seconds, or a date.
fn retry_after(value: Option<&str>) -> Option<Duration> {
    let value = value?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let seconds = u64::try_from(date.timestamp()).ok()?.saturating_sub(now);
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let policy = RetryPolicy::default();
        let mut retries = Retries::new(&policy, String::new());
        for expected in [500, 1000, 2000, 4000] {
            let wait = retries.pause("", None, 0).unwrap().as_millis();
            assert!(wait >= expected / 2 && wait <= expected, "{wait} of {expected}");
        }
        assert!(retries.pause("", None, 0).is_err());
        assert!(retries.pause("", None, 7).is_ok(), "it got further");
    }

    #[test]
    fn what_servers_ask_for() {
        assert_eq!(retry_after(Some("7")), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after(Some("Wed, 21 Oct 2015 07:28:00 GMT")),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after(Some("soon")), None);
        let policy = RetryPolicy::default();
        let mut retries = Retries::new(&policy, String::new());
        let asked = Some(Duration::from_secs(60));
        assert_eq!(retries.pause("", asked, 0).unwrap(), Duration::from_secs(60));
        let error = retries
            .pause("busy", Some(Duration::from_secs(3600)), 0)
            .unwrap_err();
        assert!(error.to_string().contains("try again in 3600 seconds"), "{error}");
    }
}
