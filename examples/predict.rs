//! Run a model on an image: `cargo run --example predict -- MODEL IMAGE.npy`
#![allow(clippy::print_stdout)]

use std::path::PathBuf;

use pipeline::image::read_npy_file;
use pipeline::{Package, Pipeline, Sample};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../spec-fixtures/models/blobs-unet2d"
    );
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let model = arguments.next().unwrap_or_else(|| PathBuf::from(fixture));
    let image = arguments
        .next()
        .unwrap_or_else(|| PathBuf::from(fixture).join("test_input.npy"));

    let package = Package::open(&model)?;
    let description = package.model().ok_or("the description is incomplete")?;
    let mut pipeline = Pipeline::builder(&package).build()?;
    let name = description.inputs[0].name.as_str();
    let outputs = pipeline.predict(&Sample::new().with(name, read_npy_file(&image)?))?;
    for (name, tensor) in outputs.iter() {
        let values = tensor.to_f32();
        println!(
            "{name}: {} {:?}, mean {:.4}",
            tensor.data_type(),
            tensor.shape(),
            values.mean().unwrap_or(f32::NAN)
        );
    }
    Ok(())
}
