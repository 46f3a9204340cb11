//! How the axes of an image become those of a model, whatever the values are.

use super::{AxesError, ImageAxes};

/// For each axis of the model, which axis of the image it is; those that the image lacks have length 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TensorAxes {
    /// One entry for each axis of the model.
    pub(crate) sources: Vec<Option<usize>>,
    /// The axes of the image that go, with the position that is taken of each, ascending.
    pub(crate) dropped: Vec<(usize, usize)>,
}

impl TensorAxes {
    /// `selected` says which position to take along an axis that the model lacks.
    pub(crate) fn plan(
        shape: &[usize],
        image_axes: &ImageAxes,
        wanted: &ImageAxes,
        selected: &[(char, usize)],
    ) -> Result<Self, AxesError> {
        image_axes.check_rank(shape)?;
        for &(letter, position) in selected {
            let length = image_axes
                .position(letter)
                .and_then(|axis| shape.get(axis).copied());
            if wanted.contains(letter) || length.is_none_or(|length| position >= length) {
                return Err(AxesError::Selection {
                    image_axes: image_axes.clone(),
                    shape: shape.to_vec(),
                    wanted: wanted.clone(),
                    letter,
                    position,
                });
            }
        }
        let mut dropped = Vec::new();
        for (axis, (letter, &length)) in image_axes.letters().zip(shape).enumerate() {
            if wanted.contains(letter) {
                continue;
            }
            let position = selected.iter().find(|&&(other, _)| other == letter);
            match position {
                Some(&(_, position)) => dropped.push((axis, position)),
                None if length == 1 => dropped.push((axis, 0)),
                None => {
                    return Err(AxesError::Surplus {
                        image_axes: image_axes.clone(),
                        shape: shape.to_vec(),
                        wanted: wanted.clone(),
                        letter,
                        length,
                    });
                }
            }
        }
        if let Some(letter) = wanted
            .letters()
            .find(|&letter| matches!(letter, 'y' | 'x') && !image_axes.contains(letter))
        {
            return Err(AxesError::MissingSpatial {
                image_axes: image_axes.clone(),
                shape: shape.to_vec(),
                wanted: wanted.clone(),
                letter,
            });
        }
        Ok(Self {
            sources: wanted
                .letters()
                .map(|letter| image_axes.position(letter))
                .collect(),
            dropped,
        })
    }
}
