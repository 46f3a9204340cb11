//! `docs/tensorflow.md` lists the operators that there are. With `MODELHUB_UPDATE_DOCS` set the list is written anew.
#![cfg(feature = "tensorflow")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use weight_converters::tensorflow::supported_operators;

const BEGIN: &str = "<!-- operators -->\n";
const END: &str = "<!-- end of operators -->\n";

fn tables() -> String {
    let mut families: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for operator in supported_operators() {
        let rows = families.entry(operator.family).or_default();
        rows.push((operator.name, operator.notes));
    }
    let mut text = String::new();
    for (family, mut rows) in families {
        rows.sort_unstable();
        write!(text, "\n### {family}\n\n| operator | notes |\n|---|---|\n").unwrap();
        for (name, notes) in rows {
            writeln!(text, "| `{name}` | {} |", notes.replace('|', "\\|")).unwrap();
        }
    }
    text.push('\n');
    text
}

#[test]
fn the_documented_operators_are_those_of_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/tensorflow.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (found, tail) = rest.split_once(END).unwrap();
    let tables = tables();
    if std::env::var_os("MODELHUB_UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{tables}{END}{tail}")).unwrap();
        return;
    }
    assert!(
        found == tables,
        "docs/tensorflow.md is out of date: write it anew with MODELHUB_UPDATE_DOCS=1 cargo test --release -p \
         weight-converters --features tfjs --test documentation_tensorflow"
    );
}

#[test]
fn no_operator_is_listed_twice() {
    let mut names: Vec<_> = supported_operators().map(|operator| operator.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
