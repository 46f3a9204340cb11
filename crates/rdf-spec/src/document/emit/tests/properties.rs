//! Any tree, any change, any of the documents: the result reads as the changed tree, and what was not touched is
//! still there.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Text of all kinds: words, what means something else without quotes, and characters that YAML uses itself.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "",
        " ",
        "a b",
        "yes",
        "null",
        "~",
        "1",
        "1.10",
        "0x1f",
        "- a",
        "a: b",
        "a #b",
        "a:",
        "[",
        "{a",
        "'",
        "\"",
        "\\",
        "%",
        "@",
        "`",
        "|",
        ">",
        "!",
        "&a",
        "*a",
        "---",
        "...",
        "?",
        "? a",
        "\n",
        "a\n",
        "\ta",
        "a\n  b\n\n",
        "\r",
        "\u{85}",
        "\u{feff}",
        "\u{2028}",
        "\u{1f52c}",
        "é",
        "\u{0}",
        "\u{7f}",
        ",",
        "a, b",
        "=",
        "2020-01-01",
        "a}",
        "a]",
        "a :",
        ":a",
        ": a",
        "#",
        "a\u{a0}",
        "\u{3000}a",
    ])
    .prop_map(str::to_owned);
    prop_oneof![3 => "[a-z]{1,6}", 3 => odd, 1 => "[ -~]{0,12}", 1 => ".{0,8}"]
}

fn leaf() -> impl Strategy<Value = Node> {
    let plain = prop::sample::select(vec![
        "1", "-1", "1.10", "1e3", ".inf", "-.INF", ".nan", "true", "False", "~", "null", "1_000", "+.5",
        "0o17",
    ]);
    prop_oneof![
        text().prop_map(|text| {
            let mut node = value("''");
            if let NodeKind::Scalar(scalar) = &mut node.kind {
                scalar.text = text;
            }
            node
        }),
        plain.prop_map(value),
    ]
}

fn tree() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| Node {
                kind: NodeKind::Sequence(items),
                span: value("a").span,
            }),
            prop::collection::vec((text(), inner), 0..5).prop_map(|entries| {
                let mut node = value("{}");
                for (key, inner) in entries {
                    if key != "<<" {
                        let mut entry = entry("a");
                        entry.value = inner;
                        map(&mut node).insert(key, entry);
                    }
                }
                node
            }),
        ]
    })
}

/// One change of a tree; places are parts of the number of places.
#[derive(Clone, Debug)]
enum Change {
    Rename(f64, String),
    Remove(f64),
    Insert(f64, String, Node),
    Replace(f64, Node),
    Move(f64, f64),
    Copy(f64, f64),
    Wrap(f64, bool),
    Reverse(f64),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    prop_oneof![
        2 => (place(), text()).prop_map(|(at, key)| Change::Rename(at, key)),
        2 => place().prop_map(Change::Remove),
        1 => (place(), text(), tree()).prop_map(|(at, key, node)| Change::Insert(at, key, node)),
        1 => (place(), tree()).prop_map(|(at, node)| Change::Replace(at, node)),
        3 => (place(), place()).prop_map(|(from, to)| Change::Move(from, to)),
        1 => (place(), place()).prop_map(|(from, to)| Change::Copy(from, to)),
        1 => (place(), any::<bool>()).prop_map(|(at, mapping)| Change::Wrap(at, mapping)),
        1 => place().prop_map(Change::Reverse),
    ]
}

/// The way to each value, as indices.
fn paths(node: &Node) -> Vec<Vec<usize>> {
    fn walk(node: &Node, path: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        all.push(path.clone());
        let mut below = |index: usize, node: &Node| {
            path.push(index);
            walk(node, path, all);
            path.pop();
        };
        match &node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, item)| below(index, item)),
            NodeKind::Mapping(mapping) => {
                mapping
                    .iter()
                    .enumerate()
                    .for_each(|(index, (_, entry))| below(index, &entry.value));
            }
        }
    }
    let mut all = Vec::new();
    walk(node, &mut Vec::new(), &mut all);
    all
}

fn go<'n>(node: &'n mut Node, path: &[usize]) -> &'n mut Node {
    path.iter().fold(node, |node, &index| match &mut node.kind {
        NodeKind::Sequence(items) => &mut items[index],
        NodeKind::Mapping(mapping) => &mut mapping.entries[index].value,
        NodeKind::Scalar(_) => panic!("no way"),
    })
}

