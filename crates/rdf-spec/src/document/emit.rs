//! Trees as text: a changed document that keeps what did not change as it is written, or a tree alone.

mod layout;
mod output;
mod plan;
mod same;
mod scalar_text;
mod source;
mod writer;

use std::ops::Range;

use super::node::Node;
use super::{DocPath, Document, Position};
use crate::diagnostic::{Code, Diagnostic};
use layout::Layout;
use plan::Plan;
use same::{KeyOrder, same};
use writer::Writer;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Deeper than a document that can be read.
const DEEPEST: usize = 128;

/// A changed document as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// YAML text that reads as the changed tree.
    pub text: String,
    /// How much of the former text is there.
    pub kept: Kept,
}

/// What a document that was written back kept of its former text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kept {
    /// All that did not change, with all comments but those of what was removed.
    Everything,
    /// What did not change, but not all of its comments: some stood where none can stand now, as in brackets.
    NotAllComments,
    /// Only the values: comments, quotes and blank lines are gone. The change was not possible otherwise (an anchor
    /// whose value changed), or the layout of the text is not understood.
    OnlyValues,
}

impl Document {
    /// The text of this document with its tree exchanged for a changed one.
    ///
    /// `text` is what the document was parsed from, `changed` a clone of [`Document::root`] in which keys are
    /// renamed, entries moved, inserted or removed, or values replaced. What stays, or moves, is recognised by its
    /// positions, and copied as it is written with its comments, quotes and blank lines; only its indentation follows
    /// the new place. What is new is written in the habits of the text. Line breaks and a byte order mark stay.
    ///
    /// - A comment directly above an entry, at its column, and one behind it on its line belong to it: they move
    ///   with it, and go when it goes. Lines above the first key (a licence, `# yaml-language-server`, `---`) and all
    ///   other comments stay where they are.
    /// - Lists and mappings in brackets stay in brackets; a JSON document stays JSON.
    /// - The result is parsed again and compared with `changed`. Where that fails the tree is written without any
    ///   of its former layout, and [`Rewritten::kept`] is [`Kept::OnlyValues`].
    ///
    /// ```
    /// use rdf_spec::{Document, Kept};
    ///
    /// let text = "# a model\nname: 'U-Net'  # short\nversion: 1.10\n";
    /// let document = Document::parse(text)?;
    /// let mut changed = document.root().clone();
    /// if let Some(root) = changed.as_mapping_mut() {
    ///     root.rename("name", "title");
    /// }
    /// let rewritten = document.rewritten(text, &changed)?;
    /// assert_eq!(rewritten.text, "# a model\ntitle: 'U-Net'  # short\nversion: 1.10\n");
    /// assert_eq!(rewritten.kept, Kept::Everything);
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, as from [`Document::parse`], if no text of the changed tree can be read: it is too large, too
    /// deep, or has a key of more than 1024 bytes, which no document can have.
    pub fn rewritten(&self, text: &str, changed: &Node) -> Result<Rewritten, Diagnostic> {
        check_depth(changed, DEEPEST)?;
        let (mark, body) = match text.strip_prefix(BYTE_ORDER_MARK) {
            Some(body) => (BYTE_ORDER_MARK, body),
            None => ("", text),
        };
        let newline = line_break(body);
        if let Some(layout) = Layout::new(body, self.root()) {
            let (written, kept, order) = write_like(&layout, changed, newline);
            let text = format!("{mark}{written}");
            if Document::parse(&text).is_ok_and(|document| same(document.root(), changed, order)) {
                return Ok(Rewritten { text, kept });
            }
        }
        let text = format!("{mark}{}", write_alone(changed, newline));
        let document = Document::parse(&text)?;
        if !same(document.root(), changed, KeyOrder::Kept) {
            let message = "the changed document has a value that no YAML text stands for";
            return Err(Diagnostic::new(Code::SyntaxError, DocPath::root(), message).at(Position::START));
        }
        Ok(Rewritten {
            text,
            kept: Kept::OnlyValues,
        })
    }
}

