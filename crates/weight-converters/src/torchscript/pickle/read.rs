//! Numbers and texts of a pickle.

use super::PickleError;

/// The bytes of a pickle and a place in them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Where the present opcode is.
    opcode_at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            position: 0,
            opcode_at: 0,
        }
    }

    /// An error about the present opcode.
    pub(super) fn error(&self, message: impl Into<String>) -> PickleError {
        PickleError {
            offset: self.opcode_at,
            message: message.into(),
        }
    }

    /// The next opcode.
    pub(super) fn opcode(&mut self) -> Result<u8, PickleError> {
        self.opcode_at = self.position;
        self.byte().map_err(|error| PickleError {
            message: "ends without the opcode STOP".into(),
            ..error
        })
    }

    pub(super) fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], PickleError> {
        let end = self
            .position
            .checked_add(count)
            .filter(|end| *end <= self.bytes.len());
        let Some(end) = end else {
            let left = self.bytes.len() - self.position;
            return Err(self.error(format!("needs {count} bytes, {left} are left")));
        };
        let taken = &self.bytes[self.position..end];
        self.position = end;
        Ok(taken)
    }

    /// A length of so many bytes, little-endian.
    pub(super) fn length(&mut self, bytes: usize) -> Result<usize, PickleError> {
        let length = self
            .take(bytes)?
            .iter()
            .rev()
            .fold(0_u64, |length, byte| length << 8 | u64::from(*byte));
        usize::try_from(length).map_err(|_| self.error(format!("a length of {length}")))
    }

    pub(super) fn text(&mut self, length: usize) -> Result<&'a str, PickleError> {
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text that is not UTF-8"))
    }

    /// The text up to the end of the line.
    pub(super) fn line(&mut self) -> Result<&'a str, PickleError> {
        let rest = &self.bytes[self.position..];
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(self.error("a line without an end"));
        };
        let line = self.text(length)?;
        self.position += 1;
        Ok(line)
    }

    /// A signed number in two's complement, little-endian, of any length.
    pub(super) fn long(&mut self, length: usize) -> Result<i64, PickleError> {
        let bytes = self.take(length)?;
        let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
        let fill = if negative { 0xff } else { 0 };
        let mut array = [fill; 8];
        let (low, high) = bytes.split_at(length.min(8));
        array[..low.len()].copy_from_slice(low);
        let value = i64::from_le_bytes(array);
        if high.iter().any(|byte| *byte != fill) || (value < 0) != negative {
            return Err(self.error("an integer of more than 64 bits"));
        }
        Ok(value)
    }
}
