//! Converts a TorchScript archive, or (with the feature `keras`) a Keras model in HDF5, to ONNX:
//!
//! ```sh
//! cargo run --release -p weight-converters --example convert -- weights.pt model.onnx 1x1x512x512
//! ```
//!
//! An input is written `[name:][type:]lengths`, `image:float32:1x1x512x512`; outputs can be named with `--output NAME`.

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;

use weight_converters::ScalarType;
use weight_converters::torchscript::convert_torchscript;
use weight_converters::{Converted, InputSpec, Options};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(archive), Some(model)) = (arguments.next(), arguments.next()) else {
        return Err("usage: convert ARCHIVE MODEL INPUT... [--output NAME]...".into());
    };
    let (mut inputs, mut names) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        if argument == "--output" {
            names.push(arguments.next().ok_or("--output needs a name")?);
        } else {
            let input = input(&argument, inputs.len());
            inputs.push(input.ok_or_else(|| format!("`{argument}` is not [name:][type:]lengths"))?);
        }
    }
    let options = if names.is_empty() {
        Options::default()
    } else {
        Options::with_output_names(names)
    };
    let converted = convert(&archive, &inputs, &options)?;
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

fn convert(path: &str, inputs: &[InputSpec], options: &Options) -> Result<Converted, Box<dyn Error>> {
    #[cfg(feature = "keras")]
    if weight_converters::keras::check_keras(File::open(path)?).is_ok() {
        return Ok(weight_converters::keras::convert_keras(
            File::open(path)?,
            inputs,
            options,
        )?);
    }
    Ok(convert_torchscript(File::open(path)?, inputs, options)?)
}

fn input(text: &str, index: usize) -> Option<InputSpec> {
    let mut parts: Vec<&str> = text.split(':').collect();
    let lengths = parts
        .pop()?
        .split('x')
        .map(|length| length.parse().ok())
        .collect::<Option<Vec<usize>>>()?;
    let (mut name, mut dtype) = (format!("input_{index}"), ScalarType::Float32);
    for part in parts {
        match all_types().into_iter().find(|dtype| dtype.to_string() == part) {
            Some(found) => dtype = found,
            None => name = part.to_owned(),
        }
    }
    Some(InputSpec::new(name, dtype, lengths))
}

fn all_types() -> [ScalarType; 10] {
    [
        ScalarType::Bool,
        ScalarType::UInt8,
        ScalarType::Int8,
        ScalarType::Int16,
        ScalarType::Int32,
        ScalarType::Int64,
        ScalarType::Float16,
        ScalarType::BFloat16,
        ScalarType::Float32,
        ScalarType::Float64,
    ]
}
