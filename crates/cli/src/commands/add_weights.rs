//! `modelhub add-weights`

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use model_builder::{AddWeightsOptions as Choices, NewWeights, Unpacked, add_weights, write_package};
use pipeline::atomic_file::write_atomically;
use pipeline::{Package, SelfTestStatus};
use rdf_spec::{Kept, PackError, Packer, WeightsFormat, Yaml};

use super::fetched::FetchedFiles;
use super::migrate::replace_description;
use super::package::{failure, overwrite, weights_format};
use crate::args::NativeOptions;
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::render::{message, test_report};
use crate::source::Sources;

/// Add weights in one more format to a model, if they give its test outputs.
///
/// The file is copied into the folder of the package and described, with its digest; comments stay. The package of a zip
/// file is written anew with --output. To convert weights that the model has, use `modelhub convert --add-to-package`.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct AddWeightsOptions {
    /// Folder, description or zip file of the model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// File with the weights, here or at an http(s) address
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Weights format of the file
    #[arg(long, value_name = "FORMAT", value_parser = weights_format)]
    format: WeightsFormat,
    /// Weights that these were made from
    #[arg(long, value_name = "FORMAT", value_parser = weights_format)]
    parent: Option<WeightsFormat>,
    /// onnx: version of the operators; read from the file unless given
    #[arg(long, value_name = "N")]
    opset_version: Option<i64>,
    /// torchscript, pytorch_state_dict: version of PyTorch that wrote the file
    #[arg(long, value_name = "VERSION")]
    pytorch_version: Option<String>,
    /// keras_hdf5, tensorflow_saved_model_bundle, tensorflow_js: version of TensorFlow that wrote the file
    #[arg(long, value_name = "VERSION")]
    tensorflow_version: Option<String>,
    /// pytorch_state_dict: Python source in the package and the class or function in it
    #[arg(long, value_name = "FILE.py:NAME")]
    architecture: Option<String>,
    /// Write the package with the weights here (a zip file or a folder), and leave MODEL as it is
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Replace what is at OUT
    #[arg(long, requires = "output")]
    force: bool,
    /// Add weights that nothing here runs, so that they are not tested
    #[arg(long)]
    untested: bool,
    #[command(flatten)]
    native: NativeOptions,
}

impl AddWeightsOptions {
    fn weights(&self, file: &Path) -> Result<NewWeights, Failure> {
        let name = file.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return Err(Failure::usage(format!(
                "`{}` is not the name of a file",
                file.display()
            )));
        };
        let texts = [
            ("pytorch_version", self.pytorch_version.as_deref()),
            ("tensorflow_version", self.tensorflow_version.as_deref()),
            ("architecture", self.architecture.as_deref()),
            ("parent", self.parent.map(WeightsFormat::name)),
        ];
        let mut fields: Vec<(String, Yaml)> = Vec::new();
        for (key, text) in texts {
            fields.extend(text.map(|text| (key.to_owned(), Yaml::String(text.to_owned()))));
        }
        let version = self
            .opset_version
            .map(|version| ("opset_version".to_owned(), Yaml::Int(version)));
        fields.extend(version);
        Ok(NewWeights {
            format: self.format,
            source: name.to_owned(),
            fields,
        })
    }
}

pub(crate) fn run(options: &AddWeightsOptions, sources: &Sources) -> Result<Exit, Failure> {
    if let Some(target) = &options.output {
        super::package::check_target(target)?;
    }
    let opened = sources.open(&options.model)?;
    let is_folder = opened.files().folder().is_some();
    if !is_folder && options.output.is_none() {
        return Err(Failure::usage(format!(
            "`{}` is no folder, and is not changed in place: write a new one with --output",
            options.model.display()
        )));
    }
    let unpacked = if is_folder {
        None
    } else {
        Some(Unpacked::new(&opened).map_err(|error| super::build::failure(&error, Some(&opened)))?)
    };
    let package = unpacked.as_ref().map_or(&opened, Unpacked::package);
    let address = options.file.to_str().and_then(FetchedFiles::address);
    let fetched = match &address {
        Some(url) => {
            let files = FetchedFiles::new(sources)?;
            let file = files.fetch(url, 0)?;
            Some((files, file))
        }
        None => None,
    };
    let file = fetched.as_ref().map_or(&options.file, |(_, file)| file);
    let weights = options.weights(file)?;
    let mut choices = Choices::default();
    choices.backends = Some(engines::find(&options.native, runners::Device::Cpu)?.backends);
    let bar = super::progress();
    bar.set_message("testing");
    let added = add_weights(package, file, weights, &choices);
    bar.finish_and_clear();
    let added = added.map_err(|error| super::build::failure(&error, Some(package)))?;
    test_report::print(&options.model.display().to_string(), &added.test, false)?;
    match added.test.status() {
        SelfTestStatus::Passed => {}
        SelfTestStatus::Failed => {
            message::error("the weights do not give the test outputs of the model: nothing is written");
            return Ok(Exit::Findings);
        }
        SelfTestStatus::Unsupported if options.untested => message::warning("the weights were not tested"),
        SelfTestStatus::Unsupported => {
            return Err(Failure::failed(
                "nothing here runs these weights, nothing is written: use --untested to add them all the same",
            ));
        }
    }
    if added.description.kept != Kept::Everything {
        message::warning("not all comments of the description could be kept");
    }
    match &options.output {
        Some(target) => {
            let packer = Packer::new(&added.package).keep_urls();
            let accept = |_: &Path| Ok::<_, PackError>(());
            write_package(packer, target, overwrite(options.force), accept)
                .map_err(|error| failure(&error))?;
            message::note(&format!("{} has {} weights", target.display(), options.format));
        }
        None => {
            copy_into(package, file)?;
            replace_description(
                package,
                &added.description.text,
                "write to another place with --output",
            )?;
            message::note(&format!(
                "{} weights are described in {}",
                options.format,
                package.files().description_name()
            ));
        }
    }
    Ok(Exit::Fine)
}

/// Copies the file beside the description, unless it is there.
fn copy_into(package: &Package, file: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(format!("cannot copy {}\n  because: {error}", file.display()))
    };
    let Some(name) = file.file_name() else {
        return Ok(());
    };
    let target = package.files().location().join(name);
    if target.exists() {
        let is_same =
            matches!((target.canonicalize(), file.canonicalize()), (Ok(one), Ok(other)) if one == other);
        return if is_same {
            Ok(())
        } else {
            Err(Failure::usage(format!(
                "there is another file `{}`: rename the new one",
                target.display()
            )))
        };
    }
    let mut from = File::open(file).map_err(failed)?;
    write_atomically(&target, |writer| std::io::copy(&mut from, writer).map(drop)).map_err(failed)
}
