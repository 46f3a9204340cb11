//! A network that onnxruntime runs.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::{Session, SessionInputValue};
use tensor_ops::{Tensor, TensorView};

use super::model::{self, Model};
use super::{NAME, convert, library};
use crate::caught_panics::{CatchingPanics, message};
use crate::onnx::Network;
use crate::{Device, LoadError, LoadErrorKind, LoadOptions, RunError, RunErrorKind, Runner, Signature};

/// An ONNX network and the session that runs it, with threads of its own.
pub(super) struct OrtRunner {
    signature: Signature,
    session: Session,
    /// What the session was made from, as long as it needs it; after the session, which has it open.
    _model: Model,
    max_tensor_bytes: u64,
    /// The input shapes that were run last.
    shapes: Vec<Vec<usize>>,
}

impl OrtRunner {
    pub(super) fn new(network: Network, options: &LoadOptions) -> Result<Self, LoadError> {
        let Network { content, signature } = network;
        let mut model = Model::new(content)?;
        let providers = providers(options.device)?;
        let session = guarded(|| session(&model, providers, options)).map_err(|fault| match fault {
            Fault::Error(error) => {
                let step = "prepare the network";
                LoadError::with_source(LoadErrorKind::Backend { backend: NAME, step }, error)
            }
            Fault::Panic(message) => LoadErrorKind::Panicked {
                backend: NAME,
                step: "prepare the network",
                message,
            }
            .into(),
        })?;
        model.release();
        Ok(OrtRunner {
            signature,
            session,
            _model: model,
            max_tensor_bytes: options.max_tensor_bytes,
            shapes: Vec::new(),
        })
    }

    fn check_sizes(&self, inputs: &[TensorView<'_>]) -> Result<(), RunError> {
        for (port, input) in self.signature.inputs.iter().zip(inputs) {
            let item_size = input.data_type().item_size() as u64;
            if (input.len() as u64)
                .checked_mul(item_size)
                .is_none_or(|bytes| bytes > self.max_tensor_bytes)
            {
                return Err(RunErrorKind::TooLarge {
                    node: port.name.clone(),
                    limit: self.max_tensor_bytes,
                }
                .into());
            }
        }
        Ok(())
    }

    /// Runs the network on inputs, or on their copies where there are some.
    fn compute(
        &mut self,
        inputs: &[TensorView<'_>],
        copies: &[Option<Tensor>],
    ) -> Result<Vec<Result<Tensor, String>>, Fault> {
        let copies: Vec<Option<TensorView<'_>>> = copies
            .iter()
            .map(|copy| copy.as_ref().map(Tensor::view))
            .collect();
        let names: Vec<&str> = self
            .signature
            .inputs
            .iter()
            .map(|port| port.name.as_str())
            .collect();
        let outputs = &self.signature.outputs;
        let session = &mut self.session;
        guarded(|| {
            let mut values: Vec<(&str, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
            for ((name, input), copy) in names.into_iter().zip(inputs).zip(&copies) {
                let value = match copy {
                    Some(copy) => convert::input(copy)?,
                    None => convert::input(input)?,
                };
                values.push((name, value));
            }
            let results = session.run(values)?;
            outputs
                .iter()
                .map(|port| match results.get(&port.name) {
                    Some(value) => convert::output(value),
                    None => Err(ort::Error::new(format!(
                        "there is no result for the output `{}`",
                        port.name
                    ))),
                })
                .collect()
        })
    }
}

impl Runner for OrtRunner {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.signature.check(inputs)?;
        self.check_sizes(inputs)?;
        let copies: Vec<Option<Tensor>> = inputs.iter().map(convert::reordered).collect();
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape().to_vec()).collect();
        let results = match self.compute(inputs, &copies) {
            Ok(results) => results,
            // Shapes are not derived before they are run: what fails for new ones does not fit them.
            Err(Fault::Error(error)) => {
                let kind = if shapes == self.shapes {
                    RunErrorKind::Backend {
                        backend: NAME,
                        step: "run the network",
                    }
                } else {
                    RunErrorKind::InputShapes {
                        declared: self.signature.inputs.clone(),
                        found: shapes,
                    }
                };
                return Err(RunError::with_source(kind, error));
            }
            Err(Fault::Panic(message)) => {
                return Err(RunErrorKind::Panicked {
                    backend: NAME,
                    step: "run the network",
                    message,
                }
                .into());
            }
        };
        self.shapes = shapes;
        let checked = self.signature.outputs.iter().zip(results).map(|(port, result)| {
            let found = match result {
                Ok(tensor)
                    if port
                        .data_type
                        .is_none_or(|declared| declared == tensor.data_type()) =>
                {
                    return Ok(tensor);
                }
                Ok(tensor) => tensor.data_type().to_string(),
                Err(found) => found,
            };
            Err(RunErrorKind::OutputType {
                port: port.clone(),
                found,
            }
            .into())
        });
        checked.collect()
    }
}

impl fmt::Debug for OrtRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrtRunner")
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}

