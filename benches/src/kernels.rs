//! The operations of `tensor-ops` as jobs that can be timed, each with the array that it reads.

use ndarray::{ArrayD, IxDyn};
use tensor_ops::{
    Binarize, Clip, Coefficients, DataType, OpError, Operation, Percentile, ReferenceAxes, ScaleLinear,
    ScaleMeanVariance, ScaleRange, Sigmoid, Statistics, Tensor, TensorView, ZeroMeanUnitVariance,
};

/// The shapes that are measured: an image and a stack, each one group of 4 and 16 million elements.
pub const SHAPES: [&[usize]; 2] = [&[1, 1, 2048, 2048], &[1, 1, 64, 512, 512]];

/// The types of the arrays that are read.
pub const DATA_TYPES: [DataType; 3] = [DataType::Float32, DataType::Uint16, DataType::Uint8];

/// An image of noise around a background and some brighter places, the same in every run: values around 1000 (around 60
/// for `uint8`).
#[must_use]
pub fn image(shape: &[usize], data_type: DataType) -> Tensor {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    let mut position = 0_usize;
    let values = ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        position += 1;
        let noise = uniform() + uniform() + uniform() + uniform() - 2.0;
        let bright = if (position / 64).is_multiple_of(7) && (position / 65536).is_multiple_of(5) {
            1500.0
        } else {
            0.0
        };
        1000.0 + 150.0 * noise + bright * uniform()
    });
    match data_type {
        DataType::Uint8 => Tensor::from(values.mapv(|value| value / 16.0)).into_cast(DataType::Uint8),
        other => Tensor::from(values).into_cast(other),
    }
}

/// An operation on an array; `float32` is changed in place, other types are converted on the way.
#[derive(Debug)]
pub struct Job {
    /// Name of the operation.
    pub name: &'static str,
    operation: Box<dyn Operation>,
    /// Statistics of a reference tensor.
    reference: Statistics,
}

impl Job {
    /// Measures what the operation needs and applies it.
    ///
    /// # Errors
    /// Those of the operation, which are mistakes of the benchmark.
    pub fn run(&self, source: &Tensor, target: &mut ArrayD<f32>) -> Result<(), OpError> {
        if source.data_type() == DataType::Float32 {
            let statistics = Statistics::measure(self.operation.needs(), &TensorView::from(target.view()))?;
            self.operation
                .apply_with_reference(target.view_mut(), &statistics, &self.reference)
        } else {
            let view = source.view();
            let statistics = Statistics::measure(self.operation.needs(), &view)?;
            self.operation
                .bind(source.shape(), &statistics, &self.reference)?
                .apply_to(&view, target.view_mut())
        }
    }
}

/// All operations, over all axes of the shape together.
///
/// # Errors
/// Those of the measurements, which are mistakes of the benchmark.
pub fn jobs(shape: &[usize]) -> Result<Vec<Job>, OpError> {
    let axes: Vec<_> = (0..shape.len()).collect();
    let (min, max) = (Percentile::new(1.0)?, Percentile::new(99.8)?);
    let matched = ScaleMeanVariance::new(&axes, ReferenceAxes::same(&axes, axes.len()), 1e-6);
    let reference = ArrayD::from_shape_fn(
        vec![1; shape.len() - 1]
            .into_iter()
            .chain([64])
            .collect::<Vec<_>>(),
        |at| at[shape.len() - 1] as f32,
    );
    let reference = Statistics::measure(matched.reference_needs(), &TensorView::from(reference.view()))?;
    let job = |name, operation: Box<dyn Operation>| Job {
        name,
        operation,
        reference: Statistics::default(),
    };
    Ok(vec![
        job("binarize", Box::new(Binarize { threshold: 0.5 })),
        job("clip", Box::new(Clip { min: 0.1, max: 0.9 })),
        job(
            "scale_linear",
            Box::new(ScaleLinear {
                gain: Coefficients::scalar(0.999),
                offset: Coefficients::scalar(0.5),
            }),
        ),
        job("sigmoid", Box::new(Sigmoid)),
        job(
            "zero_mean_unit_variance",
            Box::new(ZeroMeanUnitVariance::measured(&axes, 1e-6)),
        ),
        job(
            "scale_range",
            Box::new(ScaleRange::measured(&axes, min, max, 1e-6)),
        ),
        Job {
            name: "scale_mean_variance",
            operation: Box::new(matched),
            reference,
        },
    ])
}
