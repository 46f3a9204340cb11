//! Reading images for the inputs of a model.

use std::path::Path;

use pipeline::axes::{ImageAxes, infer_axes, map_to_tensor};
use pipeline::image::read_image;
use rdf_spec::Axes;
use tensor_ops::Tensor;

use crate::exit::Failure;

/// The axes of a description as those of an image.
pub(super) fn image_axes(axes: &Axes) -> Result<ImageAxes, Failure> {
    axes.as_str()
        .parse()
        .map_err(|error: pipeline::axes::AxesError| Failure::because(&error))
}

/// Reads an image in the axis order of the tensor `name`, and says how its axes were taken.
pub(super) fn read_input(
    name: &str,
    path: &Path,
    wanted: &Axes,
    stated: Option<&str>,
) -> Result<(Tensor, String), Failure> {
    let shown = path.display();
    let image = read_image(path).map_err(|error| Failure::because(&error))?;
    let wanted = image_axes(wanted)?;
    let (known, origin) = match (stated, &image.axes) {
        (Some(stated), _) => {
            let axes: ImageAxes = stated.parse().map_err(|error: pipeline::axes::AxesError| {
                Failure::usage(format!("--axes {name}: {error}"))
            })?;
            (Some(axes), "as stated")
        }
        (None, Some(axes)) => (Some(axes.clone()), "of the file"),
        (None, None) => (None, "inferred"),
    };
    let shape = image.tensor.shape().to_vec();
    let axes = infer_axes(&shape, known.as_ref(), &wanted)
        .map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    let data_type = image.tensor.data_type();
    let tensor = map_to_tensor(image.tensor, &axes, &wanted)
        .map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    let note = format!(
        "{shown} -> {name} (axes {axes} {origin}, {data_type} {shape:?}; the model takes {wanted} {:?})",
        tensor.shape()
    );
    Ok((tensor, note))
}
