//! Describe a model in code and write its `rdf.yaml`: `cargo run --example build_description > rdf.yaml`
#![allow(clippy::print_stdout, clippy::print_stderr)]

use rdf_spec::{
    Author, CiteEntry, DataType, InputShape, InputTensor, License, ModelRdf, OutputShape, OutputTensor,
    ProcessingStep, StatisticsMode, WeightsEntry, WeightsFormat, check_model,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let input = InputTensor::new(
        "raw".parse()?,
        "bcyx".parse()?,
        DataType::Float32,
        InputShape::Parametrized {
            min: vec![1, 1, 64, 64],
            step: vec![0, 0, 16, 16],
        },
    )
    .description("one channel of fluorescence microscopy")
    .preprocess(ProcessingStep::zero_mean_unit_variance(
        StatisticsMode::PerSample,
        "yx".parse()?,
    ));

    let output = OutputTensor::new(
        "probability".parse()?,
        "bcyx".parse()?,
        DataType::Float32,
        OutputShape::same_as("raw".parse()?, 4),
    )
    .data_range(0.0, 1.0)
    .halo(vec![0, 0, 16, 16])
    .postprocess(ProcessingStep::Sigmoid);

    let weights = WeightsEntry {
        sha256: Some("0f".repeat(32).parse()?),
        ..WeightsEntry::onnx("weights.onnx".parse()?, 17)
    };
    let author = Author {
        orcid: Some("0000-0002-1825-0097".parse()?),
        ..Author::named("Josiah Carberry")
    };
    let model = ModelRdf::builder(
        "Nucleus segmentation",
        "The probability that a pixel belongs to a nucleus.",
        "README.md".parse()?,
        License::new("CC-BY-4.0"),
        "2024-01-31T12:00:00Z".parse()?,
    )
    .author(author)
    .input(input, "test_input.npy".parse()?)
    .output(output, "test_output.npy".parse()?)
    .weights(WeightsFormat::Onnx, weights)
    .cite(CiteEntry {
        text: "Ronneberger et al. 2015".to_owned(),
        doi: Some("10.1007/978-3-319-24574-4_28".parse()?),
        url: None,
    })
    .version("0.1.0".parse::<rdf_spec::Version>()?)
    .tag("nuclei")
    .build()
    .map_err(|found| found[0].clone())?;

    // Nothing is wrong with it; there may be advice.
    for finding in check_model(&model) {
        eprintln!("{finding}");
    }
    print!("{}", model.to_yaml()?);
    Ok(())
}
