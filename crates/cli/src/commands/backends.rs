//! `modelhub backends`

use runners::{Device, WeightsFormat};

use crate::args::{BackendsOptions, Output};
use crate::engines::{self, Known, State};
use crate::exit::{Exit, Failure};
use crate::render::{backends, json};

pub(crate) fn run(options: &BackendsOptions) -> Result<Exit, Failure> {
    let mut engines = engines::find(&options.native, Device::Cpu)?;
    for known in &mut engines.known {
        look_into_python(known, options);
    }
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

/// An interpreter that is allowed may lack PyTorch.
fn look_into_python(known: &mut Known, options: &BackendsOptions) {
    if known.name != "python" || !matches!(known.state, State::Ready { .. }) {
        return;
    }
    let Some(file) = engines::named_or_found(&options.native) else {
        return;
    };
    known.state = match engines::probe(&file) {
        Ok(found) if found.has_torch => State::Ready {
            detail: format!(
                "Python {} with PyTorch, {}; cuda and mps where that PyTorch has them",
                found.version,
                file.display()
            ),
            devices: vec!["cpu"],
        },
        Ok(found) => State::Missing {
            reason: format!("Python {} of {} has no PyTorch", found.version, file.display()),
            fix: format!("install it with `{} -m pip install torch`", file.display()),
            broken: false,
        },
        Err(reason) => State::Missing {
            reason,
            fix: "name the file of a Python 3 with --python".to_owned(),
            broken: false,
        },
    };
}
