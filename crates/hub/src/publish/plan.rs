//! Requests that build on each other: made once, printed by a dry run, sent by [`Plan::run`].

mod content;
mod fill;
mod run;
mod token;

pub use run::Published;
pub use token::Token;

use rdf_spec::Sha256;
use serde_json::{Map, Value, json};

use crate::fetch::Method;

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
    /// What removes the draft again, when a request fails before the one that cannot be undone.
    pub undo: Option<Step>,
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
    /// The token is sent along: only to the service itself, not to storage that it names.
    pub is_authorized: bool,
    /// What is sent.
    pub body: Body,
    /// What is taken from the answer.
    pub takes: Vec<Take>,
    /// The request is sent once for each value of this name, of which there may be none.
    pub for_each: Option<&'static str>,
    /// It releases something: what was made is not removed from here on.
    pub is_final: bool,
}

/// A value that is taken from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Take {
    /// The name that stands for it.
    pub name: String,
    /// Where it is.
    pub from: TakeFrom,
}

/// Where a value is in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TakeFrom {
    /// In the JSON of the body, at a pointer; the empty one is all of it.
    Body(String),
    /// In a field of the head, without quotes around it.
    Head(&'static str),
    /// Several values: in each item of a list at a pointer, below a key.
    Each {
        /// The pointer.
        list: String,
        /// The key.
        key: String,
    },
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
    /// A part of a file of the package.
    Part {
        /// Its name in the package.
        file: String,
        /// Where the part begins, in bytes.
        start: u64,
        /// How long it is, in bytes.
        size: u64,
    },
}

impl Plan {
    /// The exact requests, for a dry run. The token is named, not shown.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::to_json).collect();
        let undo = self.undo.as_ref().map(Step::to_json);
        json!({"service": self.service, "requests": steps, "on_failure": undo, "page": self.page})
    }
}

impl Step {
    /// A request to the service itself.
    pub(super) fn new(
        purpose: impl Into<String>,
        method: Method,
        url: impl Into<String>,
        body: Body,
    ) -> Self {
        Self {
            purpose: purpose.into(),
            method,
            url: url.into(),
            is_authorized: true,
            body,
            takes: Vec::new(),
            for_each: None,
            is_final: false,
        }
    }

    /// The same, and a value of its answer.
    pub(super) fn taking(mut self, name: impl Into<String>, from: TakeFrom) -> Self {
        self.takes.push(Take {
            name: name.into(),
            from,
        });
        self
    }

    /// The same, and a value of the JSON of its answer.
    pub(super) fn taking_json(self, name: impl Into<String>, pointer: impl Into<String>) -> Self {
        self.taking(name, TakeFrom::Body(pointer.into()))
    }

    /// The same without the token, for storage: the address has a signature.
    pub(super) fn without_token(mut self) -> Self {
        self.is_authorized = false;
        self
    }

    fn to_json(&self) -> Value {
        let mut headers = Map::new();
        if self.is_authorized {
            headers.insert("Authorization".to_owned(), "Bearer <token>".into());
        }
        if let Some(kind) = self.content_type() {
            headers.insert("Content-Type".to_owned(), kind.into());
        }
        let body = match &self.body {
            Body::Empty => Value::Null,
            Body::Json(value) => json!({"json": value}),
            Body::File { file, size, sha256 } => {
                json!({"file": file, "size": size, "sha256": sha256.as_str()})
            }
            Body::Part { file, start, size } => json!({"file": file, "start": start, "size": size}),
        };
        let mut step = json!({
            "purpose": self.purpose,
            "method": self.method.as_str(),
            "url": self.url,
            "headers": headers,
            "body": body,
        });
        if let Some(name) = self.for_each {
            step["for_each"] = name.into();
        }
        if !self.takes.is_empty() {
            let takes = self.takes.iter().map(|take| {
                let from = match &take.from {
                    TakeFrom::Body(pointer) => pointer.clone(),
                    TakeFrom::Head(name) => format!("header {name}"),
                    TakeFrom::Each { list, key } => format!("{list}/*/{key}"),
                };
                (take.name.clone(), Value::from(from))
            });
            step["takes"] = takes.collect::<Map<_, _>>().into();
        }
        step
    }

    /// The type of what is sent. Signatures of storage are for requests without one.
    fn content_type(&self) -> Option<&'static str> {
        match &self.body {
            Body::Empty => None,
            Body::Json(_) => Some("application/json"),
            Body::File { .. } | Body::Part { .. } => self.is_authorized.then_some("application/octet-stream"),
        }
    }
}
