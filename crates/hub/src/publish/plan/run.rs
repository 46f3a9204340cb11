//! Sending what was planned.

use std::collections::HashMap;
use std::io::Read;
use std::thread;
use std::time::Duration;

use rdf_spec::Package;
use serde_json::Value;
use url::Url;

use super::content::Contents;
use super::fill::{filled, filled_json};
use super::{Body, Plan, Step, TakeFrom, Token};
use crate::error::{HubError, HubErrorKind, shown};
use crate::fetch::{
    Attempt, FetchErrorKind, Fetcher, Method, Request, RequestBody, Response, Retries, RetryPolicy, refused,
};

/// The most bytes of an answer that are read.
const MAX_ANSWER: u64 = 16 << 20;

/// The most requests that one step may become.
const MOST_REPEATS: usize = 10_000;

/// What publishing gave.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Where the result can be looked at.
    pub page: String,
    /// What answers gave, by name.
    pub values: HashMap<String, String>,
}

/// What was taken from answers.
#[derive(Debug, Default)]
struct Taken {
    values: HashMap<String, String>,
    lists: HashMap<String, Vec<String>>,
}

impl Plan {
    /// Sends all requests. `told` is called before each one, with its number and the number of all.
    ///
    /// Requests that make something (POST) are not sent twice; uploads and removals are tried again when the connection is
    /// lost or the service is busy, as the policy says. No redirect is followed.
    ///
    /// # Errors
    /// If one fails, or has an answer that is not what it should be. Then what was made before is removed, unless it may
    /// have been released already; [`HubErrorKind::Unfinished`] says what became of it.
    pub fn run(
        &self,
        package: &Package,
        fetcher: &dyn Fetcher,
        token: &Token,
        policy: &RetryPolicy,
        told: &mut dyn FnMut(&Step, usize, usize),
    ) -> Result<Published, HubError> {
        let mut sender = Sender {
            plan: self,
            fetcher,
            token,
            policy,
            contents: Contents::of(package),
            taken: Taken::default(),
        };
        let mut is_final = false;
        for (number, step) in self.steps.iter().enumerate() {
            told(step, number + 1, self.steps.len());
            is_final |= step.is_final;
            if let Err(error) = sender.send(step) {
                return Err(sender.broken_off(error, is_final));
            }
        }
        Ok(Published {
            page: filled(&self.page, &sender.taken.values),
            values: sender.taken.values,
        })
    }
}

struct Sender<'s> {
    plan: &'s Plan,
    fetcher: &'s dyn Fetcher,
    token: &'s Token,
    policy: &'s RetryPolicy,
    contents: Contents<'s>,
    taken: Taken,
}

