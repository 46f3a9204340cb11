//! The version of the operators of an ONNX file, which its description has to state.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Fields of `onnx.ModelProto` and `onnx.OperatorSetIdProto`.
const OPSET_IMPORT: u64 = 8;
const DOMAIN: u64 = 1;
const VERSION: u64 = 2;
/// The most bytes of one entry of `opset_import`: a name and a number.
const MAX_ENTRY: u64 = 1024;

/// The version of the operators of ONNX itself; `None` if the file does not state any. The network in the file is skipped.
pub(crate) fn of_file(path: &Path) -> io::Result<Option<i64>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    while reader.stream_position()? < length {
        let (field, kind) = key(&mut reader)?;
        match kind {
            0 => drop(varint(&mut reader)?),
            1 => skip(&mut reader, 8)?,
            5 => skip(&mut reader, 4)?,
            2 => {
                let size = varint(&mut reader)?;
                if field == OPSET_IMPORT && size <= MAX_ENTRY {
                    let mut entry = vec![0; usize::try_from(size).unwrap_or(0)];
                    reader.read_exact(&mut entry)?;
                    if let Some(version) = standard_version(&entry)? {
                        return Ok(Some(version));
                    }
                } else {
                    skip(&mut reader, size)?;
                }
            }
            _ => return Err(damaged()),
        }
    }
    Ok(None)
}

/// The version in an entry for the operators of ONNX itself.
fn standard_version(entry: &[u8]) -> io::Result<Option<i64>> {
    let mut rest = io::Cursor::new(entry);
    let mut is_standard = true;
    let mut version = None;
    while rest.position() < entry.len() as u64 {
        match key(&mut rest)? {
            (VERSION, 0) => version = i64::try_from(varint(&mut rest)?).ok(),
            (_, 0) => drop(varint(&mut rest)?),
            (field, 2) => {
                let size = varint(&mut rest)?;
                let mut text = Vec::new();
                Read::take(&mut rest, size).read_to_end(&mut text)?;
                if field == DOMAIN {
                    is_standard = text.is_empty() || text == b"ai.onnx";
                }
            }
            _ => return Err(damaged()),
        }
    }
    Ok(version.filter(|_| is_standard))
}

/// Number and kind of the next field.
fn key(reader: &mut impl Read) -> io::Result<(u64, u64)> {
    let key = varint(reader)?;
    Ok((key >> 3, key & 7))
}

fn varint(reader: &mut impl Read) -> io::Result<u64> {
    let mut value = 0_u64;
    for at in 0..10 {
        let mut byte = [0];
        reader.read_exact(&mut byte)?;
        value |= u64::from(byte[0] & 0x7f).checked_shl(7 * at).unwrap_or(0);
        if byte[0] & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(damaged())
}

fn skip(reader: &mut (impl Read + Seek), bytes: u64) -> io::Result<()> {
    let bytes = i64::try_from(bytes).map_err(|_| damaged())?;
    reader.seek(SeekFrom::Current(bytes)).map(drop)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not an ONNX file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opset(bytes: &[u8]) -> io::Result<Option<i64>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        of_file(file.path())
    }

    #[test]
    fn the_version_of_the_standard_operators_counts() {
        // ir_version 8; the network (field 7) of 3 bytes; opsets ai.onnx.ml 3 and the standard one, 17.
        let mut file = vec![0x08, 8, 0x3a, 3, 1, 2, 3, 0x42, 14, 0x0a, 10];
        file.extend(b"ai.onnx.ml");
        file.extend([0x10, 3, 0x42, 2, 0x10, 17]);
        assert_eq!(opset(&file).unwrap(), Some(17));
        assert_eq!(opset(&file[..23]).unwrap(), None);
        assert!(opset(b"PK\x03\x04rubbish").is_err());
        assert!(opset(&[0xff; 30]).is_err());
    }
}
