//! Tiled equals whole, at every element.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod networks;

use ndarray::ArrayD;
use networks::{Layer, Network, network};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestCaseError;
use tiling::{
    ChunkLength, Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Padding,
    PlanError, Region, RegionError, RunOptions, Scale, Sizes, TilePlan, TileRequest, TileSink, on_arrays,
    pad,
};

/// Numbers without any order.
fn image(shape: &[usize], seed: u64) -> ArrayD<i64> {
    let mut state = seed | 1;
    ArrayD::from_shape_simple_fn(shape, || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40).cast_signed()
    })
}

/// A sink that counts how often each element was written.
struct Counting {
    values: ArrayD<i64>,
    writes: ArrayD<u8>,
}

impl Counting {
    fn new(shape: &[usize]) -> Self {
        Self {
            values: ArrayD::zeros(shape),
            writes: ArrayD::zeros(shape),
        }
    }
}

impl TileSink for Counting {
    type Tile = ArrayD<i64>;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        self.values.shape()
    }

    fn write(&mut self, region: &Region, tile: &ArrayD<i64>) -> Result<(), RegionError> {
        self.values.write(region, tile)?;
        let before = tiling::TileSource::read(&mut self.writes, region)?;
        self.writes.write(region, &(before + 1))
    }
}

/// The whole-image run: padded at the end where the network does not take the size, and cropped to what belongs to the
/// image.
fn whole(network: &Network, plan: &TilePlan, image: &ArrayD<i64>) -> Vec<ArrayD<i64>> {
    let padded: Vec<usize> = plan
        .dimensions()
        .iter()
        .map(|dimension| dimension.padded)
        .collect();
    let after: Vec<usize> = padded
        .iter()
        .zip(image.shape())
        .map(|(padded, size)| padded - size)
        .collect();
    let image = pad::pad(image, &vec![0; after.len()], &after, plan.padding(), -7).unwrap();
    let crop = |(output, shape): (ArrayD<i64>, &Vec<usize>)| {
        pad::crop(&output, &Region::whole(shape)).unwrap().to_owned()
    };
    network
        .apply(&image)
        .into_iter()
        .zip(plan.output_shapes())
        .map(crop)
        .collect()
}

fn check(network: &Network, plan: &TilePlan, image: &ArrayD<i64>) -> Result<(), TestCaseError> {
    let expected = whole(network, plan, image);
    let mut sinks: Vec<Counting> = plan
        .output_shapes()
        .iter()
        .map(|shape| Counting::new(shape))
        .collect();
    // `Network::apply` refuses sizes that are not legal.
    let tiled = on_arrays(-7, |inputs: Vec<ArrayD<i64>>| {
        Ok::<_, RegionError>(network.apply(&inputs[0]))
    });
    plan.run(&mut [image.view()], &mut sinks, RunOptions::default(), tiled)
        .map_err(|e| TestCaseError::fail(e.to_string()))?;
    for (sink, expected) in sinks.iter().zip(&expected) {
        prop_assert!(
            sink.writes.iter().all(|&writes| writes == 1),
            "each element is written once\n{plan}"
        );
        prop_assert_eq!(&sink.values, expected, "\n{}", plan);
    }
    Ok(())
}

/// A tile size for each axis: `choice` between the smallest one that is useful and the whole image.
fn request(
    network: &Network,
    slack: usize,
    shape: &[usize],
    choices: &[usize],
    stride: usize,
) -> Option<TileRequest> {
    let geometry = network.geometry(slack)?;
    let common = (0..shape.len()).fold(TileRequest::default(), |request, axis| {
        request.with_stride(axis, stride)
    });
    let mut request = common.clone();
    for (axis, (&size, &choice)) in shape.iter().zip(choices).enumerate() {
        let Some(Sizes::Stepped { min, step }) = network.sizes(axis) else {
            return None;
        };
        // The useful ones are found by trying: what the plan refuses is tested elsewhere.
        let useful: Vec<usize> = (0..)
            .map(|k| min + k * step)
            .take_while(|&tile| tile < size)
            .filter(|&tile| {
                let request = common.clone().with_tile(axis, tile);
                TilePlan::new(&geometry, &[shape.to_vec()], &request).is_ok()
            })
            .chain([size.max(min).next_multiple_of(step) + min])
            .collect();
        let size = useful[choice % useful.len()];
        if size < shape[axis] {
            request = request.with_tile(axis, size);
        }
    }
    Some(request)
}

