//! What a step did.

use std::fmt;

use super::Step;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Position};

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It has another name or place.
    Moved,
    /// Its value has another form.
    Converted,
    /// Its value has another form, and something of it is left out.
    Reduced,
    /// The result has it, the document does not.
    Added,
    /// It has no place in the newer version: the result does not have it.
    Dropped,
}

impl ChangeKind {
    /// `moved`, `converted`, `reduced`, `added` or `dropped`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Converted => "converted",
            Self::Reduced => "reduced",
            Self::Added => "added",
            Self::Dropped => "dropped",
        }
    }
}

/// One thing that a step changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// The step.
    pub step: &'static Step,
    /// What happened.
    pub kind: ChangeKind,
    /// The field in the document as written.
    pub path: DocPath,
    /// Where it stands.
    pub position: Option<Position>,
    /// What was done, in one sentence.
    pub message: String,
}

impl Change {
    /// True if the result does not have all that the document has here.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        matches!(self.kind, ChangeKind::Dropped | ChangeKind::Reduced)
    }

    /// The change as a finding about the document.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        let code = match self.kind {
            ChangeKind::Moved => Code::MovedField,
            ChangeKind::Converted | ChangeKind::Reduced | ChangeKind::Added => Code::ConvertedValue,
            ChangeKind::Dropped => Code::DroppedField,
        };
        let message = format!("{} (since {})", self.message, self.step.version());
        let diagnostic = Diagnostic::new(code, self.path.clone(), message);
        match self.position {
            Some(position) => diagnostic.at(position),
            None => diagnostic,
        }
    }
}

impl fmt::Display for Change {
    /// `12:1: moved: dependencies: ...`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        write!(f, "{}: {}: {}", self.kind.name(), self.path, self.message)
    }
}
