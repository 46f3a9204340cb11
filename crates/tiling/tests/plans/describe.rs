//! Networks in a line of text.

use tiling::{
    Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, PlanError, Scale,
    Sizes, TilePlan, TileRequest,
};

pub(crate) fn stepped(min: usize, step: usize) -> Sizes {
    Sizes::Stepped { min, step }
}

pub(crate) fn follows(axis: usize, scale: (u32, u32), twice_offset: i64, halo: usize) -> OutputAxis {
    OutputAxis::Follows {
        axis,
        scale: Scale::try_from(scale).unwrap(),
        twice_offset,
        halo,
    }
}

/// Dimensions by letter: `b`, `c` and `i` are whole, and a batch is cut by those who ask for it.
pub(crate) fn dimensions(letters: &str) -> Vec<Dimension> {
    let extent = |letter| {
        if "ci".contains(letter) {
            Extent::Whole
        } else {
            Extent::Tiled
        }
    };
    letters
        .chars()
        .map(|letter| Dimension {
            name: letter.into(),
            extent: extent(letter),
        })
        .collect()
}

pub(crate) fn input(name: &str, axes: &[(usize, Sizes)]) -> InputGeometry {
    let axes = axes
        .iter()
        .map(|&(dimension, sizes)| InputAxis { dimension, sizes })
        .collect();
    InputGeometry {
        name: name.into(),
        axes,
    }
}

pub(crate) fn output(name: &str, reference: usize, axes: &[OutputAxis]) -> OutputGeometry {
    OutputGeometry {
        name: name.into(),
        reference,
        axes: axes.to_vec(),
    }
}

/// One axis, one input, one output.
pub(crate) fn line(sizes: Sizes, scale: (u32, u32), twice_offset: i64, halo: usize) -> Geometry {
    let outputs = vec![output("out", 0, &[follows(0, scale, twice_offset, halo)])];
    Geometry::new(dimensions("x"), vec![input("raw", &[(0, sizes)])], outputs).unwrap()
}

pub(crate) fn starts(plan: &TilePlan) -> Vec<(usize, usize)> {
    plan.dimensions()[0]
        .spans
        .iter()
        .map(|span| (span.start, span.end()))
        .collect()
}

pub(crate) fn tiled(geometry: &Geometry, size: usize, tile: usize) -> Result<TilePlan, PlanError> {
    TilePlan::new(
        geometry,
        &[vec![size]],
        &TileRequest::default().with_tile(0, tile),
    )
}
