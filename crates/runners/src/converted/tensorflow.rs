//! Bundles of TensorFlow, and models of TensorFlow.js.

use weight_converters::tensorflow::{GraphOptions, OutputSpec};
use weight_converters::{Converted, InputSpec, ModelFiles};

use super::malformed;
use super::network::{Cause, Converter, input_names};
use super::stored::Stored;
use crate::{LoadError, SavedModelChoice, Signature, WeightsData, WeightsFormat};

/// A check of a converter, and its conversion.
type Check = fn(&mut ModelFiles<'_>) -> Result<(), Cause>;
type Convert = fn(&mut ModelFiles<'_>, &[InputSpec], &GraphOptions) -> Result<Converted, Cause>;

/// Files of a model, a folder or an archive.
pub(super) struct Graph {
    format: WeightsFormat,
    stored: Stored,
    choice: SavedModelChoice,
    convert: Convert,
}

impl Graph {
    /// A `SavedModel` bundle, or a frozen graph.
    #[cfg(feature = "tensorflow")]
    pub(super) fn saved_model(data: WeightsData<'_>, choice: &SavedModelChoice) -> Result<Self, LoadError> {
        use weight_converters::tensorflow::{check_saved_model, convert_saved_model};
        Self::open(
            WeightsFormat::TensorflowSavedModelBundle,
            data,
            choice,
            |files| Ok(check_saved_model(files)?),
            |files, inputs, options| Ok(convert_saved_model(files, inputs, options)?),
        )
    }

    /// A model of TensorFlow.js.
    #[cfg(feature = "tfjs")]
    pub(super) fn tfjs(data: WeightsData<'_>) -> Result<Self, LoadError> {
        use weight_converters::tfjs::{check_tfjs, convert_tfjs};
        Self::open(
            WeightsFormat::TensorflowJs,
            data,
            &SavedModelChoice::default(),
            |files| Ok(check_tfjs(files)?),
            |files, inputs, options| Ok(convert_tfjs(files, inputs, options)?),
        )
    }

    fn open(
        format: WeightsFormat,
        data: WeightsData<'_>,
        choice: &SavedModelChoice,
        check: Check,
        convert: Convert,
    ) -> Result<Self, LoadError> {
        let stored = Stored::open_or_folder(data)?;
        let checked = stored.files().and_then(|mut files| check(&mut files));
        checked.map_err(|error| malformed(format, &*error))?;
        Ok(Self {
            format,
            stored,
            choice: choice.clone(),
            convert,
        })
    }
}

impl Converter for Graph {
    fn format(&self) -> WeightsFormat {
        self.format
    }

    fn convert(&self, inputs: &[InputSpec], described: &Signature) -> Result<Converted, Cause> {
        // names that are not unique are none
        let named = input_names(described)
            .iter()
            .zip(&described.inputs)
            .all(|(name, port)| *name == port.name);
        let outputs = described.outputs.iter().enumerate().map(|(at, port)| {
            let name = if named {
                port.name.clone()
            } else {
                format!("result_{at}")
            };
            OutputSpec::new(name, port.shape.clone())
        });
        let mut options = GraphOptions::default().with_outputs(outputs);
        options.tag.clone_from(&self.choice.tag);
        options.signature.clone_from(&self.choice.signature);
        (self.convert)(&mut self.stored.files()?, inputs, &options)
    }
}
