//! The values of a text in the order of the YAML events, paired with those of the tree.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{Brackets, Form, KeyPlace, Laid, Layout, NodeId, Slot};
use crate::document::emit::source::Source;
use crate::document::node::{Node, NodeKind};
use crate::document::parse::BoundedInput;
use crate::document::position::Position;

/// The tree was read within a bound on its depth; another text may not be.
const DEEPEST: usize = 200;

/// Values that are not measured yet; `None` if the text is not that of the tree.
pub(super) fn read<'a, 't>(text: &'t str, root: &'a Node) -> Option<Layout<'a, 't>> {
    let mut builder = Builder {
        layout: Layout {
            source: Source::new(text),
            nodes: Vec::new(),
            slots: Vec::new(),
            comments: Vec::new(),
        },
        open: Vec::new(),
    };
    let mut parser = Parser::new(BoundedInput::known(text));
    while let Some(event) = parser.next_event() {
        let (event, span) = event.ok()?;
        builder.event(&event, span, root)?;
    }
    (builder.open.is_empty() && !builder.layout.nodes.is_empty()).then_some(builder.layout)
}

struct Builder<'a, 't> {
    layout: Layout<'a, 't>,
    open: Vec<Open<'a>>,
}

/// A list or mapping that is not complete.
struct Open<'a> {
    id: NodeId,
    /// A key that has no value yet, and where it stands.
    key: Option<(NodeId, Position)>,
    /// The entries or items of the tree that are not paired yet.
    originals: Originals<'a>,
}

enum Originals<'a> {
    Items(std::slice::Iter<'a, Node>),
    Entries(std::iter::Peekable<indexmap::map::Iter<'a, String, crate::document::node::Entry>>),
    /// The inside of a value that is not in the tree.
    Nothing,
}

impl<'a> Builder<'a, '_> {
    fn event(&mut self, event: &Event<'_>, span: saphyr_parser::Span, root: &'a Node) -> Option<()> {
        let (form, mapping, anchor, tagged) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let form = match style {
                    ScalarStyle::Plain if text.is_empty() => Form::Absent,
                    ScalarStyle::Plain => Form::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Form::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Form::BlockScalar,
                };
                (form, false, *anchor, tag.is_some())
            }
            Event::Alias(_) => (Form::Alias, false, 0, false),
            Event::SequenceStart(anchor, tag) => (Form::Unmeasured, false, *anchor, tag.is_some()),
            Event::MappingStart(anchor, tag) => (Form::Unmeasured, true, *anchor, tag.is_some()),
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let all_paired = match open.originals {
                    Originals::Items(mut items) => items.next().is_none(),
                    Originals::Entries(mut entries) => {
                        entries.peek().is_none() || self.layout.nodes[open.id].merges
                    }
                    Originals::Nothing => true,
                };
                return all_paired.then_some(());
            }
            _ => return Some(()),
        };
        let source = &self.layout.source;
        let laid = Laid {
            form,
            is_mapping: mapping,
            properties: usize::from(anchor > 0) + usize::from(tagged),
            start: source.byte_of(span.start.index()),
            end: source.byte_of(span.end.index()),
            bare: 0,
            head_end: 0,
            column: span.start.col(),
            base: None,
            slots: Vec::new(),
            place: None,
            original: None,
            tail: 0..0,
            brackets: Brackets::default(),
            merges: false,
        };
        let id = self.layout.nodes.len();
        self.layout.nodes.push(laid);
        self.place(id, Position::from(span.start), root)
    }

    /// Puts a value where it belongs: as a key, behind a key, into a list.
    fn place(&mut self, id: NodeId, at: Position, root: &'a Node) -> Option<()> {
        let original = match self.open.last_mut() {
            None if id == 0 => Some(root),
            None => return None,
            Some(open) if self.layout.nodes[open.id].is_mapping && open.key.is_none() => {
                open.key = Some((id, at));
                // Only single values can be keys.
                return (self.layout.nodes[id].form != Form::Unmeasured).then_some(());
            }
            Some(open) => {
                let key = open.key.take();
                let mut paired = None;
                let mut text = None;
                match &mut open.originals {
                    Originals::Items(items) => paired = Some(items.next()?),
                    Originals::Entries(entries) => {
                        let at = key.map(|(_, at)| at);
                        let next = entries.next_if(|(_, entry)| Some(entry.key_span.start) == at);
                        if let Some((key, entry)) = next {
                            paired = Some(&entry.value);
                            text = Some((key.as_str(), entry.key_is_text));
                        }
                    }
                    Originals::Nothing => {}
                }
                let parent = &mut self.layout.nodes[open.id];
                let slot = self.layout.slots.len();
                self.layout.slots.push(Slot {
                    parent: open.id,
                    index: parent.slots.len(),
                    key: key.map(|(node, _)| KeyPlace {
                        node,
                        start: 0,
                        end: 0,
                        colon_end: None,
                        text,
                    }),
                    value: id,
                    live: paired.is_some(),
                    start: 0,
                    end: 0,
                    free: 0..0,
                    own: 0..0,
                    line_end: 0,
                    chunk_end: 0,
                    lead: 0..0,
                    before_comma: 0..0,
                    trail: 0..0,
                });
                parent.slots.push(slot);
                if let Some((key, _)) = key
                    && paired.is_none()
                {
                    self.note_merge(key);
                }
                self.layout.nodes[id].place = Some(slot);
                paired
            }
        };
        self.layout.nodes[id].original = original;
        if self.layout.nodes[id].form == Form::Unmeasured {
            if self.open.len() > DEEPEST {
                return None;
            }
            let is_mapping = self.layout.nodes[id].is_mapping;
            let originals = match original.map(|node| &node.kind) {
                Some(NodeKind::Sequence(items)) if !is_mapping => Originals::Items(items.iter()),
                Some(NodeKind::Mapping(mapping)) if is_mapping => {
                    Originals::Entries(mapping.entries.iter().peekable())
                }
                Some(_) => return None,
                None => Originals::Nothing,
            };
            self.open.push(Open {
                id,
                key: None,
                originals,
            });
        }
        Some(())
    }

    /// An entry that is not in the tree: if it is not a key that stands twice it merges another mapping.
    fn note_merge(&mut self, key: NodeId) {
        let key = &self.layout.nodes[key];
        let is_merge = self.layout.source.text[key.start..key.end]
            .trim_matches(['"', '\'', ' '])
            .starts_with("<<");
        if let Some(open) = self.open.last()
            && is_merge
        {
            self.layout.nodes[open.id].merges = true;
        }
    }
}
