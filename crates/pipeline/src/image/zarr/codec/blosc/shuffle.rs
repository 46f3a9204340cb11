//! Bytes and bits of elements, gathered by their significance.

/// From all first bytes, all second bytes and so on to elements; what is no whole element stays at the end.
pub(super) fn restore_bytes(shuffled: &[u8], elements: &mut [u8], type_bytes: usize) {
    let count = elements.len() / type_bytes;
    let whole = count * type_bytes;
    for (byte, plane) in shuffled[..whole].chunks_exact(count.max(1)).enumerate() {
        for (element, &value) in elements.chunks_exact_mut(type_bytes).zip(plane) {
            element[byte] = value;
        }
    }
    elements[whole..].copy_from_slice(&shuffled[whole..]);
}

/// From all lowest bits of the first bytes, all second lowest and so on to elements.
///
/// Blosc leaves blocks as they are whose number of elements is no multiple of 8.
pub(super) fn restore_bits(shuffled: &[u8], elements: &mut [u8], type_bytes: usize) {
    let count = elements.len() / type_bytes;
    if !count.is_multiple_of(8) {
        elements.copy_from_slice(shuffled);
        return;
    }
    let whole = count * type_bytes;
    let plane_bytes = count / 8;
    elements[..whole].fill(0);
    for (plane, bits) in shuffled[..whole].chunks_exact(plane_bytes.max(1)).enumerate() {
        let (byte, bit) = (plane / 8, plane % 8);
        for (group, &value) in elements.chunks_exact_mut(8 * type_bytes).zip(bits) {
            for (number, element) in group.chunks_exact_mut(type_bytes).enumerate() {
                element[byte] |= (value >> number & 1) << bit;
            }
        }
    }
    elements[whole..].copy_from_slice(&shuffled[whole..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_two_planes() {
        let mut elements = [0; 7];
        restore_bytes(&[1, 2, 3, 10, 20, 30, 99], &mut elements, 2);
        assert_eq!(elements, [1, 10, 2, 20, 3, 30, 99]);
    }

    #[test]
    fn bits_of_eight_elements() {
        // The lowest bits of elements 0 and 2, the highest of element 7.
        let mut elements = [0; 8];
        restore_bits(&[0b101, 0, 0, 0, 0, 0, 0, 0b1000_0000], &mut elements, 1);
        assert_eq!(elements, [1, 0, 1, 0, 0, 0, 0, 128]);
        let mut few = [0; 3];
        restore_bits(&[1, 2, 3], &mut few, 1);
        assert_eq!(few, [1, 2, 3]);
    }
}
