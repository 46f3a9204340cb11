//! Steps of format 0.3, and from 0.3 to 0.4.

use indexmap::IndexMap;

use super::ChangeKind::{Added, Converted, Moved};
use super::edit::{Edits, joined};
use crate::document::{DocPath, Entry, Mapping, Node, NodeKind};

/// 0.3.2: `type: model` behind the version of the format.
pub(super) fn type_of_resource(edits: &mut Edits<'_>) {
    let Some(root) = edits.entries(&[]) else { return };
    let Some((at, _, version)) = root
        .get_full("format_version")
        .filter(|_| !root.contains_key("type"))
    else {
        return;
    };
    let mut entry = version.clone();
    let position = entry.key_span.start;
    entry.value.set_plain_text("model");
    root.shift_insert(at + 1, "type".to_owned(), entry);
    edits.note(Added, joined(&["type"]), position, "`type: model` is added");
}

/// 0.3.2: `authors: [Jane]` becomes `authors: [{name: Jane}]`, also of weights and packagers.
pub(super) fn people_as_mappings(edits: &mut Edits<'_>) {
    convert_people(edits, &["authors"]);
    convert_people(edits, &["packaged_by"]);
    for format in edits.keys(&["weights"]) {
        convert_people(edits, &["weights", &format, "authors"]);
    }
}

fn convert_people(edits: &mut Edits<'_>, path: &[&str]) {
    let mut converted = Vec::new();
    let items = edits.get_mut(path).and_then(Node::items_mut);
    for (at, person) in items.into_iter().flatten().enumerate() {
        if person.as_str().is_none() {
            continue;
        }
        converted.push((at, person.span.start));
        let name = Entry {
            key_span: person.span,
            key_is_text: true,
            value: person.clone(),
        };
        let mut mapping = Mapping::default();
        mapping.entries.insert("name".to_owned(), name);
        person.kind = NodeKind::Mapping(mapping);
    }
    for (at, position) in converted {
        let place = joined(path).join(at);
        edits.note(
            Converted,
            place,
            position,
            "the name of a person is put into a mapping with the key `name`",
        );
    }
}

/// 0.3.2: what `config.future."0.3.2"` states about people and the version.
pub(super) fn future_fields(edits: &mut Edits<'_>) {
    const FUTURE: [&str; 3] = ["config", "future", "0.3.2"];
    if edits.get(&FUTURE).is_none() {
        return;
    }
    for key in ["authors", "packaged_by"] {
        merge_people(edits, &FUTURE, key, &[key]);
    }
    for format in edits.keys(&["config", "future", "0.3.2", "weights"]) {
        let from = ["config", "future", "0.3.2", "weights", &format];
        merge_people(edits, &from, "authors", &["weights", &format, "authors"]);
        drop_if_empty(edits, &from);
    }
    if edits.get(&["version"]).is_none()
        && let Some(version) = edits.take(&FUTURE, "version")
    {
        let position = version.key_span.start;
        if let Some(root) = edits.entries(&[]) {
            root.insert("version".to_owned(), version);
        }
        let place = joined(&FUTURE).join("version");
        edits.note(
            Moved,
            place,
            position,
            "`version` is moved to the top of the description",
        );
    }
    // What is left empty has no use; what is left over stays.
    for path in [
        &["config", "future", "0.3.2", "weights"][..],
        &["config", "future", "0.3.2"],
        &["config", "future"],
        &["config"],
    ] {
        drop_if_empty(edits, path);
    }
}

/// Takes a mapping out that has no keys.
fn drop_if_empty(edits: &mut Edits<'_>, path: &[&str]) {
    let is_empty = edits
        .get(path)
        .and_then(Node::as_mapping)
        .is_some_and(Mapping::is_empty);
    if let Some((key, parent)) = path.split_last().filter(|_| is_empty)
        && let Some(entry) = edits.take(parent, key)
    {
        let position = entry.key_span.start;
        edits.note(Converted, joined(path), position, "the empty mapping is left out");
    }
}

