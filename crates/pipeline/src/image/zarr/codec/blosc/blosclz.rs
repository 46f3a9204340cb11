//! BloscLZ, the compressor that Blosc itself has: a variant of FastLZ.

use super::Problem;

/// The largest distance of a match that two bytes can say; a longer one follows in two more.
const MOST_SHORT_DISTANCE: usize = 8191;

/// Decode as much as there is, and tell how much that was.
pub(super) fn decode(encoded: &[u8], decoded: &mut [u8]) -> Result<usize, Problem> {
    let mut bytes = encoded.iter().copied();
    let mut next = || {
        bytes
            .next()
            .ok_or_else(|| "one of its streams ends early".to_owned())
    };
    let mut end = 0;
    // The first byte can only be a run of literals; its upper bits say something else.
    let mut control = usize::from(next()? & 31);
    loop {
        if control < 32 {
            for _ in 0..=control {
                *decoded.get_mut(end).ok_or("one of its streams is too long")? = next()?;
                end += 1;
            }
        } else {
            let mut length = (control >> 5) + 2;
            let mut distance = (control & 31) << 8;
            if control >> 5 == 7 {
                loop {
                    let more = next()?;
                    length += usize::from(more);
                    if more != u8::MAX {
                        break;
                    }
                }
            }
            let low = next()?;
            if low == u8::MAX && distance == 31 << 8 {
                distance = usize::from(next()?) << 8;
                distance += usize::from(next()?) + MOST_SHORT_DISTANCE;
            } else {
                distance += usize::from(low);
            }
            // A distance of 0 is that of the last byte.
            let start = end
                .checked_sub(distance + 1)
                .ok_or("one of its streams refers to what is before it")?;
            if end + length > decoded.len() {
                return Err("one of its streams is too long".to_owned());
            }
            // Source and target may overlap: then the bytes repeat.
            for place in start..start + length {
                decoded[place + distance + 1] = decoded[place];
            }
            end += length;
        }
        match next() {
            Ok(byte) => control = usize::from(byte),
            Err(_) => return Ok(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_matches() {
        let mut decoded = [0; 12];
        // Three literals, then three bytes from three back, then six times the last.
        let length = decode(&[2, 1, 2, 3, 1 << 5, 2, 4 << 5, 0], &mut decoded).unwrap();
        assert_eq!((length, decoded), (12, [1, 2, 3, 1, 2, 3, 3, 3, 3, 3, 3, 3]));
    }

    #[test]
    fn damage_is_an_error() {
        let mut decoded = [0; 4];
        for stream in [
            &[][..],
            &[3, 1],
            &[0, 1, 1 << 5, 9],
            &[0, 1, 7 << 5, 255, 255],
            &[9; 20],
        ] {
            assert!(decode(stream, &mut decoded).is_err(), "{stream:?}");
        }
    }
}
