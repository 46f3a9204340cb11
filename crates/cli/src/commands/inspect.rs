//! `modelhub inspect`

use runners::Device;

use crate::args::{InspectOptions, Output};
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, inspection, json, message};
use crate::source::Sources;

pub(crate) fn run(options: &InspectOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.source)?;
    let parsed = package.parsed();
    if let Some(other) = parsed.value().filter(|rdf| rdf.as_model().is_none()) {
        return Err(Failure::usage(format!(
            "{} is of type `{}`, only models can be shown",
            options.source.display(),
            other.resource_type()
        )));
    }
    let Some(model) = package.model() else {
        diagnostics::print_to_stderr(&package, parsed.diagnostics());
        message::error(&format!(
            "{} cannot be shown: its description is incomplete",
            options.source.display()
        ));
        return Ok(Exit::Findings);
    };
    let backends = engines::find(&options.native, Device::Cpu)?.backends;
    match options.output {
        Output::Human => inspection::print(&package, model, &backends)?,
        Output::Json => json::print_line(&inspection::json(&package, model, &backends))?,
    }
    let errors = parsed
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .count();
    if errors > 0 {
        let noun = if errors == 1 { "error" } else { "errors" };
        message::warning(&format!(
            "the description has {errors} {noun}: see `modelhub validate`"
        ));
        return Ok(Exit::Findings);
    }
    Ok(Exit::Fine)
}
