//! Small networks whose geometry is known: stacks of local filters in wrapping integer arithmetic, so that results are
//! equal or not, and nothing is a matter of tolerance.
#![allow(clippy::cast_possible_wrap, reason = "sizes in tests are small")]

use ndarray::{ArrayD, Axis};
use proptest::prelude::*;
use tiling::{
    Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Scale, Sizes,
};

/// A filter along one axis.
#[derive(Debug, Clone)]
pub(crate) enum Layer {
    /// Correlation with weights, after padding with `before` and `after` zeros, keeping each `stride`-th result.
    Filter {
        axis: usize,
        weights: Vec<i64>,
        before: usize,
        after: usize,
        stride: usize,
    },
    /// The largest of each `size` elements.
    Pool { axis: usize, size: usize },
    /// Each element `factor` times.
    Enlarge { axis: usize, factor: usize },
    /// Each element by itself, not linear.
    Bend,
    /// The sum of the input and what these layers make of it; they change no size.
    Skip(Vec<Layer>),
}

impl Layer {
    /// The size behind the layer; nothing if the layer does not take it.
    fn size(&self, along: usize, size: usize) -> Option<usize> {
        match self {
            Self::Filter {
                axis,
                weights,
                before,
                after,
                stride,
            } if *axis == along => {
                let room = (size + before + after).checked_sub(weights.len())?;
                size.is_multiple_of(*stride).then_some(room / stride + 1)
            }
            Self::Pool { axis, size: pool } if *axis == along => {
                (size > 0 && size.is_multiple_of(*pool)).then_some(size / pool)
            }
            Self::Enlarge { axis, factor } if *axis == along => Some(size * factor),
            Self::Skip(layers) => (size_behind(layers, along, size)? == size).then_some(size),
            _ => Some(size),
        }
    }

    /// The first and last elements in front of the layer that an element behind it depends on.
    fn reach(&self, along: usize, (first, last): (i64, i64)) -> (i64, i64) {
        match self {
            Self::Filter {
                axis,
                weights,
                before,
                stride,
                ..
            } if *axis == along => {
                let from = |at: i64| at * *stride as i64 - *before as i64;
                (from(first), from(last) + weights.len() as i64 - 1)
            }
            Self::Pool { axis, size } if *axis == along => {
                (first * *size as i64, (last + 1) * *size as i64 - 1)
            }
            Self::Enlarge { axis, factor } if *axis == along => {
                (first.div_euclid(*factor as i64), last.div_euclid(*factor as i64))
            }
            Self::Skip(layers) => {
                let (low, high) = reach_before(layers, along, (first, last));
                (low.min(first), high.max(last))
            }
            _ => (first, last),
        }
    }

    fn stride(&self, along: usize) -> usize {
        match self {
            Self::Filter { axis, stride, .. } if *axis == along => *stride,
            Self::Pool { axis, size } if *axis == along => *size,
            Self::Skip(layers) => layers.iter().map(|layer| layer.stride(along)).product(),
            _ => 1,
        }
    }

    pub(crate) fn apply(&self, image: &ArrayD<i64>) -> ArrayD<i64> {
        match self {
            Self::Bend => image.mapv(|v| v ^ (v >> 3)),
            Self::Skip(layers) => {
                let other = layers
                    .iter()
                    .fold(image.clone(), |image, layer| layer.apply(&image));
                ndarray::Zip::from(image)
                    .and(&other)
                    .map_collect(|a, b| a.wrapping_add(*b))
            }
            Self::Filter {
                axis,
                weights,
                before,
                stride,
                ..
            } => {
                let size = self.size(*axis, image.shape()[*axis]).expect("a legal size");
                lanes(image, *axis, size, |lane, at| {
                    let terms = weights.iter().enumerate().map(|(k, weight)| {
                        let value = (at * stride + k)
                            .checked_sub(*before)
                            .and_then(|from| lane.get(from));
                        weight.wrapping_mul(value.copied().unwrap_or(0))
                    });
                    terms.fold(0_i64, i64::wrapping_add)
                })
            }
            Self::Pool { axis, size } => {
                let whole = image.shape()[*axis];
                lanes(image, *axis, whole / size, |lane, at| {
                    (at * size..(at + 1) * size)
                        .map(|from| lane[from])
                        .max()
                        .expect("not empty")
                })
            }
            Self::Enlarge { axis, factor } => {
                lanes(image, *axis, image.shape()[*axis] * factor, |lane, at| {
                    lane[at / factor]
                })
            }
        }
    }
}

