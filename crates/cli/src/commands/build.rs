//! `modelhub build`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use model_builder::{
    BuildError, BuildErrorKind, BuildOptions as Choices, BuildStep, Recipe, TEMPLATE, build,
};
use pipeline::{Package, PipelineErrorKind, SelfTestStatus};
use rdf_spec::{Diagnostic, Severity, WeightsFormat, Yaml};

use super::fetched::FetchedFiles;
use super::package::{overwrite, weights_format};
use crate::args::NativeOptions;
use crate::engines;
use crate::exit::{Exit, Failure, chain};
use crate::render::{diagnostics, message, stdout, test_report};
use crate::source::Sources;

/// Build a complete package from weights, test inputs and a short model.toml.
///
/// Test outputs are computed by running the model; shapes, digests, a cover and a README to complete are made where they
/// are not given. Weights and test tensors at URLs are fetched into the package. What was written is validated and tested, and is there only if it is fine. Begin with --init.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct BuildOptions {
    /// What only you know about the model; its keys are those of rdf.yaml
    #[arg(value_name = "model.toml")]
    recipe: PathBuf,
    /// Where the package goes: a zip file if the name ends in .zip, else a folder
    #[arg(value_name = "OUT", required_unless_present = "init")]
    target: Option<PathBuf>,
    /// Write a commented model.toml to begin with, and build nothing
    #[arg(long, conflicts_with = "target")]
    init: bool,
    /// Compute the test outputs with these weights; the first that can be run unless given
    #[arg(long, value_name = "FORMAT", value_parser = weights_format)]
    weights: Option<WeightsFormat>,
    /// Name of the model, in place of the one in model.toml
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Version of the model, in place of the one in model.toml
    #[arg(long, value_name = "VERSION")]
    model_version: Option<String>,
    /// Time of creation (ISO 8601), in place of the one in model.toml; now unless given
    #[arg(long, value_name = "TIME")]
    timestamp: Option<String>,
    /// Add the configuration and sample images of deepImageJ
    #[arg(long)]
    deepimagej: bool,
    /// Write nothing that departs from the letter of the format's text, even if programs take it
    #[arg(long)]
    strict: bool,
    /// Replace a zip file, or a folder that is a package
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    native: NativeOptions,
}

pub(crate) fn run(options: &BuildOptions, sources: &Sources) -> Result<Exit, Failure> {
    if options.init {
        return init(&options.recipe);
    }
    let Some(target) = &options.target else {
        return Err(Failure::usage("OUT is missing: where the package goes"));
    };
    super::package::check_target(target)?;
    let mut recipe = match Recipe::read(&options.recipe) {
        Ok(recipe) => recipe,
        Err(error) => {
            tell_recipe(&options.recipe.display().to_string(), &error)?;
            return Err(failure(&error, None));
        }
    };
    let texts = [
        ("name", &options.name),
        ("version", &options.model_version),
        ("timestamp", &options.timestamp),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            recipe.set(&[key], Yaml::String(text.clone()));
        }
    }
    if options.deepimagej {
        recipe.set(&["deepimagej"], Yaml::Bool(true));
    }
    // As long as the package is built, they stay.
    let _fetched = fetch(&mut recipe, sources)?;
    let mut choices = Choices::default();
    choices.backends = Some(engines::find(&options.native, runners::Device::Cpu)?.backends);
    choices.compute_with = options.weights;
    choices.overwrite = overwrite(options.force);
    choices.strict = options.strict;
    let bar = super::progress();
    let built = build(&recipe, target, &choices, &mut |step| {
        bar.set_message(match step {
            BuildStep::Searching => "looking at what the network takes",
            BuildStep::Computing => "computing the test outputs",
            BuildStep::Writing => "writing",
            _ => "testing",
        });
    });
    bar.finish_and_clear();
    let built = match built {
        Ok(built) => built,
        Err(error) => {
            tell_recipe(recipe.name(), &error)?;
            return Err(failure(&error, None));
        }
    };
    let worth_telling = |found: &&Diagnostic| found.severity >= Severity::Warning;
    let found: Vec<Diagnostic> = built.findings.iter().filter(worth_telling).cloned().collect();
    diagnostics::print_to_stderr(&built.package, &found);
    for note in &built.notes {
        message::note(note);
    }
    test_report::print(&target.display().to_string(), &built.test, false)?;
    match (&built.written, built.test.status()) {
        (Some(report), _) => {
            let files = report.files.len() + 1;
            message::note(&format!("{}: {files} files", target.display()));
            Ok(Exit::Fine)
        }
        (None, SelfTestStatus::Unsupported) => Err(Failure::failed(
            "nothing here runs the weights of the model: nothing is written",
        )),
        (None, SelfTestStatus::Failed) => {
            message::error("the weights do not agree on the test outputs: nothing is written");
            Ok(Exit::Findings)
        }
        (None, SelfTestStatus::Passed) => {
            message::error("the package departs from the letter of the format: nothing is written");
            Ok(Exit::Findings)
        }
    }
}

