//! What a model takes, gives and can be run with.

use std::fmt::Write as _;

use pipeline::Package;
use rdf_spec::{FileSource, InputShape, ModelRdf, OutputShape, ProcessingStep};
use runners::{Backend, Backends};
use serde_json::{Value, json};

use super::stdout::{self, harmless};
use super::style::{BOLD, paint};
use crate::exit::Failure;

pub(crate) fn print(package: &Package, model: &ModelRdf, backends: &Backends) -> Result<(), Failure> {
    let mut text = String::new();
    let version = model
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" {version}"));
    let _ = writeln!(
        text,
        "{}{version} (format {}, {})",
        paint(BOLD, harmless(&model.name)),
        model.format_version,
        harmless(model.license.as_str())
    );
    let _ = writeln!(text, "{}", harmless(model.description.trim()));
    let authors: Vec<_> = model.authors.iter().map(|author| author.name.as_str()).collect();
    let _ = writeln!(text, "by {}", harmless(&authors.join(", ")));
    if !model.tags.is_empty() {
        let _ = writeln!(text, "tags: {}", harmless(&model.tags.join(", ")));
    }
    let _ = writeln!(text, "\n{}", paint(BOLD, "inputs"));
    for input in &model.inputs {
        let _ = writeln!(
            text,
            "  {}: {} {} {}",
            input.name,
            input.data_type,
            input.axes,
            input_shape(&input.shape)
        );
        steps(&mut text, "preprocessing", &input.preprocessing);
    }
    let _ = writeln!(text, "{}", paint(BOLD, "outputs"));
    for output in &model.outputs {
        let _ = writeln!(
            text,
            "  {}: {} {} {}",
            output.name,
            output.data_type,
            output.axes,
            output_shape(&output.shape)
        );
        if output.halo.iter().any(|&halo| halo > 0) {
            let _ = writeln!(text, "    halo {:?}", output.halo);
        }
        steps(&mut text, "postprocessing", &output.postprocessing);
    }
    let _ = writeln!(text, "{}", paint(BOLD, "weights"));
    for (format, entry) in model.weights.iter() {
        let runs = match runner_format(format.name()) {
            Some(format) => match supporting(backends, format)[..] {
                [] => backends.advice(format).to_string(),
                ref names => format!("runs with {}", names.join(", ")),
            },
            None => "unknown format".to_owned(),
        };
        let _ = writeln!(
            text,
            "  {format}: {} ({}), {runs}",
            harmless(entry.source.as_str()),
            size(package, &entry.source)
        );
    }
    stdout::print(&text)
}

/// The same for programs.
pub(crate) fn json(package: &Package, model: &ModelRdf, backends: &Backends) -> Value {
    let names = |steps: &[ProcessingStep]| steps.iter().map(ProcessingStep::name).collect::<Vec<_>>();
    let inputs: Vec<Value> = model
        .inputs
        .iter()
        .map(|input| {
            let shape = match &input.shape {
                InputShape::Explicit(shape) => json!(shape),
                InputShape::Parametrized { min, step } => json!({"min": min, "step": step}),
            };
            json!({
                "name": input.name.as_str(),
                "axes": input.axes.as_str(),
                "data_type": input.data_type.as_str(),
                "shape": shape,
                "preprocessing": names(&input.preprocessing),
            })
        })
        .collect();
    let outputs: Vec<Value> = model
        .outputs
        .iter()
        .map(|output| {
            let shape = match &output.shape {
                OutputShape::Explicit(shape) => json!(shape),
                OutputShape::Implicit {
                    reference_tensor,
                    scale,
                    offset,
                } => {
                    json!({"reference_tensor": reference_tensor.as_str(), "scale": scale, "offset": offset})
                }
            };
            json!({
                "name": output.name.as_str(),
                "axes": output.axes.as_str(),
                "data_type": output.data_type.as_str(),
                "shape": shape,
                "halo": output.halo,
                "postprocessing": names(&output.postprocessing),
            })
        })
        .collect();
    let weights: Vec<Value> = model
        .weights
        .iter()
        .map(|(format, entry)| {
            let runners = runner_format(format.name()).map(|format| supporting(backends, format));
            let runners = runners.unwrap_or_default();
            json!({
                "format": format.name(),
                "source": entry.source.as_str(),
                "bytes": bytes(package, &entry.source),
                "backends": runners,
            })
        })
        .collect();
    json!({
        "name": model.name,
        "description": model.description,
        "format_version": model.format_version.as_str(),
        "version": model.version.as_ref().map(rdf_spec::Version::as_str),
        "license": model.license.as_str(),
        "authors": model.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>(),
        "tags": model.tags,
        "inputs": inputs,
        "outputs": outputs,
        "weights": weights,
    })
}

/// The backends that run a format, the preferred one first.
fn supporting(backends: &Backends, format: runners::WeightsFormat) -> Vec<&'static str> {
    backends.supporting(format).map(Backend::name).collect()
}

fn runner_format(name: &str) -> Option<runners::WeightsFormat> {
    name.parse().ok()
}

fn steps(text: &mut String, label: &str, steps: &[ProcessingStep]) {
    if !steps.is_empty() {
        let names: Vec<String> = steps.iter().map(step).collect();
        let _ = writeln!(text, "    {label}: {}", names.join(", then "));
    }
}

fn step(step: &ProcessingStep) -> String {
    let axes = step
        .axes()
        .map_or_else(String::new, |axes| format!(" over {axes}"));
    let mode = match step {
        ProcessingStep::ZeroMeanUnitVariance { mode, .. }
        | ProcessingStep::ScaleRange { mode, .. }
        | ProcessingStep::ScaleMeanVariance { mode, .. } => format!(" {}", mode.name()),
        _ => String::new(),
    };
    format!("{}{mode}{axes}", step.name())
}

fn input_shape(shape: &InputShape) -> String {
    match shape {
        InputShape::Explicit(shape) => format!("{shape:?}"),
        InputShape::Parametrized { min, step } => format!("{min:?} + k * {step:?}"),
    }
}

fn output_shape(shape: &OutputShape) -> String {
    match shape {
        OutputShape::Explicit(shape) => format!("{shape:?}"),
        OutputShape::Implicit {
            reference_tensor,
            scale,
            offset,
        } => {
            let scale: Vec<String> = scale
                .iter()
                .map(|scale| scale.map_or_else(|| "new".to_owned(), |scale| scale.to_string()))
                .collect();
            let mut text = format!("shape of {reference_tensor} * [{}]", scale.join(", "));
            if offset.iter().any(|&offset| offset != 0.0) {
                let _ = write!(text, " + 2 * {offset:?}");
            }
            text
        }
    }
}

fn bytes(package: &Package, source: &FileSource) -> Option<u64> {
    package.files().size(package.files().name_of(source)?).ok()
}

fn size(package: &Package, source: &FileSource) -> String {
    match bytes(package, source) {
        Some(bytes) => indicatif::HumanBytes(bytes).to_string(),
        None if source.url().is_some() => "not in the package".to_owned(),
        None => "missing".to_owned(),
    }
}
