//! Steps from older forms of format 0.2 to the newest, on positioned nodes: what moves keeps its position.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Entry, Node, NodeKind, ScalarValue, Segment};
use crate::read::Reader;

/// One change of the format.
struct Step {
    /// Descriptions of this patch version of 0.2 and older are changed.
    last_patch: u64,
    apply: fn(&mut Entries, &str, &mut Vec<Diagnostic>),
}

type Entries = IndexMap<String, Entry>;

/// All changes, oldest first; those of the last kind are forms that no version had, but readers take.
static STEPS: &[Step] = &[
    Step {
        last_patch: 1,
        apply: move_collection_id,
    },
    Step {
        last_patch: 2,
        apply: remove_slashes_from_name,
    },
    Step {
        last_patch: 3,
        apply: move_nickname,
    },
    Step {
        last_patch: u64::MAX,
        apply: plain_people,
    },
];

/// Brings the tree of a description into the form of 0.2.4 and reports what changed.
pub(super) fn to_latest<'n>(root: &'n Node, kind: &str, patch: u64, reader: &mut Reader) -> Cow<'n, Node> {
    let mut copy = root.clone();
    let mut found = Vec::new();
    if let Some(entries) = entries(&mut copy) {
        for step in STEPS.iter().filter(|step| patch <= step.last_patch) {
            (step.apply)(entries, kind, &mut found);
        }
    }
    if found.is_empty() {
        return Cow::Borrowed(root);
    }
    for mut diagnostic in found {
        diagnostic.path = reader.path().below(diagnostic.path.segments());
        reader.push(diagnostic);
    }
    Cow::Owned(copy)
}

pub(super) fn entries(node: &mut Node) -> Option<&mut Entries> {
    match &mut node.kind {
        NodeKind::Mapping(mapping) => Some(&mut mapping.entries),
        _ => None,
    }
}

fn items(node: &mut Node) -> &mut [Node] {
    match &mut node.kind {
        NodeKind::Sequence(items) => items,
        _ => &mut [],
    }
}

/// The text of a node, if it is text, to be changed.
fn text(node: &mut Node) -> Option<&mut String> {
    match &mut node.kind {
        NodeKind::Scalar(scalar) if scalar.value == ScalarValue::String => Some(&mut scalar.text),
        _ => None,
    }
}

/// 0.2.2: the identifier of a collection moved out of `config`.
fn move_collection_id(root: &mut Entries, kind: &str, found: &mut Vec<Diagnostic>) {
    if kind != "collection" || root.contains_key("id") {
        return;
    }
    let Some(id) = root
        .get_mut("config")
        .and_then(|config| entries(&mut config.value))
        .and_then(|config| config.shift_remove("id"))
    else {
        return;
    };
    let path = DocPath::root().join("config").join("id");
    let message = "since 0.2.2 the identifier of a collection is the field `id`; it is read from `config.id`";
    found.push(Diagnostic::new(Code::MovedField, path, message).at(id.key_span.start));
    root.insert("id".to_owned(), id);
}

/// 0.2.3: a name has no slashes.
fn remove_slashes_from_name(root: &mut Entries, _: &str, found: &mut Vec<Diagnostic>) {
    if let Some(name) = root.get_mut("name") {
        remove_slashes(&mut name.value, DocPath::root().join("name"), found);
    }
}

/// 0.2.4: the nickname of a resource is its identifier. A collection that has one keeps it: it is the prefix of
/// those of its entries.
fn move_nickname(root: &mut Entries, kind: &str, found: &mut Vec<Diagnostic>) {
    for (key, target) in [("nickname", "id"), ("nickname_icon", "id_emoji")] {
        let named = root.get("config").and_then(|config| {
            config
                .value
                .as_mapping()?
                .get("bioimageio")?
                .as_mapping()?
                .entry(key)
        });
        let Some(named) = named.filter(|named| !named.value.is_null()).cloned() else {
            continue;
        };
        if kind == "collection" && key == "nickname" && root.contains_key(target) {
            continue;
        }
        let path = DocPath::root().join("config").join("bioimageio").join(key);
        let mut message = format!("since 0.2.4 `config.bioimageio.{key}` is the field `{target}`");
        if let Some(replaced) = root.get(target).filter(|old| old.value.kind != named.value.kind) {
            message = format!("{message}; it takes the place of {}", replaced.value.describe());
        }
        found.push(Diagnostic::new(Code::MovedField, path, message).at(named.key_span.start));
        root.insert(target.to_owned(), named);
    }
}

/// The names of people have no slashes, and their names at GitHub are no addresses.
fn plain_people(root: &mut Entries, _: &str, found: &mut Vec<Diagnostic>) {
    for group in ["authors", "maintainers"] {
        let Some(people) = root.get_mut(group) else {
            continue;
        };
        for (at, person) in items(&mut people.value).iter_mut().enumerate() {
            let path = DocPath::root().join(group).join(at);
            if text(person).is_some() {
                remove_slashes(person, path, found);
                continue;
            }
            let Some(person) = entries(person) else {
                continue;
            };
            if let Some(name) = person.get_mut("name") {
                remove_slashes(&mut name.value, path.join("name"), found);
            }
            if let Some(user) = person.get_mut("github_user") {
                remove_address(&mut user.value, path.join("github_user"), found);
            }
        }
    }
    if let Some(uploader) = root.get_mut("uploader")
        && let Some(name) = entries(&mut uploader.value).and_then(|uploader| uploader.get_mut("name"))
    {
        remove_slashes(
            &mut name.value,
            DocPath::root().join("uploader").join("name"),
            found,
        );
    }
}

fn remove_slashes(node: &mut Node, path: DocPath, found: &mut Vec<Diagnostic>) {
    let place = node.span.start;
    let Some(name) = text(node).filter(|name| name.contains(['/', '\\'])) else {
        return;
    };
    name.retain(|c| !"/\\".contains(c));
    let what = match path.segments() {
        [Segment::Key(_)] => "a name",
        _ => "the name of a person",
    };
    let message = format!("since 0.2.3 {what} has no `/` and no `\\`; it is read without them");
    found.push(Diagnostic::new(Code::ConvertedValue, path, message).at(place));
}

fn remove_address(node: &mut Node, path: DocPath, found: &mut Vec<Diagnostic>) {
    let place = node.span.start;
    let Some(user) = text(node) else { return };
    if let Some(bare) = user.strip_prefix("https://github.com/") {
        *user = bare.to_owned();
        let message = "`github_user` is a name, not an address; it is read without `https://github.com/`";
        found.push(Diagnostic::new(Code::ConvertedValue, path, message).at(place));
    }
}
