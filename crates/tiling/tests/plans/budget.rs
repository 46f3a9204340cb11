//! Tiles that are chosen by what they cost.

use tiling::{Geometry, PlanError, TilePlan, TileRequest};

use crate::describe::{dimensions, follows, input, output, stepped};

#[test]
fn a_budget_takes_the_tiles_with_the_least_work() {
    let geometry = Geometry::new(
        dimensions("yx"),
        vec![input("raw", &[(0, stepped(16, 16)), (1, stepped(16, 16))])],
        vec![output(
            "out",
            0,
            &[follows(0, (1, 1), 0, 16), follows(1, (1, 1), 0, 16)],
        )],
    )
    .unwrap();
    let cost = |tile: &[Vec<usize>]| tile[0].iter().product::<usize>() as u64;
    let plan = |limit| {
        TilePlan::within_budget(
            &geometry,
            &[vec![608, 304]],
            &TileRequest::default(),
            limit,
            &cost,
        )
    };
    let work = |plan: &TilePlan| {
        plan.iter()
            .map(|tile| tile.inputs[0].region().len())
            .sum::<usize>()
    };
    for limit in [48 * 48, 5000, 20_000, 60_000, 100_000, 200_000] {
        let chosen = plan(limit).unwrap();
        // The same by trying all sizes.
        let sizes = |size: usize| (3..=size / 16).map(|k| 16 * k);
        let best = sizes(608)
            .flat_map(|y| sizes(304).map(move |x| (y, x)))
            .filter(|(y, x)| (y * x) as u64 <= limit)
            .filter_map(|(y, x)| {
                let request = TileRequest::default().with_tile(0, y).with_tile(1, x);
                TilePlan::new(&geometry, &[vec![608, 304]], &request).ok()
            })
            .map(|plan| work(&plan))
            .min();
        assert_eq!(Some(work(&chosen)), best, "{limit}: {chosen}");
    }
    assert!(matches!(
        plan(48 * 48 - 1),
        Err(PlanError::Memory { needed: 2304, .. })
    ));
    // What is asked for is kept.
    let request = TileRequest::default().with_tile(0, 64);
    let plan = TilePlan::within_budget(&geometry, &[vec![608, 304]], &request, 64 * 96, &cost).unwrap();
    assert_eq!(plan.tile(0).unwrap().inputs[0].region().shape()[0], 64);
}
