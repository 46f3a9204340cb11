//! Adding and removing elements at the borders.

use super::{Attribute, Graph, GraphError, SliceRange, TensorRef, signed};

/// What is added at the borders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PadMode {
    /// a number
    Constant(f64),
    /// mirrored, without the border element itself
    Reflect,
    /// the border element
    Edge,
    /// from the other side
    Wrap,
}

impl Graph {
    /// Adds elements before and behind each axis, one pair an axis; negative numbers take elements away.
    ///
    /// # Errors
    /// When there is not one pair an axis, more is taken away than there is, or more is added than the mode allows
    /// (`Reflect`: less than the length, `Wrap`: up to the length).
    pub(crate) fn pad(
        &mut self,
        x: &TensorRef,
        pads: &[(i64, i64)],
        mode: PadMode,
    ) -> Result<TensorRef, GraphError> {
        let too_much = || {
            GraphError::invalid(
                "Pad",
                format!("{pads:?} ({mode:?}) does not fit shape {:?}", x.shape),
            )
        };
        if pads.len() != x.rank() {
            return Err(too_much());
        }
        let mut ranges = Vec::new();
        for (axis, &(before, after)) in pads.iter().enumerate() {
            let taken = [before, after].map(|pad| usize::try_from(pad.saturating_neg()).unwrap_or(0));
            let length = x.shape[axis]
                .checked_sub(taken[0])
                .and_then(|rest| rest.checked_sub(taken[1]));
            let length = length.ok_or_else(too_much)?;
            ranges.push(SliceRange {
                axis,
                start: taken[0].min(x.shape[axis]),
                length,
                step: 1,
            });
        }
        let x = self.slice(x, &ranges)?;
        let mut added = Vec::new();
        let mut shape = Vec::new();
        for (axis, &(before, after)) in pads.iter().enumerate() {
            let [before, after] = [before, after].map(|pad| usize::try_from(pad).unwrap_or(0));
            let length = x.shape[axis];
            let fits = match mode {
                PadMode::Constant(_) => true,
                PadMode::Reflect => (before == 0 && after == 0) || before.max(after) < length,
                PadMode::Edge => (before == 0 && after == 0) || length > 0,
                PadMode::Wrap => before.max(after) <= length,
            };
            let total = length.checked_add(before).and_then(|sum| sum.checked_add(after));
            match total {
                Some(total) if fits => shape.push(total),
                _ => return Err(too_much()),
            }
            added.push((before, after));
        }
        if added.iter().all(|&pair| pair == (0, 0)) {
            return Ok(x);
        }
        if mode == PadMode::Wrap {
            return self.wrap(&x, &added);
        }
        let all: Vec<i64> = added
            .iter()
            .map(|pair| signed(pair.0))
            .chain(added.iter().map(|pair| signed(pair.1)))
            .collect();
        let all = self.integers(&all);
        let name = match mode {
            PadMode::Constant(_) => "constant",
            PadMode::Reflect => "reflect",
            PadMode::Edge | PadMode::Wrap => "edge",
        };
        let value = if let PadMode::Constant(value) = mode {
            Some(self.scalar(x.dtype, value))
        } else {
            None
        };
        let mut inputs = vec![&x, &all];
        inputs.extend(value.as_ref());
        self.add_one(
            "Pad",
            &inputs,
            vec![("mode", Attribute::Text(name))],
            x.dtype,
            shape,
        )
    }

    fn wrap(&mut self, x: &TensorRef, added: &[(usize, usize)]) -> Result<TensorRef, GraphError> {
        let mut x = x.clone();
        for (axis, &(before, after)) in added.iter().enumerate() {
            let length = x.shape[axis];
            let mut parts = Vec::new();
            if before > 0 {
                parts.push(self.narrow(&x, axis, length - before, before)?);
            }
            parts.push(x.clone());
            if after > 0 {
                parts.push(self.narrow(&x, axis, 0, after)?);
            }
            x = self.concat(&parts, axis)?;
        }
        Ok(x)
    }
}
