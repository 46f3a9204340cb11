//! `modelhub convert`

use std::io::Write as _;
use std::path::PathBuf;

use model_builder::{NewWeights, describe_weights};
use pipeline::atomic_file::write_atomically;
use pipeline::{ConvertOptions as Conversion, ConvertedWeights, Package, PipelineErrorKind, convert_to_onnx};
use rdf_spec::{InputShape, InputTensor, Kept, Network, Sha256, WeightsFormat, Yaml};

use super::migrate::replace_description;
use super::predict::assignment::assign;
use super::progress;
use crate::args::{ConvertOptions, ConvertTarget};
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, message};
use crate::source::Sources;

/// The name of the weights in a package.
const FILE: &str = "weights.onnx";

pub(crate) fn run(options: &ConvertOptions, sources: &Sources) -> Result<Exit, Failure> {
    let ConvertTarget::Onnx = options.to;
    let package = sources.open(&options.model)?;
    let Some(model) = package.parsed().network() else {
        diagnostics::print_to_stderr(&package, package.parsed().diagnostics());
        return Err(Failure::findings("the description cannot be run"));
    };
    let target = target(&package, model, options)?;
    let mut conversion = Conversion::default();
    conversion.from = options.from;
    conversion.shapes = shapes(model, options)?;
    conversion.backends = Some(engines::find(&options.native, runners::Device::Cpu)?.backends);

    let bar = progress();
    bar.set_message("converting and testing");
    let converted = convert_to_onnx(&package, &conversion);
    bar.finish_and_clear();
    let converted = match converted {
        Ok(converted) => converted,
        Err(error) => {
            if let PipelineErrorKind::InvalidDescription(found) = error.kind() {
                diagnostics::print_to_stderr(&package, found);
            }
            if options.from.is_none() && matches!(error.kind(), PipelineErrorKind::NoSuchWeights { .. }) {
                let formats: Vec<_> = model.weights.formats().map(WeightsFormat::name).collect();
                return Err(Failure::usage(format!(
                    "there is nothing to convert: the model has {}, and onnx is made of torchscript, \
                     tensorflow_saved_model_bundle, keras_hdf5 and tensorflow_js",
                    formats.join(", ")
                )));
            }
            return Err(Failure::of_pipeline(&error));
        }
    };
    for note in &converted.notes {
        message::note(note);
    }
    tell_test(&converted);
    if !converted.is_sound() {
        message::error("the converted weights do not pass the model's own test: nothing is written");
        return Ok(Exit::Findings);
    }
    let written = write_atomically(&target, |file| file.write_all(&converted.model));
    written.map_err(|error: std::io::Error| {
        Failure::failed(format!("cannot write {}\n  because: {error}", target.display()))
    })?;
    message::note(&format!(
        "{} ({} bytes, opset {}, for inputs of shape {:?})",
        target.display(),
        converted.model.len(),
        converted.opset,
        converted.shapes
    ));
    let is_open = |input: &InputTensor| matches!(&input.shape, InputShape::Parametrized { step, .. } if step.iter().any(|&step| step > 0));
    if model.inputs.iter().any(is_open) {
        message::warning(
            "the description allows inputs of other sizes, the converted weights do not: convert again for each size that is needed",
        );
    }
    if options.add_to_package {
        describe(&package, &converted)?;
    }
    Ok(Exit::Fine)
}

/// Where the result goes; nothing there is replaced without being asked for.
fn target(package: &Package, model: &Network, options: &ConvertOptions) -> Result<PathBuf, Failure> {
    let target = match &options.output {
        Some(path) => path.clone(),
        None => {
            if model.weights.get(WeightsFormat::Onnx).is_some() {
                return Err(Failure::usage(
                    "the model has onnx weights already: write to a file with --output, or remove them from the description",
                ));
            }
            let folder = package.files().folder();
            let path = folder.map(|folder| folder.join(FILE));
            path.ok_or_else(|| {
                Failure::usage(format!(
                    "`{}` is no folder on this machine, only one is changed in place: download or unpack it, or write to a file with --output",
                    options.model.display()
                ))
            })?
        }
    };
    if target.exists() && !options.overwrite {
        return Err(Failure::usage(format!(
            "`{}` exists: use --overwrite to replace it",
            target.display()
        )));
    }
    Ok(target)
}

/// The shapes that are given, and those of the test inputs for the other inputs.
fn shapes(model: &Network, options: &ConvertOptions) -> Result<Option<Vec<Vec<usize>>>, Failure> {
    let names: Vec<&str> = model.inputs.iter().map(|input| input.name.as_str()).collect();
    let given = assign("--shape", &options.shape, &names)?;
    if given.is_empty() {
        return Ok(None);
    }
    let shapes = model.inputs.iter().map(|input| {
        let name = input.name.as_str();
        let Some(text) = given.iter().find(|given| given.name == name) else {
            return Err(Failure::usage(format!(
                "--shape is given for some inputs: add --shape {name}=SHAPE"
            )));
        };
        let lengths: Option<Vec<usize>> = text
            .value
            .split(['x', ','])
            .map(|length| length.trim().parse().ok().filter(|&length| length > 0))
            .collect();
        match lengths {
            Some(lengths) if lengths.len() == input.axes.as_str().len() => Ok(lengths),
            _ => Err(Failure::usage(format!(
                "--shape {}: expected a length for each of the axes {} of `{name}`, for example 1x1x512x512",
                text.value, input.axes
            ))),
        }
    });
    shapes.collect::<Result<_, _>>().map(Some)
}

fn tell_test(converted: &ConvertedWeights) {
    let Some(test) = &converted.test else {
        message::note("not tested: the test inputs have another shape");
        return;
    };
    for output in &test.outputs {
        if let Some(comparison) = &output.comparison {
            message::note(&format!(
                "{}: largest difference from the test output {:.3e}",
                output.name, comparison.max_abs_diff
            ));
        }
    }
    if let Some(reason) = &test.reason {
        message::warning(reason);
    }
}

/// Adds the weights to the description, whose comments stay.
fn describe(package: &Package, converted: &ConvertedWeights) -> Result<(), Failure> {
    let digest = Sha256::of(&mut converted.model.as_slice()).map_err(|error| Failure::because(&error))?;
    let text = |text: &str| Yaml::String(text.to_owned());
    let weights = NewWeights {
        format: WeightsFormat::Onnx,
        source: FILE.to_owned(),
        fields: vec![
            ("sha256".to_owned(), text(digest.as_str())),
            ("opset_version".to_owned(), Yaml::Int(converted.opset)),
            ("parent".to_owned(), text(converted.from.name())),
        ],
    };
    let rewritten =
        describe_weights(package, &weights).map_err(|error| super::build::failure(&error, Some(package)))?;
    if rewritten.kept != Kept::Everything {
        message::warning("not all comments of the description could be kept");
    }
    replace_description(package, &rewritten.text, "write to a file with --output")?;
    message::note(&format!(
        "{FILE} is described in {}",
        package.files().description_name()
    ));
    Ok(())
}
