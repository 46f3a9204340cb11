//! What holds for every description: nothing is lost silently, and a second migration changes nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rdf_spec::{DocPath, Document, Migrated, Node, NodeKind};

/// Every single value with its path.
fn values(node: &Node, path: &mut DocPath, found: &mut BTreeMap<DocPath, String>) {
    match &node.kind {
        // Nothing is no value.
        NodeKind::Scalar(_) if node.is_null() => {}
        NodeKind::Scalar(scalar) => {
            found.insert(path.clone(), scalar.text.clone());
        }
        NodeKind::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at);
                values(item, path, found);
                path.pop();
            }
        }
        NodeKind::Mapping(mapping) => {
            for (key, entry) in mapping.iter() {
                path.push(key);
                values(&entry.value, path, found);
                path.pop();
            }
        }
    }
}

fn all_values(root: &Node) -> BTreeMap<DocPath, String> {
    let mut found = BTreeMap::new();
    values(root, &mut DocPath::root(), &mut found);
    found
}

/// The values of a document that its migration neither has at the same place nor speaks of.
pub(crate) fn silent_losses(document: &Document, migrated: &Migrated) -> Vec<DocPath> {
    let after = all_values(migrated.root());
    let is_noted = |path: &DocPath| {
        migrated
            .changes()
            .iter()
            .any(|change| path.segments().starts_with(change.path.segments()))
    };
    let version = DocPath::root().join("format_version");
    all_values(document.root())
        .into_iter()
        .filter(|(path, text)| after.get(path) != Some(text) && !is_noted(path) && *path != version)
        .map(|(path, _)| path)
        .collect()
}

/// The tree without places.
pub(crate) fn same_values(a: &Node, b: &Node) -> bool {
    all_values(a) == all_values(b)
}

/// A migration of the text that a migration gave.
pub(crate) fn again(text: &str, document: &Document, migrated: &Migrated) -> Migrated {
    let written = document.rewritten(text, migrated.root()).unwrap();
    let document =
        Document::parse(&written.text).unwrap_or_else(|error| panic!("{error} in {}", written.text));
    Migrated::to_newest(&document).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Lines of an old description are left out, doubled or changed: whatever is still YAML keeps the laws.
    #[test]
    fn nothing_is_lost_silently(edits in prop::collection::vec((0_usize..62, 0_u8..4), 0..6), version in 0_u8..18) {
        let mut lines: Vec<String> = super::OLD.lines().map(str::to_owned).collect();
        for (at, edit) in edits {
            let at = at % lines.len();
            match edit {
                0 => { lines.remove(at); }
                1 => lines[at] = lines[at].replacen(": ", ": [x, y] #", 1),
                2 => { let line = lines[at].clone(); lines.insert(at, line); }
                _ => lines[at] = lines[at].replacen(": ", ": 7 #", 1),
            }
        }
        let version = if version < 7 { format!("0.3.{version}") } else { format!("0.4.{}", version - 7) };
        let text = lines.join("\n").replacen("0.3.1", &version, 1);
        if let Ok(document) = Document::parse(&text)
            && let Ok(migrated) = Migrated::to_newest(&document)
        {
            prop_assert_eq!(silent_losses(&document, &migrated), Vec::<DocPath>::new(), "{}", text);
            let twice = again(&text, &document, &migrated);
            prop_assert!(same_values(twice.root(), migrated.root()), "{}", text);
            prop_assert!(twice.changes().is_empty(), "{:?}", twice.changes());
        }
    }
}
