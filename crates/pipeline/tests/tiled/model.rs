//! Models, images for them, and how far tiles are from the whole.

use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use pipeline::tiled::MemoryImage;
use pipeline::{
    DatasetStatistics, Package, Pipeline, Sample, TileOptions, TiledError, TiledReport, TiledRun,
};
use tensor_ops::{DataType, Tensor};
use tiling::TilePlan;

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec-fixtures/models")
        .join(name)
}

pub(crate) struct Model {
    pub(crate) pipeline: Pipeline,
    /// For each input its name, axes and type; for each output its name and type.
    pub(crate) inputs: Vec<(String, String, rdf_spec::DataType)>,
    pub(crate) outputs: Vec<(String, DataType)>,
}

pub(crate) fn open(folder: &Path) -> Model {
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
pub(crate) fn image(shape: &[usize], seed: usize) -> Tensor {
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
    pub(crate) fn images(&self, shapes: &[Vec<usize>]) -> Vec<Tensor> {
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
    pub(crate) fn shapes(&self, sizes: &[(char, usize)]) -> Vec<Vec<usize>> {
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

    pub(crate) fn tiled(
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

    pub(crate) fn whole(&mut self, images: &[Tensor]) -> Vec<Tensor> {
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
    pub(crate) fn difference(&mut self, sizes: &[(char, usize)], options: &TileOptions) -> (f64, usize) {
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

pub(crate) fn largest_difference(one: &Tensor, other: &Tensor) -> f64 {
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
