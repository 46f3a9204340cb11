//! Read a description and list what is wrong with it: `cargo run --example read_description -- rdf.yaml`
#![allow(clippy::print_stdout)]

use std::path::PathBuf;

use rdf_spec::ModelRdf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let default = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../spec-fixtures/models/blobs-unet2d/rdf.yaml"
    );
    let path = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from(default), PathBuf::from);

    let parsed = ModelRdf::from_yaml(&std::fs::read_to_string(&path)?);
    for finding in parsed.diagnostics() {
        println!("{}:{finding}", path.display());
        if let Some(help) = &finding.help {
            println!("  help: {help}");
        }
    }
    if let Some(model) = parsed.value() {
        println!("{} takes", model.name);
        for input in &model.inputs {
            println!(
                "  {} with axes {} of at least {:?}",
                input.name,
                input.axes,
                input.shape.minimum()
            );
        }
    }
    Ok(())
}
