//! Changed documents as text.

mod layouts;
mod properties;
mod reference;
mod size;

use super::{Kept, KeyOrder, Rewritten, line_break, same};
use crate::document::emit::layout::{Form, Layout};
use crate::document::emit::plan::Plan;
use crate::document::emit::writer::Writer;
use crate::document::{Document, Entry, Mapping, Node, NodeKind, Span};

/// Changes the tree of a text and writes it back.
fn rewrite(text: &str, change: impl FnOnce(&mut Node)) -> Rewritten {
    let document = Document::parse(text).unwrap();
    let mut changed = document.root().clone();
    change(&mut changed);
    document.rewritten(text, &changed).unwrap()
}

/// The text of a changed document that kept its comments.
#[track_caller]
fn kept(text: &str, change: impl FnOnce(&mut Node)) -> String {
    let rewritten = rewrite(text, change);
    assert_eq!(rewritten.kept, Kept::Everything, "{}", rewritten.text);
    rewritten.text
}

/// The text of an unchanged document, made of its parts.
fn taken_apart(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let layout = Layout::new(body, document.root())?;
    let mut plan = Plan::new(document.root(), Some(&layout));
    // As if each list and mapping had changed.
    for planned in &mut plan.planned {
        let form = planned.source.map(|source| layout.nodes[source].form);
        planned.identical &= planned.children.is_empty() || form == Some(Form::Alias);
    }
    let output = Writer::new(&plan, Some(&layout), line_break(body)).document();
    Some(output.text)
}

fn map(node: &mut Node) -> &mut Mapping {
    node.as_mapping_mut().unwrap()
}

/// The value at keys and indices divided by `/`.
fn at<'n>(node: &'n mut Node, path: &str) -> &'n mut Node {
    path.split('/')
        .filter(|part| !part.is_empty())
        .fold(node, |node, part| match &mut node.kind {
            NodeKind::Mapping(mapping) => mapping.get_mut(part).unwrap(),
            NodeKind::Sequence(items) => &mut items[part.parse::<usize>().unwrap()],
            NodeKind::Scalar(_) => panic!("{part} of a scalar"),
        })
}

/// A value from YAML text, with the place that a careless program may give it.
fn value(text: &str) -> Node {
    let mut node = Document::parse(text).unwrap().root().clone();
    unplace(&mut node);
    node
}

fn unplace(node: &mut Node) {
    let nowhere = Span::empty_at(crate::Position::START);
    node.span = nowhere;
    match &mut node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter_mut().for_each(unplace),
        NodeKind::Mapping(mapping) => mapping.entries.values_mut().for_each(|entry| {
            entry.key_span = nowhere;
            unplace(&mut entry.value);
        }),
    }
}

fn entry(text: &str) -> Entry {
    Entry {
        key_span: Span::empty_at(crate::Position::START),
        key_is_text: true,
        value: value(text),
    }
}
