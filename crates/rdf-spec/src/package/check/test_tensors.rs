//! Test tensors, compared with the tensors that they stand for.

mod shapes;

use super::super::files::Look;
use super::npy::{Element, Header};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;
use crate::v0_4::{InputTensor, OutputTensor};
use crate::value::{Axes, DataType};

/// A test tensor that could be read.
#[derive(Debug)]
pub(super) struct Stored {
    file: String,
    header: Header,
}

/// Why a file is no test tensor.
#[derive(Debug)]
pub(super) struct Problem(String);

impl Problem {
    pub(super) fn at(self, path: &DocPath) -> Diagnostic {
        Diagnostic::new(Code::MissingFile, path.clone(), self.0)
    }
}

impl Stored {
    /// Reads the header of a file; its data have to be there too, but are not read.
    pub(super) fn read(file: &str, look: &Look) -> Result<Self, Problem> {
        let problem = |reason: String| Problem(format!("cannot read `{}`: {reason}", file.escape_debug()));
        let header = Header::read(&look.head).map_err(problem)?;
        match header.file_size() {
            Some(Ok(size)) if look.size < size => Err(problem(format!(
                "it has {} bytes, its header states {size}",
                look.size
            ))),
            Some(Err(reason)) => Err(problem(reason)),
            _ => Ok(Self {
                file: file.escape_debug().to_string(),
                header,
            }),
        }
    }
}

/// What is common to the two kinds of tensor.
struct Described<'a> {
    name: &'a str,
    kind: &'static str,
    axes: &'a Axes,
    rank: usize,
    data_type: DataType,
}

/// Every way in which the test tensors differ from what they are described as. The n-th test tensor belongs to the
/// n-th input or output; those that are not there or could not be read are left out.
pub(super) fn compare(
    inputs: &[InputTensor],
    outputs: &[OutputTensor],
    stored_inputs: &[Option<Stored>],
    stored_outputs: &[Option<Stored>],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, (tensor, stored)) in inputs.iter().zip(stored_inputs).enumerate() {
        let Some(stored) = stored else { continue };
        let described = Described {
            name: tensor.name.as_str(),
            kind: "input",
            axes: &tensor.axes,
            rank: tensor.shape.rank(),
            data_type: tensor.data_type,
        };
        let path = DocPath::root().join("test_inputs").join(at);
        let is_fine = |element: &Element| fits_input(element, tensor.data_type);
        found.extend(wrong_type(&described, stored, is_fine, &path, at));
        found.extend(wrong_rank(&described, stored, &path, at).or_else(|| {
            let reason = shapes::input_mismatch(&tensor.axes, &tensor.shape, &stored.header.shape)?;
            Some(mismatch(&described, stored, &reason, &path, at, "shape"))
        }));
    }
    let references = shapes::References::new(inputs, outputs, stored_inputs, stored_outputs);
    for (at, (tensor, stored)) in outputs.iter().zip(stored_outputs).enumerate() {
        let Some(stored) = stored else { continue };
        let described = Described {
            name: tensor.name.as_str(),
            kind: "output",
            axes: &tensor.axes,
            rank: tensor.shape.rank(),
            data_type: tensor.data_type,
        };
        let path = DocPath::root().join("test_outputs").join(at);
        let is_fine = |element: &Element| fits_output(element, tensor.data_type);
        found.extend(wrong_type(&described, stored, is_fine, &path, at));
        found.extend(wrong_rank(&described, stored, &path, at).or_else(|| {
            let shape = &stored.header.shape;
            let reason = shapes::output_mismatch(&tensor.axes, &tensor.shape, shape, &references)?;
            Some(mismatch(&described, stored, &reason, &path, at, "shape"))
        }));
    }
    found
}

fn mismatch(
    tensor: &Described<'_>,
    stored: &Stored,
    reason: &str,
    path: &DocPath,
    at: usize,
    field: &str,
) -> Diagnostic {
    let message = format!(
        "`{}` does not fit the {} `{}`: {reason}",
        stored.file, tensor.kind, tensor.name
    );
    let tensors = if tensor.kind == "input" {
        "inputs"
    } else {
        "outputs"
    };
    let place = DocPath::root().join(tensors).join(at).join(field);
    Diagnostic::new(Code::TestTensorMismatch, path.clone(), message)
        .help("store the test tensor anew, or correct the description of the tensor")
        .related(place, "described here")
}

