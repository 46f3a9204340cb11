//! Which backends there are here: those of the build whose library or interpreter is found, as the user wants them.

mod environment;
mod interpreter;
mod library;

use std::path::PathBuf;
use std::sync::Arc;

use pipeline::{Package, Pipeline, PipelineBuilder};
use runners::{Backends, Device, WeightsFormat};

use crate::args::{EngineOptions, NativeOptions};
use crate::exit::Failure;

pub(crate) use interpreter::probe;

/// The backends that a build can have, by default the fastest first.
pub(crate) const NAMES: [&str; 4] = ["ort", "tch", "tract", "python"];

/// The weights formats of the backend python.
pub(crate) const PYTHON_FORMATS: [WeightsFormat; 3] = [
    WeightsFormat::KerasHdf5,
    WeightsFormat::PytorchStateDict,
    WeightsFormat::TensorflowSavedModelBundle,
];

/// Backends to use, and why others are not used.
pub(crate) struct Engines {
    /// Those that can be used, the preferred one first.
    pub(crate) backends: Arc<Backends>,
    /// All that are known, in the same order.
    pub(crate) known: Vec<Known>,
}

/// A backend that this version knows.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) formats: &'static [WeightsFormat],
    pub(crate) state: State,
}

/// Whether a backend can be used.
pub(crate) enum State {
    Ready {
        /// What runs, like the version of a library.
        detail: String,
        devices: Vec<&'static str>,
    },
    Missing {
        reason: String,
        /// What to do about it.
        fix: String,
        /// Whether it was there but could not be used, which has to be said.
        broken: bool,
    },
}

/// The backends for a command that runs the network of a package.
pub(crate) fn select(package: &Package, options: &EngineOptions) -> Result<Arc<Backends>, Failure> {
    let mut native = options.native.clone();
    if options.python_environment {
        native.python = Some(environment::interpreter(package, options)?);
    }
    let engines = find(&native, options.device)?;
    let is_ready = |known: &Known| matches!(known.state, State::Ready { .. });
    if options.device != Device::Cpu && options.backend.is_none() && !engines.known.iter().any(is_ready) {
        return Err(Failure::usage(format!(
            "nothing here computes on the device {}: use --device cpu, or see what `modelhub backends` says",
            options.device
        )));
    }
    if let Some(name) = &options.backend {
        let known = engines.known.iter().find(|known| known.name == name);
        if let Some(Known {
            state: State::Missing { reason, fix, .. },
            ..
        }) = known
        {
            return Err(Failure::usage(format!(
                "the backend {name} cannot be used: {reason}; {fix}"
            )));
        }
    } else {
        for known in &engines.known {
            if let State::Missing {
                reason, broken: true, ..
            } = &known.state
            {
                let name = known.name;
                crate::render::message::warning(&format!("the backend {name} is not used: {reason}"));
            }
        }
    }
    Ok(engines.backends)
}

/// The beginning of a pipeline that runs a package as the options say.
pub(crate) fn pipeline_builder<'p>(
    package: &'p Package,
    options: &EngineOptions,
) -> Result<PipelineBuilder<'p>, Failure> {
    let mut builder = Pipeline::builder(package)
        .backends(select(package, options)?)
        .device(options.device)
        .time_limit(options.time_limit())
        .description(options.demand());
    if let Some(format) = options.weights {
        builder = builder.weights_format(format);
    }
    if let Some(backend) = &options.backend {
        builder = builder.backend(backend.clone());
    }
    if let Some(threads) = options.threads {
        builder = builder.threads(threads);
    }
    Ok(builder)
}

/// What backends for ONNX run: ONNX, and what is converted to it.
const ONNX_AND_CONVERTED: &[WeightsFormat] = &[
    WeightsFormat::Onnx,
    #[cfg(feature = "torchscript")]
    WeightsFormat::Torchscript,
    #[cfg(feature = "tensorflow")]
    WeightsFormat::TensorflowSavedModelBundle,
    #[cfg(feature = "keras")]
    WeightsFormat::KerasHdf5,
    #[cfg(feature = "tfjs")]
    WeightsFormat::TensorflowJs,
];

