//! A network that libtorch runs.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tch::{CModule, Device, IValue, TchError};
use tensor_ops::{Tensor, TensorView};
use weight_converters::torchscript::check_torchscript;

use super::{NAME, convert};
use crate::caught_panics::{CatchingPanics, message};
use crate::{
    LoadError, LoadErrorKind, LoadOptions, RunError, RunErrorKind, Runner, Signature, WeightsData,
    WeightsFormat,
};

const FORMAT: WeightsFormat = WeightsFormat::Torchscript;

/// A TorchScript network in libtorch.
pub(super) struct TchRunner {
    signature: Signature,
    module: CModule,
    device: Device,
    threads: i32,
    max_tensor_bytes: u64,
    /// The input shapes that were run last.
    shapes: Vec<Vec<usize>>,
}

/// What libtorch says, without the stack of its own functions.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct TorchError {
    message: String,
}

/// How a call into libtorch went wrong.
enum Fault {
    Error(TorchError),
    Panic(String),
}

impl TchRunner {
    pub(super) fn new(
        data: WeightsData<'_>,
        device: Device,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let signature = options.described.clone().ok_or(LoadErrorKind::Missing {
            format: FORMAT,
            what: "a description of its inputs and outputs",
        })?;
        let checked = match data {
            WeightsData::Bytes(bytes) => check_torchscript(Cursor::new(bytes)),
            WeightsData::File(path) => check_torchscript(open(path)?),
        };
        checked.map_err(|error| LoadErrorKind::Malformed {
            format: FORMAT,
            detail: error.to_string(),
        })?;
        let step = "load the network";
        let module = guarded(|| load(data, device)).map_err(|fault| match fault {
            Fault::Error(error) => {
                LoadError::with_source(LoadErrorKind::Backend { backend: NAME, step }, error)
            }
            Fault::Panic(message) => LoadErrorKind::Panicked {
                backend: NAME,
                step,
                message,
            }
            .into(),
        })?;
        Ok(TchRunner {
            signature,
            module,
            device,
            // At most 256, which was checked.
            threads: i32::try_from(options.thread_count()).unwrap_or(1),
            max_tensor_bytes: options.max_tensor_bytes,
            shapes: Vec::new(),
        })
    }

    fn check_inputs(&self, inputs: &[TensorView<'_>]) -> Result<(), RunError> {
        self.signature.check(inputs)?;
        for (port, input) in self.signature.inputs.iter().zip(inputs) {
            let found = input.data_type();
            if !convert::has(found) {
                let port = port.clone();
                return Err(RunErrorKind::InputType { port, found }.into());
            }
            let bytes = (input.len() as u64).checked_mul(found.item_size() as u64);
            if bytes.is_none_or(|bytes| bytes > self.max_tensor_bytes) {
                return Err(RunErrorKind::TooLarge {
                    node: port.name.clone(),
                    limit: self.max_tensor_bytes,
                }
                .into());
            }
        }
        Ok(())
    }

    /// Runs the network and copies its results, as far as tensors here can hold them.
    fn compute(&self, inputs: &[TensorView<'_>]) -> Result<Vec<Result<Tensor, String>>, Fault> {
        guarded(|| {
            let _no_gradients = tch::no_grad_guard();
            tch::set_num_threads(self.threads);
            let values: Result<Vec<IValue>, TchError> = inputs
                .iter()
                .map(|input| convert::input(input, self.device).map(IValue::Tensor))
                .collect();
            let returned = self.module.forward_is(&values?)?;
            let mut results = Vec::new();
            convert::flatten(returned, &mut results);
            results
                .into_iter()
                .map(|result| match result {
                    Ok(tensor) => convert::output(&tensor),
                    Err(name) => Ok(Err(format!("{name}, which is no tensor"))),
                })
                .collect()
        })
    }
}

impl Runner for TchRunner {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.check_inputs(inputs)?;
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape().to_vec()).collect();
        let step = "run the network";
        let results = self.compute(inputs).map_err(|fault| match fault {
            // Shapes are not derived before they are run: what fails for new ones does not fit them.
            Fault::Error(error) if shapes != self.shapes => {
                let declared = self.signature.inputs.clone();
                let found = shapes.clone();
                RunError::with_source(RunErrorKind::InputShapes { declared, found }, error)
            }
            Fault::Error(error) => {
                RunError::with_source(RunErrorKind::Backend { backend: NAME, step }, error)
            }
            Fault::Panic(message) => RunErrorKind::Panicked {
                backend: NAME,
                step,
                message,
            }
            .into(),
        })?;
        self.shapes = shapes;
        let expected = &self.signature.outputs;
        if results.len() != expected.len() {
            return Err(RunErrorKind::OutputCount {
                expected: expected.clone(),
                found: results.len(),
            }
            .into());
        }
        let checked = expected.iter().zip(results).map(|(port, result)| {
            result.map_err(|found| {
                let port = port.clone();
                RunErrorKind::OutputType { port, found }.into()
            })
        });
        checked.collect()
    }
}

impl fmt::Debug for TchRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TchRunner")
            .field("signature", &self.signature)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// Opens a regular file: opening a pipe could wait for ever.
fn open(path: &Path) -> Result<File, LoadError> {
    let opened = std::fs::metadata(path).and_then(|metadata| match metadata.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a regular file",
        )),
    });
    opened.map_err(|error| {
        let path = path.to_owned();
        LoadError::with_source(LoadErrorKind::Io { path }, error)
    })
}

fn load(data: WeightsData<'_>, device: Device) -> Result<CModule, TchError> {
    let mut module = match data {
        WeightsData::Bytes(bytes) => CModule::load_data_on_device(&mut Cursor::new(bytes), device),
        // libtorch takes paths that are Unicode, and content otherwise.
        WeightsData::File(path) if path.to_str().is_some() => CModule::load_on_device(path, device),
        WeightsData::File(path) => CModule::load_data_on_device(&mut File::open(path)?, device),
    }?;
    module.f_set_eval()?;
    Ok(module)
}

/// Calls into `tch`, which panics where it meets what its authors held to be impossible.
fn guarded<T>(call: impl FnOnce() -> Result<T, TchError>) -> Result<T, Fault> {
    let caught = {
        let _catching = CatchingPanics::start();
        catch_unwind(AssertUnwindSafe(call))
    };
    match caught {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::Error(TorchError {
            message: without_native_stack(&error.to_string()),
        })),
        Err(payload) => Err(Fault::Panic(message(payload.as_ref()))),
    }
}

/// libtorch appends the addresses of its own functions, which help nobody who runs a network.
fn without_native_stack(message: &str) -> String {
    let end = message.find("\nException raised from ").unwrap_or(message.len());
    message[..end].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::without_native_stack;

    #[test]
    fn the_stack_of_native_functions_is_left_out() {
        let message = "shape '[3]' is invalid\nException raised from view at x.cpp:1 (most recent call first):\nframe #0";
        assert_eq!(without_native_stack(message), "shape '[3]' is invalid");
        assert_eq!(without_native_stack("no stack\n"), "no stack");
    }
}
