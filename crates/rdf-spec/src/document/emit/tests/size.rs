//! The largest documents are written back in a time that grows with their length.

use std::time::{Duration, Instant};

use super::*;

/// Far more than it takes; what grows with the square of the length takes minutes.
const LONGEST: Duration = Duration::from_secs(10);

#[track_caller]
fn soon(text: &str, change: impl FnOnce(&mut Node)) {
    assert!(text.len() <= 1 << 20 && text.len() > 900_000, "{}", text.len());
    let document = Document::parse(text).unwrap();
    let mut changed = document.root().clone();
    change(&mut changed);
    let start = Instant::now();
    let rewritten = document.rewritten(text, &changed).unwrap();
    let time = start.elapsed();
    let start = Instant::now();
    Document::parse(text).unwrap();
    println!("{time:?}; parsing takes {:?}", start.elapsed());
    assert!(time < LONGEST, "it took {time:?}");
    assert_eq!(rewritten.kept, Kept::Everything);
}

fn rename_first(node: &mut Node) {
    let key = node.as_mapping().unwrap().iter().next().unwrap().0.to_owned();
    assert!(map(node).rename(&key, "renamed"));
}

#[test]
fn large_documents() {
    let many = |line: &dyn Fn(usize) -> String, length: usize| -> String {
        (0..1_040_000 / length)
            .map(|index| format!("{:<1$}\n", line(index), length - 1))
            .collect()
    };
    soon(&many(&|index| format!("k{index}: v # comment"), 60), |root| {
        map(root).entries.reverse();
        rename_first(root);
    });
    soon(
        &format!(
            "a: [{}1]\nb: 1\n# {}\n",
            "1, ".repeat(45_000),
            "c".repeat(880_000)
        ),
        |root| {
            at(root, "a").as_sequence_mut().unwrap().reverse();
        },
    );
    soon(
        &format!(
            "{{\"a\": {{\"b\": [{}1]}}, \"c\": {{}}}}\n",
            "\"ééééééééé\", ".repeat(43_000)
        ),
        |root| {
            at(root, "a/b").as_sequence_mut().unwrap().remove(7);
            rename_first(root);
        },
    );
    // Deep, with comments that could belong to any level.
    let deep: String = (0..120)
        .map(|level| format!("{}k{level}:\n", " ".repeat(level)))
        .collect();
    let comments = format!("{}# c\n", " ".repeat(130)).repeat(7700);
    soon(
        &format!("{deep}{}v: 1\n{comments}end: 1\n", " ".repeat(120)),
        |root| {
            let mut node = root;
            for level in 0..119 {
                node = at(node, &format!("k{level}"));
            }
            rename_first(node);
        },
    );
    soon(&format!("{}# c\na: 1\n", "\n".repeat(1_000_000)), rename_first);
    soon(
        &format!("a: \"{}\"\nb: 'x'\n", "\\n".repeat(500_000)),
        rename_first,
    );
    soon(
        &format!(
            "a: |\n{}b: 1\n",
            format!("  {} # y\n", "x".repeat(40)).repeat(21_000)
        ),
        |root| {
            let moved = map(root).remove("a").unwrap();
            let mut target = entry("{}");
            map(&mut target.value).insert("a", moved);
            map(root).insert("target", target);
        },
    );
    soon(
        &format!("- - - - # {}\n", "c".repeat(70)).repeat(12_000),
        |root| {
            root.as_sequence_mut().unwrap().truncate(11_000);
        },
    );
}
