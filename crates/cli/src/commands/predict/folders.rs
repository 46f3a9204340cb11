//! Folders of images: one run for each image.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pipeline::Pipeline;
use pipeline::image::{ImageFormat, ZarrSink};
use rdf_spec::Network;

use super::assignment::{Assigned, assign};
use super::{predict, real_path};
use crate::args::{ImageKind, PredictOptions};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::render::message;

/// What is run for one image of the folders: the arguments of a run on files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    stem: String,
    inputs: Vec<String>,
    outputs: Vec<(String, PathBuf)>,
}

/// Whether an input is a folder of images. A folder `.zarr` is an image itself.
pub(super) fn has_folders(options: &PredictOptions, inputs: &[&str]) -> Result<bool, Failure> {
    let inputs = assign("--input", &options.input, inputs)?;
    Ok(inputs.iter().any(|input| is_folder(input.value)))
}

/// Runs the model on each image of the folders. An image that fails does not keep the others from being run.
pub(super) fn run(
    model: &Network,
    pipeline: &mut Pipeline,
    options: &PredictOptions,
    bar: &indicatif::ProgressBar,
) -> Result<Exit, Failure> {
    if options.resume && options.output_format != ImageKind::Zarr {
        return Err(Failure::usage(
            "--resume goes on with .zarr outputs only: add --output-format zarr, or leave out images whose results exist with --skip-existing",
        ));
    }
    let input_names: Vec<&str> = model.inputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let output_names: Vec<&str> = model.outputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs = assign("--input", &options.input, &input_names)?;
    let outputs = assign("--output", &options.output, &output_names)?;
    check_folders(&inputs, &outputs)?;
    let runs = runs(&inputs, &outputs, options.output_format)?;
    for output in outputs.iter().filter(|_| !options.dry_run) {
        fs::create_dir_all(output.value).map_err(|error| {
            Failure::failed(format!("cannot make the folder `{}`: {error}", output.value))
        })?;
    }
    let (mut done, mut skipped) = (0, 0);
    let mut failed: Vec<&str> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        bar.set_prefix(format!("{} of {} ", at + 1, runs.len()));
        if (options.skip_existing || options.resume && !options.overwrite)
            && !run.outputs.is_empty()
            && run.outputs.iter().all(|(_, path)| path.exists())
        {
            skipped += 1;
            continue;
        }
        let mut one = options.clone();
        // Images that were not begun are begun.
        one.resume = options.resume && run.outputs.iter().any(|(_, path)| ZarrSink::is_unfinished(path));
        one.input.clone_from(&run.inputs);
        one.output = run
            .outputs
            .iter()
            .map(|(name, path)| format!("{name}={}", path.display()))
            .collect();
        match predict(model, pipeline, &one, bar) {
            Ok(_) => done += 1,
            Err(failure) => {
                bar.suspend(|| message::error(&format!("{}: {failure}", run.stem)));
                failed.push(&run.stem);
            }
        }
        interrupt::check()?;
    }
    bar.set_prefix("");
    let mut summary = format!("{done} of {} images done", runs.len());
    if skipped > 0 {
        summary += &format!(", {skipped} left out since their results exist");
    }
    if !options.dry_run {
        bar.suspend(|| message::note(&summary));
    }
    if failed.is_empty() {
        return Ok(Exit::Fine);
    }
    Err(Failure::failed(format!(
        "{} of {} images failed: {}",
        failed.len(),
        runs.len(),
        failed.join(", ")
    )))
}

fn is_folder(value: &str) -> bool {
    let path = Path::new(value);
    path.is_dir() && ImageFormat::from_path(path).is_err()
}

/// Results go to folders, and not to those that the images come from.
fn check_folders(inputs: &[Assigned<'_>], outputs: &[Assigned<'_>]) -> Result<(), Failure> {
    let sources: Vec<PathBuf> = inputs.iter().map(|input| real_path(input.value)).collect();
    for output in outputs {
        let path = Path::new(output.value);
        if path.is_file() || ImageFormat::from_path(path).is_ok() {
            return Err(Failure::usage(format!(
                "the input is a folder, so the output `{}` has to be one, too: results are named after the images",
                output.value
            )));
        }
        if sources.contains(&real_path(output.value)) {
            return Err(Failure::usage(format!(
                "`{}` is the folder of the images: give another one for the results",
                output.value
            )));
        }
    }
    Ok(())
}

/// One run for each image: inputs from several folders belong together if they have the same name without extension.
fn runs(inputs: &[Assigned<'_>], outputs: &[Assigned<'_>], format: ImageKind) -> Result<Vec<Run>, Failure> {
    let mut folders = Vec::new();
    for input in inputs.iter().filter(|input| is_folder(input.value)) {
        folders.push((input, images(Path::new(input.value))?));
    }
    let Some((leading, stems)) = folders.first() else {
        return Ok(Vec::new());
    };
    for (input, found) in &folders {
        let missing = stems.keys().find(|stem| !found.contains_key(*stem));
        let more = found.keys().find(|stem| !stems.contains_key(*stem));
        let lone = missing
            .map(|stem| (stem, leading.value, input.value))
            .or_else(|| more.map(|stem| (stem, input.value, leading.value)));
        if let Some((stem, here, there)) = lone {
            return Err(Failure::usage(format!(
                "images of several inputs belong together by their names: `{stem}` is in `{here}`, not in `{there}`"
            )));
        }
    }
    let mut runs = Vec::with_capacity(stems.len());
    for stem in stems.keys() {
        let path = |input: &Assigned<'_>| {
            let in_folder = folders.iter().find(|(folder, _)| folder.name == input.name);
            match in_folder.and_then(|(_, found)| found.get(stem)) {
                Some(path) => path.display().to_string(),
                None => input.value.to_owned(),
            }
        };
        runs.push(Run {
            stem: stem.clone(),
            inputs: inputs
                .iter()
                .map(|input| format!("{}={}", input.name, path(input)))
                .collect(),
            outputs: outputs
                .iter()
                .map(|output| (output.name.to_owned(), result(stem, output, outputs, format)))
                .collect(),
        });
    }
    Ok(runs)
}

/// Where the result for an image goes. The name of the tensor is part of it where several share a folder.
fn result(stem: &str, output: &Assigned<'_>, outputs: &[Assigned<'_>], format: ImageKind) -> PathBuf {
    let shared = outputs.iter().filter(|other| other.value == output.value).count() > 1;
    let name = if shared {
        format!("{stem}_{}.{}", output.name, format.extension())
    } else {
        format!("{stem}.{}", format.extension())
    };
    Path::new(output.value).join(name)
}

/// The images of a folder, not of those below it, by their names without extension.
fn images(folder: &Path) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let failed = |error| Failure::failed(format!("cannot read the folder `{}`: {error}", folder.display()));
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
            continue;
        };
        // Folders in an image `.zarr` are not in question here: only what is directly in the folder is looked at.
        if stem.starts_with('.') || path.extension().is_none() || ImageFormat::from_path(&path).is_err() {
            continue;
        }
        if let Some(other) = found.insert(stem, path.clone()) {
            return Err(Failure::usage(format!(
                "`{}` and `{}` have the same name but for the extension, so that their results would, too",
                other.display(),
                path.display()
            )));
        }
    }
    if found.is_empty() {
        return Err(Failure::usage(format!(
            "there is no image in the folder `{}`: one of {} is needed",
            folder.display(),
            ImageFormat::EXTENSIONS.join(", ")
        )));
    }
    Ok(found)
}
