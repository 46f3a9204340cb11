//! From YAML events to positioned nodes, within bounds.

use std::collections::HashMap;

use indexmap::map::Entry as MapEntry;
use saphyr_parser::{Event, Parser, ScalarStyle as YamlStyle, Tag};

use super::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, ScalarValue};
use super::path::DocPath;
use super::position::{Position, Span};
use super::scalar::resolve_plain;
use crate::diagnostic::{Code, Diagnostic};

/// The longest text that is read: descriptions are kilobytes, a megabyte is already suspicious.
pub(crate) const MAX_BYTES: usize = 16 << 20;
/// The deepest nesting of lists and mappings.
pub(crate) const MAX_DEPTH: usize = 128;
/// The most nodes after aliases are resolved; nested aliases would otherwise grow without end.
pub(crate) const MAX_NODES: usize = 250_000;

/// The root of the document and what is wrong with its text, or the one problem that ends it.
pub(crate) fn parse(text: &str) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the document has {} bytes, more than the {MAX_BYTES} that are read",
            text.len()
        );
        return Err(Diagnostic::new(Code::DocumentTooLarge, DocPath::root(), message).at(Position::START));
    }
    // A byte order mark is no part of the text.
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut builder = Builder::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax_error(&error))?;
        builder.event(event, span.into())?;
    }
    let root = builder.root.ok_or_else(|| {
        Diagnostic::new(Code::SyntaxError, DocPath::root(), "the document is empty").at(Position::START)
    })?;
    Ok((root, builder.diagnostics))
}

fn syntax_error(error: &saphyr_parser::ScanError) -> Diagnostic {
    Diagnostic::new(
        Code::SyntaxError,
        DocPath::root(),
        format!("not valid YAML: {}", error.info()),
    )
    .at((*error.marker()).into())
}

#[derive(Default)]
struct Builder {
    /// The lists and mappings that are open, outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    /// Nodes that are kept for aliases: nested anchors keep their content more than once.
    anchored: usize,
    /// Nodes so far, with those that aliases stand for.
    nodes: usize,
    documents: usize,
    root: Option<Node>,
    diagnostics: Vec<Diagnostic>,
    path: DocPath,
    last: Option<Span>,
}

struct Open {
    kind: OpenKind,
    start: Position,
    anchor: usize,
    nodes_before: usize,
}

enum OpenKind {
    Sequence(Vec<Node>),
    Mapping {
        mapping: Mapping,
        key: Option<Key>,
        merges: Vec<Node>,
    },
}