/// Looks for everything.
pub(crate) fn find(options: &NativeOptions, device: Device) -> Result<Engines, Failure> {
    let mut backends = Backends::empty();
    let mut known = Vec::new();
    for name in wanted()? {
        let (with, state) = match name {
            "ort" => library::add(backends, options)?,
            "tch" => tch(backends),
            "tract" => tract(backends, device),
            _ => python(backends, options),
        };
        backends = with;
        let formats: &[WeightsFormat] = match name {
            "python" => &PYTHON_FORMATS,
            "tch" => &[WeightsFormat::Torchscript],
            _ => ONNX_AND_CONVERTED,
        };
        known.push(Known { name, formats, state });
    }
    Ok(Engines {
        backends: Arc::new(backends),
        known,
    })
}

/// The names of the backends that may be used, the preferred one first.
fn wanted() -> Result<Vec<&'static str>, Failure> {
    let Some(list) = variable("MODELHUB_BACKENDS") else {
        return Ok(NAMES.to_vec());
    };
    let list = list.to_string_lossy().into_owned();
    let mut wanted = Vec::new();
    for given in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let Some(name) = NAMES.into_iter().find(|name| *name == given) else {
            return Err(Failure::usage(format!(
                "MODELHUB_BACKENDS names `{given}`, but there are {}",
                NAMES.join(", ")
            )));
        };
        if !wanted.contains(&name) {
            wanted.push(name);
        }
    }
    Ok(wanted)
}

/// An environment variable that is set to something.
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(feature = "tch")]
fn tch(backends: Backends) -> (Backends, State) {
    let state = State::Ready {
        detail: "libtorch, which this program was linked with".to_owned(),
        devices: runners::Tch.devices(),
    };
    (backends.with(runners::Tch), state)
}

#[cfg(not(feature = "tch"))]
fn tch(backends: Backends) -> (Backends, State) {
    let state = State::Missing {
        reason: "it is not part of this build".to_owned(),
        fix: "set LIBTORCH to the folder of libtorch 2.13 and build it in with `cargo install modelhub --features tch`"
            .to_owned(),
        broken: false,
    };
    (backends, state)
}

#[cfg(feature = "tract")]
fn tract(backends: Backends, device: Device) -> (Backends, State) {
    if device != Device::Cpu {
        let state = State::Missing {
            reason: format!("it does not compute on the device {device}"),
            fix: "use --device cpu".to_owned(),
            broken: false,
        };
        return (backends, state);
    }
    let state = State::Ready {
        detail: "pure Rust, part of this program".to_owned(),
        devices: vec!["cpu"],
    };
    (backends.with(runners::Tract), state)
}

#[cfg(not(feature = "tract"))]
fn tract(backends: Backends, _: Device) -> (Backends, State) {
    (backends, not_built("tract"))
}

#[cfg(feature = "python")]
fn python(backends: Backends, options: &NativeOptions) -> (Backends, State) {
    if !options.allow_code {
        let state = State::Missing {
            reason: "it runs the Python source of the model or what else is code in its weights, which is somebody's \
                     program"
                .to_owned(),
            fix: "allow it with --allow-code".to_owned(),
            broken: false,
        };
        return (backends, state);
    }
    let Some(interpreter) = interpreter::find(options) else {
        let state = State::Missing {
            reason: "there is no python3 on the search path".to_owned(),
            fix: "install Python 3 with PyTorch or TensorFlow, or name its file with --python".to_owned(),
            broken: false,
        };
        return (backends, state);
    };
    let state = State::Ready {
        detail: format!("{}, with the devices of its libraries", interpreter.display()),
        devices: vec!["cpu"],
    };
    (
        backends.with(runners::Python::running_source_code(interpreter)),
        state,
    )
}

#[cfg(not(feature = "python"))]
fn python(backends: Backends, _: &NativeOptions) -> (Backends, State) {
    (backends, not_built("python"))
}

/// The state of a backend that was left out when the program was built.
#[cfg(not(all(feature = "tract", feature = "ort", feature = "python")))]
fn not_built(feature: &str) -> State {
    State::Missing {
        reason: "it is not part of this build".to_owned(),
        fix: format!("build it in with `cargo install modelhub --features {feature}`"),
        broken: false,
    }
}

/// The interpreter that was named, or the first on the search path.
pub(crate) fn named_or_found(options: &NativeOptions) -> Option<PathBuf> {
    interpreter::find(options)
}