/// An entry, or an item as an entry without a key.
fn take(node: &mut Node, path: &[usize]) -> Option<(Option<String>, Entry)> {
    let (&last, parent) = path.split_last()?;
    match &mut go(node, parent).kind {
        NodeKind::Sequence(items) => {
            let mut taken = entry("a");
            taken.value = items.remove(last);
            Some((None, taken))
        }
        NodeKind::Mapping(mapping) => {
            let (key, entry) = mapping.entries.shift_remove_index(last)?;
            Some((Some(key), entry))
        }
        NodeKind::Scalar(_) => None,
    }
}

fn put(node: &mut Node, key: Option<String>, entry: Entry) {
    match &mut node.kind {
        NodeKind::Sequence(items) => items.push(entry.value),
        NodeKind::Mapping(mapping) => {
            let key = key.unwrap_or_else(|| "put".to_owned());
            if key != "<<" && !mapping.entries.contains_key(&key) {
                mapping.insert(key, entry);
            }
        }
        NodeKind::Scalar(_) => {}
    }
}

fn apply(root: &mut Node, change: &Change) {
    let all = paths(root);
    let find = |part: f64| &all[((part * all.len() as f64) as usize).min(all.len() - 1)];
    match change {
        Change::Rename(at, key) => {
            let path = find(*at);
            if let Some((&last, parent)) = path.split_last()
                && let Some(mapping) = go(root, parent).as_mapping_mut()
                && key != "<<"
            {
                let old = mapping.entries.get_index(last).unwrap().0.clone();
                mapping.rename(&old, key);
            }
        }
        Change::Remove(at) => drop(take(root, find(*at))),
        Change::Insert(at, key, node) => {
            let mut entry = entry("a");
            entry.value = node.clone();
            put(go(root, find(*at)), Some(key.clone()), entry);
        }
        Change::Replace(at, node) => {
            // As a migration does it: the new value has the place of the old.
            let place = go(root, find(*at));
            let span = place.span;
            *place = node.clone();
            place.span = span;
        }
        Change::Move(from, to) => {
            let from = find(*from);
            if let Some((key, entry)) = take(root, from) {
                let left = paths(root);
                let to = &left[((to * left.len() as f64) as usize).min(left.len() - 1)];
                put(go(root, to), key, entry);
            }
        }
        Change::Copy(from, to) => {
            let mut copied = entry("a");
            copied.value = go(root, find(*from)).clone();
            put(go(root, find(*to)), None, copied);
        }
        Change::Wrap(at, in_mapping) => {
            let place = go(root, find(*at));
            let inner = place.clone();
            if *in_mapping {
                place.kind = value("{wrapped: x}").kind;
                *at_key(place) = inner;
            } else {
                place.kind = NodeKind::Sequence(vec![inner]);
            }
        }
        Change::Reverse(at) => match &mut go(root, find(*at)).kind {
            NodeKind::Sequence(items) => items.reverse(),
            NodeKind::Mapping(mapping) => mapping.entries.reverse(),
            NodeKind::Scalar(_) => {}
        },
    }
}

fn at_key(node: &mut Node) -> &mut Node {
    at(node, "wrapped")
}

/// Documents with much that could be lost.
const DOCUMENTS: [&str; 6] = [
    "# licence\n\n# schema\nname: 'U-Net'  # c1\n\n# c2\n\n# c3\ninputs:\n  # c4\n  - name: raw # c5\n    # c6\n    axes: \
     bcyx\n    shape: {min: [1, 2], step: [0, 1]} # c7\n    # c8\n  # c9\n  - name: other\n    text: |  # c10\n      one\n\
     \n      # no comment\n        two\n\n  # c11\n# c12\noutputs:\n- a\n# c13\n- - b # c14\n  # c15\n  - c\n-\n  d: 1.10\n\
     \x20 # c16\n  e:\n# c17\nweights:   # c18\n\n   # c19\n   onnx:\n      source: \"a b\" # c20\n\n   # c21\n   torch: \
     &x\n     sha: 'it''s' # c22\nend: >-\n  folded\n  text\n\n# c23\n",
    "{\n  \"a\": 1,\n  \"b\": {\"c\": [1, 2, {\"d\": null}], \"e\": \"x\"},\n  \"f\": [\n    \"g\",\n    {\n      \"h\": \
     true\n    }\n  ]\n}\n",
    "a: [ # c1\n  # c2\n  one, # c3\n  {two: 2, 'three': [x, y]},\n\n  # c4\n  four # c5\n  # c6\n] # c7\nb: { c: 1 , d, e: \
     f, } # c8\nc: [[], {}, [a: b]]\n",
    "- # c1\n  a: 1\n  b: 2\n-   - c\n    - d: |-\n        x\n      # c2\n      e: \"y\n        z\" # c3\n# c4\n- f\n  g\n- \
     'h\n\n  i'\n...\n# c5\n",
    "a: &x # c1\n  b: 1 # c2\n  c: [1, 2]\nd: *x # c3\ne:\n  <<: *x\n  # c4\n  f: !!str 3\ng: &y text # c5\nh: [*y, z]\n",
    "\u{feff}# c1\r\na: 1 # c2\r\nb:\r\n- c: 2\r\n\r\n  # c3\r\n  d: |\r\n    x\r\n    y\r\ne: f\r\ng: h",
];

