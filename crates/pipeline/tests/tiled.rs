//! Real networks, tile by tile: equal to the whole image.
#![cfg(feature = "tract")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use pipeline::tiled::MemoryImage;
use pipeline::{
    DatasetStatistics, Package, Pipeline, Sample, TileOptions, TiledError, TiledProgress, TiledReport,
    TiledRun,
};
use tensor_ops::{DataType, Tensor};
use tiling::TilePlan;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec-fixtures/models")
        .join(name)
}

struct Model {
    pipeline: Pipeline,
    /// For each input its name, axes and type; for each output its name and type.
    inputs: Vec<(String, String, rdf_spec::DataType)>,
    outputs: Vec<(String, DataType)>,
}

fn open(folder: &Path) -> Model {
    let package = Package::open(folder).unwrap();
    let pipeline = Pipeline::builder(&package)
        .dataset_statistics(DatasetStatistics::FromSample)
        .build()
        .unwrap();
    let network = package.parsed().network().unwrap();
    let input = |tensor: &rdf_spec::InputTensor| {
        (
            tensor.name.as_str().to_owned(),
            tensor.axes.as_str().to_owned(),
            tensor.data_type,
        )
    };
    let output = |tensor: &rdf_spec::OutputTensor| {
        (
            tensor.name.as_str().to_owned(),
            tensor.data_type.to_string().parse().unwrap(),
        )
    };
    Model {
        inputs: network.inputs.iter().map(input).collect(),
        outputs: network.outputs.iter().map(output).collect(),
        pipeline,
    }
}

/// An image with structure at all scales, whole numbers from 0 to 255.
fn image(shape: &[usize], seed: usize) -> Tensor {
    let image = ArrayD::from_shape_fn(shape, |at| {
        let mut hash = seed as u64;
        let mut smooth = 0.0_f32;
        for axis in 0..shape.len() {
            hash = (hash ^ at[axis] as u64)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(23);
            smooth += ((at[axis] + 3 * seed) as f32 / 9.0).sin();
        }
        (100.0 + 25.0 * smooth + (hash >> 58) as f32)
            .round()
            .clamp(0.0, 255.0)
    });
    Tensor::from(image)
}

impl Model {
    fn images(&self, shapes: &[Vec<usize>]) -> Vec<Tensor> {
        self.inputs
            .iter()
            .zip(shapes)
            .enumerate()
            .map(|(at, ((_, _, data_type), shape))| match image(shape, at) {
                // Around zero, as networks without preprocessing expect it: rounding is relative to the values.
                Tensor::Float32(values) if data_type.to_string() == "float32" => {
                    Tensor::from(values.mapv(|value| (value - 128.0) / 64.0))
                }
                other => other.into_cast(data_type.to_string().parse().unwrap()),
            })
            .collect()
    }

    /// The sizes along the axes of every input.
    fn shapes(&self, sizes: &[(char, usize)]) -> Vec<Vec<usize>> {
        let size = |letter| {
            sizes
                .iter()
                .find(|(own, _)| *own == letter)
                .map_or(1, |(_, size)| *size)
        };
        self.inputs
            .iter()
            .map(|(_, axes, _)| axes.chars().map(size).collect())
            .collect()
    }

    fn tiled(
        &mut self,
        plan: &TilePlan,
        images: &[Tensor],
    ) -> Result<(Vec<Tensor>, TiledReport), TiledError> {
        let mut sources: Vec<MemoryImage> = images.iter().cloned().map(MemoryImage::new).collect();
        let outputs = self.outputs.iter().zip(plan.output_shapes());
        let mut sinks: Vec<MemoryImage> = outputs
            .map(|((_, data_type), shape)| MemoryImage::zeros(*data_type, shape).unwrap())
            .collect();
        let report = self
            .pipeline
            .predict_tiled(plan, &mut sources, &mut sinks, TiledRun::default())?;
        Ok((sinks.into_iter().map(MemoryImage::into_tensor).collect(), report))
    }

    fn whole(&mut self, images: &[Tensor]) -> Vec<Tensor> {
        let mut sample = Sample::new();
        for ((name, ..), image) in self.inputs.iter().zip(images) {
            sample.insert(name.clone(), image.clone());
        }
        let results = self.pipeline.predict(&sample).unwrap();
        self.outputs
            .iter()
            .map(|(name, _)| results.get(name).unwrap().clone())
            .collect()
    }

