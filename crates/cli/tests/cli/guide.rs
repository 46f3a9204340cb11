//! The life cycle that the user guide of the hub describes, in its order, under its own verbs: each command, address,
//! file name and shape of a document. `docs/life-cycle.md` is the same as a table.

mod contributors;
mod documents;
mod fields;
mod partners;
mod users;

use std::fs;
use std::path::{Path, PathBuf};

/// Writes a text into a folder and gives its path.
fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

/// A table in the documentation: what the guide describes, and with what it is done.
#[test]
fn every_verb_of_the_table_exists() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/life-cycle.md");
    let text = fs::read_to_string(path).unwrap();
    let mut verbs = Vec::new();
    for command in text.split('`').filter(|code| code.starts_with("modelhub ")) {
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        // Words that are no arguments of their own: the verb, and the verb below it.
        let is_verb =
            |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-');
        let deep = matches!(words[0], "collection" | "publish" | "cache");
        let mut call: Vec<&str> = words
            .iter()
            .take(if deep { 2 } else { 1 })
            .filter(is_verb)
            .copied()
            .collect();
        call.push("--help");
        let run = crate::harness::modelhub(&call);
        assert_eq!(run.code, 0, "{command}: {run:?}");
        // Options that the table names are options of the verb.
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(run.stdout.contains(option), "{option} in the help of {command}");
        }
        verbs.push(words[0].to_owned());
    }
    verbs.sort();
    verbs.dedup();
    for verb in [
        "add-weights",
        "build",
        "check-contribution",
        "collection",
        "compatibility",
        "package",
        "predict",
        "publish",
        "report-download",
        "statistics",
        "summaries",
        "test-collection",
        "test-model",
        "validate",
    ] {
        assert!(verbs.iter().any(|known| known == verb), "{verb} of {verbs:?}");
    }
}
