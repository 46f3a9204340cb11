//! Checking the entries of a collection as descriptions of their own.

use std::collections::{HashMap, HashSet};

use super::CollectionEntry;
use super::entry::has_source;
use super::listed::Listed;
use super::resolve::{Completed, FieldOrigin, Frame, cost};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Node};
use crate::rdf::read_rdf;
use crate::read::Reader;

/// How deep collections may lie in each other.
const MAX_DEPTH: usize = 4;

/// What all completed entries of a document may take to copy and read: each repeats what it inherits.
const MAX_COST: usize = 1_000_000;

/// How many findings of a kind that leave a collection valid are listed.
const MAX_MILD: usize = 32;

/// What is left of the bounds of a document.
pub(crate) struct Bounds {
    depth: usize,
    cost: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            depth: MAX_DEPTH,
            cost: MAX_COST,
        }
    }
}

/// Checks all entries that need no further document. What is wrong with an inherited field is reported
/// once, where the field is written.
pub(super) fn check_entries(
    frame: &Frame<'_>,
    listed: &[Listed<'_>],
    entries: &[Option<CollectionEntry>],
    reader: &mut Reader,
    bounds: &mut Bounds,
) {
    let in_place: Vec<&Listed<'_>> = listed
        .iter()
        .zip(entries)
        .filter(|(item, entry)| entry.is_some() && !has_source(&item.node))
        .map(|(item, _)| item)
        .collect();
    let Some(first) = in_place.first() else { return };
    if bounds.depth == 0 {
        let message = format!("collections lie in each other, more than {MAX_DEPTH} deep");
        first.within(reader, |node, reader| {
            reader.report(Code::NestingTooDeep, node, message);
        });
        return;
    }
    let inherited = frame.inherited_cost();
    let mut findings = Findings::new(reader);
    for item in in_place {
        // A reader that is full counts one finding more, which makes the document invalid.
        let needed = inherited.saturating_add(cost(&item.node));
        if reader.is_full() || needed > bounds.cost {
            let message =
                "there is too much to check in the collection, this entry and all further ones are not";
            item.within(reader, |node, reader| {
                reader.report(Code::DocumentTooLarge, node, message);
            });
            return;
        }
        bounds.cost -= needed;
        let completed = frame.complete(&item.node, None);
        let found = check(&completed, bounds);
        for diagnostic in found.into_iter().filter(|found| completed.concerns(found)) {
            findings.add(diagnostic, &completed, item, reader);
        }
    }
}

/// Reads a completed entry on its own.
fn check(completed: &Completed, bounds: &mut Bounds) -> Vec<Diagnostic> {
    let mut inner = Bounds {
        depth: bounds.depth.saturating_sub(1),
        cost: bounds.cost,
    };
    let mut reader = Reader::default();
    read_rdf(&completed.tree, &mut reader, &mut inner);
    bounds.cost = inner.cost;
    reader.into_diagnostics()
}

/// What was reported, so that nothing is said twice.
struct Findings {
    said: HashSet<(Code, DocPath, String)>,
    mild: HashMap<Code, usize>,
}

impl Findings {
    fn new(reader: &Reader) -> Self {
        let said = reader.diagnostics().iter();
        Self {
            said: said
                .map(|found| (found.code, found.path.clone(), found.message.clone()))
                .collect(),
            mild: HashMap::new(),
        }
    }

    /// Moves a finding about a completed entry to where it is written, and reports it.
    fn add(
        &mut self,
        mut diagnostic: Diagnostic,
        completed: &Completed,
        item: &Listed<'_>,
        reader: &mut Reader,
    ) {
        let entry = item.path();
        let (origin, path) = completed.place(&diagnostic.path, &entry);
        for related in &mut diagnostic.related {
            related.path = reader
                .path()
                .below(completed.place(&related.path, &entry).1.segments());
        }
        diagnostic.path = reader.path().below(path.segments());
        if origin == FieldOrigin::Root {
            let key = (
                diagnostic.code,
                diagnostic.path.clone(),
                diagnostic.message.clone(),
            );
            if !self.said.insert(key) {
                return;
            }
            let entry = reader.path().below(entry.segments());
            diagnostic = diagnostic.related(entry, "this entry inherits the field");
        }
        if !diagnostic.is_error() {
            let count = self.mild.entry(diagnostic.code).or_default();
            *count += 1;
            match *count {
                ..MAX_MILD => {}
                MAX_MILD => diagnostic
                    .message
                    .push_str("; the same in further entries is not listed"),
                _ => return,
            }
        }
        reader.push(diagnostic);
    }
}

/// Reads a completed entry with fresh bounds.
pub(super) fn read_completed(tree: &Node, reader: &mut Reader) -> Option<crate::rdf::Rdf> {
    let mut bounds = Bounds::default();
    bounds.depth -= 1;
    read_rdf(tree, reader, &mut bounds)
}
