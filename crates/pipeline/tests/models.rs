//! The library on the fixture models: what an application that embeds it relies on.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, Axis, concatenate};
use pipeline::image::read_npy_file;
use pipeline::{
    Package, Pipeline, PipelineErrorKind, Sample, SelfTestOptions, SelfTestProgress, SelfTestStatus,
    ShapeProblem, self_test,
};
use runners::WeightsFormat;
use tensor_ops::Tensor;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec-fixtures/models")
        .join(name)
}

fn float(tensor: &Tensor) -> ArrayD<f32> {
    match tensor {
        Tensor::Float32(values) => values.clone(),
        other => panic!("{} is not float32", other.data_type()),
    }
}

fn largest_difference(a: &ArrayD<f32>, b: &ArrayD<f32>) -> f32 {
    assert_eq!(a.shape(), b.shape());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn every_item_of_a_batch_is_normalised_by_itself() {
    let folder = fixture("blobs-unet2d");
    let package = Package::open(&folder).unwrap();
    let mut pipeline = Pipeline::builder(&package).build().unwrap();
    assert_eq!(
        (pipeline.weights_format(), pipeline.backend()),
        (WeightsFormat::Onnx, "tract")
    );
    let image = float(&read_npy_file(folder.join("test_input.npy")).unwrap());
    let brighter = image.mapv(|value| 3.0 * value + 100.0);
    let batch = concatenate(Axis(0), &[image.view(), brighter.view()]).unwrap();

    let output = pipeline.predict(&Sample::new().with("image", batch)).unwrap();
    let output = float(output.get("probability").unwrap());
    let expected = float(&read_npy_file(folder.join("test_output.npy")).unwrap());
    for item in 0..2 {
        let one = output.index_axis(Axis(0), item).to_owned().insert_axis(Axis(0));
        // Gain and offset of an item are removed by its own statistics.
        assert!(largest_difference(&one, &expected) < 1e-4, "item {item}");
    }
}

#[test]
fn one_pipeline_runs_samples_of_different_size_again_and_again() {
    let package = Package::open(fixture("blobs-unet2d")).unwrap();
    let mut pipeline = Pipeline::builder(&package)
        .threads(NonZeroUsize::MIN)
        .build()
        .unwrap();
    let image = |height: usize, width: usize| {
        ArrayD::from_shape_fn(vec![1, 1, height, width], |at| {
            ((at[2] * 7 + at[3] * 13) % 97) as f32
        })
    };
    let mut run = |height, width| {
        let output = pipeline
            .predict(&Sample::new().with("image", image(height, width)))
            .unwrap();
        float(output.get("probability").unwrap())
    };
    let first = run(128, 160);
    assert_eq!(first.shape(), [1, 1, 128, 160]);
    assert_eq!(run(144, 128).shape(), [1, 1, 144, 128]);
    assert_eq!(run(128, 160), first);
}

#[test]
fn what_does_not_fit_is_told_apart() {
    let package = Package::open(fixture("two-channels-two-outputs")).unwrap();
    let mut pipeline = Pipeline::builder(&package).build().unwrap();
    let bytes = ArrayD::<u8>::zeros(vec![1, 1, 64, 64]);
    let floats = ArrayD::<f32>::zeros(vec![1, 1, 64, 64]);
    let mut kind = |sample: Sample| pipeline.predict(&sample).unwrap_err().kind().clone();

    let missing = kind(Sample::new().with("membrane", bytes.clone()));
    assert!(matches!(missing, PipelineErrorKind::MissingInput { name, .. } if name == "nuclei"));
    let unknown = kind(
        Sample::new()
            .with("membrane", bytes.clone())
            .with("nucleus", floats.clone()),
    );
    assert!(matches!(unknown, PipelineErrorKind::UnknownInput { name, .. } if name == "nucleus"));
    let small = ArrayD::<f32>::zeros(vec![1, 1, 66, 64]);
    let shape = kind(Sample::new().with("membrane", bytes).with("nuclei", small));
    let PipelineErrorKind::Shape { problem, .. } = shape else {
        panic!("{shape}")
    };
    assert_eq!(problem.nearest_sizes(), Some((Some(64), 68)));
    assert!(matches!(
        problem,
        ShapeProblem::NotOnLattice {
            axis: 'y',
            found: 66,
            min: 64,
            step: 4,
            ..
        }
    ));
    let fraction = floats.mapv(|_| 0.5);
    let values = kind(Sample::new().with("membrane", fraction).with("nuclei", floats));
    assert!(matches!(values, PipelineErrorKind::ValuesDoNotFit { name, .. } if name == "membrane"));
}

#[test]
fn whole_numbers_of_another_type_are_taken() {
    let folder = fixture("two-channels-two-outputs");
    let package = Package::open(&folder).unwrap();
    let mut pipeline = Pipeline::builder(&package).build().unwrap();
    let membrane = read_npy_file(folder.join("test_membrane.npy")).unwrap();
    let nuclei = read_npy_file(folder.join("test_nuclei.npy")).unwrap();
    let as_floats = Sample::new()
        .with("membrane", membrane.to_f32())
        .with("nuclei", nuclei.clone());
    let as_described = Sample::new().with("membrane", membrane).with("nuclei", nuclei);
    assert_eq!(
        pipeline.predict(&as_floats).unwrap(),
        pipeline.predict(&as_described).unwrap()
    );
}

#[test]
fn weights_are_chosen_by_what_can_run() {
    let package = Package::open(fixture("blobs-unet2d")).unwrap();
    let torchscript = Pipeline::builder(&package)
        .weights_format(WeightsFormat::Torchscript)
        .build()
        .unwrap();
    assert_eq!(torchscript.weights_format(), WeightsFormat::Torchscript);
    assert!(torchscript.warnings().is_empty());
    let absent = Pipeline::builder(&package)
        .weights_format(WeightsFormat::KerasHdf5)
        .build()
        .unwrap_err();
    assert!(
        matches!(absent.kind(), PipelineErrorKind::NoSuchWeights { .. }),
        "{absent}"
    );
    let backend = Pipeline::builder(&package)
        .backend("nothing")
        .build()
        .unwrap_err();
    assert!(
        matches!(backend.kind(), PipelineErrorKind::UnknownBackend { .. }),
        "{backend}"
    );
    assert!(Pipeline::builder(&package).backend("tract").build().is_ok());
}

#[test]
fn the_self_test_reports_its_steps_and_can_be_stopped() {
    let package = Package::open(fixture("two-channels-two-outputs")).unwrap();
    let mut steps = Vec::new();
    let report = self_test(&package, &SelfTestOptions::default(), &mut |step| {
        steps.push(step);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(report.status(), SelfTestStatus::Passed);
    let running = |format, number| SelfTestProgress::Running {
        format,
        number,
        of: 2,
    };
    let expected = [
        SelfTestProgress::ReadingTensors,
        running(WeightsFormat::Onnx, 1),
        running(WeightsFormat::Torchscript, 2),
    ];
    assert_eq!(steps, expected);

    let stopped = self_test(&package, &SelfTestOptions::default(), &mut |_| {
        ControlFlow::Break(())
    })
    .unwrap_err();
    assert_eq!(*stopped.kind(), PipelineErrorKind::Cancelled);
}
