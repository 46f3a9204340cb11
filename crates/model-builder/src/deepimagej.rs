//! What deepImageJ wants to know: `config.deepimagej`, and sample images that ImageJ opens.

use std::path::{Path, PathBuf};

use pipeline::axes::ImageAxes;
use pipeline::image::{WriteOptions, write_image};
use rdf_spec::Yaml;
use tensor_ops::Tensor;

use crate::error::BuildError;
use crate::tree;

/// A tensor with what a description says of it.
pub(crate) struct SampleTensor<'a> {
    pub(crate) axes: &'a str,
    pub(crate) tensor: &'a Tensor,
}

/// Sample images, by the names that they get in the package, and the configuration that refers to them.
pub(crate) struct Samples {
    pub(crate) inputs: Vec<(String, PathBuf)>,
    pub(crate) outputs: Vec<(String, PathBuf)>,
    pub(crate) config: Yaml,
}

/// Writes the samples as TIFF images into a folder.
pub(crate) fn write(
    folder: &Path,
    inputs: &[SampleTensor<'_>],
    outputs: &[SampleTensor<'_>],
    allow_tiling: bool,
) -> Result<Samples, BuildError> {
    let write_all =
        |tensors: &[SampleTensor<'_>], role: &str| -> Result<Vec<(String, PathBuf)>, BuildError> {
            let mut files = Vec::new();
            for (at, sample) in tensors.iter().enumerate() {
                let name = format!("sample_{role}_{at}.tif");
                let path = folder.join(&name);
                let axes: ImageAxes = sample
                    .axes
                    .parse()
                    .map_err(|error| BuildError::file(&path, error))?;
                write_image(&path, sample.tensor, &axes, &WriteOptions::default())
                    .map_err(|error| BuildError::file(&path, error))?;
                files.push((name, path));
            }
            Ok(files)
        };
    let input_files = write_all(inputs, "input")?;
    let output_files = write_all(outputs, "output")?;
    let pixel_size = || {
        let one = Yaml::Float(1.0);
        tree::mapping([("x", one.clone()), ("y", one.clone()), ("z", one)])
    };
    let described = inputs.iter().zip(&input_files).map(|(sample, (file, _))| {
        tree::mapping([
            ("name", tree::text(file.clone())),
            ("size", tree::text(size(sample))),
            ("pixel_size", pixel_size()),
        ])
    });
    let described_outputs = outputs.iter().zip(&output_files).map(|(sample, (file, _))| {
        tree::mapping([
            ("name", tree::text(file.clone())),
            ("type", tree::text("image")),
            ("size", tree::text(size(sample))),
        ])
    });
    let none = || Yaml::Sequence(vec![tree::mapping([("spec", Yaml::Null)])]);
    let config = tree::mapping([
        ("pyramidal_model", Yaml::Bool(false)),
        ("allow_tiling", Yaml::Bool(allow_tiling)),
        ("model_keys", Yaml::Null),
        (
            "prediction",
            tree::mapping([("preprocess", none()), ("postprocess", none())]),
        ),
        (
            "test_information",
            tree::mapping([
                ("inputs", Yaml::Sequence(described.collect())),
                ("outputs", Yaml::Sequence(described_outputs.collect())),
                ("device", tree::text("cpu")),
                ("memory_peak", Yaml::Null),
                ("runtime", Yaml::Null),
            ]),
        ),
    ]);
    Ok(Samples {
        inputs: input_files,
        outputs: output_files,
        config,
    })
}

/// Lengths along x, y, z and c, as deepImageJ writes them; axes that are not there have one element.
fn size(sample: &SampleTensor<'_>) -> String {
    let length = |letter: char| {
        let at = sample.axes.find(letter);
        at.and_then(|at| sample.tensor.shape().get(at))
            .copied()
            .unwrap_or(1)
    };
    let lengths: Vec<String> = ['x', 'y', 'z', 'c']
        .map(|letter| length(letter).to_string())
        .into();
    lengths.join(" x ")
}
