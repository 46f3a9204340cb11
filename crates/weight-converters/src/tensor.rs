//! Element types and the data of tensors.

use std::fmt;
use std::rc::Rc;

use crate::graph::GraphError;
use crate::half::{bfloat16_to_f64, float16_to_f64, to_bfloat16, to_float16};

/// The type of the elements of a tensor.
///
/// ```
/// use weight_converters::ScalarType;
///
/// assert_eq!(ScalarType::from_torch_code(6), Some(ScalarType::Float32));
/// assert_eq!(ScalarType::Float32.size(), 4);
/// assert_eq!(ScalarType::Float32.to_string(), "float32");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// Truth value, one byte.
    Bool,
    /// Unsigned, 8 bits.
    UInt8,
    /// Signed, 8 bits.
    Int8,
    /// Signed, 16 bits.
    Int16,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// IEEE 754 binary16.
    Float16,
    /// The upper half of a binary32.
    BFloat16,
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary64.
    Float64,
}

impl ScalarType {
    /// Bytes of one element.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::UInt8 | Self::Int8 => 1,
            Self::Int16 | Self::Float16 | Self::BFloat16 => 2,
            Self::Int32 | Self::Float32 => 4,
            Self::Int64 | Self::Float64 => 8,
        }
    }

    /// Whether it is a floating-point type.
    #[must_use]
    pub fn is_floating_point(self) -> bool {
        matches!(
            self,
            Self::Float16 | Self::BFloat16 | Self::Float32 | Self::Float64
        )
    }

    /// Whether it is an integer type; `Bool` is not.
    #[must_use]
    pub fn is_integer(self) -> bool {
        !self.is_floating_point() && self != Self::Bool
    }

    /// The number that ONNX gives the type (`TensorProto.DataType`).
    pub(crate) fn onnx_code(self) -> i32 {
        match self {
            Self::Float32 => 1,
            Self::UInt8 => 2,
            Self::Int8 => 3,
            Self::Int16 => 5,
            Self::Int32 => 6,
            Self::Int64 => 7,
            Self::Bool => 9,
            Self::Float16 => 10,
            Self::Float64 => 11,
            Self::BFloat16 => 16,
        }
    }

    /// The type behind the number that `PyTorch` gives it (`c10::ScalarType`); `None` for complex and quantised types.
    #[must_use]
    pub fn from_torch_code(code: i64) -> Option<Self> {
        Some(match code {
            0 => Self::UInt8,
            1 => Self::Int8,
            2 => Self::Int16,
            3 => Self::Int32,
            4 => Self::Int64,
            5 => Self::Float16,
            6 => Self::Float32,
            7 => Self::Float64,
            11 => Self::Bool,
            15 => Self::BFloat16,
            _ => return None,
        })
    }

    /// The number that `PyTorch` gives the type (`c10::ScalarType`).
    #[must_use]
    pub fn torch_code(self) -> i64 {
        match self {
            Self::UInt8 => 0,
            Self::Int8 => 1,
            Self::Int16 => 2,
            Self::Int32 => 3,
            Self::Int64 => 4,
            Self::Float16 => 5,
            Self::Float32 => 6,
            Self::Float64 => 7,
            Self::Bool => 11,
            Self::BFloat16 => 15,
        }
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::UInt8 => "uint8",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float16 => "float16",
            Self::BFloat16 => "bfloat16",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        })
    }
}

/// A tensor with its elements: row-major, little-endian, `shape.product() * dtype.size()` bytes.
///
/// Cloning shares the bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct TensorData {
    /// The type of the elements.
    pub(crate) dtype: ScalarType,
    /// The lengths of the axes.
    pub(crate) shape: Vec<usize>,
    /// The elements.
    pub(crate) bytes: Rc<[u8]>,
}

impl TensorData {
    /// A tensor from its little-endian bytes in row-major order.
    ///
    /// # Errors
    /// When the number of bytes is not what type and shape ask for.
    pub(crate) fn new(dtype: ScalarType, shape: Vec<usize>, bytes: Vec<u8>) -> Result<Self, GraphError> {
        let expected = element_count(&shape)
            .and_then(|count| count.checked_mul(dtype.size()))
            .ok_or_else(|| GraphError::TooLarge {
                what: "a tensor".into(),
                shape: shape.clone(),
                limit: usize::MAX,
            })?;
        if expected != bytes.len() {
            return Err(GraphError::invalid(
                "tensor",
                format!(
                    "{dtype} of shape {shape:?} has {expected} bytes, found {}",
                    bytes.len()
                ),
            ));
        }
        Ok(Self {
            dtype,
            shape,
            bytes: bytes.into(),
        })
    }

    /// A tensor from numbers: rounded to the nearest value of a floating-point type; cut towards zero and wrapped for
    /// an integer type, as C and PyTorch cast; not zero is `true` for `Bool`.
    ///
    /// # Errors
    /// When there are not as many values as the shape has elements.
    pub(crate) fn from_f64(dtype: ScalarType, shape: &[usize], values: &[f64]) -> Result<Self, GraphError> {
        let mut bytes = Vec::with_capacity(values.len().saturating_mul(dtype.size()));
        for &value in values {
            push_number(&mut bytes, dtype, value);
        }
        Self::new(dtype, shape.to_vec(), bytes)
    }

