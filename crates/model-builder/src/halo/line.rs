//! One axis of the inputs: their sizes along it, and where it may be cut.

use super::Seen;

/// The inputs along one axis, which are cut together.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The shapes of all inputs.
    pub(super) shapes: Vec<Vec<usize>>,
    /// For each input that is cut: its axis, and the elements of a step.
    steps: Vec<Option<(usize, usize)>>,
    /// The input that outputs refer to.
    reference: usize,
    is_fixed: bool,
    /// The smallest size that a tile may have, in steps less than the whole: the most that can be cut off.
    most: usize,
}

/// The sizes of an input along an axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Along {
    /// The index of the axis.
    pub(crate) axis: usize,
    pub(crate) min: usize,
    /// 0 if there is one size only.
    pub(crate) step: usize,
}

impl Line {
    /// `shapes` are legal ones of all inputs, and are made longer along the axis until it has `wide` elements where sizes
    /// allow it, or shorter. `None` if nothing is to be cut: the reference does not have the axis, or a few elements.
    pub(crate) fn new(
        mut shapes: Vec<Vec<usize>>,
        along: &[Option<Along>],
        reference: usize,
        wide: usize,
    ) -> Option<Self> {
        let referred = along.get(reference).copied().flatten()?;
        let is_fixed = referred.step == 0;
        let length = |at: usize, along: &Along| shapes[at][along.axis];
        if is_fixed {
            // Axes in the same ratio are cut in the same places; another one is the same for all tiles.
            let whole = length(reference, &referred);
            let steps = along.iter().enumerate().map(|(at, along)| {
                let along = (*along)?;
                let own = length(at, &along);
                (along.step == 0 && own % whole == 0).then_some((along.axis, own / whole))
            });
            let steps: Vec<_> = steps.collect();
            return (whole >= 4).then_some(Self {
                shapes,
                steps,
                reference,
                is_fixed,
                most: whole - 1,
            });
        }
        let steps: Vec<Option<(usize, usize)>> = along
            .iter()
            .map(|along| {
                along
                    .filter(|along| along.step > 0)
                    .map(|along| (along.axis, along.step))
            })
            .collect();
        // Every one has its smallest size and the same number of steps.
        let wide = wide.max(referred.min + 8 * referred.step);
        let more = (wide - referred.min).div_ceil(referred.step);
        for (shape, along) in shapes.iter_mut().zip(along) {
            if let Some(along) = along
                && along.step > 0
            {
                shape[along.axis] = along.min.checked_add(more.checked_mul(along.step)?)?;
            }
        }
        Some(Self {
            shapes,
            steps,
            reference,
            is_fixed,
            most: more,
        })
    }

    /// Whether the network takes one size only.
    pub(crate) fn is_fixed(&self) -> bool {
        self.is_fixed
    }

    /// The size of the reference.
    pub(crate) fn length(&self) -> usize {
        self.steps[self.reference].map_or(0, |(axis, _)| self.shapes[self.reference][axis])
    }

    /// A number of steps if a tile is left without so many.
    pub(super) fn cut(&self, steps: usize) -> Option<usize> {
        (steps <= self.most).then_some(steps)
    }

    /// Steps to a cut in the middle.
    pub(super) fn middle(&self) -> usize {
        let step = self.steps[self.reference].map_or(1, |(_, step)| step);
        (self.length() / 2 / step).clamp(1, self.most)
    }

    /// Two cuts about the middle, next to each other, as multiples of a stride.
    pub(super) fn cuts(&self, stride: usize) -> Vec<usize> {
        let first = (self.middle() / stride).max(1);
        [first, first + 1]
            .into_iter()
            .filter_map(|times| self.cut(times * stride))
            .collect()
    }

    /// The axis of an input and the elements of a number of steps; `None` if it is not cut.
    pub(super) fn part(&self, input: usize, steps: usize) -> Option<(usize, usize)> {
        self.steps[input].map(|(axis, step)| (axis, step * steps))
    }

    /// The elements of an output that belong to a number of steps; `None` if they are not whole.
    pub(super) fn beyond(&self, steps: usize, seen: &Seen) -> Option<usize> {
        let (_, length) = self.part(self.reference, steps)?;
        let exact = length as f64 * seen.relation.scale;
        if self.is_fixed {
            // Cuts between the elements of an output are looked at only to find the stride.
            return Some(exact.floor() as usize);
        }
        (exact.fract() == 0.0).then_some(exact as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sizes::Relation;

    #[test]
    fn inputs_grow_and_are_cut_together() {
        let along = |axis, min, step| Some(Along { axis, min, step });
        let shapes = vec![vec![1, 64, 64], vec![1, 32, 32], vec![8, 2, 2]];
        let line = Line::new(shapes, &[along(1, 20, 4), along(1, 10, 2), None], 0, 100).unwrap();
        assert_eq!(line.shapes, [vec![1, 100, 64], vec![1, 50, 32], vec![8, 2, 2]]);
        assert_eq!((line.length(), line.middle()), (100, 12));
        assert_eq!(line.cuts(4), [12, 16]);
        assert_eq!(
            (line.part(0, 12), line.part(1, 12), line.part(2, 12)),
            (Some((1, 48)), Some((1, 24)), None)
        );
        let seen = |scale| Seen {
            index: 0,
            axis: 1,
            relation: Relation { scale, offset: -3.0 },
        };
        assert_eq!(line.beyond(12, &seen(0.25)), Some(12));
        assert_eq!(line.beyond(1, &seen(0.125)), None);
        // Tiles are never smaller than the smallest size.
        assert_eq!((line.cut(20), line.cut(21)), (Some(20), None));
    }

    #[test]
    fn one_size_is_cut_anywhere() {
        let fixed = Some(Along {
            axis: 0,
            min: 64,
            step: 0,
        });
        let line = Line::new(vec![vec![64], vec![100]], &[fixed, fixed], 0, 192).unwrap();
        assert!(line.is_fixed());
        assert_eq!((line.length(), line.middle()), (64, 32));
        assert_eq!(
            (line.part(0, 33), line.part(1, 33)),
            (Some((0, 33)), None),
            "not in a whole ratio"
        );
        assert!(Line::new(vec![vec![2]], &[fixed], 0, 192).is_none());
    }
}
