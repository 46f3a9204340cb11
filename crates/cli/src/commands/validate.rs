//! `modelhub validate`

use std::path::{Path, PathBuf};

use rdf_spec::{Code, Diagnostic, Document, Package, Position, Span};

use crate::args::{ValidateOptions, ValidateOutput};
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, github, json, sarif};
use crate::source::Sources;

/// What is known about one source.
pub(crate) struct Validated {
    pub(crate) source: String,
    pub(crate) is_valid: bool,
    /// The path of the description, to be clicked on.
    pub(crate) place: PathBuf,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// `None` if nothing could be read.
    pub(crate) package: Option<Package>,
}

impl Validated {
    pub(crate) fn resource_type(&self) -> Option<&str> {
        self.package.as_ref()?.parsed().resource_type()
    }

    pub(crate) fn format_version(&self) -> Option<&str> {
        self.package.as_ref()?.parsed().format_version()
    }

    /// The text of the description, to show its lines.
    pub(crate) fn text(&self) -> &str {
        self.package.as_ref().map_or("", Package::text)
    }

    pub(crate) fn document(&self) -> Option<&Document> {
        self.package.as_ref()?.parsed().document()
    }

    /// The part of the text that a place stands for: a key or a value, else nothing but its first character.
    pub(crate) fn span(&self, path: &rdf_spec::DocPath, position: Position) -> Span {
        self.document()
            .and_then(|document| document.span_at(path, position))
            .unwrap_or_else(|| Span::empty_at(position))
    }
}

pub(crate) fn run(options: &ValidateOptions, sources: &Sources) -> Result<Exit, Failure> {
    let mut exit = Exit::Fine;
    let mut all = Vec::new();
    let mut first_error = None;
    for source in &options.sources {
        let (validated, outcome) = validate(source, options, sources);
        let error = validated.diagnostics.iter().find(|found| found.is_error());
        first_error = first_error.or(error.map(|found| found.code));
        match options.output {
            ValidateOutput::Human => diagnostics::print(&validated)?,
            ValidateOutput::Jsonl => json::print_line(&json::validation(&validated))?,
            ValidateOutput::Github => github::print(&validated)?,
            ValidateOutput::Sarif => all.push(validated),
        }
        // What could not be read weighs more than what was found.
        exit = match (exit, outcome) {
            (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
            (Exit::Fine, other) => other,
            (other, _) => other,
        };
    }
    match options.output {
        ValidateOutput::Human => {
            if let Some(code) = first_error {
                diagnostics::print_where_to_read_on(code)?;
            }
        }
        ValidateOutput::Sarif => sarif::print(&all, exit)?,
        ValidateOutput::Jsonl | ValidateOutput::Github => {}
    }
    Ok(exit)
}

fn validate(source: &Path, options: &ValidateOptions, sources: &Sources) -> (Validated, Exit) {
    let name = source.display().to_string();
    let package = match sources.open(source) {
        Ok(package) => package,
        Err(error) => {
            let validated = Validated {
                source: name,
                is_valid: false,
                place: source.to_owned(),
                diagnostics: vec![error.to_diagnostic()],
                package: None,
            };
            return (validated, Exit::Failed);
        }
    };
    let parsed = package.parsed();
    let mut found = parsed.diagnostics().to_vec();
    if !options.format_only {
        found.extend(package.check_files());
    }
    if options.strict {
        found = found.into_iter().map(Diagnostic::strict).collect();
    }
    found.sort_by_key(|diagnostic| diagnostic.position);
    // A file that could not be fetched says nothing about the package.
    let is_unread = found
        .iter()
        .any(|diagnostic| diagnostic.code == Code::UnreadableSource);
    let is_valid = parsed.value().is_some() && !found.iter().any(Diagnostic::is_error);
    let validated = Validated {
        source: name,
        is_valid,
        place: diagnostics::place(&package),
        diagnostics: found,
        package: Some(package),
    };
    let exit = match (is_unread, is_valid) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Fine,
        (false, false) => Exit::Findings,
    };
    (validated, exit)
}
