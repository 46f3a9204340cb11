//! Which axes an array has that does not say it.

use super::{AxesError, ImageAxes};

/// The axes that an image need not have, since they can be added with length 1. `b` goes before all of them.
const OPTIONAL: [char; 4] = ['i', 't', 'c', 'z'];

/// The longest axis that is taken for channels behind the spatial axes: grey, grey and alpha, RGB, RGBA.
const MOST_INTERLEAVED_CHANNELS: usize = 4;

/// The axes of an array, given those of the model it is meant for.
///
/// `known` axes (of the file, or stated by the user) are returned once they fit the shape. Otherwise an array of as
/// many axes as the model has those of the model. One with fewer lacks `b` first, then those of `i`, `t`, `c`, `z`
/// that have to go: if that leaves a choice, the axes must be stated. Images often have their channels last
/// (`yxc`) whatever the model wants: that is assumed for an array that lacks an axis, if its last axis has 1 to 4
/// positions and every other axis has more; likewise `cyx` for a model with channels last, if the place of `c`
/// is the one short axis in front.
///
/// # Errors
///
/// - [`AxesError::RankMismatch`]: `known` axes of another number than the array has,
/// - [`AxesError::Ambiguous`]: more than one way to leave axes out,
/// - [`AxesError::NoCandidate`]: more axes than the model, or fewer than its spatial ones.
///
/// # Examples
///
/// ```
/// use pipeline::axes::{ImageAxes, infer_axes};
///
/// let wanted: ImageAxes = "bczyx".parse()?;
/// assert_eq!(infer_axes(&[64, 64], None, &wanted)?.as_str(), "yx");
/// assert_eq!(infer_axes(&[2, 9, 64, 64], None, &wanted)?.as_str(), "czyx");
/// let error = infer_axes(&[9, 64, 64], None, &wanted).unwrap_err().to_string();
/// assert!(error.contains("'zyx' or 'cyx'"), "{error}");
/// # Ok::<(), pipeline::axes::AxesError>(())
/// ```
pub fn infer_axes(
    shape: &[usize],
    known: Option<&ImageAxes>,
    wanted: &ImageAxes,
) -> Result<ImageAxes, AxesError> {
    if let Some(known) = known {
        known.check_rank(shape)?;
        return Ok(known.clone());
    }
    if wanted.rank() == shape.len() {
        return Ok(wanted.clone());
    }
    let without_batch: Vec<char> = wanted.letters().filter(|&letter| letter != 'b').collect();
    let mut candidates: Vec<Vec<char>> = vec![without_batch.clone()];
    // Leaving out the optional letters one by one visits every subset once; there are at most 16.
    for optional in OPTIONAL {
        let shorter: Vec<Vec<char>> = candidates
            .iter()
            .filter(|letters| letters.contains(&optional))
            .map(|letters| {
                letters
                    .iter()
                    .copied()
                    .filter(|&letter| letter != optional)
                    .collect()
            })
            .collect();
        candidates.extend(shorter);
    }
    candidates.retain(|letters| letters.len() == shape.len() && !letters.is_empty());
    for letters in &mut candidates {
        move_channels(letters, shape);
    }
    let mut candidates: Vec<ImageAxes> = candidates
        .into_iter()
        .map(|letters| ImageAxes(letters.into_iter().collect()))
        .collect();
    match candidates.len() {
        0 => Err(AxesError::NoCandidate {
            shape: shape.to_vec(),
            wanted: wanted.clone(),
        }),
        1 => Ok(candidates.remove(0)),
        _ => Err(AxesError::Ambiguous {
            shape: shape.to_vec(),
            wanted: wanted.clone(),
            candidates,
        }),
    }
}

/// Move `c` to the other end where the lengths say so.
fn move_channels(letters: &mut Vec<char>, shape: &[usize]) {
    let Some(channel) = letters.iter().position(|&letter| letter == 'c') else {
        return;
    };
    let last = letters.len() - 1;
    let target = if channel == last { 0 } else { last };
    let is_channels = |axis: usize| {
        shape.get(axis).is_some_and(|&length| {
            (1..=MOST_INTERLEAVED_CHANNELS).contains(&length)
                && shape
                    .iter()
                    .enumerate()
                    .all(|(other, &longer)| other == axis || longer > length)
        })
    };
    if is_channels(target) {
        letters.remove(channel);
        letters.insert(target, 'c');
    }
}