    /// A tensor from integers: exact for integer types (wrapped where they do not fit), rounded for floating point,
    /// not zero is `true` for `Bool`.
    ///
    /// # Errors
    /// When there are not as many values as the shape has elements.
    pub(crate) fn from_i64(dtype: ScalarType, shape: &[usize], values: &[i64]) -> Result<Self, GraphError> {
        if dtype.is_floating_point() {
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            return Self::from_f64(dtype, shape, &floats);
        }
        let mut bytes = Vec::with_capacity(values.len().saturating_mul(dtype.size()));
        for &value in values {
            push_integer(&mut bytes, dtype, value);
        }
        Self::new(dtype, shape.to_vec(), bytes)
    }

    /// One number as a tensor without axes.
    pub(crate) fn scalar(dtype: ScalarType, value: f64) -> Self {
        let mut bytes = Vec::new();
        push_number(&mut bytes, dtype, value);
        Self {
            dtype,
            shape: Vec::new(),
            bytes: bytes.into(),
        }
    }

    /// A vector of 64-bit integers: shapes, axes, indices.
    pub(crate) fn int64_vector(values: &[i64]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self {
            dtype: ScalarType::Int64,
            shape: vec![values.len()],
            bytes: bytes.into(),
        }
    }

    /// Number of elements.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / self.dtype.size()
    }

    /// Whether there is no element.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All elements as `f64`: exact but for 64-bit integers beyond 2^53; `Bool` gives 0 and 1.
    pub(crate) fn to_f64(&self) -> Vec<f64> {
        let size = self.dtype.size();
        let chunks = self.bytes.chunks_exact(size);
        match self.dtype {
            ScalarType::Float32 => chunks.map(|b| f32::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Float64 => chunks.map(|b| f64::from_le_bytes(array(b))).collect(),
            ScalarType::Float16 => chunks
                .map(|b| float16_to_f64(u16::from_le_bytes(array(b))))
                .collect(),
            ScalarType::BFloat16 => chunks
                .map(|b| bfloat16_to_f64(u16::from_le_bytes(array(b))))
                .collect(),
            _ => self
                .to_i64()
                .unwrap_or_default()
                .into_iter()
                .map(|value| value as f64)
                .collect(),
        }
    }

    /// All elements as `i64`; `None` for floating-point types.
    pub(crate) fn to_i64(&self) -> Option<Vec<i64>> {
        let chunks = self.bytes.chunks_exact(self.dtype.size());
        Some(match self.dtype {
            ScalarType::Bool => chunks.map(|b| i64::from(b[0] != 0)).collect(),
            ScalarType::UInt8 => chunks.map(|b| b[0].into()).collect(),
            ScalarType::Int8 => chunks.map(|b| i8::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Int16 => chunks.map(|b| i16::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Int32 => chunks.map(|b| i32::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Int64 => chunks.map(|b| i64::from_le_bytes(array(b))).collect(),
            _ => return None,
        })
    }

    /// The one element of a tensor that has only one.
    pub(crate) fn item_f64(&self) -> Option<f64> {
        if self.len() == 1 {
            self.to_f64().first().copied()
        } else {
            None
        }
    }

    /// The one element of an integer or truth tensor that has only one.
    pub(crate) fn item_i64(&self) -> Option<i64> {
        if self.len() == 1 {
            self.to_i64()?.first().copied()
        } else {
            None
        }
    }

    /// The same elements in another shape.
    ///
    /// # Errors
    /// When the number of elements differs.
    pub(crate) fn reshaped(&self, shape: &[usize]) -> Result<Self, GraphError> {
        if element_count(shape) != Some(self.len()) {
            return Err(GraphError::invalid(
                "reshape",
                format!(
                    "{:?} ({} elements) cannot become {shape:?}",
                    self.shape,
                    self.len()
                ),
            ));
        }
        Ok(Self {
            dtype: self.dtype,
            shape: shape.to_vec(),
            bytes: Rc::clone(&self.bytes),
        })
    }
}

impl fmt::Debug for TensorData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.dtype, self.shape)?;
        if self.len() <= 8 {
            write!(f, " {:?}", self.to_f64())
        } else {
            Ok(())
        }
    }
}

/// Number of elements of a shape; `None` beyond what can be addressed.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1_usize, |product, &length| product.checked_mul(length))
}

fn push_number(bytes: &mut Vec<u8>, dtype: ScalarType, value: f64) {
    match dtype {
        ScalarType::Float32 => bytes.extend_from_slice(&(value as f32).to_le_bytes()),
        ScalarType::Float64 => bytes.extend_from_slice(&value.to_le_bytes()),
        ScalarType::Float16 => bytes.extend_from_slice(&to_float16(value).to_le_bytes()),
        ScalarType::BFloat16 => bytes.extend_from_slice(&to_bfloat16(value).to_le_bytes()),
        ScalarType::Bool => bytes.push(u8::from(value != 0.0)),
        integer => push_integer(bytes, integer, value as i64),
    }
}

fn push_integer(bytes: &mut Vec<u8>, dtype: ScalarType, value: i64) {
    if dtype == ScalarType::Bool {
        bytes.push(u8::from(value != 0));
    } else {
        // two's complement: the lower bytes of an i64 are the wrapped value of every narrower type
        bytes.extend_from_slice(&value.to_le_bytes()[..dtype.size()]);
    }
}

/// A chunk of `chunks_exact(N)` as an array.
fn array<const N: usize>(chunk: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(chunk);
    bytes
}