/// Adds what is known about the n-th person to the n-th person. Details that say something else about them, or are no
/// details, stay where they are.
fn merge_people(edits: &mut Edits<'_>, from: &[&str], key: &str, to: &[&str]) {
    let people = edits.get(to).and_then(Node::as_sequence).unwrap_or_default();
    let details = edits
        .get(from)
        .and_then(Node::as_mapping)
        .and_then(|future| future.get(key));
    let Some(details) = details.and_then(Node::as_sequence) else {
        return;
    };
    let fits = |(at, details): (usize, &Node)| {
        let person = people.get(at).and_then(Node::as_mapping);
        person.zip(details.as_mapping()).is_some_and(|(person, details)| {
            let agrees = |(key, entry): (&str, &Entry)| {
                person
                    .get(key)
                    .is_none_or(|known| known.to_yaml() == entry.value.to_yaml())
            };
            details.iter().all(agrees)
        })
    };
    if !details.iter().enumerate().all(fits) {
        return;
    }
    let Some(entry) = edits.take(from, key) else {
        return;
    };
    let position = entry.key_span.start;
    let details = entry
        .value
        .as_sequence()
        .map(<[Node]>::to_vec)
        .unwrap_or_default();
    let items = edits.get_mut(to).and_then(Node::items_mut);
    for (person, details) in items.into_iter().flatten().zip(details) {
        let Some(person) = person.entries_mut() else {
            continue;
        };
        if let NodeKind::Mapping(details) = details.kind {
            for (key, detail) in *details.entries {
                person.entry(key).or_insert(detail);
            }
        }
    }
    let message = format!("what is known about people is moved to `{}`", joined(to));
    edits.note(Moved, joined(from).join(key), position, message);
}

/// 0.3.3: `reference_input` becomes `reference_tensor`.
pub(super) fn reference_tensor(edits: &mut Edits<'_>) {
    let mut renamed = Vec::new();
    let outputs = edits.get_mut(&["outputs"]).and_then(Node::items_mut);
    for (at, output) in outputs.into_iter().flatten().enumerate() {
        let shape = output
            .entries_mut()
            .and_then(|output| output.get_mut("shape"))
            .and_then(|shape| shape.value.entries_mut());
        if let Some(position) = shape.and_then(|shape| rename(shape, "reference_input", "reference_tensor")) {
            let path = DocPath::root()
                .join("outputs")
                .join(at)
                .join("shape")
                .join("reference_input");
            renamed.push((path, position));
        }
    }
    for (path, position) in renamed {
        edits.note(
            Moved,
            path,
            position,
            "`reference_input` is renamed to `reference_tensor`",
        );
    }
}

/// Gives a key another name at its place; nothing if the new name is taken.
fn rename(entries: &mut IndexMap<String, Entry>, old: &str, new: &str) -> Option<crate::document::Position> {
    if entries.contains_key(new) {
        return None;
    }
    let (at, _, entry) = entries.shift_remove_full(old)?;
    let position = entry.key_span.start;
    entries.shift_insert(at, new.to_owned(), entry);
    Some(position)
}

/// 0.4.0: `source`, `sha256` and `kwargs` of the network go to the PyTorch state dict.
pub(super) fn source_of_weights(edits: &mut Edits<'_>) {
    const STATE_DICT: [&str; 2] = ["weights", "pytorch_state_dict"];
    for key in ["language", "framework"] {
        let message = format!("`{key}` is left out: the weights formats say it");
        edits.drop_entry(&[], key, message);
    }
    for (old, new) in [
        ("source", "architecture"),
        ("sha256", "architecture_sha256"),
        ("kwargs", "kwargs"),
    ] {
        let has_place = edits
            .entries(&STATE_DICT)
            .is_some_and(|entry| !entry.contains_key(new));
        if !has_place {
            let message =
                format!("`{old}` is left out: it describes the Python source of a PyTorch state dict");
            edits.drop_entry(&[], old, message);
            continue;
        }
        let Some(entry) = edits.take(&[], old) else {
            continue;
        };
        let position = entry.key_span.start;
        if let Some(target) = edits.entries(&STATE_DICT) {
            target.insert(new.to_owned(), entry);
        }
        let message = format!("`{old}` is moved to `weights.pytorch_state_dict.{new}`");
        edits.note(Moved, joined(&[old]), position, message);
    }
}

/// 0.4.0: `pytorch_script` becomes `torchscript`, also where weights name it as their parent.
pub(super) fn torchscript(edits: &mut Edits<'_>) {
    let place = joined(&["weights", "pytorch_script"]);
    if edits.get(&["weights", "torchscript"]).is_some() {
        let message = "`pytorch_script` is left out: there are `torchscript` weights too";
        edits.drop_entry(&["weights"], "pytorch_script", message);
    } else if let Some(position) = edits
        .entries(&["weights"])
        .and_then(|weights| rename(weights, "pytorch_script", "torchscript"))
    {
        edits.note(
            Moved,
            place,
            position,
            "`pytorch_script` is renamed to `torchscript`",
        );
    }
    for format in edits.keys(&["weights"]) {
        let path = ["weights", &format, "parent"];
        let parent = edits.get_mut(&path);
        if let Some(parent) = parent.filter(|parent| parent.as_str() == Some("pytorch_script")) {
            parent.set_text("torchscript".to_owned());
            let position = parent.span.start;
            edits.note(
                Converted,
                joined(&path),
                position,
                "`pytorch_script` is renamed to `torchscript`",
            );
        }
    }
}