fn keys(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Scalar(_) => 0,
        NodeKind::Sequence(items) => items.iter().map(keys).sum(),
        NodeKind::Mapping(mapping) => mapping.iter().map(|(_, entry)| 1 + keys(&entry.value)).sum(),
    }
}

/// The marks `c1`, `c2` of the comments of a text.
fn marks(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter_map(|line| line.split_once("# c"))
        .map(|(_, mark)| mark.split_whitespace().next().unwrap_or_default())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees_alone_read_as_themselves(tree in tree()) {
        let text = tree.to_yaml_text();
        let again = Document::parse(&text);
        prop_assert!(again.is_ok_and(|again| same(again.root(), &tree, KeyOrder::Kept)), "{text}");
        let json = Document::parse(&tree.to_json());
        prop_assert!(json.is_ok_and(|json| json.to_json() == tree.to_json()), "{}", tree.to_json());
    }

    #[test]
    fn changed_documents_read_as_the_changed_tree(
        which in 0..DOCUMENTS.len(),
        changes in prop::collection::vec(change(), 1..5),
    ) {
        let text = DOCUMENTS[which];
        let document = Document::parse(text).unwrap();
        let mut changed = document.root().clone();
        for change in &changes {
            apply(&mut changed, change);
        }
        let rewritten = document.rewritten(text, &changed);
        prop_assert!(rewritten.is_ok(), "{rewritten:?}");
        let rewritten = rewritten.unwrap();
        let again = Document::parse(&rewritten.text);
        prop_assert!(again.is_ok_and(|again| same(again.root(), &changed, KeyOrder::Free)), "{}", rewritten.text);
        prop_assert_eq!(text.starts_with('\u{feff}'), rewritten.text.starts_with('\u{feff}'));
        if text.contains("\r\n") {
            prop_assert!(!rewritten.text.replace("\r\n", "").contains('\n'), "{}", rewritten.text);
        }
    }

    /// A moved, renamed or added entry takes no comment away.
    #[test]
    fn comments_of_what_stays_stay(
        which in prop::sample::select(vec![0, 2, 3, 5]),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let text = DOCUMENTS[which];
        let document = Document::parse(text).unwrap();
        let mut changed = document.root().clone();
        for change in &changes {
            let before = changed.clone();
            apply(&mut changed, change);
            // An entry that becomes an item is gone as an entry.
            let nothing_gone = paths(&changed).len() >= paths(&before).len()
                && keys(&changed) >= keys(&before)
                && !matches!(change, Change::Replace(..) | Change::Remove(_));
            if !nothing_gone {
                changed = before;
            }
        }
        let rewritten = document.rewritten(text, &changed).unwrap();
        if rewritten.kept == Kept::Everything {
            prop_assert_eq!(marks(&rewritten.text), marks(text), "{}", rewritten.text);
        }
    }

    /// One removed or renamed entry: all other lines are there in their order, and the layout is kept.
    #[test]
    fn one_change_keeps_the_lines(which in prop::sample::select(vec![0, 1, 2, 3, 5]), at in 0.0..1.0_f64, remove: bool) {
        let text = DOCUMENTS[which];
        let document = Document::parse(text).unwrap();
        let mut changed = document.root().clone();
        let change = if remove { Change::Remove(at) } else { Change::Rename(at, "renamed".to_owned()) };
        apply(&mut changed, &change);
        let rewritten = document.rewritten(text, &changed).unwrap();
        prop_assert_eq!(rewritten.kept, Kept::Everything, "{}", rewritten.text);
        // Comments above an entry that became the first of an item stand above its dash.
        let lines_of = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
        let (old, all) = (lines_of(text), lines_of(&rewritten.text));
        let mut rest = old.iter();
        let in_order = all.iter().filter(|line| {
            let mut further = rest.clone();
            let found = further.any(|other| other == *line);
            if found {
                rest = further;
            }
            found
        });
        prop_assert!(in_order.count() + 1 >= all.len(), "{}", rewritten.text);
    }
}
