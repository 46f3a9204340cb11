//! Changing text.

use super::ChangeKind;
use super::edit::Edits;
use crate::document::{DocPath, Node, Position, quoted};

/// A text that was changed: where it stands, what it was and what it is.
pub(super) type Changed = (DocPath, Position, String, String);

/// Changes one text of every mapping of a list.
pub(super) fn each_item(
    edits: &mut Edits<'_>,
    list: &str,
    key: &str,
    change: impl Fn(&str) -> String + Copy,
    changed: &mut Vec<Changed>,
) {
    let items = edits.get_mut(&[list]).and_then(Node::items_mut);
    for (at, item) in items.into_iter().flatten().enumerate() {
        if let Some(entry) = item.entries_mut().and_then(|person| person.get_mut(key)) {
            let path = DocPath::root().join(list).join(at).join(key);
            change_text(&mut entry.value, path, change, changed);
        }
    }
}

/// Changes a text, if it is one and the change is one.
pub(super) fn change_text(
    node: &mut Node,
    path: DocPath,
    change: impl Fn(&str) -> String,
    changed: &mut Vec<Changed>,
) {
    let Some(old) = node.as_str().map(str::to_owned) else {
        return;
    };
    let new = change(&old);
    if new != old {
        changed.push((path, node.span.start, old, new.clone()));
        node.set_text(new);
    }
}

/// Notes what was changed.
pub(super) fn report(edits: &mut Edits<'_>, kind: ChangeKind, changed: Vec<Changed>) {
    for (path, position, old, new) in changed {
        let message = format!("{} becomes {}", quoted(&old), quoted(&new));
        edits.note(kind, path, position, message);
    }
}
