//! Plans: which tiles cover an image.

mod budget;
mod chunks;
mod display;
mod error;
mod line;
mod lines;
mod request;
#[cfg(feature = "serde")]
mod serialised;
mod tile;

pub use error::PlanError;
pub use line::Span;
pub use request::{ChunkLength, TileRequest};
pub use tile::{InputPart, OutputPart, Tile};

use crate::Padding;
use crate::geometry::{Geometry, OutputAxis};
use chunks::Layout;
use line::{Follower, Line};
use lines::{Share, lines};

/// How the tiles lie along one dimension. Numbers are elements of the base axis: the first axis of an input in this
/// dimension that may have several sizes, or the first one if all are fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DimensionPlan {
    /// The name of the dimension.
    pub name: String,
    /// The size of the image.
    pub image: usize,
    /// Its size after padding at the end.
    pub padded: usize,
    /// The size of every tile but perhaps the last one.
    pub tile: usize,
    /// Tiles start at multiples of this number.
    pub phase: usize,
    /// The tiles in order.
    pub spans: Vec<Span>,
}

/// How one axis of an output is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutputCut {
    /// All of it comes from every tile.
    Whole(usize),
    /// Tile `i` along the dimension delivers the elements from `cuts[i]` to `cuts[i + 1]`; the tile's output begins at
    /// `starts[i]` and has `sizes[i]` elements. `chunk` is how long chunks are, if that was asked for.
    Cut {
        dimension: usize,
        chunk: Option<usize>,
        cuts: Vec<usize>,
        starts: Vec<usize>,
        sizes: Vec<usize>,
    },
}

/// A cover of images with tiles, and how the whole outputs are put together from the tiles' outputs.
///
/// Tiles are numbered row-major over the dimensions of the geometry: the last dimension runs fastest. A plan depends on
/// nothing but its arguments.
///
/// What holds (`docs/tile-geometry.md` has the proofs):
///
/// - Every tile has a size that the network takes; all have the same one, except the last ones along a dimension if the
///   caller's stride is no divisor of the step between sizes.
/// - Tiles start at multiples of the phase.
/// - The first tile starts at the first element and the last one ends at the last element of the image, or of the padded
///   image where it has no legal size.
/// - The regions of the tiles partition each output.
/// - Every element of an output comes from a tile in which it is at least the halo away from each side that is not a side
///   of the image.
///
/// ```
/// # use tiling::{Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Scale, Sizes};
/// use tiling::{TilePlan, TileRequest};
///
/// # let geometry = Geometry::new(
/// #     vec![Dimension { name: "x".into(), extent: Extent::Tiled }],
/// #     vec![InputGeometry {
/// #         name: "raw".into(),
/// #         axes: vec![InputAxis { dimension: 0, sizes: Sizes::Stepped { min: 16, step: 16 } }],
/// #     }],
/// #     vec![OutputGeometry {
/// #         name: "mask".into(),
/// #         reference: 0,
/// #         axes: vec![OutputAxis::Follows { axis: 0, scale: Scale::ONE, twice_offset: 0, halo: 8 }],
/// #     }],
/// # )?;
/// // 100 elements, a network that takes multiples of 16 and has a halo of 8.
/// let plan = TilePlan::new(&geometry, &[vec![100]], &TileRequest::default().with_tile(0, 64))?;
/// assert_eq!(plan.len(), 2);
/// let last = plan.tile(1).unwrap();
/// assert_eq!(last.inputs[0].region().to_string(), "[48..112]"); // padded to 112
/// assert_eq!(last.outputs[0].region().to_string(), "[56..100]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TilePlan {
    geometry: Geometry,
    images: Vec<Vec<usize>>,
    request: TileRequest,
    dimensions: Vec<DimensionPlan>,
    shares: Vec<Vec<Share>>,
    outputs: Vec<Vec<OutputCut>>,
    output_shapes: Vec<Vec<usize>>,
}

impl TilePlan {
    /// Covers images of these shapes, one for each input, with tiles of the sizes that are asked for. Along dimensions
    /// for which nothing is asked, a tile is as large as the image or as the only size that the network takes.
    ///
    /// # Errors
    ///
    /// [`PlanError`] says what is not possible and what is.
    pub fn new(geometry: &Geometry, images: &[Vec<usize>], request: &TileRequest) -> Result<Self, PlanError> {
        let count = geometry.dimensions().len();
        let request = request.complete(count)?;
        let (lines, shares) = lines(geometry, images, &request)?;
        let mut tiles = Vec::with_capacity(count);
        for (line, asked) in lines.iter().zip(&request.tiles) {
            tiles.push(match asked {
                Some(tile) if !line.is_whole => line.checked_tile(*tile)?,
                _ => line.largest_tile(),
            });
        }
        Self::from_lines(geometry, images, request, &lines, shares, &tiles)
    }

