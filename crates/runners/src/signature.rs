//! What weights declare about their inputs and outputs.

use std::fmt;

use tensor_ops::{DataType, TensorView};

use crate::{RunError, RunErrorKind};

/// One input or output of a network, as far as the weights declare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The name in the weights; it need not be the name of the tensor in the model description.
    pub name: String,
    /// The element type, or `None` where the format does not tell.
    pub data_type: Option<DataType>,
    /// The shape, `None` where not even the rank is known; inside, `None` is a length that may vary.
    ///
    /// A declared length is a hint: exporters write the size of their example. Runners accept other lengths.
    pub shape: Option<Vec<Option<usize>>>,
}

impl Port {
    /// A port of that name, type and shape.
    pub fn new(
        name: impl Into<String>,
        data_type: impl Into<Option<DataType>>,
        shape: impl Into<Option<Vec<Option<usize>>>>,
    ) -> Self {
        Port {
            name: name.into(),
            data_type: data_type.into(),
            shape: shape.into(),
        }
    }

    /// The declared rank, if known.
    #[must_use]
    pub fn rank(&self) -> Option<usize> {
        self.shape.as_ref().map(Vec::len)
    }
}

/// Like `x: float32 [1, 1, ?, ?]`; `any type` and `any shape` where nothing is declared.
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match self.data_type {
            Some(data_type) => write!(f, "{data_type} ")?,
            None => f.write_str("any type ")?,
        }
        let Some(shape) = &self.shape else {
            return f.write_str("any shape");
        };
        f.write_str("[")?;
        for (axis, length) in shape.iter().enumerate() {
            if axis > 0 {
                f.write_str(", ")?;
            }
            match length {
                Some(length) => write!(f, "{length}")?,
                None => f.write_str("?")?,
            }
        }
        f.write_str("]")
    }
}

/// The inputs and outputs of a network, in the order in which they are given and returned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signature {
    /// What [`Runner::run`](crate::Runner::run) takes.
    pub inputs: Vec<Port>,
    /// What [`Runner::run`](crate::Runner::run) returns.
    pub outputs: Vec<Port>,
}

impl Signature {
    /// Checks that `inputs` fit: their number, and the element type and rank of each as far as they are declared.
    ///
    /// Lengths are not compared, but an input without elements is refused. Runners call this first.
    ///
    /// # Errors
    /// [`RunError`] of kind `InputCount`, `InputType`, `InputRank` or `EmptyInput`, for the first misfit.
    ///
    /// ```
    /// use ndarray::ArrayD;
    /// use runners::{Port, RunErrorKind, Signature};
    /// use tensor_ops::{DataType, Tensor};
    ///
    /// let image = Port::new("image", DataType::Float32, vec![Some(1), None]);
    /// let signature = Signature { inputs: vec![image], outputs: vec![] };
    /// assert!(signature.check(&[Tensor::Float32(ArrayD::zeros(vec![1, 9])).view()]).is_ok());
    /// let error = signature.check(&[Tensor::Uint8(ArrayD::zeros(vec![1, 9])).view()]).unwrap_err();
    /// assert!(matches!(error.kind(), RunErrorKind::InputType { .. }));
    /// ```
    pub fn check(&self, inputs: &[TensorView<'_>]) -> Result<(), RunError> {
        if inputs.len() != self.inputs.len() {
            let expected = self.inputs.clone();
            return Err(RunErrorKind::InputCount {
                expected,
                found: inputs.len(),
            }
            .into());
        }
        for (port, input) in self.inputs.iter().zip(inputs) {
            if port
                .data_type
                .is_some_and(|expected| expected != input.data_type())
            {
                return Err(RunErrorKind::InputType {
                    port: port.clone(),
                    found: input.data_type(),
                }
                .into());
            }
            let found = input.shape().to_vec();
            if port.rank().is_some_and(|rank| rank != found.len()) {
                return Err(RunErrorKind::InputRank {
                    port: port.clone(),
                    found,
                }
                .into());
            }
            if found.contains(&0) {
                return Err(RunErrorKind::EmptyInput {
                    port: port.clone(),
                    found,
                }
                .into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_shows_what_is_declared_and_what_is_open() {
        let port = Port::new("image", DataType::Float32, vec![Some(1), None]);
        assert_eq!(port.to_string(), "image: float32 [1, ?]");
        assert_eq!(Port::new("y", None, None).to_string(), "y: any type any shape");
        assert_eq!(Port::new("s", DataType::Int64, vec![]).to_string(), "s: int64 []");
    }
}
