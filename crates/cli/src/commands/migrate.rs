//! `modelhub migrate`

use std::io::Write as _;

use pipeline::Package;
use pipeline::atomic_file::write_atomically;
use rdf_spec::{Document, Kept, Migrated, MigrationError, ModelRdf};

use crate::args::{MigrateOptions, MigrateOutput};
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, message, stdout};
use crate::source::Sources;

pub(crate) fn run(options: &MigrateOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.source)?;
    let source = options.source.display();
    let Some(document) = package.parsed().document() else {
        diagnostics::print_to_stderr(&package, package.parsed().diagnostics());
        return Err(Failure::findings(format!(
            "{source} is not migrated: its description cannot be read"
        )));
    };
    let migrated = match &options.to {
        Some(version) => Migrated::to_version(document, version),
        None => Migrated::to_newest(document),
    };
    let migrated = match migrated {
        Ok(migrated) => migrated,
        Err(MigrationError::NotAModel(found)) => {
            diagnostics::print_to_stderr(&package, &found);
            return Err(Failure::findings(format!("{source} is not migrated")));
        }
        Err(error) => return Err(Failure::usage(format!("{source}: {error}"))),
    };
    explain(&migrated, options);
    let text = match options.output {
        MigrateOutput::Json => migrated.root().to_json(),
        MigrateOutput::Yaml => yaml(document, package.text(), &migrated)?,
    };
    let parsed = ModelRdf::from_yaml(&text);
    let errors = parsed
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .count();
    if errors > 0 {
        let plural = if errors == 1 { "" } else { "s" };
        message::note(&format!(
            "the result has {errors} error{plural}, which no step can correct: see `modelhub validate`"
        ));
    }
    if options.in_place {
        replace_description(&package, &text, "leave out --in-place")?;
    } else {
        stdout::print(&text)?;
    }
    Ok(Exit::Fine)
}

/// Says what is lost, and on request everything that was done.
fn explain(migrated: &Migrated, options: &MigrateOptions) {
    if options.explain {
        let (from, to) = (migrated.from(), migrated.to());
        message::note(&format!("from format {from} to {to}"));
        let mut last = "";
        for change in migrated.changes() {
            if change.step.name != last {
                last = change.step.name;
                message::note(&format!(
                    "{} {last}: {}",
                    change.step.version(),
                    change.step.reason
                ));
            }
            message::plain(&format!("  {change}"));
        }
        if migrated.changes().is_empty() {
            message::note("nothing but the number of the version changes");
        }
    } else {
        for change in migrated.losses() {
            message::warning(&change.to_string());
        }
    }
}

/// The text of the description with what changed; says so where not everything around it can be kept.
fn yaml(document: &Document, text: &str, migrated: &Migrated) -> Result<String, Failure> {
    let rewritten = document
        .rewritten(text, migrated.root())
        .map_err(|error| Failure::because(&error))?;
    match rewritten.kept {
        Kept::Everything => {}
        Kept::NotAllComments => message::warning("not all comments could be kept: compare with the original"),
        _ => message::warning(
            "comments and layout could not be kept: anchors or unusual layout stand where something changes",
        ),
    }
    Ok(rewritten.text)
}

/// Puts the text in the place of the description. `otherwise` says what to do with a zip file.
pub(super) fn replace_description(package: &Package, text: &str, otherwise: &str) -> Result<(), Failure> {
    let files = package.files();
    let Some(folder) = files.folder() else {
        let place = files.location();
        let what = if place.is_file() {
            "is a zip file, which is not changed in place: unpack it"
        } else {
            "is not on this machine, only a folder is changed in place: download it"
        };
        return Err(Failure::usage(format!(
            "`{}` {what}, or {otherwise}",
            place.display()
        )));
    };
    let path = folder.join(files.description_name());
    if !path.is_file() {
        return Err(Failure::usage(format!(
            "there is no file `{}` to change in place: {otherwise}",
            path.display()
        )));
    }
    if text == package.text() {
        return Ok(());
    }
    let metadata = std::fs::metadata(&path).map_err(|error| Failure::because(&error))?;
    if metadata.permissions().readonly() {
        return Err(Failure::failed(format!(
            "`{}` is write-protected, it is not changed",
            path.display()
        )));
    }
    write_atomically(&path, |file| file.write_all(text.as_bytes()))
        .map_err(|error: std::io::Error| Failure::because(&error))
}
