//! The header of an `.npy` file.

use std::io::{self, Read};

use super::NpyError;
use super::descriptor::ElementType;
use super::literal;

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The longest header that is read. That of 64 dimensions of 20 digits each has fewer than 1500 bytes.
const MOST_HEADER_BYTES: u64 = 64 * 1024;

/// What the header states, checked against the bytes that there are.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) element: ElementType,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<u64>,
    /// Where the first element is, in bytes from the start.
    pub(super) data_start: u64,
    /// The size of the elements together.
    pub(super) data_bytes: u64,
}

impl Header {
    /// Read a header of a reader that has `available_bytes`, up to the first element.
    pub(super) fn read(reader: &mut impl Read, available_bytes: u64) -> Result<Self, NpyError> {
        let mut start = [0_u8; 8];
        fill(reader, &mut start)?;
        let [magic @ .., major, minor] = &start;
        if magic != MAGIC {
            return Err(NpyError::NotNpy);
        }
        let (prefix_bytes, length) = match (*major, *minor) {
            (1, 0) => {
                let mut length = [0_u8; 2];
                fill(reader, &mut length)?;
                (10, u64::from(u16::from_le_bytes(length)))
            }
            (2 | 3, 0) => {
                let mut length = [0_u8; 4];
                fill(reader, &mut length)?;
                (12, u64::from(u32::from_le_bytes(length)))
            }
            (major, minor) => return Err(NpyError::Version { major, minor }),
        };
        if length > MOST_HEADER_BYTES {
            return Err(NpyError::HeaderTooLong {
                length,
                limit: MOST_HEADER_BYTES,
            });
        }
        let mut text = Vec::new();
        let read = reader
            .take(length)
            .read_to_end(&mut text)
            .map_err(NpyError::Read)?;
        if read as u64 != length {
            return Err(NpyError::TruncatedHeader);
        }
        let literal = literal::parse(&text)?;
        let element = ElementType::parse(&literal.descriptor)?;
        let available = available_bytes.saturating_sub(prefix_bytes + length);
        let data_bytes = data_bytes(&literal.shape, element, available)?;
        Ok(Self {
            element,
            fortran_order: literal.fortran_order,
            shape: literal.shape,
            data_start: prefix_bytes + length,
            data_bytes,
        })
    }

    /// A header of version 1.0 that states the same, blank up to a multiple of `align` bytes.
    fn padded(&self, align: usize) -> Vec<u8> {
        let lengths: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        // `(3)` is no tuple.
        let shape = match lengths.as_slice() {
            [only] => format!("{only},"),
            lengths => lengths.join(", "),
        };
        let fortran_order = if self.fortran_order { "True" } else { "False" };
        let text = format!(
            "{{'descr': '{}', 'fortran_order': {fortran_order}, 'shape': ({}), }}",
            self.element.canonical(),
            shape
        );
        let mut text = text.into_bytes();
        text.resize((10 + text.len() + 1).next_multiple_of(align) - 11, b' ');
        text.push(b'\n');
        let mut header = MAGIC.to_vec();
        header.extend([1, 0]);
        // At most 64 lengths of at most 20 digits: far below the 65535 that fit.
        header.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
        header.extend(text);
        header
    }

    /// A header of version 1.0 that states the same.
    pub(super) fn canonical(&self) -> Vec<u8> {
        self.padded(1)
    }

    /// A header after which elements are where memory maps want them, as `numpy.save` writes it.
    pub(super) fn aligned(&self) -> Vec<u8> {
        self.padded(64)
    }
}

fn fill(reader: &mut impl Read, bytes: &mut [u8]) -> Result<(), NpyError> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => NpyError::TruncatedHeader,
        _ => NpyError::Read(error),
    })
}

/// The size of the elements together, if so many bytes can be there.
fn data_bytes(shape: &[u64], element: ElementType, available: u64) -> Result<u64, NpyError> {
    let data_type = element.data_type;
    let item_size = data_type.item_size() as u128;
    let too_large = |needed| NpyError::TooLarge {
        shape: shape.to_vec(),
        data_type,
        needed,
        available,
    };
    // An empty array takes no bytes, but the product of its other lengths must be an address all the same.
    let extent = shape
        .iter()
        .filter(|&&length| length != 0)
        .try_fold(item_size, |product, &length| {
            product.checked_mul(u128::from(length))
        })
        .ok_or_else(|| too_large(u128::MAX))?;
    let is_empty = shape.contains(&0);
    if extent > isize::MAX as u128 {
        return Err(too_large(extent));
    }
    if is_empty {
        return Ok(0);
    }
    u64::try_from(extent)
        .ok()
        .filter(|&needed| needed <= available)
        .ok_or_else(|| too_large(extent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensor_ops::DataType;

    #[test]
    fn a_canonical_header_states_the_same() {
        for shape in [vec![], vec![3], vec![2, 0, 5], vec![7; 8]] {
            let element = ElementType {
                data_type: DataType::Int16,
                big_endian: true,
            };
            let header = Header {
                element,
                fortran_order: true,
                shape,
                data_start: 0,
                data_bytes: 0,
            };
            for bytes in [header.canonical(), header.aligned()] {
                let again = Header::read(&mut bytes.as_slice(), 1 << 40).unwrap();
                assert_eq!(again.shape, header.shape);
                assert_eq!(again.element, header.element);
                assert!(again.fortran_order);
                assert_eq!(again.data_start, bytes.len() as u64);
            }
            assert_eq!(header.aligned().len() % 64, 0);
        }
    }

    #[test]
    fn sizes_are_checked_without_overflow() {
        let element = ElementType {
            data_type: DataType::Float64,
            big_endian: false,
        };
        assert_eq!(data_bytes(&[], element, 8).unwrap(), 8);
        assert_eq!(data_bytes(&[2, 3], element, 48).unwrap(), 48);
        assert_eq!(data_bytes(&[0, 3], element, 0).unwrap(), 0);
        for shape in [vec![1 << 60], vec![u64::MAX; 40], vec![0, 1 << 60], vec![7]] {
            let error = data_bytes(&shape, element, 48).unwrap_err();
            assert!(matches!(error, NpyError::TooLarge { .. }), "{error}");
        }
    }
}
