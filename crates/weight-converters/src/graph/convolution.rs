//! Convolutions over any number of spatial axes. Layout: (batch, channel, space...).

use super::{Attribute, Graph, GraphError, TensorRef, signed};

/// How a kernel runs over the spatial axes; one entry an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// lengths of the kernel
    pub(crate) kernel: Vec<usize>,
    /// distance of neighbouring positions
    pub(crate) strides: Vec<usize>,
    /// elements added before
    pub(crate) before: Vec<usize>,
    /// elements added behind
    pub(crate) after: Vec<usize>,
    /// distance of the kernel's elements
    pub(crate) dilations: Vec<usize>,
}

impl Window {
    /// Length that the kernel covers along an axis.
    pub(crate) fn reach(&self, axis: usize) -> Option<usize> {
        self.kernel[axis]
            .checked_sub(1)?
            .checked_mul(self.dilations[axis])?
            .checked_add(1)
    }

    /// Numbers of positions that lie inside the padded axes.
    pub(super) fn output_lengths(&self, operator: &str, input: &[usize]) -> Result<Vec<usize>, GraphError> {
        self.check(operator, input.len())?;
        (0..input.len())
            .map(|axis| {
                let padded = input[axis]
                    .checked_add(self.before[axis])?
                    .checked_add(self.after[axis])?;
                Some(padded.checked_sub(self.reach(axis)?)? / self.strides[axis] + 1)
            })
            .collect::<Option<Vec<usize>>>()
            .ok_or_else(|| {
                GraphError::invalid(
                    operator,
                    format!("{self:?} is larger than the padded input of lengths {input:?}"),
                )
            })
    }

    fn check(&self, operator: &str, axes: usize) -> Result<(), GraphError> {
        let lists = [
            &self.kernel,
            &self.strides,
            &self.before,
            &self.after,
            &self.dilations,
        ];
        let sizes_fit = lists.iter().all(|list| list.len() == axes);
        let positive = [&self.kernel, &self.strides, &self.dilations]
            .iter()
            .all(|list| !list.contains(&0));
        if sizes_fit && positive && axes > 0 {
            Ok(())
        } else {
            Err(GraphError::invalid(
                operator,
                format!("{self:?} does not fit {axes} spatial axes"),
            ))
        }
    }

    pub(super) fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        let pads: Vec<usize> = self.before.iter().chain(&self.after).copied().collect();
        let mut attributes = vec![
            ("kernel_shape", Attribute::sizes(&self.kernel)),
            ("strides", Attribute::sizes(&self.strides)),
            ("pads", Attribute::sizes(&pads)),
        ];
        if self.dilations.iter().any(|&dilation| dilation != 1) {
            attributes.push(("dilations", Attribute::sizes(&self.dilations)));
        }
        attributes
    }
}

impl Graph {
    /// Convolution (cross-correlation). `x`: (batch, channels, space...), `weight`: (output channels, channels /
    /// groups, kernel...), `bias`: (output channels).
    ///
    /// # Errors
    /// When types or shapes do not fit.
    pub(crate) fn convolve(
        &mut self,
        x: &TensorRef,
        weight: &TensorRef,
        bias: Option<&TensorRef>,
        window: &Window,
        groups: usize,
    ) -> Result<TensorRef, GraphError> {
        check_operands("Conv", x, weight, bias)?;
        let (channels, outputs) = (x.shape[1], weight.shape[0]);
        let fits = groups > 0
            && weight.shape[1].checked_mul(groups) == Some(channels)
            && outputs.is_multiple_of(groups)
            && weight.shape[2..] == window.kernel[..]
            && bias.is_none_or(|bias| bias.shape == [outputs]);
        if !fits {
            return Err(does_not_fit("Conv", x, weight, groups));
        }
        let mut shape = vec![x.shape[0], outputs];
        shape.extend(window.output_lengths("Conv", &x.shape[2..])?);
        let mut attributes = window.attributes();
        attributes.push(("group", Attribute::Int(signed(groups))));
        let mut inputs = vec![x, weight];
        inputs.extend(bias);
        self.add_one("Conv", &inputs, attributes, x.dtype, shape)
    }

    /// Transposed convolution. `x`: (batch, channels, space...), `weight`: (channels, output channels / groups,
    /// kernel...), `bias`: (output channels); `extra`: lengths added behind the result (`output_padding`).
    ///
    /// # Errors
    /// When types or shapes do not fit.
    pub(crate) fn convolve_transposed(
        &mut self,
        x: &TensorRef,
        weight: &TensorRef,
        bias: Option<&TensorRef>,
        window: &Window,
        extra: &[usize],
        groups: usize,
    ) -> Result<TensorRef, GraphError> {
        let operator = "ConvTranspose";
        check_operands(operator, x, weight, bias)?;
        let spatial = x.rank() - 2;
        window.check(operator, spatial)?;
        let outputs = weight.shape[1].saturating_mul(groups);
        let fits = groups > 0
            && weight.shape[0] == x.shape[1]
            && x.shape[1].is_multiple_of(groups)
            && weight.shape[2..] == window.kernel[..]
            && extra.len() == spatial
            && bias.is_none_or(|bias| bias.shape == [outputs]);
        if !fits {
            return Err(does_not_fit(operator, x, weight, groups));
        }
        let lengths: Option<Vec<usize>> = (0..spatial)
            .map(|axis| {
                let spread = x.shape[axis + 2]
                    .checked_sub(1)?
                    .checked_mul(window.strides[axis])?;
                spread
                    .checked_add(window.reach(axis)?)?
                    .checked_add(extra[axis])?
                    .checked_sub(window.before[axis].checked_add(window.after[axis])?)
            })
            .collect();
        let lengths = lengths.ok_or_else(|| does_not_fit(operator, x, weight, groups))?;
        let mut shape = vec![x.shape[0], outputs];
        shape.extend(lengths);
        let mut attributes = window.attributes();
        attributes.push(("group", Attribute::Int(signed(groups))));
        if extra.iter().any(|&length| length != 0) {
            attributes.push(("output_padding", Attribute::sizes(extra)));
        }
        let mut inputs = vec![x, weight];
        inputs.extend(bias);
        self.add_one(operator, &inputs, attributes, x.dtype, shape)
    }
}

fn check_operands(
    operator: &str,
    x: &TensorRef,
    weight: &TensorRef,
    bias: Option<&TensorRef>,
) -> Result<(), GraphError> {
    let types_fit = x.dtype.is_floating_point()
        && weight.dtype == x.dtype
        && bias.is_none_or(|bias| bias.dtype == x.dtype);
    if types_fit && x.rank() >= 3 && weight.rank() == x.rank() {
        Ok(())
    } else {
        Err(GraphError::invalid(
            operator,
            format!(
                "input {}{:?}, weight {}{:?}{} do not fit",
                x.dtype,
                x.shape,
                weight.dtype,
                weight.shape,
                bias.map(|bias| format!(", bias {}{:?}", bias.dtype, bias.shape))
                    .unwrap_or_default()
            ),
        ))
    }
}

fn does_not_fit(operator: &str, x: &TensorRef, weight: &TensorRef, groups: usize) -> GraphError {
    GraphError::invalid(
        operator,
        format!(
            "input {:?} and weight {:?} with {groups} groups do not fit",
            x.shape, weight.shape
        ),
    )
}