fn session(
    model: &Model,
    providers: Vec<ExecutionProviderDispatch>,
    options: &LoadOptions,
) -> ort::Result<Session> {
    let environment =
        library::current().ok_or_else(|| ort::Error::new("the library of onnxruntime is not loaded"))?;
    let builder = Session::builder(&environment)?;
    let builder = builder.with_intra_threads(options.thread_count())?;
    let mut builder = builder.with_execution_providers(providers)?;
    match model {
        Model::Memory(model) => builder.commit_from_memory(model),
        Model::Folder(folder) => builder.commit_from_file(folder.path().join(model::NETWORK)),
        Model::Released => Err(ort::Error::new("the network was given away")),
    }
}

/// What computes on a device, beside the processor.
fn providers(device: Device) -> Result<Vec<ExecutionProviderDispatch>, LoadError> {
    let refused = |detail: String| {
        LoadError::from(LoadErrorKind::UnsupportedDevice {
            backend: NAME,
            device,
            detail,
        })
    };
    fn check<P: ExecutionProvider>(package: &str) -> Result<(), String> {
        match P::is_available() {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!(
                "the library of onnxruntime in use was built without it; {package} has it"
            )),
            Err(error) => Err(error.to_string()),
        }
    }
    let number = |index: u32| {
        i32::try_from(index).map_err(|_| refused("there is no device of such a number".to_owned()))
    };
    let provider = match device {
        Device::Cpu => return Ok(Vec::new()),
        Device::Cuda { index } => {
            check::<ep::CUDA>("the Python package onnxruntime-gpu").map_err(refused)?;
            ep::CUDA::default().with_device_id(number(index)?).build()
        }
        Device::CoreMl => {
            check::<ep::CoreML>("the Python package onnxruntime for macOS").map_err(refused)?;
            ep::CoreML::default().build()
        }
        Device::DirectMl { index } => {
            check::<ep::DirectML>("the Python package onnxruntime-directml for Windows").map_err(refused)?;
            ep::DirectML::default().with_device_id(number(index)?).build()
        }
        Device::Mps => {
            return Err(refused(
                "onnxruntime reaches Apple's graphics by the device coreml".to_owned(),
            ));
        }
    };
    Ok(vec![provider.error_on_failure()])
}

/// How a call into onnxruntime went wrong.
enum Fault {
    Error(ort::Error),
    Panic(String),
}

/// Calls into `ort`, which panics where it meets what its authors held to be impossible.
fn guarded<T>(call: impl FnOnce() -> ort::Result<T>) -> Result<T, Fault> {
    let caught = {
        let _catching = CatchingPanics::start();
        catch_unwind(AssertUnwindSafe(call))
    };
    match caught {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::Error(error)),
        Err(payload) => Err(Fault::Panic(message(payload.as_ref()))),
    }
}
