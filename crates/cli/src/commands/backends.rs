//! `modelhub backends`

use runners::{Device, WeightsFormat};

use crate::args::{BackendsOptions, Output};
use crate::engines::{self, Known, State};
use crate::exit::{Exit, Failure};
use crate::render::{backends, json};

pub(crate) fn run(options: &BackendsOptions) -> Result<Exit, Failure> {
    let mut engines = engines::find(&options.native, Device::Cpu)?;
    engines.known = engines
        .known
        .into_iter()
        .flat_map(|known| look_into_python(known, options))
        .collect();
    let rows: Vec<backends::Row<'_>> = WeightsFormat::ALL
        .into_iter()
        .map(|format| backends::Row {
            format,
            known: engines
                .known
                .iter()
                .filter(|known| known.formats.contains(&format))
                .collect(),
            advice: engines.backends.advice(format),
        })
        .collect();
    match options.output {
        Output::Human => backends::print(&rows)?,
        Output::Json => json::print_line(&backends::json(&rows))?,
    }
    Ok(Exit::Fine)
}

/// What a weights format needs in Python: the modules, how they are called, and the package that has them.
fn needs(format: WeightsFormat) -> (&'static [&'static str], &'static str, &'static str) {
    match format {
        WeightsFormat::PytorchStateDict => (&["torch"], "PyTorch", "torch"),
        WeightsFormat::KerasHdf5 => (&["tensorflow", "keras"], "TensorFlow and Keras", "tensorflow"),
        _ => (&["tensorflow"], "TensorFlow", "tensorflow"),
    }
}

/// An interpreter that is allowed may lack the library of a format: one entry for each of them.
fn look_into_python(known: Known, options: &BackendsOptions) -> Vec<Known> {
    if known.name != "python" || !matches!(known.state, State::Ready { .. }) {
        return vec![known];
    }
    let Some(file) = engines::named_or_found(&options.native) else {
        return vec![known];
    };
    let found = engines::probe(&file);
    let state = |format: WeightsFormat| match &found {
        Ok(found) => {
            let (modules, library, package) = needs(format);
            let lacking = modules.iter().any(|module| !found.has(module));
            if lacking {
                State::Missing {
                    reason: format!("Python {} of {} has no {library}", found.version, file.display()),
                    fix: format!("install it with `{} -m pip install {package}`", file.display()),
                    broken: false,
                }
            } else {
                let (version, file) = (&found.version, file.display());
                let keras_2 = match format {
                    WeightsFormat::KerasHdf5 if found.has("tf_keras") => ", files of Keras 2 by tf_keras",
                    WeightsFormat::KerasHdf5 => {
                        ", files of Keras 2 as Keras 3 reads them: it has no tf_keras"
                    }
                    _ => "",
                };
                State::Ready {
                    detail: format!(
                        "Python {version} with {library}, {file}{keras_2}; other devices where that {library} has them"
                    ),
                    devices: vec!["cpu"],
                }
            }
        }
        Err(reason) => State::Missing {
            reason: reason.clone(),
            fix: "name the file of a Python 3 with --python".to_owned(),
            broken: false,
        },
    };
    let formats = known.formats.iter();
    let each = formats.map(|format| Known {
        name: known.name,
        formats: std::slice::from_ref(format),
        state: state(*format),
    });
    each.collect()
}