fn wrong_type(
    tensor: &Described<'_>,
    stored: &Stored,
    is_fine: impl Fn(&Element) -> bool,
    path: &DocPath,
    at: usize,
) -> Option<Diagnostic> {
    let element = &stored.header.element;
    if is_fine(element) {
        return None;
    }
    let reason = format!("it holds {element}, the description states {}", tensor.data_type);
    Some(mismatch(tensor, stored, &reason, path, at, "data_type"))
}

fn wrong_rank(tensor: &Described<'_>, stored: &Stored, path: &DocPath, at: usize) -> Option<Diagnostic> {
    let rank = stored.header.shape.len();
    // Where axes and shape differ in length, that is a finding of its own, and either may be right.
    if rank == tensor.axes.len() || rank == tensor.rank {
        return None;
    }
    let shape = shapes::written(&stored.header.shape);
    let reason = format!(
        "it has {rank} axes (shape {shape}), the description has {} (`{}`)",
        tensor.axes.len(),
        tensor.axes
    );
    Some(mismatch(tensor, stored, &reason, path, at, "axes"))
}

/// An input may be stored in any type whose values are all values of the declared one, since it is cast before it
/// is used; and as floating point of any precision for a floating-point input.
fn fits_input(stored: &Element, declared: DataType) -> bool {
    let Element::Known(stored) = stored else {
        return matches!(stored, Element::Float(_)) && is_float(declared);
    };
    let stored = *stored;
    if stored == declared || stored == DataType::Bool || (is_float(stored) && is_float(declared)) {
        return true;
    }
    let (Some((signed, bits)), Some((declared_signed, declared_bits))) = (whole(stored), precision(declared))
    else {
        return false;
    };
    match (signed, declared_signed) {
        (true, false) => false,
        // The sign takes a bit of its own.
        (false, true) => bits < declared_bits,
        _ => bits <= declared_bits,
    }
}

/// An output may also be stored as floating point, as the network gives it, whatever it is declared as.
fn fits_output(stored: &Element, declared: DataType) -> bool {
    match stored {
        Element::Known(stored) if is_float(*stored) => true,
        Element::Float(_) => true,
        _ => fits_input(stored, declared),
    }
}

fn is_float(data_type: DataType) -> bool {
    matches!(data_type, DataType::Float32 | DataType::Float64)
}

/// Whether a type of whole numbers has a sign, and its bits.
fn whole(data_type: DataType) -> Option<(bool, u32)> {
    Some(match data_type {
        DataType::Uint8 => (false, 8),
        DataType::Int8 => (true, 8),
        DataType::Uint16 => (false, 16),
        DataType::Int16 => (true, 16),
        DataType::Uint32 => (false, 32),
        DataType::Int32 => (true, 32),
        DataType::Uint64 => (false, 64),
        DataType::Int64 => (true, 64),
        DataType::Float32 | DataType::Float64 | DataType::Bool => return None,
    })
}

/// The same for types that can hold whole numbers: those of floating point up to their precision and a sign.
fn precision(data_type: DataType) -> Option<(bool, u32)> {
    match data_type {
        DataType::Float32 => Some((true, 25)),
        DataType::Float64 => Some((true, 54)),
        _ => whole(data_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_types() {
        use DataType::{Bool, Float32, Float64, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64};
        let fits = |stored, declared| fits_input(&Element::Known(stored), declared);
        for (stored, declared) in [
            (Uint16, Float32),
            (Int16, Float32),
            (Uint8, Uint16),
            (Float64, Float32),
            (Float32, Float64),
            (Uint32, Float64),
            (Uint8, Int16),
            (Uint32, Int64),
            (Bool, Uint8),
            (Uint64, Uint64),
        ] {
            assert!(fits(stored, declared), "{stored} as {declared}");
        }
        for (stored, declared) in [
            (Float32, Uint8),
            (Int32, Float32),
            (Int64, Float64),
            (Uint64, Float64),
            (Int8, Uint16),
            (Uint8, Int8),
            (Uint16, Uint8),
            (Uint8, Bool),
            (Float32, Bool),
        ] {
            assert!(!fits(stored, declared), "{stored} as {declared}");
        }
        assert!(fits_output(&Element::Known(Float32), Bool));
        assert!(fits_output(&Element::Float(2), Uint8));
        assert!(!fits_output(&Element::Known(Int64), Uint8));
        assert!(fits_input(&Element::Float(2), Float32));
        assert!(!fits_input(&Element::Float(2), Uint8));
        for element in [
            Element::Objects,
            Element::Structured,
            Element::Other("<c8".to_owned(), Some(8)),
        ] {
            assert!(!fits_input(&element, Float32) && !fits_output(&element, Float32));
        }
    }
}
