//! The outline of an ONNX file: a walk over its protobuf fields that reads none of its tensors.
//!
//! It tells a truncated or foreign file at once, and bounds what decoding will allocate: an empty message takes two
//! bytes in the file but hundreds in memory.
//!
//! Field numbers are those of `onnx.proto`; the encoding is that of
//! <https://protobuf.dev/programming-guides/encoding/>.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

/// Protobuf allows no larger message, and an ONNX file is one message.
pub(super) const MAX_BYTES: u64 = 2 << 30;
/// The number of messages and strings that a file may hold; large networks have some ten thousand.
pub(super) const MAX_PARTS: u64 = 1_000_000;
/// How deep messages may be nested, as in protobuf's own readers.
const MAX_DEPTH: usize = 100;

/// What is wrong with a file.
#[derive(Debug)]
pub(super) enum WireFault {
    /// It cannot be read.
    Io(io::Error),
    /// It is no ONNX file, for this reason.
    Malformed(String),
    /// It holds more than [`MAX_PARTS`].
    TooManyParts,
}

impl From<io::Error> for WireFault {
    fn from(error: io::Error) -> Self {
        WireFault::Io(error)
    }
}

/// The messages whose inside is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    Function,
    /// A message that holds strings only.
    Strings,
}

impl Message {
    /// The message in a field of this one, if its inside matters.
    fn inside(self, field: u64) -> Option<Message> {
        match (self, field) {
            (Message::Model, 7) | (Message::Attribute, 6 | 11) => Some(Message::Graph),
            (Message::Model, 8) | (Message::Graph, 14) | (Message::Tensor, 13) => Some(Message::Strings),
            (Message::Model, 25) => Some(Message::Function),
            (Message::Graph, 1) | (Message::Function, 7) => Some(Message::Node),
            (Message::Node, 5) | (Message::Function, 11) => Some(Message::Attribute),
            (Message::Graph, 5) | (Message::Attribute, 5 | 10) | (Message::SparseTensor, 1 | 2) => {
                Some(Message::Tensor)
            }
            (Message::Graph, 15) | (Message::Attribute, 22 | 23) => Some(Message::SparseTensor),
            (Message::Graph, 11..=13) => Some(Message::ValueInfo),
            (Message::ValueInfo, 2) | (Message::Attribute, 14 | 15) => Some(Message::Type),
            (Message::Type, 1) => Some(Message::TensorType),
            (Message::TensorType, 2) => Some(Message::Shape),
            (Message::Shape, 1) => Some(Message::Strings),
            _ => None,
        }
    }
}

/// The byte ranges of a file of `size` bytes that are needed to run it: version, operator sets, graph, and functions if
/// they are wanted. Training data and free text are left out.
pub(super) fn outline(
    source: impl Read + Seek,
    size: u64,
    with_functions: bool,
) -> Result<VecDeque<Range<u64>>, WireFault> {
    if size == 0 {
        return Err(WireFault::Malformed("it is empty".to_owned()));
    }
    let mut walk = Walk {
        source: BufReader::new(source),
        position: 0,
        parts: 0,
    };
    let mut needed = VecDeque::new();
    let mut has_graph = false;
    while walk.position < size {
        let start = walk.position;
        match walk.field(Message::Model, size, 0)? {
            7 if has_graph => return Err(WireFault::Malformed("it holds more than one graph".to_owned())),
            7 => has_graph = true,
            1 | 8 => {}
            25 if with_functions => {}
            _ => continue,
        }
        needed.push_back(start..walk.position);
    }
    if !has_graph {
        return Err(WireFault::Malformed("it holds no graph".to_owned()));
    }
    Ok(needed)
}

struct Walk<R> {
    source: BufReader<R>,
    position: u64,
    parts: u64,
}

impl<R: Read + Seek> Walk<R> {
    fn message(&mut self, message: Message, end: u64, depth: usize) -> Result<(), WireFault> {
        if depth > MAX_DEPTH {
            let position = self.position;
            return Err(WireFault::Malformed(format!(
                "messages are nested too deeply at byte {position}"
            )));
        }
        while self.position < end {
            self.field(message, end, depth)?;
        }
        Ok(())
    }

    /// Walks over one field and returns its number.
    fn field(&mut self, message: Message, end: u64, depth: usize) -> Result<u64, WireFault> {
        let start = self.position;
        let tag = self.varint(end)?;
        let field = tag >> 3;
        match tag & 7 {
            _ if field == 0 => return Err(foreign(start)),
            0 => {
                self.varint(end)?;
            }
            1 => self.skip(8, end)?,
            5 => self.skip(4, end)?,
            2 => {
                let length = self.varint(end)?;
                let inside = message.inside(field);
                if message != Message::Model || inside.is_some() {
                    self.parts += 1;
                    if self.parts > MAX_PARTS {
                        return Err(WireFault::TooManyParts);
                    }
                }
                match inside {
                    Some(inside) => {
                        let stop = self.stop(length, end)?;
                        self.message(inside, stop, depth + 1)?;
                    }
                    None => self.skip(length, end)?,
                }
            }
            _ => return Err(foreign(start)),
        }
        Ok(field)
    }

    fn varint(&mut self, end: u64) -> Result<u64, WireFault> {
        let start = self.position;
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            if self.position >= end {
                return Err(WireFault::Malformed(format!("it is cut short at byte {end}")));
            }
            let Some(&byte) = self.source.fill_buf()?.first() else {
                return Err(WireFault::Malformed(format!(
                    "it is cut short at byte {}",
                    self.position
                )));
            };
            self.source.consume(1);
            self.position += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(foreign(start))
    }

