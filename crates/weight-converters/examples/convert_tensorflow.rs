//! Converts a SavedModel bundle, a frozen graph or a TensorFlow.js model to ONNX:
//!
//! ```sh
//! cargo run --release -p weight-converters --features tfjs --example convert_tensorflow -- bundle.zip model.onnx image:1x64x64x1
//! ```
//!
//! An input is written `[name:]lengths` and takes float32; outputs can be named with `--output NAME`.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use weight_converters::tensorflow::{GraphOptions, OutputSpec, convert_saved_model};
use weight_converters::tfjs::{check_tfjs, convert_tfjs};
use weight_converters::{InputSpec, ModelFiles, ScalarType};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(source), Some(model)) = (arguments.next(), arguments.next()) else {
        return Err("usage: convert_tensorflow MODEL ONNX INPUT... [--output NAME]...".into());
    };
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        if argument == "--output" {
            let name = arguments.next().ok_or("--output needs a name")?;
            outputs.push(OutputSpec::new(name, None));
        } else {
            let input = input(&argument, inputs.len());
            inputs.push(input.ok_or_else(|| format!("`{argument}` is not [name:]lengths"))?);
        }
    }
    let options = GraphOptions::default().with_outputs(outputs);
    let source = Path::new(&source);
    let mut files = ModelFiles::open(source)?;
    let converted = if check_tfjs(&mut ModelFiles::open(source)?).is_ok() {
        convert_tfjs(&mut files, &inputs, &options)?
    } else {
        convert_saved_model(&mut files, &inputs, &options)?
    };
    fs::write(model, &converted.model)?;
    let mut out = std::io::stdout();
    for note in &converted.notes {
        writeln!(out, "note: {note}")?;
    }
    for output in &converted.outputs {
        writeln!(out, "{} {} {:?}", output.name, output.dtype, output.shape)?;
    }
    Ok(())
}

fn input(text: &str, index: usize) -> Option<InputSpec> {
    let (name, lengths) = match text.rsplit_once(':') {
        Some((name, lengths)) => (name.to_owned(), lengths),
        None => (format!("input_{index}"), text),
    };
    let lengths = lengths
        .split('x')
        .filter(|length| !length.is_empty())
        .map(|length| length.parse().ok())
        .collect::<Option<Vec<usize>>>()?;
    Some(InputSpec::new(name, ScalarType::Float32, lengths))
}
