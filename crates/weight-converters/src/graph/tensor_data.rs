//! Contents of a tensor that are known while converting: weights and computed constants.

use std::fmt;
use std::sync::Arc;

use super::error::GraphError;
use super::half::{bfloat16_to_f64, float16_to_f64, to_bfloat16, to_float16};
use super::scalar_type::ScalarType;

/// Elements of a tensor, contiguous in row-major order, little-endian. Copies share the bytes.
///
/// ```
/// use weight_converters::graph::{ScalarType, TensorData};
/// let eye = TensorData::from_f64(ScalarType::Float32, &[2, 2], &[1.0, 0.0, 0.0, 1.0])?;
/// assert_eq!(eye.bytes().len(), 16);
/// assert_eq!(eye.to_f64()[3], 1.0);
/// # Ok::<(), weight_converters::graph::GraphError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TensorData {
    scalar_type: ScalarType,
    shape: Vec<usize>,
    bytes: Arc<Vec<u8>>,
}

impl TensorData {
    /// A tensor from its little-endian bytes in row-major order.
    ///
    /// # Errors
    /// When the number of bytes is not what type and shape ask for.
    pub fn new(scalar_type: ScalarType, shape: Vec<usize>, bytes: Vec<u8>) -> Result<Self, GraphError> {
        let expected =
            element_count(&shape).and_then(|count| count.checked_mul(scalar_type.size())).ok_or_else(|| {
                GraphError::TooLarge { what: "a tensor".into(), shape: shape.clone(), limit: usize::MAX }
            })?;
        if expected != bytes.len() {
            return Err(GraphError::invalid(
                "tensor",
                format!("{scalar_type} of shape {shape:?} has {expected} bytes, found {}", bytes.len()),
            ));
        }
        Ok(Self { scalar_type, shape, bytes: Arc::new(bytes) })
    }

    /// A tensor from numbers: rounded to the nearest value of a floating-point type; cut towards zero and wrapped for
    /// an integer type, as C and PyTorch cast; not zero is `true` for `Bool`.
    ///
    /// # Errors
    /// When there are not as many values as the shape has elements.
    pub fn from_f64(scalar_type: ScalarType, shape: &[usize], values: &[f64]) -> Result<Self, GraphError> {
        let mut bytes = Vec::with_capacity(values.len().saturating_mul(scalar_type.size()));
        for &value in values {
            match scalar_type {
                ScalarType::Float32 => {
                    #[allow(clippy::cast_possible_truncation)]
                    bytes.extend_from_slice(&(value as f32).to_le_bytes());
                }
                ScalarType::Float64 => bytes.extend_from_slice(&value.to_le_bytes()),
                ScalarType::Float16 => bytes.extend_from_slice(&to_float16(value).to_le_bytes()),
                ScalarType::Bfloat16 => bytes.extend_from_slice(&to_bfloat16(value).to_le_bytes()),
                ScalarType::Bool => bytes.push(u8::from(value != 0.0)),
                #[allow(clippy::cast_possible_truncation)]
                integer => push_integer(&mut bytes, integer, value as i64),
            }
        }
        Self::new(scalar_type, shape.to_vec(), bytes)
    }

    /// A tensor from integers: exact for integer types (wrapped where they do not fit), rounded for floating point,
    /// not zero is `true` for `Bool`.
    ///
    /// # Errors
    /// When there are not as many values as the shape has elements.
    pub fn from_i64(scalar_type: ScalarType, shape: &[usize], values: &[i64]) -> Result<Self, GraphError> {
        if scalar_type.is_float() {
            #[allow(clippy::cast_precision_loss)]
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            return Self::from_f64(scalar_type, shape, &floats);
        }
        let mut bytes = Vec::with_capacity(values.len().saturating_mul(scalar_type.size()));
        for &value in values {
            push_integer(&mut bytes, scalar_type, value);
        }
        Self::new(scalar_type, shape.to_vec(), bytes)
    }

    /// One number as a tensor without axes.
    #[must_use]
    pub fn scalar(scalar_type: ScalarType, value: f64) -> Self {
        match Self::from_f64(scalar_type, &[], &[value]) {
            Ok(data) => data,
            Err(_) => unreachable!("one value fills a tensor without axes"),
        }
    }