impl Sender<'_> {
    /// Sends a step, as often as it says, and keeps what it takes.
    fn send(&mut self, step: &Step) -> Result<(), HubError> {
        let Some(name) = step.for_each else {
            let values = self.taken.values.clone();
            return self.send_with(step, &values);
        };
        for value in self.taken.lists.get(name).cloned().unwrap_or_default() {
            let mut values = self.taken.values.clone();
            values.insert(name.to_owned(), value);
            self.send_with(step, &values)?;
        }
        Ok(())
    }

    fn send_with(&mut self, step: &Step, values: &HashMap<String, String>) -> Result<(), HubError> {
        let url = self.address(step, values)?;
        let is_repeated = matches!(step.method, Method::Get | Method::Put | Method::Delete);
        let pause = |wait: Duration, _: &str| {
            thread::sleep(wait);
            Ok(())
        };
        let mut response = if is_repeated {
            let retries = Retries::new(self.policy, shown(&url));
            retries.run(|| self.exchange(step, &url, values), &pause)?
        } else {
            let outcome = self.exchange(step, &url, values);
            outcome.map_err(|attempt| match attempt {
                Attempt::Failed(error) => error,
                Attempt::Again { reason, .. } => HubErrorKind::Connection {
                    url: shown(&url),
                    reason: format!("{reason}, to {}", step.purpose),
                    attempts: 1,
                }
                .into(),
            })?
        };
        self.take(step, &mut response)
    }

    /// One exchange. What may be better later is told apart from what will not be.
    fn exchange(
        &mut self,
        step: &Step,
        url: &Url,
        values: &HashMap<String, String>,
    ) -> Result<Response, Attempt> {
        let mut headers = Vec::new();
        if step.is_authorized {
            headers.push(("authorization".to_owned(), format!("Bearer {}", self.token.0)));
        }
        if let Some(kind) = step.content_type() {
            headers.push(("content-type".to_owned(), kind.to_owned()));
        }
        let mut request = Request::new(step.method, url, &headers);
        let json;
        let mut part;
        match &step.body {
            Body::Empty => {}
            Body::Json(value) => {
                json = filled_json(value, values).to_string();
                request.body = RequestBody::Bytes(json.as_bytes());
            }
            Body::File { file, size, .. } => {
                part = self.contents.part(file, 0, *size)?;
                request.body = RequestBody::Stream {
                    reader: &mut part,
                    length: *size,
                };
            }
            Body::Part { file, start, size } => {
                part = self.contents.part(file, *start, *size)?;
                request.body = RequestBody::Stream {
                    reader: &mut part,
                    length: *size,
                };
            }
        }
        let mut response = self.fetcher.exchange(request).map_err(|error| {
            let reason = format!("{error}, to {}", step.purpose);
            match error.kind() {
                FetchErrorKind::Transient => Attempt::Again {
                    reason,
                    wait: None,
                    reached: 0,
                },
                FetchErrorKind::Permanent => {
                    let (url, attempts) = (shown(url), 1);
                    HubErrorKind::Connection {
                        url,
                        reason,
                        attempts,
                    }
                    .into()
                }
            }
        })?;
        if (200..300).contains(&response.status()) {
            return Ok(response);
        }
        let attempt = refused(&mut response, &shown(url));
        if step.method != Method::Post
            && let Some(again @ Attempt::Again { .. }) = attempt
        {
            return Err(again);
        }
        let said = match &attempt {
            Some(Attempt::Failed(error)) => match error.kind() {
                HubErrorKind::Status { said, .. } => said.clone(),
                _ => response.said(),
            },
            _ => response.said(),
        };
        // A server may repeat what it was sent.
        let said = said.replace(&self.token.0, "<token>");
        Err(HubErrorKind::Status {
            url: shown(url),
            status: response.status(),
            said: format!("{said}, to {}", step.purpose),
        }
        .into())
    }

    /// The address of a request. The token goes to the service and nowhere else, whatever an answer says.
    fn address(&self, step: &Step, values: &HashMap<String, String>) -> Result<Url, HubError> {
        let unexpected = |reason: &str| HubErrorKind::UnexpectedAnswer {
            url: self.plan.service.clone(),
            reason: format!("{reason}, to {}", step.purpose),
        };
        let url = Url::parse(&filled(&step.url, values)).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| unexpected("an address that is none"))?;
        let first = self
            .plan
            .steps
            .first()
            .and_then(|first| Url::parse(&first.url).ok());
        if step.is_authorized && first.is_some_and(|first| first.origin() != url.origin()) {
            return Err(unexpected("an address of another server, which is not sent the token").into());
        }
        Ok(url)
    }

    fn take(&mut self, step: &Step, response: &mut Response) -> Result<(), HubError> {
        let unexpected = |reason: String| HubErrorKind::UnexpectedAnswer {
            url: self.plan.service.clone(),
            reason: format!("{reason}, to {}", step.purpose),
        };
        let mut bytes = Vec::new();
        let read = response.body().take(MAX_ANSWER).read_to_end(&mut bytes);
        let is_json = step
            .takes
            .iter()
            .any(|take| !matches!(take.from, TakeFrom::Head(_)));
        let mut answer = Value::Null;
        if is_json {
            read.map_err(|error| {
                HubError::caused_by(unexpected("an answer that was cut off".to_owned()), error)
            })?;
            answer = serde_json::from_slice(&bytes).map_err(|error| {
                HubError::caused_by(unexpected("expected an answer in JSON".to_owned()), error)
            })?;
        }
        for take in &step.takes {
            let missing = || unexpected(format!("no `{}` in the answer", take.name));
            match &take.from {
                TakeFrom::Body(pointer) => {
                    let value = answer.pointer(pointer).and_then(text_of).ok_or_else(missing)?;
                    self.taken.values.insert(take.name.clone(), value);
                }
                TakeFrom::Head(name) => {
                    let value = response.header(name).ok_or_else(missing)?;
                    let value = value.trim_matches('"').to_owned();
                    self.taken.values.insert(take.name.clone(), value);
                }
                TakeFrom::Each { list, key } => {
                    let items = answer
                        .pointer(list)
                        .and_then(Value::as_array)
                        .ok_or_else(missing)?;
                    let values: Option<Vec<String>> =
                        items.iter().map(|item| text_of(item.get(key)?)).collect();
                    let values = values.filter(|values| values.len() <= MOST_REPEATS);
                    self.taken
                        .lists
                        .insert(take.name.clone(), values.ok_or_else(missing)?);
                }
            }
        }
        Ok(())
    }

    /// Removes what was made, if that can be, and says what became of it.
    fn broken_off(&mut self, error: HubError, is_final: bool) -> HubError {
        // Nothing was made where the first answer did not come.
        let Some(undo) = &self.plan.undo else { return error };
        if filled(&undo_text(undo), &self.taken.values).contains('{') {
            return error;
        }
        let page = filled(&self.plan.page, &self.taken.values);
        let became = if is_final {
            format!("it is not known whether it was released: look at {page}")
        } else {
            match self.send(undo) {
                Ok(()) => "what had been made was removed again".to_owned(),
                Err(_) => format!("what had been made is still there, remove it: {page}"),
            }
        };
        let service = self.plan.service.clone();
        HubError::caused_by(HubErrorKind::Unfinished { service, became }, error)
    }
}

/// Where a request has its names.
fn undo_text(step: &Step) -> String {
    match &step.body {
        // Names are all that is in braces here: a description is not part of a removal.
        Body::Json(Value::Object(fields)) => {
            let texts = fields.values().filter_map(Value::as_str);
            texts.fold(step.url.clone(), |all, text| all + text)
        }
        _ => step.url.clone(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
