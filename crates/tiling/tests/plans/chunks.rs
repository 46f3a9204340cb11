//! Tiles that end where the chunks of a stored output end.

use proptest::prelude::*;
use tiling::{ChunkLength, Geometry, Sizes, TilePlan, TileRequest};

use crate::describe::{dimensions, follows, input, line, output, starts, stepped};

const CHUNKS: ChunkLength = ChunkLength::Chosen {
    smallest: 64,
    largest: 1024,
};

/// How many tiles write to each chunk along the only axis of an output, and the length of the chunks.
fn writers(plan: &TilePlan, output: usize) -> (usize, Vec<usize>) {
    let length = plan.chunk_lengths(output)[0].unwrap();
    let size = plan.output_shapes()[output][0];
    let mut writers = vec![0; size.div_ceil(length)];
    for tile in plan.iter() {
        let range = tile.outputs[output].region().range(0);
        if !range.is_empty() {
            let touched = range.start / length..range.end.div_ceil(length);
            writers[touched].iter_mut().for_each(|count| *count += 1);
        }
    }
    (length, writers)
}

fn plan(geometry: &Geometry, size: usize, tile: usize, chunks: &[ChunkLength]) -> TilePlan {
    let mut request = TileRequest::default().with_tile(0, tile);
    for (output, &length) in chunks.iter().enumerate() {
        request = request.with_chunks(output, 0, length);
    }
    TilePlan::new(geometry, &[vec![size]], &request).unwrap()
}

#[test]
fn chunks_are_chosen_so_that_one_tile_writes_each() {
    let unet = line(stepped(64, 16), (1, 1), 0, 48);
    let without = TilePlan::new(&unet, &[vec![20_000]], &TileRequest::default().with_tile(0, 1024)).unwrap();
    let with = plan(&unet, 20_000, 1024, &[CHUNKS]);
    let (length, writers) = writers(&with, 0);
    assert_eq!(with.len(), without.len());
    assert!((64..=1024).contains(&length), "{length}");
    assert!(writers.iter().all(|&count| count == 1), "{with}");
    assert!(
        with.to_string()
            .ends_with(&format!("[20000], in chunks of x={length}")),
        "{with}"
    );
}

#[test]
fn a_length_that_is_given_is_kept_where_it_costs_little() {
    let unet = line(stepped(64, 16), (1, 1), 0, 16);
    let found = plan(&unet, 4000, 544, &[ChunkLength::Given(128)]);
    assert_eq!(writers(&found, 0), (128, vec![1; 32]));
    // 384 right ones and a quarter of tiles more: the tiles stay where they are, and share chunks.
    let found = plan(&unet, 4000, 400, &[ChunkLength::Given(256)]);
    let without = TilePlan::new(&unet, &[vec![4000]], &TileRequest::default().with_tile(0, 400)).unwrap();
    assert_eq!(starts(&found), starts(&without));
    assert!(
        found.to_string().contains("cuts between tiles go through chunks"),
        "{found}"
    );
    assert!(writers(&found, 0).1.iter().any(|&count| count > 1));
    // Chunks that no tile fills.
    let found = plan(&unet, 1000, 112, &[ChunkLength::Given(500)]);
    assert!(writers(&found, 0).1.iter().all(|&count| count > 1));
}

#[test]
fn one_tile_leaves_the_choice_open() {
    let unet = line(stepped(64, 16), (1, 1), 0, 16);
    assert_eq!(plan(&unet, 512, 512, &[CHUNKS]).chunk_lengths(0), [None]);
    assert_eq!(
        plan(&unet, 512, 512, &[ChunkLength::Given(100)]).chunk_lengths(0),
        [Some(100)]
    );
    assert_eq!(plan(&unet, 2000, 512, &[]).chunk_lengths(0), [None]);
    assert!(plan(&unet, 2000, 512, &[]).chunk_lengths(7).is_empty());
}

