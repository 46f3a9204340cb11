//! The pages of the documentation list the operators and layers that there are. With `MODELHUB_UPDATE_DOCS` set the lists
//! are written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use weight_converters::keras::{SupportedLayer, supported_layers};
use weight_converters::{tensorflow, torchscript};

/// A page, the mark around its tables (`<!-- operators -->`), and the tables.
type Page = (&'static str, &'static str, fn() -> String);

const PAGES: [Page; 3] = [
    ("torchscript.md", "operators", torchscript_tables),
    ("tensorflow.md", "operators", tensorflow_tables),
    ("keras-layers.md", "layers", keras_tables),
];

fn torchscript_tables() -> String {
    let operators = torchscript::supported_operators();
    operator_tables(operators.map(|operator| (operator.family, operator.name, operator.notes)))
}

fn tensorflow_tables() -> String {
    let operators = tensorflow::supported_operators();
    operator_tables(operators.map(|operator| (operator.family, operator.name, operator.notes)))
}

/// A table for each family: name and notes, all in order of the alphabet.
fn operator_tables<'a>(operators: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let mut families: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for (family, name, notes) in operators {
        families.entry(family).or_default().insert((name, notes));
    }
    let mut text = String::new();
    for (family, rows) in families {
        write!(text, "\n### {family}\n\n| operator | notes |\n|---|---|\n").unwrap();
        for (name, notes) in rows {
            writeln!(text, "| `{name}` | {} |", notes.replace('|', "\\|")).unwrap();
        }
    }
    text.push('\n');
    text
}

fn keras_tables() -> String {
    let mut families: Vec<(&str, Vec<SupportedLayer>)> = Vec::new();
    for layer in supported_layers() {
        match families.last_mut() {
            Some((family, layers)) if *family == layer.family => layers.push(layer),
            _ => families.push((layer.family, vec![layer])),
        }
    }
    let mut text = String::new();
    for (family, mut layers) in families {
        layers.sort_by_key(|layer| layer.class);
        if family.contains("functions") {
            let names: Vec<String> = layers.iter().map(|layer| format!("`{}`", layer.class)).collect();
            write!(text, "\n### {family}\n\n{}\n", names.join(", ")).unwrap();
            continue;
        }
        write!(
            text,
            "\n### {family}\n\n| class | older names | notes |\n|---|---|---|\n"
        )
        .unwrap();
        for layer in layers {
            let aliases: Vec<String> = layer.aliases.iter().map(|alias| format!("`{alias}`")).collect();
            let notes = layer.notes.replace('|', "\\|");
            writeln!(text, "| `{}` | {} | {notes} |", layer.class, aliases.join(", ")).unwrap();
        }
    }
    text.push('\n');
    text
}

#[test]
fn documented_operators_and_layers_are_those_of_the_tables() {
    for (page, mark, tables) in PAGES {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs")
            .join(page);
        let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->\n"));
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, rest) = text.split_once(&begin).unwrap();
        let (found, tail) = rest.split_once(&end).unwrap();
        let tables = tables();
        if std::env::var_os("MODELHUB_UPDATE_DOCS").is_some() {
            std::fs::write(&path, format!("{head}{begin}{tables}{end}{tail}")).unwrap();
            continue;
        }
        assert!(
            found == tables,
            "docs/{page} is out of date: write it anew with MODELHUB_UPDATE_DOCS=1 cargo test --release -p \
             weight-converters --all-features --test suite documentation"
        );
    }
}

#[test]
fn no_operator_is_listed_twice() {
    for names in [
        tensorflow::supported_operators()
            .map(|operator| operator.name)
            .collect::<Vec<_>>(),
        torchscript::supported_operators()
            .map(|operator| operator.name)
            .collect(),
    ] {
        let different: BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
    }
}
