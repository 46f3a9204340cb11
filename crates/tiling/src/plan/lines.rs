//! From the axes of all tensors to one problem for each dimension.

use std::cell::RefCell;

use crate::geometry::{Extent, Geometry, InputAxis, OutputAxis};
use crate::plan::TileRequest;
use crate::plan::error::PlanError;
use crate::plan::line::{Follower, Line};
use crate::ratio::{Ratio, lcm};
use crate::sizes::{Lattice, MAX_SIZE, Sizes};

/// Phases above this are refused: no image is that large.
const MAX_PHASE: i128 = 1 << 41;

/// How an axis of an input goes along with its dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Cut with the dimension; it has this many elements for each one of the base axis.
    Cut(Ratio),
    /// All of it belongs to every tile.
    Whole,
}

/// The problems along all dimensions, and how each axis of each input takes part. The request is complete.
pub(crate) fn lines(
    geometry: &Geometry,
    images: &[Vec<usize>],
    request: &TileRequest,
) -> Result<(Vec<Line>, Vec<Vec<Share>>), PlanError> {
    check(geometry, images)?;
    let mut shares: Vec<Vec<Share>> = geometry
        .inputs()
        .iter()
        .map(|input| vec![Share::Whole; input.axes.len()])
        .collect();
    let mut lines = Vec::with_capacity(geometry.dimensions().len());
    for dimension in 0..request.strides.len() {
        let line = line(geometry, images, dimension, request, &mut shares)?;
        lines.push(line);
    }
    Ok((lines, shares))
}

fn check(geometry: &Geometry, images: &[Vec<usize>]) -> Result<(), PlanError> {
    let inputs = geometry.inputs();
    if images.len() != inputs.len() {
        return Err(PlanError::ImageCount {
            found: images.len(),
            expected: inputs.len(),
        });
    }
    for (input, image) in inputs.iter().zip(images) {
        if image.len() != input.axes.len() {
            return Err(PlanError::Rank {
                input: input.name.clone(),
                found: image.len(),
                expected: input.axes.len(),
            });
        }
        for (axis, &found) in input.axes.iter().zip(image) {
            if !(1..=MAX_SIZE).contains(&found) {
                let dimension = geometry.dimensions()[axis.dimension].name.clone();
                return Err(PlanError::ImageSize {
                    input: input.name.clone(),
                    dimension,
                    found,
                });
            }
        }
    }
    Ok(())
}

/// An axis of an input that belongs to the dimension: where it is, its description and the size of its image.
struct Member {
    input: usize,
    axis: usize,
    described: InputAxis,
    size: usize,
}

fn line(
    geometry: &Geometry,
    images: &[Vec<usize>],
    dimension: usize,
    request: &TileRequest,
    shares: &mut [Vec<Share>],
) -> Result<Line, PlanError> {
    let name = geometry.dimensions()[dimension].name.clone();
    let members = members(geometry, images, dimension);
    // An axis of any size leads; if all are fixed, the first one.
    let is_stepped = |member: &&Member| matches!(member.described.sizes, Sizes::Stepped { .. });
    let Some(base) = members.iter().find(is_stepped).or(members.first()) else {
        // No axis of an input: a single tile of one element that nothing follows.
        let legal = Lattice { first: 1, period: 0 };
        return Ok(Line {
            name,
            image: 1,
            is_whole: true,
            legal,
            phase: 1,
            followers: Vec::new(),
            known: RefCell::default(),
        });
    };
    let no_size = || PlanError::NoLegalSize {
        dimension: name.clone(),
    };
    let too_large = || PlanError::TooLarge {
        dimension: name.clone(),
    };

    let mut legal = Lattice::multiples(1);
    let mut phase = request.strides[dimension].unwrap_or(1).max(1) as i128;
    for member in &members {
        let share = share(member, base).ok_or_else(|| unrelated(geometry, &name, member, base))?;
        shares[member.input][member.axis] = share;
        let Share::Cut(ratio) = share else { continue };
        let sizes = Lattice::of(member.described.sizes, ratio).ok_or_else(no_size)?;
        legal = legal.and(sizes).ok_or_else(no_size)?;
        let starts = if sizes.period == 0 {
            ratio.denominator
        } else {
            sizes.period
        };
        phase = lcm(phase, starts)
            .filter(|&phase| phase <= MAX_PHASE)
            .ok_or_else(too_large)?;
    }
    let mut followers = Vec::new();
    for (name, mut follower) in follow(geometry, dimension, shares) {
        let size = follower.size(base.size as i128);
        if size < 1 {
            return Err(PlanError::EmptyOutput {
                output: name.to_owned(),
                axis: follower.axis,
                size,
            });
        }
        follower.chunk = request.chunk_length(follower.output, follower.axis);
        let denominator = follower.scale.denominator;
        legal = legal.and(Lattice::multiples(denominator)).ok_or_else(no_size)?;
        legal = legal
            .from(follower.scale.ceil_quotient(1 - follower.twice_offset))
            .ok_or_else(no_size)?;
        phase = lcm(phase, denominator)
            .filter(|&phase| phase <= MAX_PHASE)
            .ok_or_else(too_large)?;
        followers.push(follower);
    }
    let is_whole = geometry.dimensions()[dimension].extent == Extent::Whole;
    let image = base.size as i128;
    if is_whole && !legal.contains(image) {
        let size = |size: Option<i128>| size.and_then(|size| usize::try_from(size).ok());
        return Err(PlanError::WholeSize {
            dimension: name,
            found: base.size,
            smaller: size(legal.at_most(image)),
            larger: size(legal.at_least(image)),
        });
    }
    Ok(Line {
        name,
        image,
        is_whole,
        legal,
        phase,
        followers,
        known: RefCell::default(),
    })
}

