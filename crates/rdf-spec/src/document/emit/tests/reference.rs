//! Real documents, where there are some: `MODELHUB_REFERENCE` names a folder with `documents/*.yaml`.

use super::*;

#[test]
fn documents_taken_apart_are_themselves() {
    for (name, text) in documents() {
        assert!(taken_apart(&text).as_deref() == Some(text.as_str()), "{name}");
        let document = Document::parse(&text).unwrap();
        let rewritten = document.rewritten(&text, document.root()).unwrap();
        assert!(
            rewritten.text == text && rewritten.kept == Kept::Everything,
            "{name}"
        );
    }
}

/// One change of a tree; false where there is nothing to change.
type Change = fn(&mut Node) -> bool;

const CHANGES: [(&str, Change); 7] = [
    ("rename a nested key", |root| {
        nested(root).is_some_and(|(mapping, key)| mapping.rename(&key, "renamed"))
    }),
    ("rename the first key", |root| {
        first_key(root).is_some_and(|key| map(root).rename(&key, "renamed"))
    }),
    ("remove the first key", |root| {
        first_key(root).is_some_and(|key| map(root).remove(&key).is_some())
    }),
    ("remove a nested key", |root| {
        nested(root).is_some_and(|(mapping, key)| mapping.remove(&key).is_some())
    }),
    ("add a key", |root| {
        map(root).insert("added", entry("{list: [1, {a: b}], text: 'it: is'}"));
        true
    }),
    ("move an entry into a new mapping", |root| {
        let Some(key) = first_key(root) else { return false };
        let moved = map(root).remove(&key).unwrap();
        let mut target = entry("{}");
        map(&mut target.value).insert(key, moved);
        map(root).insert("target", target);
        true
    }),
    ("move a nested entry to the top", |root| {
        let Some(moved) = nested(root).and_then(|(mapping, key)| mapping.remove(&key)) else {
            return false;
        };
        map(root).insert("moved", moved);
        true
    }),
];

#[test]
fn changed_documents_keep_their_lines() {
    for (what, change) in CHANGES {
        let (mut count, mut lost) = (0, Vec::new());
        for (name, text) in documents() {
            let document = Document::parse(&text).unwrap();
            let mut changed = document.root().clone();
            if changed.as_mapping().is_none() || !change(&mut changed) {
                continue;
            }
            count += 1;
            let rewritten = document.rewritten(&text, &changed).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let kept = rewritten.text.lines().filter(|line| lines.contains(line)).count();
            let comments = |text: &str| text.matches(" #").count();
            if rewritten.kept == Kept::OnlyValues || (kept == 0 && lines.len() > 5) {
                lost.push(name);
            } else if !what.contains("remove") {
                assert_eq!(comments(&rewritten.text), comments(&text), "{name}: {what}");
            }
        }
        println!(
            "{what}: {count} documents, {} without their layout: {lost:?}",
            lost.len()
        );
        for name in lost {
            let text = std::fs::read_to_string(&name).unwrap();
            assert!(text.contains(" &"), "{name}: {what}");
        }
    }
}

/// Lines that are in both texts in the same order stand for what is kept: a renamed key changes one line.
#[test]
fn a_renamed_key_changes_one_line() {
    for (name, text) in documents() {
        let document = Document::parse(&text).unwrap();
        let mut changed = document.root().clone();
        if changed.as_mapping().is_none()
            || !nested(&mut changed).is_some_and(|(mapping, key)| mapping.rename(&key, "renamed"))
            || text.contains(" &")
        {
            continue;
        }
        let rewritten = document.rewritten(&text, &changed).unwrap();
        let (one, other): (Vec<&str>, Vec<&str>) = (
            text.split_inclusive('\n').collect(),
            rewritten.text.split_inclusive('\n').collect(),
        );
        assert_eq!(one.len(), other.len(), "{name}");
        let different = one.iter().zip(&other).filter(|(one, other)| one != other).count();
        assert_eq!(different, 1, "{name}");
    }
}

#[test]
fn documents_alone_read_as_themselves() {
    for (name, text) in documents() {
        let document = Document::parse(&text).unwrap();
        let alone = Document::parse(&document.root().to_yaml_text()).unwrap();
        assert!(same(alone.root(), document.root(), KeyOrder::Kept), "{name}");
        let json = Document::parse(&document.to_json()).unwrap();
        assert_eq!(json.to_json(), document.to_json(), "{name}");
    }
}

fn first_key(root: &Node) -> Option<String> {
    root.as_mapping()?.iter().next().map(|(key, _)| key.to_owned())
}

/// A mapping below the root and a key in its middle.
fn nested(node: &mut Node) -> Option<(&mut Mapping, String)> {
    fn below(node: &mut Node) -> Option<(&mut Mapping, String)> {
        match &mut node.kind {
            NodeKind::Scalar(_) => None,
            NodeKind::Sequence(items) => items.iter_mut().find_map(below),
            NodeKind::Mapping(mapping) => {
                let key = mapping.entries.get_index(mapping.len() / 2)?.0.clone();
                Some((mapping, key))
            }
        }
    }
    // The last, so that much stands before it.
    map(node)
        .entries
        .values_mut()
        .rev()
        .find_map(|entry| below(&mut entry.value))
}

fn documents() -> Vec<(String, String)> {
    let Some(folder) = std::env::var_os("MODELHUB_REFERENCE") else {
        return Vec::new();
    };
    let mut documents = Vec::new();
    for file in std::fs::read_dir(std::path::Path::new(&folder).join("documents")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml")
            && let Ok(text) = std::fs::read_to_string(&path)
            && Document::parse(&text).is_ok()
        {
            documents.push((path.display().to_string(), text));
        }
    }
    documents.sort();
    println!("{} documents", documents.len());
    documents
}
