//! Findings about a document: what, how serious, where, and what to do.

mod code;

use std::fmt;

pub use code::Code;

use crate::document::{DocPath, Position};

/// How serious a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Valid, but probably not what was meant, or not what the specification's text asks for.
    Warning,
    /// Valid, but likely to keep others from using the resource.
    Alert,
    /// The description is invalid.
    Error,
}

impl Severity {
    /// `info`, `warning`, `alert` or `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Alert => "alert",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One finding about a document.
///
/// ```
/// use rdf_spec::{Code, ModelRdf};
///
/// let parsed = ModelRdf::from_yaml("type: model\nformat_version: 0.4.9\nname: [a, b]\n");
/// let finding = parsed.diagnostics().iter().find(|d| d.code == Code::WrongType).unwrap();
/// assert_eq!(finding.path.to_string(), "name");
/// assert_eq!(finding.position.unwrap().to_string(), "3:7");
/// assert_eq!(finding.message, "`name` must be text, found a list");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The kind of finding; stable.
    pub code: Code,
    /// How serious it is.
    pub severity: Severity,
    /// One sentence: what was found and what was expected.
    pub message: String,
    /// The field.
    pub path: DocPath,
    /// Where it stands; `None` where the description was not read from text.
    pub position: Option<Position>,
    /// What to do.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
}

/// A second place that a [`Diagnostic`] speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// The field.
    pub path: DocPath,
    /// Where it stands.
    pub position: Option<Position>,
    /// What it has to do with the finding.
    pub message: String,
}

impl Diagnostic {
    /// A finding with the usual severity of its code, without position.
    #[must_use]
    pub fn new(code: Code, path: DocPath, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            path,
            position: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// The same with a position.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with another place; its position is looked up later.
    #[must_use]
    pub fn related(mut self, path: DocPath, message: impl Into<String>) -> Self {
        self.related.push(Related {
            path,
            position: None,
            message: message.into(),
        });
        self
    }

    pub(crate) fn related_at(
        mut self,
        path: DocPath,
        position: Position,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            path,
            position: Some(position),
            message: message.into(),
        });
        self
    }

    /// How serious the finding is by the letter of the specification: what departs from it is an error.
    #[must_use]
    pub fn strict_severity(&self) -> Severity {
        self.severity.max(self.code.strict_severity())
    }

    /// The same with the severity that it has by the letter of the specification.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.severity = self.strict_severity();
        self
    }

    /// True for errors.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    /// `3:7: error[wrong-type]: name: ...`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        write!(f, "{}[{}]: ", self.severity, self.code)?;
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}