    /// The largest difference between tiled and whole, and the number of tiles.
    fn difference(&mut self, sizes: &[(char, usize)], options: &TileOptions) -> (f64, usize) {
        let shapes = self.shapes(sizes);
        let plan = self.pipeline.plan_tiles(&shapes, options).unwrap();
        assert!(!plan.is_padded());
        let images = self.images(&shapes);
        let (tiled, report) = self.tiled(&plan, &images).unwrap();
        assert_eq!(report.tiles, plan.len());
        let whole = self.whole(&images);
        let differences = tiled.iter().zip(&whole).map(|(tiled, whole)| {
            assert_eq!(
                (tiled.shape(), tiled.data_type()),
                (whole.shape(), whole.data_type())
            );
            largest_difference(tiled, whole)
        });
        (differences.fold(0.0, f64::max), plan.len())
    }
}

fn largest_difference(one: &Tensor, other: &Tensor) -> f64 {
    let (Tensor::Float64(one), Tensor::Float64(other)) =
        (one.cast(DataType::Float64), other.cast(DataType::Float64))
    else {
        panic!("a cast gives the type that was asked for")
    };
    one.iter()
        .zip(&other)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// For each model the size of an image and five sizes of tiles.
fn check(folder: &Path, sizes: &[(char, usize)], tiles: &[&[(char, usize)]]) {
    let mut model = open(folder);
    for tile in tiles {
        let options = tile
            .iter()
            .fold(TileOptions::default(), |options, &(axis, size)| {
                options.with_tile(axis, size)
            });
        let (difference, count) = model.difference(sizes, &options);
        eprintln!(
            "{}: {tile:?}: {count} tiles, largest difference {difference:.1e}",
            folder.display()
        );
        assert!(count > 1, "{}: {tile:?}", folder.display());
        assert!(difference < 1e-5, "{}: {tile:?}: {difference}", folder.display());
    }
}

#[test]
fn networks_of_known_receptive_field_equal_the_whole() {
    let square: &[&[(char, usize)]] = &[
        &[('y', 64), ('x', 64)],
        &[('y', 96), ('x', 48)],
        &[('y', 160), ('x', 56)],
        &[('y', 52), ('x', 240)],
        &[('y', 100), ('x', 100)],
    ];
    let size = [('y', 200), ('x', 240)];
    for name in [
        "tiling-unet-stride4",
        "tiling-half-size",
        "tiling-double-size",
        "tiling-valid-unet",
        "tiling-two-outputs",
    ] {
        check(&fixture(name), &size, square);
    }
    let volume: &[&[(char, usize)]] = &[
        &[('z', 20), ('y', 20), ('x', 20)],
        &[('z', 28), ('y', 18), ('x', 36)],
        &[('z', 16), ('y', 32), ('x', 24)],
        &[('z', 36), ('y', 40), ('x', 16)],
        &[('z', 24), ('y', 24), ('x', 24)],
    ];
    check(
        &fixture("tiling-volume"),
        &[('z', 36), ('y', 40), ('x', 44)],
        volume,
    );
}

#[test]
fn trained_models_equal_the_whole() {
    let tiles: &[&[(char, usize)]] = &[
        &[('y', 128), ('x', 128)],
        &[('y', 144), ('x', 160)],
        &[('y', 256), ('x', 128)],
        &[('y', 176), ('x', 176)],
        &[('y', 128), ('x', 208)],
    ];
    check(&fixture("blobs-unet2d"), &[('y', 272), ('x', 240)], tiles);
    let tiles: &[&[(char, usize)]] = &[&[('y', 96), ('x', 96)], &[('y', 128), ('x', 64)]];
    check(
        &fixture("two-channels-two-outputs"),
        &[('c', 1), ('y', 160), ('x', 128)],
        tiles,
    );
}

#[test]
fn a_halo_that_is_too_small_shows() {
    let mut model = open(&fixture("tiling-dishonest-halo"));
    let size = [('y', 200), ('x', 240)];
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let (difference, _) = model.difference(&size, &options);
    assert!(difference > 0.01, "{difference}");
    // The one that is needed can be given.
    let options = options.with_halo('y', 12).with_halo('x', 12);
    let (difference, _) = model.difference(&size, &options);
    assert!(difference < 1e-5, "{difference}");
}

#[test]
fn a_model_of_fixed_size_covers_larger_and_smaller_images() {
    let mut model = open(&fixture("tiling-fixed-size"));
    // What the same network gives for the whole image is known from the package that takes all sizes.
    let mut free = open(&fixture("tiling-dishonest-halo"));
    let shapes = model.shapes(&[('y', 160), ('x', 128)]);
    let images = model.images(&shapes);
    let whole = free.whole(&images);
    let options = TileOptions::default().with_stride('y', 4).with_stride('x', 4);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (tiled, _) = model.tiled(&plan, &images).unwrap();
    assert!(plan.len() > 4);
    assert!(largest_difference(&tiled[0], &whole[0]) < 1e-5);

    let shapes = model.shapes(&[('y', 30), ('x', 50)]);
    let plan = model
        .pipeline
        .plan_tiles(&shapes, &TileOptions::default())
        .unwrap();
    assert_eq!((plan.len(), plan.is_padded()), (1, true));
    let (tiled, _) = model.tiled(&plan, &model.images(&shapes)).unwrap();
    assert_eq!(tiled[0].shape(), [1, 1, 30, 50]);
}

#[test]
fn an_image_without_a_legal_size_is_padded_the_same_way_with_and_without_tiles() {
    let mut model = open(&fixture("tiling-unet-stride4"));
    let shapes = model.shapes(&[('y', 151), ('x', 130)]);
    let images = model.images(&shapes);
    let whole = model.pipeline.plan_tiles(&shapes, &TileOptions::whole()).unwrap();
    assert!(whole.is_padded() && whole.len() == 1);
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (one, _) = model.tiled(&whole, &images).unwrap();
    let (many, _) = model.tiled(&plan, &images).unwrap();
    assert_eq!(one[0].shape(), [1, 1, 151, 130]);
    assert!(largest_difference(&one[0], &many[0]) < 1e-5);
}

#[test]
fn items_of_a_batch_are_run_one_by_one() {
    let mut model = open(&fixture("tiling-unet-stride4"));
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let (difference, tiles) = model.difference(&[('b', 3), ('y', 80), ('x', 64)], &options);
    assert_eq!(tiles, 6);
    assert!(difference < 1e-5, "{difference}");
}

#[test]
fn statistics_take_the_passes_that_they_need() {
    let mut model = open(&fixture("tiling-two-outputs"));
    let shapes = model.shapes(&[('y', 96), ('x', 96)]);
    let options = TileOptions::default().with_tile('y', 64);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (_, report) = model.tiled(&plan, &model.images(&shapes)).unwrap();
    // One output is normalised by its own statistics: measured with the tiles, then read once for the normalisation.
    assert_eq!(
        (report.tiles, report.input_passes, report.output_passes),
        (plan.len(), 0, 1)
    );
    let none = |_: usize| false;
    let mut sources = model
        .images(&shapes)
        .into_iter()
        .map(MemoryImage::new)
        .collect::<Vec<_>>();
    let mut sinks: Vec<MemoryImage> = plan
        .output_shapes()
        .iter()
        .map(|shape| MemoryImage::zeros(DataType::Float32, shape).unwrap())
        .collect();
    let run = TiledRun::default().with_finished(&none);
    let error = model
        .pipeline
        .predict_tiled(&plan, &mut sources, &mut sinks, run)
        .unwrap_err();
    assert!(matches!(error, TiledError::NotResumable { output } if output == "half"));
}

#[test]
fn a_run_can_be_cancelled_and_taken_up_again() {
    let mut model = open(&fixture("tiling-unet-stride4"));
    let shapes = model.shapes(&[('y', 160), ('x', 160)]);
    let images = model.images(&shapes);
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (expected, _) = model.tiled(&plan, &images).unwrap();

    let mut sources: Vec<MemoryImage> = images.iter().cloned().map(MemoryImage::new).collect();
    let mut sinks = vec![MemoryImage::zeros(DataType::Float32, &plan.output_shapes()[0]).unwrap()];
    let mut reached = 0;
    let mut progress = |progress| match progress {
        TiledProgress::Tile { done, .. } => {
            reached = done;
            if done >= 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
        _ => ControlFlow::Continue(()),
    };
    let run = TiledRun::default().with_progress(&mut progress);
    let error = model
        .pipeline
        .predict_tiled(&plan, &mut sources, &mut sinks, run)
        .unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    // Tiles are done in order.
    let finished = |tile| tile < reached;
    let run = TiledRun::default().with_finished(&finished);
    let report = model
        .pipeline
        .predict_tiled(&plan, &mut sources, &mut sinks, run)
        .unwrap();
    assert_eq!(report.tiles, plan.len() - reached);
    assert_eq!(sinks.pop().unwrap().into_tensor(), expected[0]);
}

#[test]
fn memory_decides_where_nothing_is_asked_for() {
    let mut model = open(&fixture("blobs-unet2d"));
    let shapes = vec![vec![1, 1, 16 * 200, 16 * 200]];
    let pixels = |plan: &TilePlan| plan.tile(0).unwrap().inputs[0].region().len();
    let options = |bytes| TileOptions::default().with_memory(bytes);
    let little = model.pipeline.plan_tiles(&shapes, &options(600 << 20)).unwrap();
    let much = model.pipeline.plan_tiles(&shapes, &options(2400 << 20)).unwrap();
    assert!(pixels(&little) < pixels(&much), "{little}\n{much}");
    let error = model.pipeline.plan_tiles(&shapes, &options(1 << 20)).unwrap_err();
    assert!(
        matches!(error, TiledError::Plan(tiling::PlanError::Memory { .. })),
        "{error}"
    );
    let error = model
        .pipeline
        .plan_tiles(&shapes, &TileOptions::default().with_tile('z', 8))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`z` is no axis that can be tiled; the model has byx"
    );
}

#[test]
fn published_networks_equal_the_whole() {
    let Some(dir) = std::env::var_os("MODELHUB_REFERENCE") else {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
        return;
    };
    let zoo = Path::new(&dir).join("zoo");
    let square: &[&[(char, usize)]] = &[
        &[('y', 64), ('x', 64)],
        &[('y', 96), ('x', 80)],
        &[('y', 128), ('x', 68)],
        &[('y', 72), ('x', 180)],
        &[('y', 100), ('x', 100)],
    ];
    for name in [
        "tile_unet_s4",
        "tile_unet_s4_sigmoid_norm",
        "tile_down2",
        "tile_up2",
        "tile_valid_unet",
        "tile_two_outputs",
    ] {
        check(&zoo.join(name), &[('y', 200), ('x', 212)], square);
    }
    let volume: &[&[(char, usize)]] = &[
        &[('z', 20), ('y', 20), ('x', 20)],
        &[('z', 28), ('y', 18), ('x', 36)],
        &[('z', 16), ('y', 32), ('x', 24)],
        &[('z', 36), ('y', 40), ('x', 16)],
        &[('z', 24), ('y', 24), ('x', 24)],
    ];
    check(
        &zoo.join("tile_3d_s2"),
        &[('z', 36), ('y', 40), ('x', 44)],
        volume,
    );
    let nuclei: &[&[(char, usize)]] = &[
        &[('y', 192), ('x', 192)],
        &[('y', 192), ('x', 160)],
        &[('y', 256), ('x', 192)],
        &[('y', 160), ('x', 224)],
        &[('y', 320), ('x', 176)],
    ];
    // These descriptions name one size, or no halo, and the halo that is named is too small: measured with other halos, the
    // difference is 1e-3 at 32, 4e-6 at 48 and nothing at 64.
    for name in ["nuclei_broad_0.3.6", "nuclei_broad_0.4.0", "multi_tensor_0.4.0"] {
        let mut model = open(&Path::new(&dir).join("models").join(name));
        let size = [('y', 512), ('x', 512)];
        let wide = TileOptions::default()
            .with_any_size(16)
            .with_halo('y', 64)
            .with_halo('x', 64);
        for tile in nuclei {
            let options = tile.iter().fold(wide.clone(), |options, &(axis, size)| {
                options.with_tile(axis, size)
            });
            let (difference, count) = model.difference(&size, &options);
            eprintln!("{name}: {tile:?}: {count} tiles, largest difference {difference:.1e}");
            assert!(count > 1 && difference < 1e-5, "{name}: {tile:?}: {difference}");
        }
        let described = TileOptions::default()
            .with_any_size(16)
            .with_tile('y', 192)
            .with_tile('x', 192);
        let (difference, _) = model.difference(&size, &described);
        eprintln!("{name}: with the halo of the description: largest difference {difference:.1e}");
        assert!(difference > 1e-5, "{name}: {difference}");
    }
}
