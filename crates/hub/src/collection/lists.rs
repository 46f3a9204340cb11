//! The lists of entries, and what a path says of them.

use rdf_spec::{DocPath, DocumentOrigin, Segment};

/// Lists of entries, also those of formats 0.2.0 and 0.2.1.
pub(super) const LISTS: [&str; 5] = ["collection", "application", "model", "dataset", "notebook"];

/// The entry that a path leads to or into: `collection[0]`.
pub(super) fn entry_of(path: &DocPath) -> Option<DocPath> {
    match path.segments() {
        [Segment::Key(list), Segment::Index(at), ..] if LISTS.contains(&list.as_str()) => {
            Some(DocPath::root().join(list.as_str()).join(*at))
        }
        _ => None,
    }
}

/// True for a finding about an entry of a collection that is itself an entry.
pub(super) fn is_in_nested(origin: DocumentOrigin, path: &DocPath) -> bool {
    match (origin, path.segments()) {
        (DocumentOrigin::Source, _) => entry_of(path).is_some(),
        (DocumentOrigin::Collection, [_, _, Segment::Key(list), Segment::Index(_), ..]) => {
            LISTS.contains(&list.as_str())
        }
        _ => false,
    }
}