    fn from_lines(
        geometry: &Geometry,
        images: &[Vec<usize>],
        request: TileRequest,
        lines: &[Line],
        shares: Vec<Vec<Share>>,
        tiles: &[i128],
    ) -> Result<Self, PlanError> {
        let mut layouts = Vec::with_capacity(lines.len());
        for (line, &tile) in lines.iter().zip(tiles) {
            layouts.push(line.layout(tile)?);
        }
        let mut dimensions = Vec::with_capacity(lines.len());
        for ((line, layout), &tile) in lines.iter().zip(&layouts).zip(tiles) {
            dimensions.push(DimensionPlan {
                name: line.name.clone(),
                image: size(line.image),
                padded: size(line.padded()),
                tile: size(tile),
                phase: size(line.phase),
                spans: layout
                    .spans
                    .iter()
                    .map(|&(start, extent)| Span {
                        start: size(start),
                        size: size(extent),
                    })
                    .collect(),
            });
        }
        let mut outputs = Vec::with_capacity(geometry.outputs().len());
        let mut output_shapes = Vec::with_capacity(geometry.outputs().len());
        for (number, output) in geometry.outputs().iter().enumerate() {
            let reference = &geometry.inputs()[output.reference].axes;
            let mut follows = vec![false; lines.len()];
            let mut cuts = Vec::with_capacity(output.axes.len());
            for (at, axis) in output.axes.iter().enumerate() {
                cuts.push(match *axis {
                    OutputAxis::New { size } => OutputCut::Whole(size),
                    OutputAxis::Follows {
                        axis: followed,
                        scale,
                        twice_offset,
                        ..
                    } => {
                        let dimension = reference[followed].dimension;
                        let mut followers = lines[dimension].followers.iter();
                        match followers.position(|other| (other.output, other.axis) == (number, at)) {
                            Some(follower) => {
                                follows[dimension] = true;
                                output_cut(dimension, &lines[dimension], follower, &layouts[dimension])
                            }
                            None => {
                                let input = images[output.reference][followed] as i128;
                                let found = scale.ratio().floor(input) + i128::from(twice_offset);
                                if found < 1 {
                                    let output = output.name.clone();
                                    return Err(PlanError::EmptyOutput {
                                        output,
                                        axis: at,
                                        size: found,
                                    });
                                }
                                OutputCut::Whole(size(found))
                            }
                        }
                    }
                });
            }
            if let Some(cut) = (0..lines.len()).find(|&at| layouts[at].spans.len() > 1 && !follows[at]) {
                return Err(PlanError::NotTileable {
                    output: output.name.clone(),
                    dimension: lines[cut].name.clone(),
                    tile: size(tiles[cut]),
                    size: size(lines[cut].image),
                });
            }
            output_shapes.push(cuts.iter().map(OutputCut::size).collect());
            outputs.push(cuts);
        }
        let images = images.to_vec();
        Ok(Self {
            geometry: geometry.clone(),
            images,
            request,
            dimensions,
            shares,
            outputs,
            output_shapes,
        })
    }

    /// The description of the network that the plan was made for.
    #[must_use]
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The shapes of the images, one for each input.
    #[must_use]
    pub fn images(&self) -> &[Vec<usize>] {
        &self.images
    }

    /// The shapes of the whole outputs.
    #[must_use]
    pub fn output_shapes(&self) -> &[Vec<usize>] {
        &self.output_shapes
    }

    /// How the tiles lie along each dimension.
    #[must_use]
    pub fn dimensions(&self) -> &[DimensionPlan] {
        &self.dimensions
    }

    /// How long the chunks of an output are by axis, as they were given or chosen. Nothing along axes for which nothing was
    /// asked, and where one tile leaves the choice open. See [`TileRequest::with_chunks`].
    #[must_use]
    pub fn chunk_lengths(&self, output: usize) -> Vec<Option<usize>> {
        let cuts = self.outputs.get(output).map_or(&[][..], Vec::as_slice);
        cuts.iter()
            .map(|cut| match cut {
                OutputCut::Whole(_) => None,
                OutputCut::Cut { chunk, .. } => *chunk,
            })
            .collect()
    }

    /// What stands outside the images.
    #[must_use]
    pub fn padding(&self) -> Padding {
        self.request.padding
    }

    /// Whether an image has to be padded, because the network takes no image of its size.
    #[must_use]
    pub fn is_padded(&self) -> bool {
        self.dimensions
            .iter()
            .any(|dimension| dimension.padded > dimension.image)
    }

    /// The number of tiles, `usize::MAX` if there are more.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dimensions
            .iter()
            .fold(1, |count, dimension| count.saturating_mul(dimension.spans.len()))
    }

    /// Never: there is always at least one tile.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The tiles in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Tile> + '_ {
        (0..self.len()).map(|index| self.tile_at(index))
    }

    /// The tile with this number; nothing from [`len`](Self::len) up.
    #[must_use]
    pub fn tile(&self, index: usize) -> Option<Tile> {
        (index < self.len()).then(|| self.tile_at(index))
    }
}

/// A number that is a size: not negative and below `2 * MAX_SIZE`.
fn size(value: i128) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn output_cut(dimension: usize, line: &Line, number: usize, layout: &Layout) -> OutputCut {
    let follower: &Follower = &line.followers[number];
    let chunk = layout.chunks[number];
    OutputCut::Cut {
        dimension,
        chunk: chunk.map(size),
        cuts: line
            .cuts(follower, &layout.spans, chunk)
            .into_iter()
            .map(size)
            .collect(),
        starts: layout
            .spans
            .iter()
            .map(|&(start, _)| size(follower.scale.floor(start)))
            .collect(),
        sizes: layout
            .spans
            .iter()
            .map(|&(_, extent)| size(follower.size(extent)))
            .collect(),
    }
}

impl OutputCut {
    /// The size of the whole axis.
    fn size(&self) -> usize {
        match self {
            Self::Whole(size) => *size,
            Self::Cut { cuts, .. } => cuts.last().copied().unwrap_or(0),
        }
    }
}