struct Key {
    text: String,
    span: Span,
    is_text: bool,
    duplicate: bool,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let before = self.nodes;
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(self.fatal(
                        Code::SyntaxError,
                        span.start,
                        "the file holds more than one document",
                    ));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.count(1, span.start)?;
                self.finish(node, anchor, before)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), "seq", span.start)?;
                self.start(OpenKind::Sequence(Vec::new()), anchor, span.start)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), "map", span.start)?;
                let kind = OpenKind::Mapping {
                    mapping: Mapping::default(),
                    key: None,
                    merges: Vec::new(),
                };
                self.start(kind, anchor, span.start)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    return Err(self.fatal(
                        Code::SyntaxError,
                        span.start,
                        "the alias refers to a node that is not complete",
                    ));
                };
                let (mut node, size) = (node.clone(), *size);
                self.count(size, span.start)?;
                node.span = span;
                self.finish(node, 0, before)?;
            }
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => {}
        }
        self.last = Some(span);
        Ok(())
    }

    fn fatal(&self, code: Code, at: Position, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.path.clone(), message).at(at)
    }

    fn count(&mut self, nodes: usize, at: Position) -> Result<(), Diagnostic> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            let message =
                format!("the document has more than {MAX_NODES} values once its aliases are resolved");
            return Err(self.fatal(Code::DocumentTooLarge, at, message));
        }
        Ok(())
    }

    fn start(&mut self, kind: OpenKind, anchor: usize, start: Position) -> Result<(), Diagnostic> {
        let nodes_before = self.nodes;
        self.count(1, start)?;
        if self.open.len() >= MAX_DEPTH {
            let message = format!("lists and mappings are nested more than {MAX_DEPTH} levels deep");
            return Err(self.fatal(Code::NestingTooDeep, start, message));
        }
        match self.open.last() {
            Some(Open {
                kind: OpenKind::Mapping { key: None, .. },
                ..
            }) => {
                return Err(self.fatal(
                    Code::SyntaxError,
                    start,
                    "a key must be a single value, not a list or mapping",
                ));
            }
            Some(Open {
                kind: OpenKind::Mapping { key: Some(key), .. },
                ..
            }) => self.path.push(key.text.as_str()),
            Some(Open {
                kind: OpenKind::Sequence(items),
                ..
            }) => self.path.push(items.len()),
            None => {}
        }
        self.open.push(Open {
            kind,
            start,
            anchor,
            nodes_before,
        });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        // A block ends where its last value ends, not where the next line begins.
        let end = self.last.map_or(span.end, |last| last.end.max(open.start));
        let kind = match open.kind {
            OpenKind::Sequence(items) => NodeKind::Sequence(items),
            OpenKind::Mapping {
                mut mapping, merges, ..
            } => {
                for node in merges {
                    self.merge(&mut mapping, &node)?;
                }
                NodeKind::Mapping(mapping)
            }
        };
        if !self.open.is_empty() {
            self.path.pop();
        }
        let node = Node {
            kind,
            span: Span {
                start: open.start,
                end,
            },
        };
        self.finish(node, open.anchor, open.nodes_before)
    }

    /// `<<: *other` and `<<: [*a, *b]`: keys that the mapping does not have itself.
    fn merge(&self, mapping: &mut Mapping, node: &Node) -> Result<(), Diagnostic> {
        let sources = match &node.kind {
            NodeKind::Mapping(_) => std::slice::from_ref(node),
            NodeKind::Sequence(items) => items.as_slice(),
            NodeKind::Scalar(_) => &[],
        };
        if sources.is_empty() || sources.iter().any(|source| source.as_mapping().is_none()) {
            let message = format!(
                "`<<` merges a mapping or a list of mappings, found {}",
                node.describe()
            );
            return Err(self.fatal(Code::SyntaxError, node.span.start, message));
        }
        for source in sources.iter().filter_map(Node::as_mapping) {
            for (key, entry) in &source.entries {
                if !mapping.entries.contains_key(key) {
                    mapping.entries.insert(key.clone(), entry.clone());
                }
            }
        }
        Ok(())
    }

    /// Hands a complete node to whatever is open around it.
    fn finish(&mut self, node: Node, anchor: usize, nodes_before: usize) -> Result<(), Diagnostic> {
        if anchor > 0 {
            let size = self.nodes - nodes_before;
            self.anchored = self.anchored.saturating_add(size);
            if self.anchored > MAX_NODES {
                let message = format!("the anchors of the document hold more than {MAX_NODES} values");
                return Err(self.fatal(Code::DocumentTooLarge, node.span.start, message));
            }
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        let (mapping, key, merges) = match &mut open.kind {
            OpenKind::Sequence(items) => {
                items.push(node);
                return Ok(());
            }
            OpenKind::Mapping { mapping, key, merges } => (mapping, key, merges),
        };
        let Some(found) = key.take() else {
            let Some(scalar) = node.as_scalar() else {
                return Err(self.fatal(Code::SyntaxError, node.span.start, "a key must be a single value"));
            };
            let duplicate = mapping.entries.contains_key(&scalar.text);
            *key = Some(Key {
                text: scalar.text.clone(),
                span: node.span,
                is_text: scalar.value == ScalarValue::String,
                duplicate,
            });
            return Ok(());
        };
        if found.text == "<<" && found.is_text {
            merges.push(node);
            return Ok(());
        }
        if found.duplicate {
            let first = mapping.entries.get(&found.text).map(|entry| entry.key_span.start);
            let path = self.path.join(found.text.as_str());
            let mut diagnostic = Diagnostic::new(
                Code::DuplicateKey,
                path.clone(),
                format!("the key `{}` stands here a second time", found.text),
            )
            .at(found.span.start)
            .help("keep one of the two");
            if let Some(first) = first {
                diagnostic = diagnostic.related_at(path, first, "first written here");
            }
            self.diagnostics.push(diagnostic);
            return Ok(());
        }
        match mapping.entries.entry(found.text) {
            MapEntry::Vacant(entry) => {
                entry.insert(Entry {
                    key_span: found.span,
                    key_is_text: found.is_text,
                    value: node,
                });
            }
            MapEntry::Occupied(_) => {}
        }
        Ok(())
    }

    fn scalar(
        &self,
        text: &str,
        style: YamlStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<Node, Diagnostic> {
        let plain = style == YamlStyle::Plain;
        let mut value = if plain {
            resolve_plain(text)
        } else {
            ScalarValue::String
        };
        if let Some(tag) = tag {
            value = self.tagged(tag, text, value, span.start)?;
        }
        // The scanner places an absent value at the start of the file: it belongs behind its key.
        let span = match self.last {
            Some(last) if plain && text.is_empty() && span.start < last.end => Span::empty_at(last.end),
            _ => span,
        };
        let style = if plain {
            ScalarStyle::Plain
        } else {
            ScalarStyle::Quoted
        };
        Ok(Node {
            kind: NodeKind::Scalar(Scalar {
                text: text.to_owned(),
                value,
                style,
            }),
            span,
        })
    }

    fn tagged(
        &self,
        tag: &Tag,
        text: &str,
        value: ScalarValue,
        at: Position,
    ) -> Result<ScalarValue, Diagnostic> {
        let by_text = resolve_plain(text);
        let fits = match (tag.is_yaml_core_schema(), tag.suffix.as_str()) {
            (true, "str") => Some(ScalarValue::String),
            (true, "null") => Some(ScalarValue::Null),
            (true, "bool") => matches!(by_text, ScalarValue::Bool(_)).then_some(by_text),
            (true, "int") => matches!(by_text, ScalarValue::Int(_)).then_some(by_text),
            (true, "float") => match by_text {
                ScalarValue::Int(whole) => Some(ScalarValue::Float(whole as f64)),
                ScalarValue::Float(_) => Some(by_text),
                _ => None,
            },
            (true, "timestamp") => Some(ScalarValue::String),
            (false, "") if tag.handle == "!" => Some(value),
            _ => None,
        };
        fits.ok_or_else(|| self.unknown_tag(tag, at))
    }

    fn refuse_tag(&self, tag: Option<&Tag>, allowed: &str, at: Position) -> Result<(), Diagnostic> {
        match tag {
            Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == allowed) => {
                Err(self.unknown_tag(tag, at))
            }
            _ => Ok(()),
        }
    }

    fn unknown_tag(&self, tag: &Tag, at: Position) -> Diagnostic {
        self.fatal(
            Code::SyntaxError,
            at,
            format!("the YAML tag `{tag}` is not one of the core schema, or does not fit its value"),
        )
        .help("remove the tag")
    }
}