fn members(geometry: &Geometry, images: &[Vec<usize>], dimension: usize) -> Vec<Member> {
    let mut members = Vec::new();
    for (input, description) in geometry.inputs().iter().enumerate() {
        for (axis, &described) in description.axes.iter().enumerate() {
            if described.dimension == dimension {
                members.push(Member {
                    input,
                    axis,
                    described,
                    size: images[input][axis],
                });
            }
        }
    }
    members
}

/// How an axis takes part: together with the base axis if both images have the same size, or sizes in the ratio of what
/// the description says; as a whole if it has a fixed size of its own; not at all otherwise.
fn share(member: &Member, base: &Member) -> Option<Share> {
    if member.size == base.size {
        return Some(Share::Cut(Ratio::ONE));
    }
    let found = Ratio::of(member.size as i128, base.size as i128);
    let described = match (member.described.sizes, base.described.sizes) {
        (Sizes::Stepped { step, .. }, Sizes::Stepped { step: base_step, .. }) => Some((step, base_step)),
        (Sizes::Fixed(size), Sizes::Fixed(base_size)) => Some((size, base_size)),
        _ => None,
    };
    if described.is_some_and(|(size, base_size)| Ratio::of(size as i128, base_size as i128) == found) {
        return Some(Share::Cut(found));
    }
    (member.described.sizes == Sizes::Fixed(member.size)).then_some(Share::Whole)
}

fn unrelated(geometry: &Geometry, dimension: &str, member: &Member, base: &Member) -> PlanError {
    PlanError::Unrelated {
        dimension: dimension.to_owned(),
        input: geometry.inputs()[member.input].name.clone(),
        found: member.size,
        sizes: member.described.sizes,
        base: geometry.inputs()[base.input].name.clone(),
        base_size: base.size,
        base_sizes: base.described.sizes,
    }
}

/// The axes of outputs that follow a dimension, each with the name of the output.
fn follow<'g>(geometry: &'g Geometry, dimension: usize, shares: &[Vec<Share>]) -> Vec<(&'g str, Follower)> {
    let mut found = Vec::new();
    for (output, description) in geometry.outputs().iter().enumerate() {
        let reference = &geometry.inputs()[description.reference].axes;
        for (axis, described) in description.axes.iter().enumerate() {
            let OutputAxis::Follows {
                axis: followed,
                scale,
                twice_offset,
                halo,
            } = *described
            else {
                continue;
            };
            if reference[followed].dimension != dimension {
                continue;
            }
            if let Share::Cut(ratio) = shares[description.reference][followed] {
                let follower = Follower {
                    output,
                    axis,
                    scale: scale.ratio().times(ratio),
                    twice_offset: twice_offset.into(),
                    halo: halo as i128,
                    chunk: None,
                };
                found.push((description.name.as_str(), follower));
            }
        }
    }
    found
}
