//! The messages between this crate and `worker.py`, which documents them.

use std::io::{self, Read};

use ndarray::{ArrayD, IxDyn};
use tensor_ops::{DataType, Tensor, TensorView};

use crate::{Architecture, ArchitectureSource, LoadOptions, PythonValue, WeightsFormat};

/// The version that both sides have to speak.
const PROTOCOL: u32 = 1;
/// The longest text that is taken from a worker.
const MAX_TEXT: u32 = 16 << 20;
/// The most axes of a tensor; numpy has at most 64.
const MAX_AXES: u32 = 64;
/// The most outputs of a network.
const MAX_OUTPUTS: u32 = 10_000;

/// What a worker says.
#[derive(Debug)]
pub(super) enum Answer {
    Loaded,
    Results(Vec<Result<Tensor, String>>),
    Failed { exception: String, traceback: String },
}

/// Where the weights are, for a worker.
#[derive(Debug)]
pub(super) enum Weights<'a> {
    Path(&'a str),
    Bytes(&'a [u8]),
}

/// The request to load a network.
pub(super) fn load_request(
    format: WeightsFormat,
    architecture: &Architecture,
    weights: &Weights<'_>,
    device: &str,
    options: &LoadOptions,
) -> Vec<u8> {
    let mut request = vec![1];
    put_text(&mut request, format.name());
    put_text(&mut request, device);
    // At most 256, which was checked; without a number the library decides.
    let threads = options
        .threads
        .and_then(|threads| u32::try_from(threads.get()).ok());
    request.extend(threads.unwrap_or_default().to_le_bytes());
    match &architecture.source {
        ArchitectureSource::Module { name } => {
            request.push(0);
            put_text(&mut request, name);
        }
        ArchitectureSource::File { name, code } => {
            request.push(1);
            put_text(&mut request, name);
            put_bytes(&mut request, code);
        }
    }
    put_text(&mut request, &architecture.callable);
    put_dict(&mut request, &architecture.kwargs);
    match weights {
        Weights::Path(path) => {
            request.push(0);
            put_text(&mut request, path);
        }
        Weights::Bytes(content) => {
            request.push(1);
            put_bytes(&mut request, content);
        }
    }
    request
}

/// The request to run the network; `None` for an element type without a name here.
pub(super) fn run_request(inputs: &[TensorView<'_>]) -> Option<Vec<u8>> {
    let sizes = inputs
        .iter()
        .map(|input| input.len() * input.data_type().item_size() + 1024);
    let mut request = Vec::with_capacity(sizes.sum());
    request.push(2);
    request.extend(u32::try_from(inputs.len()).ok()?.to_le_bytes());
    for input in inputs {
        put_text(&mut request, input.data_type().name());
        request.extend(u32::try_from(input.ndim()).ok()?.to_le_bytes());
        for &length in input.shape() {
            request.extend((length as u64).to_le_bytes());
        }
        request.extend(((input.len() * input.data_type().item_size()) as u64).to_le_bytes());
        elements(&mut request, input)?;
    }
    Some(request)
}

fn elements(request: &mut Vec<u8>, input: &TensorView<'_>) -> Option<()> {
    macro_rules! numbers {
        ($($variant:ident),*) => {
            match input {
                TensorView::Bool(array) => request.extend(array.iter().map(|&value| u8::from(value))),
                $(TensorView::$variant(array) => {
                    for value in array {
                        request.extend_from_slice(&value.to_le_bytes());
                    }
                })*
                _ => return None,
            }
        };
    }
    numbers!(
        Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64
    );
    Some(())
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

/// Reads an answer. Tensors larger than `max_tensor_bytes` are refused before memory is taken.
pub(super) fn answer(source: &mut impl Read, max_tensor_bytes: u64) -> io::Result<Answer> {
    match number::<1>(source)?[0] {
        17 => {
            read_text(source)?;
            Ok(Answer::Loaded)
        }
        18 => {
            let count = bounded(source, MAX_OUTPUTS, "outputs")?;
            (0..count)
                .map(|_| tensor(source, max_tensor_bytes))
                .collect::<io::Result<_>>()
                .map(Answer::Results)
        }
        19 => Ok(Answer::Failed {
            exception: read_text(source)?,
            traceback: read_text(source)?,
        }),
        kind => Err(foreign(&format!("it sent a message of the unknown kind {kind}"))),
    }
}

/// A tensor, or its element type if tensors here cannot hold it.
fn tensor(source: &mut impl Read, max_tensor_bytes: u64) -> io::Result<Result<Tensor, String>> {
    let data_type = read_text(source)?;
    let axes = bounded(source, MAX_AXES, "axes")?;
    let mut shape = Vec::new();
    for _ in 0..axes {
        let length = u64::from_le_bytes(number(source)?);
        shape.push(usize::try_from(length).map_err(|_| foreign("an axis is too long"))?);
    }
    let size = u64::from_le_bytes(number(source)?);
    if size > max_tensor_bytes {
        return Err(foreign(&format!(
            "an output of {size} bytes, more than the {max_tensor_bytes} that are allowed"
        )));
    }
    let size_in_memory = usize::try_from(size).map_err(|_| foreign("an output is too large"))?;
    let mut content = Vec::new();
    content
        .try_reserve_exact(size_in_memory)
        .map_err(|_| foreign(&format!("there is no memory for an output of {size} bytes")))?;
    source.by_ref().take(size).read_to_end(&mut content)?;
    if content.len() != size_in_memory {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let Ok(data_type) = data_type.parse::<DataType>() else {
        return Ok(Err(data_type));
    };
    array(data_type, &shape, &content)
        .map(Ok)
        .ok_or_else(|| foreign("the size of an output is not that of its shape"))
}

fn array(data_type: DataType, shape: &[usize], content: &[u8]) -> Option<Tensor> {
    let elements = shape
        .iter()
        .try_fold(1_usize, |count, &length| count.checked_mul(length))?;
    if elements.checked_mul(data_type.item_size())? != content.len() {
        return None;
    }
    macro_rules! numbers {
        ($(($variant:ident, $element:ty)),*) => {
            match data_type {
                DataType::Bool => {
                    let values = content.iter().map(|&byte| byte != 0).collect();
                    ArrayD::from_shape_vec(IxDyn(shape), values).ok().map(Tensor::Bool)
                }
                $(DataType::$variant => {
                    let (chunks, _) = content.as_chunks::<{ size_of::<$element>() }>();
                    let values = chunks.iter().map(|&chunk| <$element>::from_le_bytes(chunk)).collect();
                    ArrayD::from_shape_vec(IxDyn(shape), values).ok().map(Tensor::$variant)
                })*
            }
        };
    }
    numbers!(
        (Uint8, u8),
        (Int8, i8),
        (Uint16, u16),
        (Int16, i16),
        (Uint32, u32),
        (Int32, i32),
        (Uint64, u64),
        (Int64, i64),
        (Float32, f32),
        (Float64, f64)
    )
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

fn foreign(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    /// What a worker would send for one tensor.
    fn results(data_type: &str, shape: &[u64], content: &[u8]) -> Vec<u8> {
        let mut message = vec![18, 1, 0, 0, 0];
        put_text(&mut message, data_type);
        put_count(&mut message, shape.len());
        for length in shape {
            message.extend(length.to_le_bytes());
        }
        put_bytes(&mut message, content);
        message
    }

    #[test]
    fn tensors_arrive_as_they_were_sent() {
        let tensor = Tensor::Int16(arr2(&[[1, -2, 300]]).into_dyn());
        let request = run_request(&[tensor.view()]).unwrap();
        // Kind and number of tensors are the same in both directions but for the kind.
        let answer_ = [&[18], &request[1..]].concat();
        let Answer::Results(results) = answer(&mut answer_.as_slice(), 100).unwrap() else {
            panic!("no results")
        };
        assert_eq!(results, [Ok(tensor)]);
    }

    #[test]
    fn what_is_claimed_is_not_trusted() {
        let fault = |message: &[u8]| answer(&mut &*message, 100).unwrap_err().to_string();
        assert!(fault(&results("float32", &[2], &[0; 4])).contains("not that of its shape"));
        assert!(fault(&results("float32", &[u64::MAX, 2], &[0; 4])).contains("not that of its shape"));
        assert!(fault(&results("uint8", &[200], &[0; 200])).contains("200 bytes, more than the 100"));
        let mut claims = results("uint8", &[2], &[]);
        let end = claims.len();
        claims[end - 8..].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(answer(&mut claims.as_slice(), u64::MAX).is_err());
        assert!(fault(&[18, 255, 255, 255, 255]).contains("outputs, more than"));
        assert!(fault(&[19, 255, 255, 255, 255]).contains("bytes of text, more than"));
        assert!(fault(b"Traceback").contains("unknown kind 84"));
        assert!(hello(&mut &b"#!/usr/bin"[..]).is_err());
        let whole = results("uint8", &[3], &[1, 2, 3]);
        for length in 0..whole.len() {
            assert!(answer(&mut &whole[..length], 100).is_err(), "{length}");
        }
    }

    #[test]
    fn types_without_a_name_here_are_told() {
        let Answer::Results(results) =
            answer(&mut results("bfloat16", &[1], &[0; 2]).as_slice(), 100).unwrap()
        else {
            panic!("no results")
        };
        assert_eq!(results, [Err("bfloat16".to_owned())]);
    }
}