/// Writes a changed tree in the layout of the text, and says what is to be expected of it.
fn write_like(layout: &Layout<'_, '_>, changed: &Node, newline: &'static str) -> (String, Kept, KeyOrder) {
    let plan = Plan::new(changed, Some(layout));
    if plan.planned[plan.root].identical && plan.planned[plan.root].source == Some(0) {
        return (layout.source.text.to_owned(), Kept::Everything, KeyOrder::Kept);
    }
    let output = Writer::new(&plan, Some(layout), newline).document();
    let kept = comments_of(layout, &plan, &output.copied);
    let order = if layout.nodes.iter().any(|laid| laid.merges) {
        KeyOrder::Free
    } else {
        KeyOrder::Kept
    };
    (output.text, kept, order)
}

/// Whether all comments were copied but those of what was removed.
fn comments_of(layout: &Layout<'_, '_>, plan: &Plan<'_>, copied: &[Range<usize>]) -> Kept {
    let mut accounted = copied.to_vec();
    for (id, slot) in layout.slots.iter().enumerate() {
        // What a value leaves behind that is another's now should have gone with it.
        if plan.is_removed(id) && !plan.is_alive(slot.value) {
            removed_comments(layout, plan, id, &mut accounted);
        }
    }
    accounted.sort_unstable_by_key(|range| range.start);
    let mut ranges = accounted.iter().peekable();
    let mut covered = 0;
    for &comment in &layout.comments {
        while let Some(range) = ranges.next_if(|range| range.start <= comment) {
            covered = covered.max(range.end);
        }
        if covered <= comment {
            return Kept::NotAllComments;
        }
    }
    Kept::Everything
}

/// The places of comments that go with an entry or item, but not with those inside of it: they may be elsewhere.
fn removed_comments(
    layout: &Layout<'_, '_>,
    plan: &Plan<'_>,
    slot: layout::SlotId,
    places: &mut Vec<Range<usize>>,
) {
    let slot = &layout.slots[slot];
    let value = &layout.nodes[slot.value];
    places.extend([slot.own.clone(), slot.lead.clone(), slot.trail.clone()]);
    let Some(first) = layout.first_slot(slot.value) else {
        places.push(slot.start..slot.chunk_end.max(slot.end));
        return;
    };
    if value.form.is_block_collection() {
        places.push(slot.start..layout.source.next_line(value.head_end).min(first.start));
    } else {
        places.extend([slot.start..value.bare, value.end..slot.chunk_end.max(value.end)]);
    }
    if plan.is_abandoned(slot.value) {
        places.extend(value.slots.iter().map(|&inner| layout.slots[inner].free.clone()));
        places.extend([
            value.tail.clone(),
            value.brackets.open_comment.clone(),
            value.brackets.close.clone(),
        ]);
    }
}

impl Node {
    /// The value as YAML text of its own: block style, two spaces a level; text in double quotes where it would mean
    /// something else or is not safe as it is.
    ///
    /// ```
    /// let document = rdf_spec::Document::parse("{a: [1.10, 'yes'], b: {c: text}}")?;
    /// assert_eq!(document.root().to_yaml_text(), "a:\n  - 1.10\n  - \"yes\"\nb:\n  c: text\n");
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn to_yaml_text(&self) -> String {
        write_alone(self, "\n")
    }
}

fn write_alone(node: &Node, newline: &'static str) -> String {
    let plan = Plan::new(node, None);
    Writer::new(&plan, None, newline).document().text
}

/// The line break of a text: that of its first line.
fn line_break(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// A tree that was made by a program may be of any depth.
fn check_depth(node: &Node, left: usize) -> Result<(), Diagnostic> {
    let children: Box<dyn Iterator<Item = &Node>> = match &node.kind {
        super::node::NodeKind::Scalar(_) => return Ok(()),
        super::node::NodeKind::Sequence(items) => Box::new(items.iter()),
        super::node::NodeKind::Mapping(mapping) => Box::new(mapping.iter().map(|(_, entry)| &entry.value)),
    };
    let Some(left) = left.checked_sub(1) else {
        let message = format!("lists and mappings are nested more than {DEEPEST} levels deep");
        return Err(Diagnostic::new(Code::NestingTooDeep, DocPath::root(), message).at(node.span.start));
    };
    for child in children {
        check_depth(child, left)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
