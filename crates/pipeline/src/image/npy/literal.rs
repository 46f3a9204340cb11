//! The Python dictionary in the header of an `.npy` file.
//!
//! Only what the format allows: the three keys, strings without escapes, `True` and `False`, tuples of integers. No
//! recursion, so nothing in the header decides how deep the stack gets.

use super::NpyError;

/// The values of the three keys.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) descriptor: String,
    pub(super) fortran_order: bool,
    /// Lengths beyond `u64` are `u64::MAX`: no file holds either.
    pub(super) shape: Vec<u64>,
}

/// More dimensions than this are not read; numpy itself stops at 64.
const MOST_DIMENSIONS: usize = 64;

pub(super) fn parse(text: &[u8]) -> Result<Literal, NpyError> {
    let mut cursor = Cursor { text, offset: 0 };
    let (mut descriptor, mut fortran_order, mut shape) = (None, None, None);
    cursor.skip_blanks();
    cursor.expect(b'{', "'{'")?;
    loop {
        cursor.skip_blanks();
        if cursor.accept(b'}') {
            break;
        }
        let key = cursor.string("a key or '}'")?;
        cursor.skip_blanks();
        cursor.expect(b':', "':'")?;
        cursor.skip_blanks();
        match key.as_str() {
            "descr" => {
                if matches!(cursor.peek(), Some(b'[' | b'(' | b'{')) {
                    return Err(NpyError::Structured);
                }
                set_once(&mut descriptor, "descr", cursor.string("a string")?)?;
            }
            "fortran_order" => set_once(&mut fortran_order, "fortran_order", cursor.boolean()?)?,
            "shape" => set_once(&mut shape, "shape", cursor.tuple()?)?,
            _ => return Err(NpyError::UnknownKey { key: shorten(&key) }),
        }
        cursor.skip_blanks();
        if !cursor.accept(b',') {
            cursor.expect(b'}', "',' or '}'")?;
            break;
        }
    }
    cursor.skip_blanks();
    if cursor.peek().is_some() {
        return Err(cursor.error("nothing but blanks after '}'"));
    }
    Ok(Literal {
        descriptor: descriptor.ok_or(NpyError::MissingKey { key: "descr" })?,
        fortran_order: fortran_order.ok_or(NpyError::MissingKey { key: "fortran_order" })?,
        shape: shape.ok_or(NpyError::MissingKey { key: "shape" })?,
    })
}

/// Text of the file that is to be shown.
pub(super) fn shorten(text: &str) -> String {
    const MOST_CHARACTERS: usize = 40;
    if text.chars().count() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(MOST_CHARACTERS).chain("...".chars()).collect()
}

fn set_once<T>(slot: &mut Option<T>, key: &'static str, value: T) -> Result<(), NpyError> {
    if slot.replace(value).is_some() {
        return Err(NpyError::RepeatedKey { key });
    }
    Ok(())
}

struct Cursor<'text> {
    text: &'text [u8],
    offset: usize,
}

impl Cursor<'_> {
    fn error(&self, expected: &'static str) -> NpyError {
        NpyError::HeaderSyntax {
            offset: self.offset,
            expected,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.offset).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), NpyError> {
        if self.accept(byte) {
            Ok(())
        } else {
            Err(self.error(expected))
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.offset += 1;
        }
    }

    fn string(&mut self, expected: &'static str) -> Result<String, NpyError> {
        let Some(quote @ (b'\'' | b'"')) = self.peek() else {
            return Err(self.error(expected));
        };
        self.offset += 1;
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let end = rest
            .iter()
            .position(|&byte| byte == quote || byte == b'\\' || byte == b'\n')
            .unwrap_or(rest.len());
        let content = rest.get(..end).unwrap_or_default();
        self.offset += end;
        self.expect(quote, "the end of a string without escapes")?;
        Ok(String::from_utf8_lossy(content).into_owned())
    }

    fn boolean(&mut self) -> Result<bool, NpyError> {
        let rest = self.text.get(self.offset..).unwrap_or_default();
        for (word, value) in [(b"True".as_slice(), true), (b"False".as_slice(), false)] {
            if rest.starts_with(word) {
                self.offset += word.len();
                return Ok(value);
            }
        }
        Err(self.error("True or False"))
    }

    fn tuple(&mut self) -> Result<Vec<u64>, NpyError> {
        let mut lengths = Vec::new();
        self.expect(b'(', "a tuple of lengths")?;
        loop {
            self.skip_blanks();
            if self.accept(b')') {
                return Ok(lengths);
            }
            if lengths.len() == MOST_DIMENSIONS {
                return Err(self.error("at most 64 dimensions"));
            }
            lengths.push(self.length()?);
            self.skip_blanks();
            if !self.accept(b',') {
                // `(3)` is a number in Python, not a tuple.
                if lengths.len() == 1 {
                    return Err(self.error("','"));
                }
                self.expect(b')', "',' or ')'")?;
                return Ok(lengths);
            }
        }
    }

    fn length(&mut self) -> Result<u64, NpyError> {
        let start = self.offset;
        let mut length = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            length = length.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            self.offset += 1;
        }
        if self.offset == start {
            return Err(self.error("a length of 0 or more"));
        }
        // Python 2 marks long integers.
        self.accept(b'L');
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_numpy_and_others_write() {
        let text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }     \n";
        let literal = Literal {
            descriptor: "<f4".to_owned(),
            fortran_order: false,
            shape: vec![3, 4],
        };
        assert_eq!(parse(text).unwrap(), literal);
        let text = b"{\"shape\":(3L,),\"fortran_order\":True,\"descr\":\"|u1\"}";
        let literal = Literal {
            descriptor: "|u1".to_owned(),
            fortran_order: true,
            shape: vec![3],
        };
        assert_eq!(parse(text).unwrap(), literal);
        let text = b"{'descr': '<f8', 'fortran_order': False, 'shape': ()}";
        assert_eq!(parse(text).unwrap().shape, Vec::<u64>::new());
    }

    #[test]
    fn names_the_place_of_an_error() {
        let cases: [(&[u8], usize, &str); 7] = [
            (b"", 0, "'{'"),
            (b"{'descr' '<f4'}", 9, "':'"),
            (b"{'descr': 3}", 10, "a string"),
            (b"{'shape': (3)}", 12, "','"),
            (b"{'shape': (-1,)}", 11, "a length of 0 or more"),
            (b"{'fortran_order': 1}", 18, "True or False"),
            (
                b"{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
                54,
                "nothing but blanks after '}'",
            ),
        ];
        for (text, place, wanted) in cases {
            match parse(text) {
                Err(NpyError::HeaderSyntax { offset, expected }) => {
                    assert_eq!((offset, expected), (place, wanted));
                }
                other => panic!("{}: {other:?}", String::from_utf8_lossy(text)),
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = parse(&text);
        }

        #[test]
        fn never_panics_on_almost_headers(text in "[{}(),:' \"0-9LTruealsdcfotn_hp<>|\n]{0,80}") {
            let _ = parse(text.as_bytes());
        }
    }
}
