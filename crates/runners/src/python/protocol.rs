//! The messages between this crate and `worker.py`, see docs/python-worker.md.

use std::io::{self, Read};

use crate::{Architecture, ArchitectureSource, LoadOptions, Port, PythonValue, Signature, WeightsFormat};

/// The version that both sides have to speak.
const PROTOCOL: u32 = 2;
/// The longest text that is taken from a worker.
const MAX_TEXT: u32 = 16 << 20;
/// The most axes of a tensor; numpy has at most 64.
const MAX_AXES: u32 = 64;
/// The most outputs of a network.
const MAX_OUTPUTS: u32 = 10_000;

/// What a worker says.
#[derive(Debug)]
pub(super) enum Answer {
    /// It has opened the file for tensors.
    Opened,
    Loaded,
    /// Where the outputs are in the file for tensors.
    Results(Vec<Place>),
    /// The file for tensors cannot become as large as it would have to be.
    Full {
        bytes: u64,
    },
    Failed {
        exception: String,
        traceback: String,
    },
}

/// Where a tensor is in the file for tensors; not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The element type as numpy names it.
    pub(super) data_type: String,
    pub(super) shape: Vec<u64>,
    pub(super) offset: u64,
    pub(super) size: u64,
}

/// What a worker loads, beside the path of the weights.
#[derive(Debug)]
pub(super) struct Network<'a> {
    pub(super) format: WeightsFormat,
    pub(super) device: &'a str,
    pub(super) signature: &'a Signature,
    pub(super) architecture: Option<&'a Architecture>,
}

/// The request to load a network from the file `weights`; `scratch` is a folder that may be used while it loads.
pub(super) fn load_request(
    network: &Network<'_>,
    options: &LoadOptions,
    weights: &str,
    scratch: &str,
) -> Vec<u8> {
    let mut request = vec![1];
    put_text(&mut request, network.format.name());
    put_text(&mut request, network.device);
    // At most 256, which was checked; without a number the library decides.
    let threads = options
        .threads
        .and_then(|threads| u32::try_from(threads.get()).ok());
    request.extend(threads.unwrap_or_default().to_le_bytes());
    put_names(&mut request, &network.signature.inputs);
    put_names(&mut request, &network.signature.outputs);
    match network.architecture {
        None => request.push(0),
        Some(architecture) => {
            request.push(1);
            put_architecture(&mut request, architecture);
        }
    }
    put_text(&mut request, weights);
    put_text(&mut request, scratch);
    request
}

/// The request to run the network on inputs in the file for tensors.
pub(super) fn run_request(places: &[Place]) -> Vec<u8> {
    let mut request = vec![2];
    put_count(&mut request, places.len());
    for place in places {
        put_place(&mut request, place);
    }
    request
}

/// The request to open a file for tensors.
pub(super) fn file_request(path: &str) -> Vec<u8> {
    let mut request = vec![3];
    put_text(&mut request, path);
    request
}

fn put_place(request: &mut Vec<u8>, place: &Place) {
    put_text(request, &place.data_type);
    put_count(request, place.shape.len());
    for length in &place.shape {
        request.extend(length.to_le_bytes());
    }
    request.extend(place.offset.to_le_bytes());
    request.extend(place.size.to_le_bytes());
}

fn put_names(request: &mut Vec<u8>, ports: &[Port]) {
    put_count(request, ports.len());
    for port in ports {
        put_text(request, &port.name);
    }
}

fn put_architecture(request: &mut Vec<u8>, architecture: &Architecture) {
    match &architecture.source {
        ArchitectureSource::Module { name } => {
            request.push(0);
            put_text(request, name);
        }
        ArchitectureSource::File { name, code } => {
            request.push(1);
            put_text(request, name);
            put_bytes(request, code);
        }
    }
    put_text(request, &architecture.callable);
    put_dict(request, &architecture.kwargs);
}

// Lengths of more than 4 GiB do not occur: names, paths and arguments come from a description.
fn put_text(request: &mut Vec<u8>, value: &str) {
    request.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
    request.extend(value.as_bytes());
}

fn put_bytes(request: &mut Vec<u8>, value: &[u8]) {
    request.extend((value.len() as u64).to_le_bytes());
    request.extend(value);
}