    /// A vector of 64-bit integers: shapes, axes, indices.
    #[must_use]
    pub fn int64_vector(values: &[i64]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { scalar_type: ScalarType::Int64, shape: vec![values.len()], bytes: Arc::new(bytes) }
    }

    /// Element type.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        self.scalar_type
    }

    /// Length of each axis; empty for a scalar.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / self.scalar_type.size()
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements, little-endian.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All elements as `f64`: exact but for 64-bit integers beyond 2^53; `Bool` gives 0 and 1.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        let size = self.scalar_type.size();
        let chunks = self.bytes.chunks_exact(size);
        match self.scalar_type {
            ScalarType::Float32 => chunks.map(|b| f32::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Float64 => chunks.map(|b| f64::from_le_bytes(array(b))).collect(),
            ScalarType::Float16 => chunks.map(|b| float16_to_f64(u16::from_le_bytes(array(b)))).collect(),
            ScalarType::Bfloat16 => chunks.map(|b| bfloat16_to_f64(u16::from_le_bytes(array(b)))).collect(),
            #[allow(clippy::cast_precision_loss)]
            ScalarType::Uint64 => chunks.map(|b| u64::from_le_bytes(array(b)) as f64).collect(),
            #[allow(clippy::cast_precision_loss)]
            _ => self.to_i64().unwrap_or_default().into_iter().map(|value| value as f64).collect(),
        }
    }

    /// All elements as `i64` (`uint64` beyond its range wraps); `None` for floating-point types.
    #[must_use]
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        let chunks = self.bytes.chunks_exact(self.scalar_type.size());
        Some(match self.scalar_type {
            ScalarType::Bool => chunks.map(|b| i64::from(b[0] != 0)).collect(),
            ScalarType::Uint8 => chunks.map(|b| b[0].into()).collect(),
            ScalarType::Int8 => chunks.map(|b| i8::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Uint16 => chunks.map(|b| u16::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Int16 => chunks.map(|b| i16::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Uint32 => chunks.map(|b| u32::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Int32 => chunks.map(|b| i32::from_le_bytes(array(b)).into()).collect(),
            ScalarType::Uint64 | ScalarType::Int64 => chunks.map(|b| i64::from_le_bytes(array(b))).collect(),
            _ => return None,
        })
    }

    /// The one element of a tensor that has only one.
    #[must_use]
    pub fn item_f64(&self) -> Option<f64> {
        if self.len() == 1 { self.to_f64().first().copied() } else { None }
    }

    /// The one element of an integer or truth tensor that has only one.
    #[must_use]
    pub fn item_i64(&self) -> Option<i64> {
        if self.len() == 1 { self.to_i64()?.first().copied() } else { None }
    }

    /// The same elements in another shape.
    ///
    /// # Errors
    /// When the number of elements differs.
    pub fn reshaped(&self, shape: &[usize]) -> Result<Self, GraphError> {
        if element_count(shape) != Some(self.len()) {
            return Err(GraphError::invalid(
                "reshape",
                format!("{:?} ({} elements) cannot become {shape:?}", self.shape, self.len()),
            ));
        }
        Ok(Self { scalar_type: self.scalar_type, shape: shape.to_vec(), bytes: Arc::clone(&self.bytes) })
    }
}

impl fmt::Debug for TensorData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.scalar_type, self.shape)?;
        if self.len() <= 8 { write!(f, " {:?}", self.to_f64()) } else { Ok(()) }
    }
}

/// Number of elements of a shape; `None` beyond what can be addressed.
#[must_use]
pub fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length))
}

fn push_integer(bytes: &mut Vec<u8>, scalar_type: ScalarType, value: i64) {
    if scalar_type == ScalarType::Bool {
        bytes.push(u8::from(value != 0));
    } else {
        // two's complement: the lower bytes of an i64 are the wrapped value of every narrower type
        bytes.extend_from_slice(&value.to_le_bytes()[..scalar_type.size()]);
    }
}

/// A chunk of `chunks_exact(N)` as an array.
fn array<const N: usize>(chunk: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(chunk);
    bytes
}