/// Fetches what the recipe has at URLs.
fn fetch<'s>(recipe: &mut Recipe, sources: &'s Sources) -> Result<Option<FetchedFiles<'s>>, Failure> {
    let urls = recipe.urls();
    if urls.is_empty() {
        return Ok(None);
    }
    let files = FetchedFiles::new(sources)?;
    for (number, text) in urls.into_iter().enumerate() {
        // What is no address is reported with everything else that is wrong with the recipe.
        if let Some(url) = FetchedFiles::address(&text) {
            let file = files.fetch(&url, number)?;
            recipe.take_from(text, file);
        }
    }
    Ok(Some(files))
}

fn init(path: &Path) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage(format!("`{}` exists", path.display())),
        _ => Failure::failed(format!("cannot write {}\n  because: {error}", path.display())),
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(TEMPLATE.as_bytes()).map_err(failed)?;
    message::note(&format!("{} is to be filled in, then built", path.display()));
    Ok(Exit::Fine)
}

/// Problems with what is stated, each with its line and field.
fn tell_recipe(name: &str, error: &BuildError) -> Result<(), Failure> {
    let BuildErrorKind::Recipe(found) = error.kind() else {
        return Ok(());
    };
    let mut text = String::new();
    for finding in found {
        let place = finding
            .position
            .map_or_else(String::new, |position| format!(":{position}"));
        text.push_str(&format!("{name}{place}: error: {}", finding.message));
        if !finding.path.is_root() {
            text.push_str(&format!("\n  field: {}", finding.path));
        }
        if let Some(help) = &finding.help {
            text.push_str(&format!("\n  help: {help}"));
        }
        text.push('\n');
    }
    message::plain(stdout::harmless(text.trim_end()).as_ref());
    Ok(())
}

/// What a build that failed means for the user.
pub(super) fn failure(error: &BuildError, package: Option<&Package>) -> Failure {
    match error.kind() {
        BuildErrorKind::Recipe(_) => Failure::findings(format!("{error}: nothing is written")),
        BuildErrorKind::Invalid(found) => {
            match package {
                Some(package) => diagnostics::print_to_stderr(package, found),
                None => {
                    for finding in found {
                        message::plain(stdout::harmless(&finding.to_string()).as_ref());
                    }
                }
            }
            Failure::findings(format!("{error}: nothing is written"))
        }
        BuildErrorKind::Shape { .. } | BuildErrorKind::Halo { .. } => Failure::findings(chain(error)),
        BuildErrorKind::Package { .. } => Failure::usage(chain(error)),
        BuildErrorKind::Pack => {
            match std::error::Error::source(error).and_then(|source| source.downcast_ref()) {
                Some(pack) => super::package::failure(pack),
                None => Failure::because(error),
            }
        }
        BuildErrorKind::Run => {
            match std::error::Error::source(error).and_then(|source| source.downcast_ref()) {
                Some(run) => of_run(run),
                None => Failure::because(error),
            }
        }
        _ => Failure::because(error),
    }
}

fn of_run(error: &pipeline::PipelineError) -> Failure {
    if let PipelineErrorKind::InvalidDescription(found) = error.kind() {
        for finding in found {
            message::plain(stdout::harmless(&finding.to_string()).as_ref());
        }
    }
    Failure::of_pipeline(error)
}