fn padding() -> impl Strategy<Value = Padding> {
    prop_oneof![
        Just(Padding::Reflect),
        Just(Padding::Symmetric),
        Just(Padding::Edge),
        Just(Padding::Constant(-7.0))
    ]
}

fn tiled_is_whole(
    network: &Network,
    slack: usize,
    shape: &[usize],
    choices: &[usize],
    stride: usize,
    padding: Padding,
    seed: u64,
) -> Result<(), TestCaseError> {
    let geometry = network.geometry(slack).expect("checked by the strategy");
    let Some(request) = request(network, slack, shape, choices, stride) else {
        return Ok(());
    };
    let request = request.with_padding(padding);
    for request in [chunked(&geometry, &request, seed), request] {
        let plan = match TilePlan::new(&geometry, &[shape.to_vec()], &request) {
            Ok(plan) => plan,
            // Convolutions without padding make nothing of a small image.
            Err(PlanError::EmptyOutput { .. }) => return Err(TestCaseError::reject("empty output")),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        check(network, &plan, &image(shape, seed))?;
    }
    Ok(())
}

/// The same with outputs that are stored in chunks, of given lengths or of any.
fn chunked(geometry: &Geometry, request: &TileRequest, seed: u64) -> TileRequest {
    let mut request = request.clone();
    for (output, description) in geometry.outputs().iter().enumerate() {
        for axis in 0..description.axes.len() {
            let number = usize::try_from(seed >> (3 * output + axis)).unwrap();
            let length = match number % 3 {
                0 => ChunkLength::Given(1 + number % 37),
                1 => ChunkLength::Chosen {
                    smallest: 1 + number % 7,
                    largest: 8 + number % 50,
                },
                _ => continue,
            };
            request = request.with_chunks(output, axis, length);
        }
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn tiled_is_whole_along_one_axis(
        network in network(1), slack in 0_usize..3, size in 1_usize..300, choice in 0_usize..1000, stride in 1_usize..20,
        padding in padding(), seed in 0_u64..1_000_000_000,
    ) {
        tiled_is_whole(&network, slack, &[size], &[choice], 1, padding, seed)?;
        // A stride of the caller, which may be no divisor of the step between sizes.
        tiled_is_whole(&network, slack, &[size], &[choice], stride, padding, seed)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn tiled_is_whole_along_two_axes(
        network in network(2), slack in 0_usize..3, shape in [1_usize..90, 1_usize..90],
        choices in [0_usize..1000, 0_usize..1000], padding in padding(), seed in 0_u64..1_000_000_000,
    ) {
        tiled_is_whole(&network, slack, &shape, &choices, 1, padding, seed)?;
    }

    #[test]
    fn tiled_is_whole_within_a_budget(
        network in network(2), shape in [1_usize..90, 1_usize..90], limit in 100_u64..20_000, seed in 0_u64..1_000_000_000,
    ) {
        let geometry = network.geometry(0).expect("checked by the strategy");
        let cost = |tile: &[Vec<usize>]| tile[0].iter().product::<usize>() as u64;
        let request = chunked(&geometry, &TileRequest::default(), seed);
        match TilePlan::within_budget(&geometry, &[shape.to_vec()], &request, limit, &cost) {
            Ok(plan) => {
                let tile = plan.tile(0).unwrap();
                prop_assert!(tile.inputs[0].region().len() as u64 <= limit);
                check(&network, &plan, &image(&shape, seed))?;
            }
            Err(PlanError::Memory { needed, .. }) => prop_assert!(needed > limit),
            Err(error) => prop_assert!(matches!(error, PlanError::EmptyOutput { .. }), "{}", error),
        }
    }
}

proptest! {
    /// Two inputs, the second one with half the size and half the step of the first: what the second one says is added
    /// where the first one is pooled.
    #[test]
    fn inputs_of_different_scale_are_cut_together(
        k in 1_usize..60, tile in 4_usize..40, weights in prop::collection::vec(1_i64..100, 3), seed in 0_u64..1_000_000_000,
    ) {
        let layer = |before| Layer::Filter { axis: 0, weights: weights.clone(), before, after: 2 - before, stride: 1 };
        let network = |inputs: Vec<ArrayD<i64>>| {
            let pooled = Layer::Pool { axis: 0, size: 2 }.apply(&layer(1).apply(&inputs[0]));
            let half = layer(0).apply(&(pooled + &inputs[1]));
            let full = Layer::Enlarge { axis: 0, factor: 2 }.apply(&half);
            Ok::<_, RegionError>(vec![full, half])
        };
        let input = |name: &str, step| InputGeometry {
            name: name.into(),
            axes: vec![InputAxis { dimension: 0, sizes: Sizes::Stepped { min: step, step } }],
        };
        let output = |name: &str, reference, scale, halo| OutputGeometry {
            name: name.into(),
            reference,
            axes: vec![OutputAxis::Follows { axis: 0, scale, twice_offset: 0, halo }],
        };
        let geometry = Geometry::new(
            vec![Dimension { name: "x".into(), extent: Extent::Tiled }],
            vec![input("full", 4), input("half", 2)],
            vec![output("full", 0, Scale::ONE, 6), output("half", 1, Scale::ONE, 3)],
        ).unwrap();
        let (size, tile) = (4 * k, tile / 4 * 4 + 12);
        let plan = TilePlan::new(&geometry, &[vec![size], vec![size / 2]], &TileRequest::default().with_tile(0, tile)).unwrap();
        prop_assert_eq!(plan.len() > 1, size > tile);
        let images = [image(&[size], seed), image(&[size / 2], seed + 1)];
        let mut results = [ArrayD::zeros(vec![size]), ArrayD::zeros(vec![size / 2])];
        let mut sources = [images[0].view(), images[1].view()];
        plan.run(&mut sources, &mut results, RunOptions::default(), on_arrays(0, network)).unwrap();
        prop_assert_eq!(results.to_vec(), network(images.to_vec()).unwrap());
    }
}

/// The tests above would be worth little if most images were covered by one tile, or if a halo that is too small went
/// unnoticed.
#[test]
fn a_dishonest_halo_is_noticed() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut noticed, mut cases) = (0, 0);
    while cases < 300 {
        let network = network(1).new_tree(&mut runner).unwrap().current();
        let last = network.depths.len() - 1;
        if network.halo(network.depths[last], 0).is_none_or(|halo| halo < 3) {
            continue;
        }
        // An honest geometry but for the last output, which says that it needs nothing.
        let honest = network.geometry(0).unwrap();
        let mut outputs = honest.outputs().to_vec();
        for axis in &mut outputs[last].axes {
            if let OutputAxis::Follows { halo, .. } = axis {
                *halo = 0;
            }
        }
        let geometry =
            Geometry::new(honest.dimensions().to_vec(), honest.inputs().to_vec(), outputs).unwrap();
        let shape = [299];
        let cost = |tile: &[Vec<usize>]| tile[0][0] as u64;
        let Ok(plan) =
            TilePlan::within_budget(&geometry, &[shape.to_vec()], &TileRequest::default(), 120, &cost)
        else {
            continue;
        };
        cases += 1;
        noticed += usize::from(check(&network, &plan, &image(&shape, cases as u64)).is_err());
    }
    assert!(noticed > 150, "{noticed} of {cases}");
}

/// Nor would those with chunks if tiles never ended at their borders.
#[test]
fn many_cases_end_at_chunks() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut at_borders = 0;
    for case in 0..200_usize {
        let network = network(1).new_tree(&mut runner).unwrap().current();
        let shape = [150 + case];
        let geometry = network.geometry(0).unwrap();
        let request = request(&network, 0, &shape, &[case], 1).unwrap();
        let length = ChunkLength::Chosen {
            smallest: 4,
            largest: 64,
        };
        let outputs = 0..geometry.outputs().len();
        let request = outputs.fold(request, |request, output| request.with_chunks(output, 0, length));
        let plan = TilePlan::new(&geometry, &[shape.to_vec()], &request).unwrap();
        let text = plan.to_string();
        at_borders +=
            usize::from(plan.len() > 2 && text.contains("in chunks of") && !text.contains("through"));
    }
    assert!(at_borders > 80, "{at_borders} of 200");
}

#[test]
fn most_cases_have_several_tiles() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut several = 0;
    for case in 0..200_usize {
        let network = network(1).new_tree(&mut runner).unwrap().current();
        let shape = [50 + case];
        let geometry = network.geometry(0).unwrap();
        let request = request(&network, 0, &shape, &[case], 1).unwrap();
        let plan = TilePlan::new(&geometry, &[shape.to_vec()], &request).unwrap();
        several += usize::from(plan.len() > 1);
    }
    assert!(several > 150, "{several} of 200");
}
