//! Decoded samples of any type.

use ::tiff::decoder::DecodingResult;
use ndarray::{ArrayD, IxDyn};
use tensor_ops::Tensor;

/// The samples as a tensor; `None` if they are not as many as the shape needs.
pub(super) fn into_tensor(samples: DecodingResult, shape: &[usize]) -> Option<Tensor> {
    macro_rules! shape_any {
        ($($kind:ident),+) => {
            match samples {
                $(DecodingResult::$kind(samples) => {
                    ArrayD::from_shape_vec(IxDyn(shape), samples).ok().map(Tensor::from)
                })+
                // Refused before anything is decoded.
                DecodingResult::F16(_) => None,
            }
        };
    }
    shape_any!(U8, U16, U32, U64, I8, I16, I32, I64, F32, F64)
}

/// Give samples of 1, 2 or 4 bits a byte each. Rows start at a byte, the first sample has the highest bits.
pub(super) fn unpack(packed: &[u8], width: usize, bits: usize) -> Vec<u8> {
    let samples_per_byte = 8 / bits;
    let mask = u8::MAX >> (8 - bits);
    let row_bytes = width.div_ceil(samples_per_byte);
    packed
        .chunks_exact(row_bytes)
        .flat_map(|row| {
            (0..width).map(move |column| {
                let shift = 8 - bits * (column % samples_per_byte + 1);
                (row[column / samples_per_byte] >> shift) & mask
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[test]
    fn rows_start_at_a_byte() {
        assert_eq!(unpack(&[0b1010_0000, 0b0110_0000], 3, 1), [1, 0, 1, 0, 1, 1]);
        assert_eq!(unpack(&[0b11_10_01_00, 0b10_000000], 5, 2), [3, 2, 1, 0, 2]);
        assert_eq!(unpack(&[0xAB, 0xC0], 3, 4), [0xA, 0xB, 0xC]);
    }
}