fn put_count(request: &mut Vec<u8>, count: usize) {
    request.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_dict(request: &mut Vec<u8>, entries: &[(String, PythonValue)]) {
    request.push(7);
    put_count(request, entries.len());
    for (key, entry) in entries {
        put_text(request, key);
        put_value(request, entry);
    }
}

/// Nested as deep as the description that it was read from.
fn put_value(request: &mut Vec<u8>, argument: &PythonValue) {
    match argument {
        PythonValue::None => request.push(0),
        PythonValue::Bool(value) => request.push(1 + u8::from(*value)),
        PythonValue::Int(value) => {
            request.push(3);
            request.extend(value.to_le_bytes());
        }
        PythonValue::Float(value) => {
            request.push(4);
            request.extend(value.to_le_bytes());
        }
        PythonValue::Text(content) => {
            request.push(5);
            put_text(request, content);
        }
        PythonValue::List(values) => {
            request.push(6);
            put_count(request, values.len());
            for entry in values {
                put_value(request, entry);
            }
        }
        PythonValue::Dict(entries) => put_dict(request, entries),
    }
}

/// Reads the first message of a worker and returns its version of Python.
pub(super) fn hello(source: &mut impl Read) -> io::Result<String> {
    let kind = number::<1>(source)?[0];
    let protocol = u32::from_le_bytes(number(source)?);
    if kind != 16 || protocol != PROTOCOL {
        return Err(foreign("it does not answer like the worker of this program"));
    }
    read_text(source)
}

/// Reads an answer.
pub(super) fn answer(source: &mut impl Read) -> io::Result<Answer> {
    match number::<1>(source)?[0] {
        17 => {
            read_text(source)?;
            Ok(Answer::Loaded)
        }
        18 => {
            let count = bounded(source, MAX_OUTPUTS, "outputs")?;
            let places: io::Result<_> = (0..count).map(|_| place(source)).collect();
            places.map(Answer::Results)
        }
        19 => Ok(Answer::Failed {
            exception: read_text(source)?,
            traceback: read_text(source)?,
        }),
        20 => Ok(Answer::Opened),
        21 => Ok(Answer::Full {
            bytes: u64::from_le_bytes(number(source)?),
        }),
        kind => Err(foreign(&format!("it sent a message of the unknown kind {kind}"))),
    }
}

fn place(source: &mut impl Read) -> io::Result<Place> {
    let data_type = read_text(source)?;
    let axes = bounded(source, MAX_AXES, "axes")?;
    let mut long = || number(source).map(u64::from_le_bytes);
    let shape: io::Result<_> = (0..axes).map(|_| long()).collect();
    Ok(Place {
        data_type,
        shape: shape?,
        offset: long()?,
        size: long()?,
    })
}

fn bounded(source: &mut impl Read, limit: u32, unit: &str) -> io::Result<u32> {
    let found = u32::from_le_bytes(number(source)?);
    if found > limit {
        return Err(foreign(&format!(
            "{found} {unit}, more than the {limit} that are allowed"
        )));
    }
    Ok(found)
}

fn read_text(source: &mut impl Read) -> io::Result<String> {
    let length = bounded(source, MAX_TEXT, "bytes of text")?;
    let mut content = Vec::new();
    source
        .by_ref()
        .take(u64::from(length))
        .read_to_end(&mut content)?;
    if content.len() as u64 != u64::from(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&content).into_owned())
}

fn number<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn foreign(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> (Vec<u8>, Place) {
        let place = Place {
            data_type: "float32".to_owned(),
            shape: vec![1, u64::MAX],
            offset: 64,
            size: 12,
        };
        let mut message = vec![18, 1, 0, 0, 0];
        put_place(&mut message, &place);
        (message, place)
    }

    #[test]
    fn places_arrive_as_they_were_sent() {
        let (message, place) = results();
        // Kind and number of tensors are the same in both directions but for the kind.
        assert_eq!(run_request(std::slice::from_ref(&place))[1..], message[1..]);
        let Answer::Results(places) = answer(&mut message.as_slice()).unwrap() else {
            panic!("no results")
        };
        assert_eq!(places, [place]);
    }

    #[test]
    fn what_is_claimed_is_not_trusted() {
        let fault = |message: &[u8]| answer(&mut &*message).unwrap_err().to_string();
        assert!(fault(&[18, 255, 255, 255, 255]).contains("outputs, more than"));
        assert!(fault(&[18, 1, 0, 0, 0, 0, 0, 0, 0, 65, 0, 0, 0]).contains("axes, more than"));
        assert!(fault(&[19, 255, 255, 255, 255]).contains("bytes of text, more than"));
        assert!(fault(b"Traceback").contains("unknown kind 84"));
        assert!(hello(&mut &b"#!/usr/bin"[..]).is_err());
        let (whole, _) = results();
        for length in 0..whole.len() {
            assert!(answer(&mut &whole[..length]).is_err(), "{length}");
        }
    }
}