fn lanes(
    image: &ArrayD<i64>,
    axis: usize,
    size: usize,
    element: impl Fn(&ndarray::ArrayView1<'_, i64>, usize) -> i64,
) -> ArrayD<i64> {
    let mut shape = image.raw_dim();
    shape[axis] = size;
    let mut result = ArrayD::zeros(shape);
    for (lane, mut out) in image
        .lanes(Axis(axis))
        .into_iter()
        .zip(result.lanes_mut(Axis(axis)))
    {
        for (at, value) in out.iter_mut().enumerate() {
            *value = element(&lane, at);
        }
    }
    result
}

pub(crate) fn size_behind(layers: &[Layer], along: usize, size: usize) -> Option<usize> {
    layers
        .iter()
        .try_fold(size, |size, layer| layer.size(along, size))
        .filter(|&size| size > 0)
}

fn reach_before(layers: &[Layer], along: usize, range: (i64, i64)) -> (i64, i64) {
    layers
        .iter()
        .rev()
        .fold(range, |range, layer| layer.reach(along, range))
}

/// A stack of layers, with the results of some of them as outputs.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) rank: usize,
    pub(crate) layers: Vec<Layer>,
    /// How many layers each output has.
    pub(crate) depths: Vec<usize>,
}

impl Network {
    pub(crate) fn apply(&self, image: &ArrayD<i64>) -> Vec<ArrayD<i64>> {
        for (axis, &size) in image.shape().iter().enumerate() {
            assert!(
                self.sizes(axis).expect("legal sizes").allows(size),
                "size {size} along axis {axis}"
            );
        }
        let mut stages = vec![image.clone()];
        for layer in &self.layers {
            let next = layer.apply(stages.last().expect("not empty"));
            stages.push(next);
        }
        self.depths.iter().map(|&depth| stages[depth].clone()).collect()
    }

    /// The sizes that all layers take.
    pub(crate) fn sizes(&self, along: usize) -> Option<Sizes> {
        let step: usize = self.layers.iter().map(|layer| layer.stride(along)).product();
        let is_legal = |size: usize| size_behind(&self.layers, along, size).is_some();
        let min = (1..=200).find(|&size| is_legal(size))?;
        (1..4)
            .all(|k| is_legal(min + k * step))
            .then_some(Sizes::Stepped { min, step })
    }

    /// Scale and offset of an output; nothing if they are not of the kind that a description can have.
    fn affine(&self, depth: usize, along: usize) -> Option<(Scale, i64)> {
        let Some(Sizes::Stepped { min, step }) = self.sizes(along) else {
            return None;
        };
        let behind = |size| size_behind(&self.layers[..depth], along, size).map(|size| size as i64);
        let growth = behind(min + step)? - behind(min)?;
        let scale = Scale::new(u32::try_from(growth).ok()?, u32::try_from(step).ok()?).ok()?;
        let product = min as i64 * i64::from(scale.numerator());
        (product % i64::from(scale.denominator()) == 0).then(|| {
            (
                scale,
                behind(min).expect("legal") - product / i64::from(scale.denominator()),
            )
        })
    }

    /// How many elements at a cut side are wrong at least, by what elements depend on.
    pub(crate) fn halo(&self, depth: usize, along: usize) -> Option<usize> {
        let Some(Sizes::Stepped { min, step }) = self.sizes(along) else {
            return None;
        };
        let input = min + step * (200 / step);
        let output = size_behind(&self.layers[..depth], along, input)?;
        let reach = |at: usize| reach_before(&self.layers[..depth], along, (at as i64, at as i64));
        let left = (0..output)
            .rev()
            .find(|&at| reach(at).0 < 0)
            .map_or(0, |at| at + 1);
        let right = (0..output)
            .find(|&at| reach(at).1 >= input as i64)
            .map_or(0, |at| output - at);
        Some(left.max(right))
    }

