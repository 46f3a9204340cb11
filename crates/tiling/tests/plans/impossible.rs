//! Why there is no plan.

use tiling::{Geometry, GeometryError, OutputAxis, PlanError, Sizes, TilePlan, TileRequest};

use crate::describe::{dimensions, follows, input, line, output, stepped, tiled};

#[test]
fn an_output_without_the_dimension_comes_from_the_whole() {
    let geometry = Geometry::new(
        dimensions("x"),
        vec![input("raw", &[(0, stepped(8, 8))])],
        vec![output("class", 0, &[OutputAxis::New { size: 10 }])],
    )
    .unwrap();
    assert_eq!(
        tiled(&geometry, 64, 64).unwrap().tile(0).unwrap().to_string(),
        "tile 0: [0..64] -> [0..10]"
    );
    let error = tiled(&geometry, 64, 32).unwrap_err();
    assert!(
        error.to_string().contains("output `class` does not follow `x`"),
        "{error}"
    );
    let cost = |tile: &[Vec<usize>]| tile[0][0] as u64;
    let budget = TilePlan::within_budget(&geometry, &[vec![64]], &TileRequest::default(), 32, &cost);
    assert_eq!(
        budget,
        Err(PlanError::Memory {
            needed: 64,
            limit: 32,
            tile: vec![vec![64]]
        })
    );
}

#[test]
fn what_is_not_possible_names_what_is() {
    let unet = line(stepped(64, 16), (1, 1), 0, 30);
    let message = |result: Result<TilePlan, PlanError>| result.unwrap_err().to_string();
    assert_eq!(
        message(tiled(&unet, 1000, 100)),
        "tiles of 100 along `x` are not possible, the network takes 96 or 112"
    );
    assert_eq!(
        message(tiled(&unet, 1000, 64)),
        "tiles of 64 along `x` have no usable part: 60 elements are lost to halo and offset, and tiles start at multiples \
         of 16; the smallest possible size is 80"
    );
    assert!(tiled(&unet, 1000, 80).is_ok());
    assert_eq!(
        message(tiled(&line(Sizes::Fixed(32), (1, 1), 0, 16), 1000, 32)),
        "tiles of 32 along `x` have no usable part: 32 elements are lost to halo and offset, and tiles start at multiples \
         of 1; no larger size is possible"
    );
    assert_eq!(
        message(tiled(&line(stepped(28, 2), (1, 1), -14, 0), 14, 28)),
        "output `out` would have the size 0 along axis 0: the image is too small for this network"
    );
    // Odd sizes only, of which none has a whole half.
    assert!(matches!(
        tiled(&line(stepped(1, 2), (1, 2), 0, 0), 9, 9),
        Err(PlanError::NoLegalSize { .. })
    ));
    assert!(matches!(
        tiled(&unet, 0, 64),
        Err(PlanError::ImageSize { found: 0, .. })
    ));
    assert!(matches!(
        tiled(&unet, usize::MAX, 64),
        Err(PlanError::ImageSize { .. })
    ));
    assert!(matches!(
        TilePlan::new(&unet, &[], &TileRequest::default()),
        Err(PlanError::ImageCount { .. })
    ));
    assert!(matches!(
        TilePlan::new(&unet, &[vec![]], &TileRequest::default()),
        Err(PlanError::Rank { .. })
    ));
    let request = TileRequest::default().with_tile(1, 64);
    assert!(matches!(
        TilePlan::new(&unet, &[vec![64]], &request),
        Err(PlanError::RequestLength { .. })
    ));
    let stride = TileRequest::default().with_stride(0, usize::MAX);
    assert!(matches!(
        TilePlan::new(&unet, &[vec![64]], &stride),
        Err(PlanError::TooLarge { .. })
    ));
}

#[test]
fn a_geometry_is_checked() {
    let axes = [follows(1, (1, 1), 0, 0)];
    let result = Geometry::new(
        dimensions("x"),
        vec![input("raw", &[(0, stepped(1, 1))])],
        vec![output("out", 0, &axes)],
    );
    assert_eq!(
        result.unwrap_err().to_string(),
        "out: axis 0 refers to input axis 1, there are 1"
    );
    let twice = [(0, stepped(1, 1)), (0, stepped(1, 1))];
    let result = Geometry::new(dimensions("x"), vec![input("raw", &twice)], vec![]);
    assert!(matches!(result, Err(GeometryError::RepeatedDimension { .. })));
    let result = Geometry::new(dimensions("x"), vec![input("raw", &[(0, stepped(1, 0))])], vec![]);
    assert_eq!(
        result.unwrap_err().to_string(),
        "raw: axis 0 has the step 0, expected 1 to 2^40"
    );
    assert_eq!(
        Geometry::new(vec![], vec![], vec![]),
        Err(GeometryError::NoInputs)
    );
    let wide = [follows(0, (1, 1), i64::MIN, 0)];
    let result = Geometry::new(
        dimensions("x"),
        vec![input("raw", &[(0, stepped(1, 1))])],
        vec![output("out", 0, &wide)],
    );
    assert!(matches!(result, Err(GeometryError::Number { .. })));
}
