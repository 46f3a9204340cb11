//! Images as inputs of a model.

use pipeline::axes::{ImageAxes, infer_axes};
use pipeline::image::{ImageSource, MappedSource, SourceOptions, open_source_with};
use rdf_spec::Network;
use tiling::TileSource;

use super::assignment::Assigned;
use super::image_axes;
use crate::exit::Failure;
use crate::render::message;

/// An image in the axis order of an input.
pub(in crate::commands) type Input = MappedSource<Box<dyn ImageSource>>;

/// Opens an image for each input of the model, in order, and tells how its axes are taken. `cache` is the memory for decoded parts
/// of all of them.
pub(in crate::commands) fn open_inputs(
    model: &Network,
    given: &[Assigned<'_>],
    axes: &[Assigned<'_>],
    cache: usize,
) -> Result<Vec<Input>, Failure> {
    let mut sources = Vec::with_capacity(model.inputs.len());
    let options = SourceOptions::default().with_cache_bytes(cache / model.inputs.len().max(1));
    for described in &model.inputs {
        let name = described.name.as_str();
        let Some(input) = given.iter().find(|given| given.name == name) else {
            return Err(Failure::usage(format!(
                "the input `{name}` has no image: add --input {name}=PATH"
            )));
        };
        let stated = axes
            .iter()
            .find(|given| given.name == name)
            .map(|given| given.value);
        let source = open_source_with(input.value, &options).map_err(|error| Failure::because(&error))?;
        let wanted = image_axes(&described.axes)?;
        let (known, origin) = match (stated, source.axes()) {
            (Some(stated), _) => {
                let axes: ImageAxes = stated.parse().map_err(|error: pipeline::axes::AxesError| {
                    Failure::usage(format!("--axes {name}: {error}"))
                })?;
                (Some(axes), "as stated")
            }
            (None, Some(axes)) => (Some(axes.clone()), "of the file"),
            (None, None) => (None, "inferred"),
        };
        let of_file = |error: pipeline::axes::AxesError| Failure::usage(format!("{}: {error}", input.value));
        let axes = infer_axes(source.shape(), known.as_ref(), &wanted).map_err(of_file)?;
        let (data_type, shape) = (source.data_type(), source.shape().to_vec());
        let mapped = MappedSource::new(source, &axes, &wanted, &[]).map_err(of_file)?;
        message::note(&format!(
            "{} -> {name} (axes {axes} {origin}, {data_type} {shape:?}; the model takes {wanted} {:?})",
            input.value,
            mapped.shape()
        ));
        sources.push(mapped);
    }
    Ok(sources)
}
