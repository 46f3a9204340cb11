//! `docs/keras-layers.md` lists the layers that there are. With `MODELHUB_UPDATE_DOCS` set the list is written anew.
#![cfg(feature = "keras")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use std::fmt::Write;
use std::path::PathBuf;

use weight_converters::keras::{SupportedLayer, supported_layers};

const BEGIN: &str = "<!-- layers -->\n";
const END: &str = "<!-- end of layers -->\n";

fn tables() -> String {
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
fn the_documented_layers_are_those_of_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/keras-layers.md");
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
        "docs/keras-layers.md is out of date: write it anew with MODELHUB_UPDATE_DOCS=1 cargo test --release -p \
         weight-converters --features keras --test keras_documentation"
    );
}
