//! `modelhub package`

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use model_builder::{Overwrite, write_package};
use pipeline::Package;
use rdf_spec::{FetchFile, FetchedFile, Kept, PackError, PackErrorKind, Packer, WeightsFormat};

use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, message};
use crate::source::Sources;

/// Write a package: the description and every file that it refers to, in one zip file or folder.
///
/// Files come to the top of the package under names that are safe on every system, references to them are rewritten
/// (comments stay), missing SHA-256 digests are filled in. The same files give the same bytes.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct PackageOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// Where the package goes: a zip file if the name ends in .zip, else a folder
    #[arg(value_name = "OUT")]
    target: PathBuf,
    /// Weights format to take, with those that it was made from (parent); all unless given
    #[arg(long, value_name = "FORMAT", num_args = 1.., value_delimiter = ',', value_parser = weights_format)]
    weights: Vec<WeightsFormat>,
    /// Leave files at a URL where they are; without this they are fetched into the package
    #[arg(long)]
    keep_urls: bool,
    /// Take files that links in the folder lead out to
    #[arg(long)]
    follow_links: bool,
    /// Replace a zip file, or a folder that is a package
    #[arg(long)]
    force: bool,
}

/// A weights format by the name that it has in descriptions.
pub(super) fn weights_format(name: &str) -> Result<WeightsFormat, String> {
    WeightsFormat::from_name(name).ok_or_else(|| {
        let known: Vec<_> = WeightsFormat::ALL.iter().map(|format| format.name()).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// Fetches files at a URL as the package itself does, through the cache.
struct FromTheWeb<'p>(&'p Package);

impl FetchFile for FromTheWeb<'_> {
    fn fetch(&mut self, url: &hub::Url) -> Result<FetchedFile, Box<dyn Error + Send + Sync>> {
        let Some(path) = self.0.files().file_path(url.as_str())? else {
            return Err("nothing fetches it here".into());
        };
        let content = File::open(path)?;
        let size = content.metadata()?.len();
        Ok(FetchedFile {
            content: Box::new(content),
            size,
        })
    }
}

/// What `--force` stands for.
pub(super) fn overwrite(force: bool) -> Overwrite {
    if force {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    }
}

/// Archives of other kinds are not written, and a folder with such a name would only confuse.
const OTHER_ARCHIVES: [&str; 9] = ["7z", "bz2", "gz", "rar", "tar", "tgz", "xz", "yaml", "zst"];

/// Refuses a name for a package that promises what is not written.
pub(super) fn check_target(target: &Path) -> Result<(), Failure> {
    let extension = target.extension().and_then(|extension| extension.to_str());
    let is_other = extension.is_some_and(|extension| {
        let extension = extension.to_ascii_lowercase();
        OTHER_ARCHIVES.contains(&extension.as_str())
    });
    if is_other {
        return Err(Failure::usage(format!(
            "`{}`: a package is written as a zip file (a name that ends in .zip) or a folder",
            target.display()
        )));
    }
    Ok(())
}

pub(crate) fn run(options: &PackageOptions, sources: &Sources) -> Result<Exit, Failure> {
    check_target(&options.target)?;
    let package = sources.open(&options.source)?;
    if package.parsed().document().is_none() {
        diagnostics::print_to_stderr(&package, package.parsed().diagnostics());
        return Err(Failure::findings(
            "the description cannot be read: nothing is written",
        ));
    }
    let mut fetch = FromTheWeb(&package);
    let mut packer = Packer::new(&package).fetch_with(&mut fetch);
    if !options.weights.is_empty() {
        packer = packer.weights(options.weights.iter().copied());
    }
    if options.keep_urls {
        packer = packer.keep_urls();
    }
    if options.follow_links {
        packer = packer.follow_links();
    }
    let bar = super::progress();
    bar.set_message("packaging");
    let written = write_package(packer, &options.target, overwrite(options.force), |_| {
        Ok::<_, PackError>(())
    });
    bar.finish_and_clear();
    let (report, ()) = written.map_err(|error| failure(&error))?;
    for format in &report.kept_parents {
        message::note(&format!(
            "{format} weights are included: others were made from them"
        ));
    }
    for file in report.files.iter().filter(|file| file.source != file.name) {
        message::note(&format!("{} is now {}", file.source.escape_debug(), file.name));
    }
    for url in &report.remote {
        message::note(&format!("{} is still at its URL", url.escape_debug()));
    }
    if report.description.kept != Kept::Everything {
        message::warning("not all comments of the description could be kept");
    }
    let errors = package
        .parsed()
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .count();
    if errors > 0 {
        message::warning(&format!(
            "the description has {errors} error{}: see `modelhub validate`",
            if errors == 1 { "" } else { "s" }
        ));
    }
    let bytes: u64 = report.files.iter().map(|file| file.size).sum();
    message::note(&format!(
        "{}: rdf.yaml and {} files, {bytes} bytes before compression",
        options.target.display(),
        report.files.len()
    ));
    Ok(Exit::Fine)
}

/// What the user can do about a package that cannot be written.
pub(super) fn failure(error: &PackError) -> Failure {
    let advice = match error.kind() {
        PackErrorKind::RemoteFile { .. } => {
            "download it into the package, or leave it there with --keep-urls"
        }
        PackErrorKind::Link { .. } => "use --follow-links if it is meant to be in the package",
        PackErrorKind::DigestMismatch { .. } => {
            "if the file is the right one, correct the description with `modelhub update-hashes`"
        }
        PackErrorKind::NoSuchWeights { .. } => return Failure::usage(error.to_string()),
        PackErrorKind::MissingFiles { .. } => {
            "put them into the package, or take what refers to them out of the description"
        }
        PackErrorKind::Description => {
            return Failure::findings(crate::exit::chain(error));
        }
        PackErrorKind::Write if is_taken(error) => {
            return Failure::usage(format!(
                "{}\n  use --force to replace it",
                crate::exit::chain(error)
            ));
        }
        _ => return Failure::because(error),
    };
    Failure::findings(format!("{}\n  {advice}", crate::exit::chain(error)))
}

/// True if there is something at the target that was not to be replaced.
fn is_taken(error: &PackError) -> bool {
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::AlreadyExists)
}
