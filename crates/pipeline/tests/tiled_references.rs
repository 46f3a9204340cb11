//! Operations that refer to other tensors, and statistics along axes that tiles cut: tile by tile as on the whole.
#![cfg(feature = "tract")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use ndarray::ArrayD;
use pipeline::tiled::MemoryImage;
use pipeline::{DatasetStatistics, Package, Pipeline, Sample, TileOptions, TiledRun};
use tensor_ops::{DataType, Tensor};

/// The fixture with two inputs and outputs, and other operations.
fn model(mode: &str) -> tempfile::TempDir {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/models/two-channels-two-outputs");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let path = folder.path().join("rdf.yaml");
    let mut text = fs::read_to_string(&path).unwrap();
    let mut replace = |from: &str, to: &str| {
        assert_eq!(text.matches(from).count(), 1, "{from:?}");
        text = text.replace(from, to);
    };
    // Along x only: tiles cut the axis y, along which the percentiles vary.
    let by_rows = format!("mode: {mode}, axes: x, min_percentile: 5, max_percentile: 95, eps: 0.001");
    replace(
        "- name: scale_linear  # 0 to 255 becomes -1 to just below 1\n        kwargs:\n          gain: 0.0078125\n          offset: -1.0",
        &format!("- name: scale_range\n        kwargs: {{{by_rows}, reference_tensor: nuclei}}"),
    );
    replace(
        "- name: zero_mean_unit_variance\n        kwargs:\n          mode: per_sample\n          axes: cyx\n          eps: 1.0e-6",
        &format!("- name: scale_range\n        kwargs: {{{by_rows}}}"),
    );
    replace(
        "- name: sigmoid  # the network itself returns logits",
        &format!(
            "- name: scale_mean_variance\n        kwargs: {{mode: {mode}, axes: yx, reference_tensor: nuclei}}"
        ),
    );
    // An input of another type.
    replace(
        "- name: sigmoid\n      - name: binarize\n        kwargs:\n          threshold: 0.5",
        &format!(
            "- name: scale_range\n        kwargs: {{mode: {mode}, axes: yx, reference_tensor: membrane}}"
        ),
    );
    fs::write(path, text).unwrap();
    folder
}

fn image(seed: usize, factor: f32) -> ArrayD<f32> {
    ArrayD::from_shape_fn(vec![1, 1, 160, 136], |at| {
        let smooth = ((at[2] + seed) as f32 / 7.0).sin() + (at[3] as f32 / 11.0).cos();
        let rough = (at[2] * 31 + at[3] * 17 + seed) % 23;
        factor * (30.0 * (smooth + 2.0) + rough as f32).floor()
    })
}

#[test]
fn operations_with_reference_tensors_equal_the_whole() {
    for mode in ["per_sample", "per_dataset"] {
        let folder = model(mode);
        let package = Package::open(folder.path()).unwrap();
        let mut pipeline = Pipeline::builder(&package)
            .dataset_statistics(DatasetStatistics::FromSample)
            .build()
            .unwrap();
        let membrane = Tensor::from(image(1, 1.0)).into_cast(DataType::Uint8);
        let nuclei = Tensor::from(image(5, 0.01));
        let sample = Sample::new()
            .with("membrane", membrane.clone())
            .with("nuclei", nuclei.clone());
        let whole = pipeline.predict(&sample).unwrap();

        let options = TileOptions::default().with_tile('y', 96).with_tile('x', 72);
        let shapes = [membrane.shape().to_vec(), nuclei.shape().to_vec()];
        let plan = pipeline.plan_tiles(&shapes, &options).unwrap();
        assert!(plan.len() > 2, "{plan}");
        let mut sources = [membrane, nuclei].map(MemoryImage::new);
        let mut sinks: Vec<MemoryImage> = plan
            .output_shapes()
            .iter()
            .map(|shape| MemoryImage::zeros(DataType::Float32, shape).unwrap())
            .collect();
        pipeline
            .predict_tiled(&plan, &mut sources, &mut sinks, TiledRun::default())
            .unwrap();
        for (sink, (name, expected)) in sinks.into_iter().zip(whole.iter()) {
            let (found, expected) = (sink.into_tensor().to_f32(), expected.to_f32());
            let spread = expected.fold(0.0_f32, |most, value| most.max(value.abs()));
            let largest = found
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(
                largest <= 1e-5 * spread.max(1.0),
                "{mode} {name}: {largest} of {spread}"
            );
            assert!(spread > 0.1, "{mode} {name}: nothing to compare");
        }
    }
}
