//! `modelhub update-hashes`

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use pipeline::atomic_file::write_atomically;
use rdf_spec::Kept;

use super::migrate::replace_description;
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, message};
use crate::source::Sources;

/// Fill in and correct the SHA-256 digests of a description. Its comments stay.
///
/// The description of a folder is changed in place, that of a zip file is written with --output.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct UpdateHashesOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// Write the description to this file, and leave the package as it is
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Change nothing: exit with 1 if a digest is missing or wrong
    #[arg(long, conflicts_with = "output")]
    check: bool,
}

pub(crate) fn run(options: &UpdateHashesOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.source)?;
    if package.parsed().document().is_none() {
        diagnostics::print_to_stderr(&package, package.parsed().diagnostics());
        return Err(Failure::findings(
            "the description cannot be read: nothing is changed",
        ));
    }
    let bar = super::progress();
    bar.set_message("computing digests");
    let updated = package.with_digests();
    bar.finish_and_clear();
    let updated = updated.map_err(|error| Failure::because(&error))?;
    for change in &updated.changes {
        let was = match &change.stated {
            Some(stated) => format!("was {stated}"),
            None => "was missing".to_owned(),
        };
        message::note(&format!(
            "{}: {} ({}, {was})",
            change.path,
            change.found,
            change.file.escape_debug()
        ));
    }
    for url in &updated.remote {
        message::note(&format!(
            "{} is at a URL, its digest is left as it is",
            url.escape_debug()
        ));
    }
    if updated.rewritten.kept != Kept::Everything {
        message::warning("not all comments of the description could be kept");
    }
    if options.check {
        return Ok(if updated.changes.is_empty() {
            Exit::Fine
        } else {
            Exit::Findings
        });
    }
    match &options.output {
        Some(path) => {
            let text = updated.rewritten.text.as_bytes();
            write_atomically(path, |file| file.write_all(text)).map_err(|error: std::io::Error| {
                Failure::failed(format!("cannot write {}\n  because: {error}", path.display()))
            })?;
        }
        None if updated.changes.is_empty() => message::note("all digests are there and right"),
        None => replace_description(&package, &updated.rewritten.text, "write to a file with --output")?,
    }
    Ok(Exit::Fine)
}
