//! What has to be measured.

use crate::percentile::Percentile;
use crate::statistics::percentiles::sorted_percentiles;
use crate::statistics::sorted_set;

/// Something that has to be measured on a whole tensor before an operation can be applied to it, or to a
/// part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// Count, mean and variance.
    Moments {
        /// The axes reduced together, sorted and without repetition; an empty list makes every element a
        /// group of its own.
        axes: Vec<usize>,
    },
    /// Percentiles.
    Percentiles {
        /// The axes reduced together, as above.
        axes: Vec<usize>,
        /// Which percentiles, sorted and without repetition.
        percentiles: Vec<Percentile>,
    },
}

impl Need {
    /// Count, mean and variance over the given axes, in any order.
    #[must_use]
    pub fn moments(axes: &[usize]) -> Self {
        Self::Moments {
            axes: sorted_set(axes),
        }
    }

    /// Percentiles over the given axes; both in any order.
    #[must_use]
    pub fn percentiles(axes: &[usize], percentiles: &[Percentile]) -> Self {
        Self::Percentiles {
            axes: sorted_set(axes),
            percentiles: sorted_percentiles(percentiles),
        }
    }

    /// The axes reduced together.
    #[must_use]
    pub fn axes(&self) -> &[usize] {
        match self {
            Self::Moments { axes } | Self::Percentiles { axes, .. } => axes,
        }
    }
}

/// The needs in their normal form, each once, percentiles over the same axes together.
pub(crate) fn merged_needs(needs: &[Need]) -> Vec<Need> {
    let mut merged: Vec<Need> = Vec::new();
    for need in needs {
        match need {
            Need::Moments { axes } => {
                let need = Need::moments(axes);
                if !merged.contains(&need) {
                    merged.push(need);
                }
            }
            Need::Percentiles { axes, percentiles } => {
                let sorted = sorted_set(axes);
                let same = merged.iter_mut().find_map(|other| match other {
                    Need::Percentiles { axes, percentiles } if *axes == sorted => Some(percentiles),
                    _ => None,
                });
                match same {
                    Some(known) => {
                        known.extend(percentiles);
                        *known = sorted_percentiles(known);
                    }
                    None => merged.push(Need::percentiles(axes, percentiles)),
                }
            }
        }
    }
    merged
}