    /// The geometry, with halos that are larger than they have to be by `slack`.
    pub(crate) fn geometry(&self, slack: usize) -> Option<Geometry> {
        let dimensions = (0..self.rank)
            .map(|axis| Dimension {
                name: format!("d{axis}"),
                extent: Extent::Tiled,
            })
            .collect();
        let axes: Option<Vec<InputAxis>> = (0..self.rank)
            .map(|axis| {
                Some(InputAxis {
                    dimension: axis,
                    sizes: self.sizes(axis)?,
                })
            })
            .collect();
        let output = |(index, &depth): (usize, &usize)| {
            let axes: Option<Vec<OutputAxis>> = (0..self.rank)
                .map(|axis| {
                    let (scale, twice_offset) = self.affine(depth, axis)?;
                    Some(OutputAxis::Follows {
                        axis,
                        scale,
                        twice_offset,
                        halo: self.halo(depth, axis)? + slack,
                    })
                })
                .collect();
            Some(OutputGeometry {
                name: format!("out{index}"),
                reference: 0,
                axes: axes?,
            })
        };
        let outputs: Option<Vec<OutputGeometry>> = self.depths.iter().enumerate().map(output).collect();
        Some(
            Geometry::new(
                dimensions,
                vec![InputGeometry {
                    name: "in".into(),
                    axes: axes?,
                }],
                outputs?,
            )
            .expect("valid"),
        )
    }
}

fn filter(rank: usize) -> impl Strategy<Value = Layer> {
    (
        0..rank,
        prop::collection::vec(1_i64..100, 1..5),
        0_usize..4,
        0_usize..4,
        1_usize..4,
    )
        .prop_map(|(axis, weights, before, after, stride)| {
            // No more zeros than the filter is long: otherwise there are results without any input.
            let most = weights.len() - 1;
            Layer::Filter {
                axis,
                before: before.min(most),
                after: after.min(most),
                weights,
                stride: stride.min(2),
            }
        })
}

/// A filter that keeps the size.
fn same(rank: usize) -> impl Strategy<Value = Layer> {
    (0..rank, prop::collection::vec(1_i64..100, 1..5), 0_usize..4).prop_map(|(axis, weights, before)| {
        let before = before.min(weights.len() - 1);
        Layer::Filter {
            axis,
            before,
            after: weights.len() - 1 - before,
            weights,
            stride: 1,
        }
    })
}

fn skip(rank: usize) -> impl Strategy<Value = Layer> {
    (0..rank, 2_usize..4, same(rank), same(rank)).prop_map(|(axis, size, before, inside)| {
        Layer::Skip(vec![
            before,
            Layer::Pool { axis, size },
            Layer::Bend,
            inside,
            Layer::Enlarge { axis, factor: size },
        ])
    })
}

fn layer(rank: usize) -> impl Strategy<Value = Layer> {
    prop_oneof![
        4 => filter(rank),
        3 => same(rank),
        2 => (0..rank, 2_usize..4).prop_map(|(axis, size)| Layer::Pool { axis, size }),
        2 => (0..rank, 2_usize..4).prop_map(|(axis, factor)| Layer::Enlarge { axis, factor }),
        2 => Just(Layer::Bend),
        2 => skip(rank),
    ]
}

/// Stacks of up to five layers with one to three outputs, whose scales are between 1/4 and 4 along each axis.
pub(crate) fn network(rank: usize) -> impl Strategy<Value = Network> {
    (
        prop::collection::vec(layer(rank), 1..6),
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    )
        .prop_filter_map(
            "a geometry that a description can have",
            move |(layers, depths)| {
                let count = layers.len();
                let depths = depths
                    .iter()
                    .map(|index| index.index(count) + 1)
                    .chain([count])
                    .collect();
                let network = Network { rank, layers, depths };
                let geometry = network.geometry(0)?;
                let quarter_to_four = geometry
                    .outputs()
                    .iter()
                    .flat_map(|output| &output.axes)
                    .all(|axis| match axis {
                        OutputAxis::Follows { scale, .. } => {
                            scale.numerator() <= 4 * scale.denominator()
                                && scale.denominator() <= 4 * scale.numerator()
                        }
                        OutputAxis::New { .. } => true,
                    });
                quarter_to_four.then_some(network)
            },
        )
}
