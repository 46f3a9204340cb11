//! Typed reading of nodes that never stops at the first problem.

mod fields;
mod from_node;

pub(crate) use fields::{Fields, closest};
pub(crate) use from_node::FromNode;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Node, Segment};

/// The most findings that are listed: whoever has that many has one systematic mistake, or wants to fill the memory.
const MAX_FINDINGS: usize = 1000;

/// Where the reading is, and what was found so far.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    path: DocPath,
    diagnostics: Vec<Diagnostic>,
    /// How many findings are not listed.
    dropped: usize,
    /// The last of them, for whoever wants to add to it.
    unlisted: Option<Diagnostic>,
}

impl Reader {
    /// Reads a value one step below the present place.
    pub(crate) fn read<T: FromNode>(&mut self, segment: impl Into<Segment>, node: &Node) -> Option<T> {
        self.within(segment, |reader| T::from_node(node, reader))
    }

    /// Does something one step below the present place.
    pub(crate) fn within<T>(&mut self, segment: impl Into<Segment>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.enter(segment.into());
        let value = read(self);
        self.leave();
        value
    }

    // The two halves of `within` that do not depend on its types: it is compiled for more than a hundred of them.
    #[inline(never)]
    fn enter(&mut self, segment: Segment) {
        self.path.push(segment);
    }

    #[inline(never)]
    fn leave(&mut self) {
        self.path.pop();
    }

    /// The fields of a mapping; reports anything else.
    pub(crate) fn fields<'n>(&mut self, node: &'n Node) -> Option<Fields<'n>> {
        match node.as_mapping() {
            Some(mapping) => Some(Fields::new(node, mapping)),
            None => {
                self.wrong_type(node, "a mapping");
                None
            }
        }
    }

    /// The last key of the present place, for messages.
    pub(crate) fn subject(&self) -> String {
        match self.path.segments().last() {
            Some(Segment::Key(key)) => format!("`{key}`"),
            Some(Segment::Index(_)) => format!("`{}`", self.path),
            None => "the document".to_owned(),
        }
    }

    pub(crate) fn wrong_type(&mut self, node: &Node, expected: &str) {
        if node.is_null() {
            let message = format!("{} may not be null or empty, expected {expected}", self.subject());
            self.report(Code::NullNotAllowed, node, message);
        } else {
            let message = format!("{} must be {expected}, found {}", self.subject(), node.describe());
            self.report(Code::WrongType, node, message);
        }
    }

    /// Notes a finding about the present place.
    pub(crate) fn report(&mut self, code: Code, node: &Node, message: impl Into<String>) -> &mut Diagnostic {
        let diagnostic = Diagnostic::new(code, self.path.clone(), message).at(node.span.start);
        self.push(diagnostic)
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        if self.diagnostics.len() >= MAX_FINDINGS {
            self.dropped += 1;
            return self.unlisted.insert(diagnostic);
        }
        self.diagnostics.push(diagnostic);
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    pub(crate) fn path(&self) -> &DocPath {
        &self.path
    }

    /// The findings so far, as many as are listed.
    pub(crate) fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// True if further findings are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.diagnostics.len() >= MAX_FINDINGS
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics;
        if let Some(first) = self.unlisted {
            let message = format!("{} more problems are not listed", self.dropped);
            let rest = Diagnostic::new(Code::DocumentTooLarge, DocPath::root(), message);
            let rest = rest.help("correct those that are listed first");
            diagnostics.push(match first.position {
                Some(position) => rest.at(position),
                None => rest,
            });
        }
        diagnostics
    }
}
