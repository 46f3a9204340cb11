//! The fields of a message in its encoding.

use std::ops::Range;

use super::malformed;
use crate::LoadError;

/// A field of a message: where it is, and where its content is if that is a message.
pub(super) struct Field {
    pub(super) number: u64,
    pub(super) whole: Range<usize>,
    pub(super) payload: Range<usize>,
}

/// The fields of a message that was walked before; damage is an error all the same.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = Result<Field, LoadError>> {
    let mut position = 0;
    std::iter::from_fn(move || {
        if position >= message.len() {
            return None;
        }
        let field = field(message, position);
        position = field.as_ref().map_or(message.len(), |field| field.whole.end);
        Some(field.ok_or_else(|| malformed("it is cut short".to_owned())))
    })
}

fn field(message: &[u8], start: usize) -> Option<Field> {
    let (tag, position) = varint(message, start)?;
    let payload = match tag & 7 {
        0 => position..varint(message, position)?.1,
        1 => position..position.checked_add(8)?,
        5 => position..position.checked_add(4)?,
        2 => {
            let (length, position) = varint(message, position)?;
            position..position.checked_add(usize::try_from(length).ok()?)?
        }
        _ => return None,
    };
    (payload.end <= message.len()).then_some(Field {
        number: tag >> 3,
        whole: start..payload.end,
        payload,
    })
}

fn varint(message: &[u8], mut position: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *message.get(position)?;
        position += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value, position));
        }
    }
    None
}
