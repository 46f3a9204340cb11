//! What is supported, for documentation and for people.

use super::{activation, functions, table};

/// A class of layers that can be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedLayer {
    /// The name of the class: `Conv2D`; for functions that layers call their name: `add`.
    pub class: &'static str,
    /// Names that it had in other versions of Keras: `Convolution2D`.
    pub aliases: &'static [&'static str],
    /// What kind of layer it is: `convolution`, `pooling`, ...
    pub family: &'static str,
    /// Restrictions, and what it becomes where that is not obvious; may be empty.
    pub notes: &'static str,
}

/// The classes of layers, the activation functions and the functions of functional models that can be converted.
///
/// ```
/// use weight_converters::keras::supported_layers;
///
/// let convolution = supported_layers().find(|layer| layer.class == "Conv2D").unwrap();
/// assert_eq!(convolution.family, "convolution");
/// ```
pub fn supported_layers() -> impl Iterator<Item = SupportedLayer> {
    let layers = table().filter_map(|(family, row)| {
        let (class, aliases) = row.classes.split_first()?;
        Some(SupportedLayer {
            class,
            aliases,
            family,
            notes: row.notes,
        })
    });
    let named = |family: &'static str| {
        move |class: &'static str| SupportedLayer {
            class,
            aliases: &[],
            family,
            notes: "",
        }
    };
    layers
        .chain(activation::names().map(named("activation functions")))
        .chain(functions::names().map(named("functions as layers")))
}