#[test]
fn tiles_that_memory_chooses_end_at_chunks() {
    let geometry = Geometry::new(
        dimensions("yx"),
        vec![input("raw", &[(0, stepped(64, 16)), (1, stepped(64, 16))])],
        vec![output(
            "out",
            0,
            &[follows(0, (1, 1), 0, 48), follows(1, (1, 1), 0, 48)],
        )],
    )
    .unwrap();
    let cost = |tile: &[Vec<usize>]| tile[0].iter().product::<usize>() as u64;
    let plain = TileRequest::default();
    let chunked = plain.clone().with_chunks(0, 0, CHUNKS).with_chunks(0, 1, CHUNKS);
    for (shape, limit) in [
        ([2048, 2048], 700 * 700),
        ([5000, 3000], 1 << 20),
        ([20_000, 20_000], 3_200_000),
    ] {
        let plan =
            |request| TilePlan::within_budget(&geometry, &[shape.to_vec()], request, limit, &cost).unwrap();
        let (without, with) = (plan(&plain), plan(&chunked));
        let work = |plan: &TilePlan| plan.len() * plan.tile(0).unwrap().inputs[0].region().len();
        // Each chunk by one tile, for a few more elements to compute.
        assert!(
            !with.to_string().contains("go through") && !with.to_string().contains("goes through"),
            "{with}"
        );
        assert!(work(&with) * 100 <= work(&without) * 108, "{with}\n{without}");
        assert!(cost(&[with.tile(0).unwrap().inputs[0].region().shape().to_vec()]) <= limit);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// Tiles with enough that is right for a chunk and a halo more always find a length that fits, for several outputs of
    /// different scale and offset, too.
    #[test]
    fn each_chunk_has_one_writer_where_there_is_room(
        step in prop::sample::select(vec![1_usize, 4, 8, 16]), halo in 0_usize..40, more in 0_usize..400, size in 128_usize..8000,
        offset in -10_i64..3, scale in prop::sample::select(vec![(1_u32, 1_u32), (1, 2), (1, 4), (2, 1)]),
    ) {
        let geometry = Geometry::new(
            dimensions("x"),
            vec![input("raw", &[(0, stepped(16 * step, step))])],
            vec![
                output("same", 0, &[follows(0, (1, 1), 0, halo)]),
                output("other", 0, &[follows(0, scale, 2 * offset, halo / 2)]),
            ],
        ).unwrap();
        let tile = (16 * step).max((300 + 8 * halo + more).next_multiple_of(16 * step));
        let found = plan(&geometry, size, tile, &[CHUNKS, CHUNKS]);
        let without = TilePlan::new(&geometry, &[vec![size]], &TileRequest::default().with_tile(0, tile)).unwrap();
        prop_assert!(found.len() <= without.len() + without.len() / 8, "{}\n{}", found, without);
        prop_assume!(found.len() > 1);
        let mut shared = 0;
        for output in 0..2 {
            let (length, writers) = writers(&found, output);
            prop_assert!(length <= 1024, "{}", found);
            shared += writers.iter().filter(|&&count| count > 1).count();
        }
        // Where one more tile would be a large part of all, the tiles stay where they are.
        prop_assert!(shared == 0 || found.len() < 8, "{}", found);
    }

    #[test]
    fn a_fixed_size_network_works_with_chunks(size in 1_usize..3000, halo in 0_usize..40) {
        let geometry = line(Sizes::Fixed(256), (1, 1), 0, halo);
        let found = plan(&geometry, size, 256, &[CHUNKS]);
        let regions: Vec<_> = found.iter().map(|tile| tile.outputs[0].region().range(0)).collect();
        prop_assert_eq!(regions.first().map(|range| range.start), Some(0));
        prop_assert_eq!(regions.last().map(|range| range.end), Some(size));
        prop_assert!(regions.windows(2).all(|pair| pair[0].end == pair[1].start), "{}", found);
    }
}
