//! From YAML events to positioned nodes, within bounds.

mod advice;
mod bounds;
mod input;
mod scalars;

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::map::Entry as MapEntry;
use saphyr_parser::{Event, Parser};

use super::node::{Entry, Mapping, Node, NodeKind, ScalarStyle, ScalarValue};
use super::path::DocPath;
use super::position::{Position, Span};
use crate::diagnostic::{Code, Diagnostic};
use bounds::{Anchored, Extent, MAX_DUPLICATE_TEXT, MAX_DUPLICATES};
pub(crate) use bounds::{MAX_BYTES, MAX_DEPTH, MAX_KEY, nested_too_deep};
pub(crate) use input::BoundedInput;
use input::Source;

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
    let text = text.strip_prefix(input::BYTE_ORDER_MARK).unwrap_or(text);
    if let Some((at, character)) = text
        .char_indices()
        .find(|(_, character)| !is_printable(*character))
    {
        let message = format!("YAML does not allow the character {}", character.escape_unicode());
        let mut diagnostic = Diagnostic::new(Code::SyntaxError, DocPath::root(), message);
        if character == '\0' && at < 2 {
            diagnostic = diagnostic.help("if the file is UTF-16 text: save it as UTF-8");
        }
        return Err(diagnostic.at(Position::end_of(&text[..at])));
    }
    let source = Source::of(text);
    let (input, waiting) = BoundedInput::new(source.text());
    let mut parser = Parser::new(input);
    let mut builder = Builder::within(text.len());
    while let Some(event) = parser.next_event() {
        if waiting.are_too_many() {
            return Err(builder.too_much_in_brackets());
        }
        waiting.reset();
        let (event, span) = event.map_err(|error| syntax_error(&error, text, &source))?;
        builder.event(event, source.span(span))?;
    }
    let root = builder.root.ok_or_else(|| {
        Diagnostic::new(Code::SyntaxError, DocPath::root(), "the document is empty").at(Position::START)
    })?;
    Ok((root, builder.diagnostics))
}

/// The characters of YAML 1.2, section 5.1.
pub(crate) fn is_printable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

fn syntax_error(error: &saphyr_parser::ScanError, text: &str, source: &Source<'_>) -> Diagnostic {
    // The scanner ends the last line of a text itself where the text does not.
    let at = source.position(*error.marker()).min(Position::end_of(text));
    // The scanner reads ahead in lists and mappings in brackets, and has a bound of its own there.
    if error.info() == "recursion limit exceeded" {
        return bounds::nested_too_deep(DocPath::root()).at(at);
    }
    let mut diagnostic = Diagnostic::new(
        Code::SyntaxError,
        DocPath::root(),
        format!("not valid YAML: {}", error.info()),
    )
    .at(at);
    diagnostic.help = advice::on(error.info(), at, text);
    diagnostic
}

#[derive(Default)]
struct Builder {
    /// The lists and mappings that are open, outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Anchored>>,
    /// What was read so far, with what aliases stand for.
    total: Extent,
    /// The same with what is kept for aliases: nested anchors keep their content more than once.
    held: Extent,
    /// How much that may be.
    limit: Extent,
    documents: usize,
    root: Option<Node>,
    diagnostics: Vec<Diagnostic>,
    /// How much text the paths of the findings have.
    duplicate_text: usize,
    path: DocPath,
    last: Option<Span>,
}

struct Open {
    kind: OpenKind,
    start: Position,
    anchor: usize,
    before: Extent,
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
    /// True for `<<` without quotes.
    merges: bool,
    duplicate: bool,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let before = self.total;
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
                self.count(Extent::of_scalar(&text), span.start)?;
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
                let mut node = self.resolve_alias(anchor, span.start)?;
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

    fn start(&mut self, kind: OpenKind, anchor: usize, start: Position) -> Result<(), Diagnostic> {
        let before = self.total;
        let extent = match kind {
            OpenKind::Sequence(_) => Extent::of_sequence(),
            OpenKind::Mapping { .. } => Extent::of_mapping(),
        };
        self.count(extent, start)?;
        self.check_depth(1, start)?;
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
            before,
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
            OpenKind::Sequence(mut items) => {
                items.shrink_to_fit();
                NodeKind::Sequence(items)
            }
            OpenKind::Mapping {
                mut mapping, merges, ..
            } => {
                for node in merges {
                    self.merge(&mut mapping, &node)?;
                }
                mapping.entries.shrink_to_fit();
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
        self.finish(node, open.anchor, open.before)
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
            for (key, entry) in source.entries.iter() {
                if !mapping.entries.contains_key(key) {
                    mapping.entries.insert(key.clone(), entry.clone());
                }
            }
        }
        Ok(())
    }

    /// Hands a complete node to whatever is open around it.
    fn finish(&mut self, node: Node, anchor: usize, before: Extent) -> Result<(), Diagnostic> {
        if anchor > 0 {
            self.keep(anchor, &node, before)?;
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
            if scalar.text.len() > MAX_KEY {
                let message = format!("a key has more than {MAX_KEY} bytes");
                return Err(self.fatal(Code::DocumentTooLarge, node.span.start, message));
            }
            let duplicate = mapping.entries.contains_key(&scalar.text);
            *key = Some(Key {
                text: scalar.text.clone(),
                span: node.span,
                is_text: scalar.value == ScalarValue::String,
                merges: scalar.text == "<<" && scalar.style == ScalarStyle::Plain,
                duplicate,
            });
            return Ok(());
        };
        if found.merges {
            merges.push(node);
            return Ok(());
        }
        if found.duplicate {
            let first = mapping.entries.get(&found.text).map(|entry| entry.key_span.start);
            self.report_duplicate(&found, first);
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

    fn report_duplicate(&mut self, key: &Key, first: Option<Position>) {
        if self.diagnostics.len() >= MAX_DUPLICATES || self.duplicate_text > MAX_DUPLICATE_TEXT {
            return;
        }
        let path = self.path.join(key.text.as_str());
        self.duplicate_text += bounds::text_of(&path);
        let message = format!("the key `{}` stands here a second time", key.text.escape_debug());
        let is_last =
            self.diagnostics.len() + 1 == MAX_DUPLICATES || self.duplicate_text > MAX_DUPLICATE_TEXT;
        let help = if is_last {
            "keep one of the two; further keys that stand twice are not listed"
        } else {
            "keep one of the two"
        };
        let mut diagnostic = Diagnostic::new(Code::DuplicateKey, path.clone(), message)
            .at(key.span.start)
            .help(help);
        if let Some(first) = first {
            diagnostic = diagnostic.related_at(path, first, "first written here");
        }
        self.diagnostics.push(diagnostic);
    }
}
