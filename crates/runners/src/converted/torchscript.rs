//! TorchScript.

use weight_converters::torchscript::{check_torchscript, convert_torchscript};
use weight_converters::{Converted, InputSpec, Options};

use super::malformed;
use super::network::{Cause, Converter};
use super::stored::Stored;
use crate::{LoadError, Signature, WeightsData, WeightsFormat};

const FORMAT: WeightsFormat = WeightsFormat::Torchscript;

/// An archive of `torch.jit.save`.
pub(super) struct Torchscript(Stored);

impl Torchscript {
    pub(super) fn open(data: WeightsData<'_>) -> Result<Self, LoadError> {
        let archive = Stored::open(data)?;
        let reader = archive.reader().map_err(|error| malformed(FORMAT, &error))?;
        check_torchscript(reader).map_err(|error| malformed(FORMAT, &error))?;
        Ok(Self(archive))
    }
}

impl Converter for Torchscript {
    fn format(&self) -> WeightsFormat {
        FORMAT
    }

    /// Results have an order, so names do not matter.
    fn convert(&self, inputs: &[InputSpec], _: &Signature) -> Result<Converted, Cause> {
        let inputs: Vec<InputSpec> = inputs
            .iter()
            .enumerate()
            .map(|(at, input)| InputSpec::new(format!("input_{at}"), input.dtype, input.shape.clone()))
            .collect();
        Ok(convert_torchscript(
            self.0.reader()?,
            &inputs,
            &Options::default(),
        )?)
    }
}