    fn stop(&self, length: u64, end: u64) -> Result<u64, WireFault> {
        let left = end.saturating_sub(self.position);
        if length > left {
            let position = self.position;
            return Err(WireFault::Malformed(format!(
                "{length} bytes are announced at byte {position} where only {left} are left, as in a truncated file"
            )));
        }
        Ok(self.position + length)
    }

    fn skip(&mut self, length: u64, end: u64) -> Result<(), WireFault> {
        let stop = self.stop(length, end)?;
        // The length is at most that of a file, which `MAX_BYTES` bounds.
        self.source
            .seek_relative(i64::try_from(length).unwrap_or(i64::MAX))?;
        self.position = stop;
        Ok(())
    }
}

fn foreign(position: u64) -> WireFault {
    WireFault::Malformed(format!(
        "there is no protobuf field at byte {position}, so it is some other kind of file"
    ))
}

/// Reads some ranges of a file, one after the other.
pub(super) struct Ranges<R> {
    pub(super) source: R,
    pub(super) ranges: VecDeque<Range<u64>>,
}

impl<R: Read + Seek> Read for Ranges<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ranges.front().is_some_and(Range::is_empty) {
            self.ranges.pop_front();
        }
        let Some(range) = self.ranges.front_mut() else {
            return Ok(0);
        };
        let left = usize::try_from(range.end - range.start)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        self.source.seek(SeekFrom::Start(range.start))?;
        let count = self.source.read(&mut buffer[..left])?;
        if count == 0 && left > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        range.start += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn outline_of(bytes: &[u8]) -> Result<VecDeque<Range<u64>>, WireFault> {
        outline(Cursor::new(bytes), bytes.len() as u64, false)
    }

    fn refusal(bytes: &[u8]) -> String {
        match outline_of(bytes).unwrap_err() {
            WireFault::Malformed(detail) => detail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_version_operator_sets_and_graph_are_read() {
        // ir_version = 8, producer "ab", empty operator set, graph of one empty node
        let file = [0x08, 8, 0x12, 2, b'a', b'b', 0x42, 0, 0x3a, 2, 0x0a, 0];
        let ranges = outline_of(&file).unwrap();
        assert_eq!(ranges, [0..2, 6..8, 8..12]);
        let mut needed = Vec::new();
        Ranges {
            source: Cursor::new(&file),
            ranges,
        }
        .read_to_end(&mut needed)
        .unwrap();
        assert_eq!(needed, [0x08, 8, 0x42, 0, 0x3a, 2, 0x0a, 0]);
    }

    #[test]
    fn functions_are_read_if_they_are_wanted_and_walked_always() {
        // an empty graph, and a function (field 25) of one empty node
        let file = [0x3a, 0, 0xca, 0x01, 2, 0x3a, 0];
        let without = outline_of(&file).unwrap();
        assert_eq!((without.len(), &without[0]), (1, &(0..2)));
        assert_eq!(outline(Cursor::new(&file), 7, true).unwrap(), [0..2, 2..7]);
        let damaged = [0x3a, 0, 0xca, 0x01, 2, 0x3a, 9];
        assert!(refusal(&damaged).contains("9 bytes are announced"));
    }

    #[test]
    fn what_is_no_onnx_file_is_told_by_its_bytes() {
        assert_eq!(refusal(b""), "it is empty");
        assert_eq!(refusal(&[0x08, 8]), "it holds no graph");
        assert_eq!(refusal(&[0x3a, 0, 0x3a, 0]), "it holds more than one graph");
        assert!(refusal(b"PK\x03\x04").contains("byte"), "a zip archive");
        assert!(refusal(b"\x89HDF\r\n\x1a\n").contains("byte"), "an HDF5 file");
        assert!(refusal(&[0; 16]).starts_with("there is no protobuf field at byte 0"));
        assert!(refusal(&[0xff; 32]).starts_with("there is no protobuf field at byte 0"));
        assert!(refusal(&[0x3a, 9, 0x0a]).contains("9 bytes are announced at byte 2 where only 1"));
    }

    #[test]
    fn the_number_and_depth_of_messages_are_bounded() {
        let mut nodes = [0x0a, 0].repeat(MAX_PARTS as usize);
        let mut file = vec![0x3a];
        let mut length = nodes.len();
        while length >= 0x80 {
            file.push(length as u8 | 0x80);
            length >>= 7;
        }
        file.push(length as u8);
        file.append(&mut nodes);
        assert!(matches!(outline_of(&file), Err(WireFault::TooManyParts)));

        // graph in attribute in node in graph and so on
        let mut graph = Vec::new();
        for _ in 0..60 {
            for tag in [0x32, 0x2a, 0x0a] {
                let mut outer = vec![tag];
                let mut length = graph.len();
                while length >= 0x80 {
                    outer.push(length as u8 | 0x80);
                    length >>= 7;
                }
                outer.push(length as u8);
                outer.append(&mut graph);
                graph = outer;
            }
        }
        assert!(graph.len() < 0x4000);
        let mut file = vec![0x3a, graph.len() as u8 | 0x80, (graph.len() >> 7) as u8];
        file.append(&mut graph);
        assert!(refusal(&file).contains("nested too deeply"));
    }
}
