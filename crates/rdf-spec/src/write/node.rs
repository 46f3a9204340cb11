//! From a tree without positions to the nodes that readers take.

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{
    DocPath, Entry, MAX_DEPTH, MAX_KEY, Mapping, Node, NodeKind, Position, Scalar, ScalarStyle, ScalarValue,
    Span, nested_too_deep,
};
use crate::value::Yaml;

/// The most values of a tree. What a reader takes depends on the length of the text too.
const MAX_VALUES: usize = 250_000;

/// The nodes of a tree, all at the first character of no text.
///
/// The bounds of depth and keys are those of a document.
pub(crate) fn to_node(tree: &Yaml) -> Result<Node, Diagnostic> {
    Nodes::default().node(tree)
}

#[derive(Default)]
struct Nodes {
    path: DocPath,
    made: usize,
}

impl Nodes {
    fn node(&mut self, tree: &Yaml) -> Result<Node, Diagnostic> {
        self.count()?;
        let kind = match tree {
            Yaml::Null => scalar("null", ScalarValue::Null),
            Yaml::Bool(value) => scalar(&value.to_string(), ScalarValue::Bool(*value)),
            Yaml::Int(value) => scalar(&value.to_string(), ScalarValue::Int(*value)),
            Yaml::Float(value) => scalar(&format!("{value:?}"), ScalarValue::Float(*value)),
            Yaml::String(text) => scalar(text, ScalarValue::String),
            Yaml::Sequence(items) => {
                self.check_depth()?;
                let mut nodes = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    self.path.push(at);
                    nodes.push(self.node(item)?);
                    self.path.pop();
                }
                NodeKind::Sequence(nodes)
            }
            Yaml::Mapping(entries) => NodeKind::Mapping(self.mapping(entries)?),
        };
        Ok(Node {
            kind,
            span: Span::empty_at(Position::START),
        })
    }

    fn mapping(&mut self, entries: &IndexMap<String, Yaml>) -> Result<Mapping, Diagnostic> {
        self.check_depth()?;
        let mut mapping = Mapping::default();
        for (key, value) in entries {
            self.count()?;
            if key.len() > MAX_KEY {
                let message = format!("a key has more than {MAX_KEY} bytes");
                return Err(self.too_large(message));
            }
            self.path.push(key.as_str());
            let entry = Entry {
                key_span: Span::empty_at(Position::START),
                key_is_text: true,
                value: self.node(value)?,
            };
            self.path.pop();
            mapping.entries.insert(key.clone(), entry);
        }
        Ok(mapping)
    }

    fn count(&mut self) -> Result<(), Diagnostic> {
        self.made += 1;
        if self.made > MAX_VALUES {
            return Err(self.too_large(format!("the document has more than {MAX_VALUES} values")));
        }
        Ok(())
    }

    fn check_depth(&self) -> Result<(), Diagnostic> {
        // A list or mapping is one level deeper than the way to it is long.
        if self.path.segments().len() >= MAX_DEPTH {
            return Err(nested_too_deep(self.path.clone()));
        }
        Ok(())
    }

    fn too_large(&self, message: String) -> Diagnostic {
        Diagnostic::new(Code::DocumentTooLarge, self.path.clone(), message)
    }
}

fn scalar(text: &str, value: ScalarValue) -> NodeKind {
    // Text is quoted where it would mean something else without quotes.
    let style = if value == ScalarValue::String {
        ScalarStyle::Quoted
    } else {
        ScalarStyle::Plain
    };
    NodeKind::Scalar(Scalar {
        text: text.to_owned(),
        value,
        style,
    })
}
