//! Steps of format 0.4.

use super::ChangeKind::{Converted, Dropped, Moved, Reduced};
use super::edit::{Edits, joined};
use super::text::{Changed, change_text, each_item, report};
use crate::document::DocPath;

/// 0.4.1: `dependencies` belongs to the PyTorch state dict.
pub(super) fn dependencies_of_weights(edits: &mut Edits<'_>) {
    const STATE_DICT: [&str; 2] = ["weights", "pytorch_state_dict"];
    let has_place = edits
        .entries(&STATE_DICT)
        .is_some_and(|entry| !entry.contains_key("dependencies"));
    if !has_place {
        let message = if edits.get(&STATE_DICT).is_some() {
            "`dependencies` is left out: the PyTorch state dict has its own `dependencies`"
        } else {
            "`dependencies` is left out: there are no PyTorch weights that it could belong to"
        };
        edits.drop_entry(&[], "dependencies", message);
        return;
    }
    let Some(entry) = edits.take(&[], "dependencies") else {
        return;
    };
    let position = entry.key_span.start;
    if let Some(target) = edits.entries(&STATE_DICT) {
        target.insert("dependencies".to_owned(), entry);
    }
    let message = "`dependencies` is moved to `weights.pytorch_state_dict.dependencies`";
    edits.note(Moved, joined(&["dependencies"]), position, message);
}

/// 0.4.7: no `/` and `\` in the names of the model, its authors and maintainers.
pub(super) fn names_without_slashes(edits: &mut Edits<'_>) {
    let mut changed: Vec<Changed> = Vec::new();
    if let Some(name) = edits.get_mut(&["name"]) {
        change_text(name, DocPath::root().join("name"), without_slashes, &mut changed);
    }
    for key in ["authors", "maintainers"] {
        each_item(edits, key, "name", without_slashes, &mut changed);
    }
    report(edits, Reduced, changed);
}

fn without_slashes(name: &str) -> String {
    name.replace(['/', '\\'], "")
}

/// 0.4.10: `config.bioimageio.nickname` and `nickname_icon` become `id` and `id_emoji`.
pub(super) fn nickname_as_id(edits: &mut Edits<'_>) {
    for (from, to) in [("nickname", "id"), ("nickname_icon", "id_emoji")] {
        let Some(nickname) = edits.get(&["config", "bioimageio", from]).cloned() else {
            continue;
        };
        if nickname.is_null() {
            continue;
        }
        if let Some(old) = edits.get(&[to])
            && !old.is_null()
            && old.to_yaml() != nickname.to_yaml()
        {
            let position = old.span.start;
            let message = format!(
                "the `{to}` gives way to the nickname: {} to {}",
                old.describe(),
                nickname.describe()
            );
            edits.note(Dropped, joined(&[to]), position, message);
        } else if edits.get(&[to]).is_some_and(|old| !old.is_null()) {
            continue;
        } else {
            let message = format!("`config.bioimageio.{from}` is taken as `{to}`");
            let position = nickname.span.start;
            edits.note(
                Converted,
                joined(&["config", "bioimageio", from]),
                position,
                message,
            );
        }
        let Some(root) = edits.entries(&[]) else { continue };
        match root.get_mut(to) {
            Some(entry) => entry.value.kind = nickname.kind,
            None => {
                let entry = crate::document::Entry {
                    key_span: nickname.span,
                    key_is_text: true,
                    value: nickname,
                };
                root.insert(to.to_owned(), entry);
            }
        }
    }
}
