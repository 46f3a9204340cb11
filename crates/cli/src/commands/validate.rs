//! `modelhub validate`

use std::path::Path;

use rdf_spec::{Diagnostic, Package};

use crate::args::{ValidateOptions, ValidateOutput};
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, json};

/// What is known about one source.
pub(crate) struct Validated {
    pub(crate) source: String,
    pub(crate) is_valid: bool,
    pub(crate) resource_type: Option<String>,
    pub(crate) format_version: Option<String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The text of the description, to show its lines.
    pub(crate) text: String,
    /// The path of the description, to be clicked on.
    pub(crate) place: String,
}

pub(crate) fn run(options: &ValidateOptions) -> Result<Exit, Failure> {
    let mut exit = Exit::Fine;
    for source in &options.sources {
        let (validated, outcome) = validate(source, options.format_only);
        match options.output {
            ValidateOutput::Human => diagnostics::print(&validated)?,
            ValidateOutput::Jsonl => json::print_line(&json::validation(&validated))?,
        }
        // What could not be read weighs more than what was found.
        exit = match (exit, outcome) {
            (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
            (Exit::Fine, other) => other,
            (other, _) => other,
        };
    }
    Ok(exit)
}

fn validate(source: &Path, format_only: bool) -> (Validated, Exit) {
    let name = source.display().to_string();
    let package = match Package::open(source) {
        Ok(package) => package,
        Err(error) => {
            let validated = Validated {
                place: name.clone(),
                source: name,
                is_valid: false,
                resource_type: None,
                format_version: None,
                diagnostics: vec![error.to_diagnostic()],
                text: String::new(),
            };
            return (validated, Exit::Failed);
        }
    };
    let parsed = package.parsed();
    let mut found = parsed.diagnostics().to_vec();
    if !format_only {
        found.extend(package.check_files());
    }
    found.sort_by_key(|diagnostic| diagnostic.position);
    let is_valid = parsed.is_valid() && !found.iter().any(Diagnostic::is_error);
    let validated = Validated {
        place: package
            .files()
            .location()
            .join(package.files().description_name())
            .display()
            .to_string(),
        source: name,
        is_valid,
        resource_type: parsed.resource_type().map(str::to_owned),
        format_version: parsed.format_version().map(str::to_owned),
        diagnostics: found,
        text: package.text().to_owned(),
    };
    (validated, if is_valid { Exit::Fine } else { Exit::Findings })
}
