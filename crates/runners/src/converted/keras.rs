//! Keras models in HDF5.

use weight_converters::keras::{check_keras, convert_keras};
use weight_converters::{Converted, InputSpec, Options};

use super::malformed;
use super::network::{Cause, Converter};
use super::stored::Stored;
use crate::{LoadError, Signature, WeightsData, WeightsFormat};

const FORMAT: WeightsFormat = WeightsFormat::KerasHdf5;

/// A file of `model.save`.
pub(super) struct Keras(Stored);

impl Keras {
    pub(super) fn open(data: WeightsData<'_>) -> Result<Self, LoadError> {
        let file = Stored::open(data)?;
        let reader = file.reader().map_err(|error| malformed(FORMAT, &error))?;
        check_keras(reader).map_err(|error| malformed(FORMAT, &error))?;
        Ok(Self(file))
    }
}

impl Converter for Keras {
    fn format(&self) -> WeightsFormat {
        FORMAT
    }

    /// Inputs and outputs of a model have an order, so names do not matter.
    fn convert(&self, inputs: &[InputSpec], _: &Signature) -> Result<Converted, Cause> {
        Ok(convert_keras(self.0.reader()?, inputs, &Options::default())?)
    }
}
