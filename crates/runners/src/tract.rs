//! ONNX in pure Rust, by tract.

mod convert;
mod guard;
mod kernels;
mod read;
mod runner;

use crate::{
    Advice, Backend, Device, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat,
    converted, onnx,
};

/// The name of the backend in errors and lists.
const NAME: &str = "tract";

/// The ONNX backend: tract, which is pure Rust and needs nothing installed. With the features
/// `torchscript`, `tensorflow`, `keras` and `tfjs` it runs those formats, too, which are converted to ONNX for every new shape of the inputs.
///
/// - Inputs are the graph's inputs without those that are initializers too; outputs are the graph's outputs.
/// - One optimised plan is prepared for each combination of input shapes, when it is first met, and kept for the next
///   calls ([`LoadOptions::cached_plans`]); plans for open shapes would be several times slower.
/// - Shapes in the file are hints: those of inputs are replaced by the actual ones, those of intermediate tensors and
///   outputs are dropped, for exporters write lengths and symbols there that contradict each other.
/// - All tensors have to be inside the file: external data is refused, whatever path it names.
/// - Element types `float16`, `bfloat16`, `complex` and `string` are refused for inputs and outputs.
/// - Inputs that hold NaN are refused ([`RunErrorKind::NotANumber`](crate::RunErrorKind::NotANumber)): tract's `Relu`,
///   `Max`, `Clip`, `Sigmoid`, `Tanh` and `MaxPool` make numbers of it where the standard wants NaN, so that the outputs
///   would look plausible. NaN that arises inside the network, as of infinity minus infinity, is lost in the same way
///   and not noticed.
/// - A network may have 6000 nodes, those of nested graphs and constants included; a U-Net has 50 to 200. tract compares
///   each change of the network with all nodes, so the time for a plan grows with the square of their number: up to
///   25 s for 1500 convolutions in a row, 2 s for 1500 `Relu`.
/// - A panic inside tract, which hostile files can cause, is caught and returned as an error. The program's panic hook
///   still sees it, so it is printed unless the program installs a hook that asks
///   [`is_catching_panics`](crate::is_catching_panics).
/// - On x86-64, wide convolutions are computed as matrix products and narrow ones by tract's direct kernel, whatever the
///   environment variable `TRACT_DISABLE_DIRECT_SPATIAL` says about the wide ones: tract alone takes the direct kernel
///   for both, which is up to three times slower there. The choice depends on the network only, not on timing, so
///   results are the same in each run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tract;

impl Backend for Tract {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, format: WeightsFormat) -> bool {
        format == WeightsFormat::Onnx || converted::is_converted(format)
    }

    fn runs_side_by_side(&self) -> bool {
        true
    }

    fn load(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, LoadError> {
        if !self.supports(format) {
            let advice = Advice::without_backend(format);
            return Err(LoadErrorKind::UnsupportedFormat { format, advice }.into());
        }
        options.check_threads()?;
        if options.device != Device::Cpu {
            return Err(LoadErrorKind::UnsupportedDevice {
                backend: NAME,
                device: options.device,
                detail: "it computes on the processor only; the backend ort has other devices".to_owned(),
            }
            .into());
        }
        if format != WeightsFormat::Onnx {
            return converted::load(*self, format, data, options);
        }
        let network = onnx::read(data, &read::ENGINE)?;
        let model = read::model(&network)?;
        let runner = runner::TractRunner::new(model, network.signature, options)?;
        Ok(Box::new(runner))
    }
}
