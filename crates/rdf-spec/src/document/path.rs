//! Paths to the nodes of a document.

use std::fmt;

/// One step of a [`DocPath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of a mapping.
    Key(String),
    /// An item of a sequence, the first is 0.
    Index(usize),
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// The way from the root of a document to one of its nodes, the identity of that node.
///
/// It prints as `inputs[0].shape.min`; [`DocPath::pointer`] gives the same as a JSON pointer.
///
/// ```
/// use rdf_spec::DocPath;
///
/// let path = DocPath::root().join("inputs").join(0).join("shape");
/// assert_eq!(path.to_string(), "inputs[0].shape");
/// assert_eq!(path.pointer(), "/inputs/0/shape");
/// assert_eq!(path.parent(), Some(DocPath::root().join("inputs").join(0)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocPath(Vec<Segment>);

impl DocPath {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The path to a child: a `&str` or `String` is a key, a `usize` an item.
    #[must_use]
    pub fn join(&self, segment: impl Into<Segment>) -> Self {
        let mut path = self.clone();
        path.push(segment);
        path
    }

    /// Extends this path by one step.
    pub fn push(&mut self, segment: impl Into<Segment>) {
        self.0.push(segment.into());
    }

    /// Removes the last step.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// The path to what lies at `path` below this one.
    pub(crate) fn below(&self, path: &[Segment]) -> Self {
        Self(self.0.iter().chain(path).cloned().collect())
    }

    /// The path of the node that holds this one; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// The steps from the root.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// True for the path of the whole document.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path as a JSON pointer (RFC 6901): `/inputs/0/name`, the empty string for the root.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.0 {
            pointer.push('/');
            match segment {
                Segment::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

impl fmt::Display for DocPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if at == 0 => write!(f, "{key}")?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_the_two_special_characters() {
        let path = DocPath::root().join("config").join("a/b~c");
        assert_eq!(path.pointer(), "/config/a~1b~0c");
        assert_eq!(DocPath::root().pointer(), "");
    }
}
