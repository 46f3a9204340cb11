//! Descriptions that are made in code: the same checks as for those that are read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use rdf_spec::{
    Author, CiteEntry, Code, DataType, Diagnostic, InputShape, InputTensor, License, ModelBuilder, ModelRdf,
    OutputShape, OutputTensor, ProcessingStep, StatisticsMode, WeightsEntry, WeightsFormat, Yaml,
    check_model,
};

fn input() -> InputTensor {
    InputTensor::new(
        "raw".parse().unwrap(),
        "bcyx".parse().unwrap(),
        DataType::Float32,
        InputShape::Explicit(vec![1, 1, 64, 64]),
    )
}

fn output() -> OutputTensor {
    OutputTensor::new(
        "mask".parse().unwrap(),
        "bcyx".parse().unwrap(),
        DataType::Uint8,
        OutputShape::same_as("raw".parse().unwrap(), 4),
    )
}

/// A builder to which tensors and weights are still to be added.
fn begun() -> ModelBuilder {
    ModelRdf::builder(
        "Model",
        "",
        "README.md".parse().unwrap(),
        License::new("MIT"),
        "2024-01-31T12:00:00Z".parse().unwrap(),
    )
    .author(Author::named("Jane Doe"))
    .cite(CiteEntry {
        text: "a paper".to_owned(),
        doi: None,
        url: Some("https://example.org".to_owned()),
    })
}

fn with_weights(builder: ModelBuilder) -> ModelBuilder {
    builder.weights(
        WeightsFormat::Onnx,
        WeightsEntry::onnx("weights.onnx".parse().unwrap(), 17),
    )
}

fn complete() -> ModelBuilder {
    with_weights(begun())
        .input(input(), "in.npy".parse().unwrap())
        .output(output(), "out.npy".parse().unwrap())
}

/// The errors as `CODE PATH`.
fn errors(result: Result<ModelRdf, Vec<Diagnostic>>) -> Vec<String> {
    let found = result.unwrap_err();
    assert!(found.iter().all(|finding| finding.position.is_none()));
    let errors = found.iter().filter(|finding| finding.is_error());
    errors
        .map(|finding| format!("{} {}", finding.code, finding.path))
        .collect()
}

#[test]
fn a_complete_description_has_no_findings() {
    let model = complete().build().unwrap();
    assert_eq!(check_model(&model), []);
    assert_eq!(model.format_version.numbers(), (0, 4, 10));
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(
        errors(begun().build()),
        [
            "empty-list inputs",
            "empty-list outputs",
            "empty-list test_inputs",
            "empty-list test_outputs",
            "empty-list weights",
        ]
    );
}

#[test]
fn values_are_checked_as_in_a_document() {
    let step = ProcessingStep::scale_range(StatisticsMode::PerSample, "yx".parse().unwrap(), 99.0, 1.5);
    let fixed = ProcessingStep::zero_mean_unit_variance(StatisticsMode::Fixed, "yx".parse().unwrap());
    let builder = with_weights(begun())
        .input(
            input().preprocess(step).preprocess(fixed),
            "in.npy".parse().unwrap(),
        )
        .output(output().halo(vec![0, 0, 40, 40]), "out.tif".parse().unwrap());
    assert_eq!(
        errors(builder.build()),
        [
            "invalid-source test_outputs[0]",
            "output-too-small outputs[0].halo",
            "output-too-small outputs[0].halo",
            "statistics-arguments inputs[0].preprocessing[1].kwargs.mean",
            "statistics-arguments inputs[0].preprocessing[1].kwargs.std",
            "percentile-order inputs[0].preprocessing[0].kwargs.max_percentile",
        ]
    );
}

#[test]
fn fields_of_another_weights_format_are_errors() {
    let entry = WeightsEntry::torchscript("weights.pt".parse().unwrap(), "2.1".parse().unwrap());
    let builder = complete().weights(WeightsFormat::KerasHdf5, entry);
    assert_eq!(
        errors(builder.build()),
        ["unknown-field weights.keras_hdf5.pytorch_version"]
    );
}

#[test]
fn settings_beyond_the_bounds_of_a_document_are_errors() {
    let deep = (0..200).fold(Yaml::Null, |inner, _| Yaml::Sequence(vec![inner]));
    let found = complete().config("tool", deep).build().unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::NestingTooDeep);
}

#[test]
fn sizes_that_no_document_can_state_are_errors() {
    let mut model = complete().build().unwrap();
    model.inputs[0].shape = InputShape::Explicit(vec![1, 1, 64, usize::MAX]);
    let errors = check_model(&model);
    assert!(
        errors
            .iter()
            .any(|finding| finding.is_error() && finding.path.to_string() == "inputs[0].shape[3]"),
        "{errors:?}"
    );
}
