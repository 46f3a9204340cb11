//! Requests that build on each other: made once, printed by a dry run, sent by [`Plan::run`].

use std::collections::HashMap;
use std::fmt;
use std::io::{Read, Seek, SeekFrom};

use rdf_spec::{Package, Sha256};
use serde_json::{Value, json};
use url::Url;

use crate::error::{HubError, HubErrorKind, shown};
use crate::fetch::{Fetcher, Method, Request, RequestBody};

/// The most bytes of an answer that are read.
const MAX_ANSWER: u64 = 16 << 20;

/// A secret: never printed, not even by `{:?}`.
#[derive(Clone)]
pub struct Token(String);

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

/// Requests in their order.
///
/// Addresses and bodies may have names in braces (`{id}`), whose values come out of earlier answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// The service.
    pub service: String,
    /// The requests.
    pub steps: Vec<Step>,
    /// Where the result can be looked at, with names in braces.
    pub page: String,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// What it does.
    pub purpose: String,
    /// The method.
    pub method: Method,
    /// The address, with names in braces.
    pub url: String,
    /// The token is sent along. It is not to storage that a service names.
    pub is_authorized: bool,
    /// What is sent.
    pub body: Body,
    /// Names, and where in the answer their values are (JSON pointers; the empty one is all of it).
    pub takes: Vec<(&'static str, &'static str)>,
}

/// What a request sends.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON, whose texts may have names in braces.
    Json(Value),
    /// A file of the package.
    File {
        /// Its name in the package.
        file: String,
        /// Its size in bytes.
        size: u64,
        /// Its digest.
        sha256: Sha256,
    },
}

/// What publishing gave.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Where the result can be looked at.
    pub page: String,
    /// What answers gave, by name.
    pub values: HashMap<String, String>,
}

impl Plan {
    /// The exact requests, for a dry run. The token is named, not shown.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::to_json).collect();
        json!({"service": self.service, "requests": steps, "page": self.page})
    }

    /// Sends all requests. `told` is called before each one, with its number and the number of all.
    ///
    /// Requests that change something are not sent twice, and no redirect is followed.
    ///
    /// # Errors
    /// If one fails, or has an answer that is not what it should be; what was made before stays. The message says which one.
    pub fn run(
        &self,
        package: &Package,
        fetcher: &dyn Fetcher,
        token: &Token,
        told: &mut dyn FnMut(&Step, usize, usize),
    ) -> Result<Published, HubError> {
        let mut values: HashMap<String, String> = HashMap::new();
        for (number, step) in self.steps.iter().enumerate() {
            told(step, number + 1, self.steps.len());
            let answer = step.send(package, fetcher, token, &values)?;
            for (name, pointer) in &step.takes {
                let value = answer.pointer(pointer).and_then(|value| match value {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                });
                let value = value.ok_or_else(|| HubErrorKind::UnexpectedAnswer {
                    url: self.service.clone(),
                    reason: format!("no `{name}` in the answer, to {}", step.purpose),
                })?;
                values.insert((*name).to_owned(), value);
            }
        }
        Ok(Published {
            page: filled(&self.page, &values),
            values,
        })
    }
}

impl Step {
    fn to_json(&self) -> Value {
        let mut headers = serde_json::Map::new();
        if self.is_authorized {
            headers.insert("Authorization".to_owned(), "Bearer <token>".into());
        }
        let body = match &self.body {
            Body::Empty => Value::Null,
            Body::Json(value) => {
                headers.insert("Content-Type".to_owned(), "application/json".into());
                json!({"json": value})
            }
            Body::File { file, size, sha256 } => {
                if self.is_authorized {
                    headers.insert("Content-Type".to_owned(), "application/octet-stream".into());
                }
                json!({"file": file, "size": size, "sha256": sha256.as_str()})
            }
        };
        let mut step = json!({
            "purpose": self.purpose,
            "method": self.method.as_str(),
            "url": self.url,
            "headers": headers,
            "body": body,
        });
        if !self.takes.is_empty() {
            let takes: serde_json::Map<String, Value> = self
                .takes
                .iter()
                .map(|(name, pointer)| ((*name).to_owned(), (*pointer).into()))
                .collect();
            step["takes"] = takes.into();
        }
        step
    }

    fn send(
        &self,
        package: &Package,
        fetcher: &dyn Fetcher,
        token: &Token,
        values: &HashMap<String, String>,
    ) -> Result<Value, HubError> {
        let text = filled(&self.url, values);
        let unexpected = |reason: &str| HubErrorKind::UnexpectedAnswer {
            url: self.purpose.clone(),
            reason: reason.to_owned(),
        };
        let url = Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| unexpected("an address that is none"))?;
        let mut headers = Vec::new();
        if self.is_authorized {
            headers.push(("authorization".to_owned(), format!("Bearer {}", token.0)));
        }
        let mut request = Request::new(self.method, &url, &[]);
        let json;
        let mut file;
        match &self.body {
            Body::Empty => {}
            Body::Json(value) => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                json = filled_json(value, values).to_string();
                request.body = RequestBody::Bytes(json.as_bytes());
            }
            Body::File { file: name, size, .. } => {
                if self.is_authorized {
                    headers.push(("content-type".to_owned(), "application/octet-stream".to_owned()));
                }
                file = content(package, name)?;
                request.body = RequestBody::Stream {
                    reader: &mut file,
                    length: *size,
                };
            }
        }
        request.headers = &headers;
        let mut response = fetcher
            .exchange(request)
            .map_err(|error| HubErrorKind::Connection {
                url: shown(&url),
                reason: format!("{error}, to {}", self.purpose),
                attempts: 1,
            })?;
        if !(200..300).contains(&response.status()) {
            let status = response.status();
            // A server may repeat what it was sent.
            let said = response.said().replace(&token.0, "<token>");
            return Err(HubErrorKind::Status {
                url: shown(&url),
                status,
                said: format!("{said}, to {}", self.purpose),
            }
            .into());
        }
        let mut bytes = Vec::new();
        let read = response.body().take(MAX_ANSWER).read_to_end(&mut bytes);
        if self.takes.is_empty() {
            return Ok(Value::Null);
        }
        read.map_err(|error| HubError::caused_by(unexpected("it was cut off"), error))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| HubError::caused_by(unexpected("expected an answer in JSON"), error))
    }
}

/// The content of a file of the package, as a stream from a file.
fn content(package: &Package, name: &str) -> Result<std::fs::File, HubError> {
    let kind = || HubErrorKind::File {
        file: name.to_owned(),
    };
    let failed = |error: std::io::Error| HubError::caused_by(kind(), error);
    let mut file = tempfile::tempfile().map_err(failed)?;
    if name == package.files().description_name() {
        std::io::copy(&mut package.text().as_bytes(), &mut file).map_err(failed)?;
    } else {
        let copied = package.files().copy_to(name, &mut file);
        copied.map_err(|error| HubError::caused_by(kind(), error))?;
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}

/// The text with the values of its names.
fn filled(text: &str, values: &HashMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Only texts that are nothing but a name are filled: descriptions may have braces of their own.
fn filled_json(value: &Value, values: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let value = name.and_then(|name| values.get(name));
            value.map_or_else(|| value_of(text), |value| value_of(value))
        }
        Value::Array(list) => list.iter().map(|value| filled_json(value, values)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), filled_json(value, values)))
            .collect(),
        other => other.clone(),
    }
}

fn value_of(text: &str) -> Value {
    Value::String(text.to_owned())
}
