//! Places in the sources of an archive.

use std::fmt;
use std::rc::Rc;

/// A place in a source file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file in the archive, `code/__torch__/torch/nn/modules/conv.py`.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Characters, counted from 1.
    pub column: u32,
    /// The module that was evaluated (`encoder.conv1`); empty for the root and outside of evaluation.
    pub module: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)?;
        if self.module.is_empty() {
            Ok(())
        } else {
            write!(f, " (module `{}`)", self.module)
        }
    }
}

/// A line and a column of a file that is known from the context, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Position {
    /// The place in this file.
    pub(crate) fn in_file(self, file: &Rc<str>) -> Place {
        Place {
            file: file.to_string(),
            line: self.line,
            column: self.column,
            module: String::new(),
        }
    }
}
