//! What OME-NGFF says of an image: which array it is, its axes, and how far apart pixels are.

use serde_json::{Value, json};

use super::folder::Folder;
use super::metadata::{Fields, Metadata};
use super::{OmeZarrVersion, ZarrError};
use crate::axes::ImageAxes;
use crate::image::{ImageErrorKind, PixelSize, Spacing, Unit};

/// The folder of the array in an image that is written here.
pub(super) const ARRAY: &str = "0";

/// An array of an image.
pub(super) struct OmeImage {
    pub(super) folder: Folder,
    pub(super) metadata: Metadata,
    /// `None` if there are none, or others than [`ImageAxes`] has.
    pub(super) axes: Option<ImageAxes>,
    pub(super) pixel_size: PixelSize,
}

impl OmeImage {
    /// The array of the highest resolution in a folder, or the array that the folder is.
    pub(super) fn find(folder: &Folder) -> Result<Self, ImageErrorKind> {
        if let Some(image) = Self::plain(folder)? {
            return Ok(image);
        }
        let Some((attributes, name)) = attributes(folder)? else {
            let is_group = folder.json(".zgroup")?.is_some();
            return Err(if is_group {
                no_image(folder)
            } else {
                ZarrError::NotZarr
            }
            .into());
        };
        if attributes.get("multiscales").is_some() {
            return Self::multiscale(folder, &attributes, name);
        }
        if attributes.get("plate").is_some() {
            return Err(group("wells of a plate", "A/1/0").into());
        }
        if attributes.get("well").is_some() {
            return Err(group("fields of a well", "0").into());
        }
        // As bioformats2raw writes: a folder for each image, beside one with metadata.
        let children: Vec<Folder> = ["0", "1"].iter().filter_map(|name| folder.child(name)).collect();
        if let [first, second] = children.as_slice()
            && let Some((attributes, name)) = attributes_of_image(first)?
        {
            if attributes_of_image(second)?.is_some() {
                return Err(group("several images", "0").into());
            }
            return Self::multiscale(first, &attributes, name);
        }
        Err(no_image(folder).into())
    }

    /// An array that is not part of an image; the names of its axes may be letters.
    fn plain(folder: &Folder) -> Result<Option<Self>, ImageErrorKind> {
        let Some(metadata) = Metadata::read(folder)? else {
            return Ok(None);
        };
        let mut names = metadata.names.clone();
        if names.is_none()
            && let Some(json) = folder.json(".zattrs")?
            && let Some(Value::Array(list)) = json.get("_ARRAY_DIMENSIONS")
        {
            // As xarray names the axes in version 2.
            names = Some(
                list.iter()
                    .map(|name| name.as_str().unwrap_or_default().to_owned())
                    .collect(),
            );
        }
        let axes = names
            .and_then(|names| axes_of(&names))
            .filter(|axes| axes.rank() == metadata.shape.len());
        Ok(Some(Self {
            folder: folder.clone(),
            metadata,
            axes,
            pixel_size: PixelSize::default(),
        }))
    }

    fn multiscale(folder: &Folder, attributes: &Value, name: String) -> Result<Self, ImageErrorKind> {
        let fields = Fields::new(attributes, name);
        // Programs show the first unless they are told another.
        let [first, ..] = fields.list("multiscales")? else {
            return Err(fields.wrong("multiscales", "at least one image").into());
        };
        let multiscale = fields.of(first);
        // The highest resolution comes first.
        let [dataset, ..] = multiscale.list("datasets")? else {
            return Err(multiscale.wrong("datasets", "at least one array").into());
        };
        let dataset = fields.of(dataset);
        let path = dataset.text("path")?;
        let array = folder
            .child(path)
            .ok_or_else(|| dataset.wrong("path", "a path in this folder"))?;
        let metadata =
            Metadata::read(&array)?.ok_or_else(|| dataset.wrong("path", "the path of an array"))?;
        let rank = metadata.shape.len();
        let (names, units) = named_axes(&multiscale, rank)?;
        let axes = axes_of(&names);
        let mut scale = vec![1.0; rank];
        for transformed in [&dataset, &multiscale] {
            for (total, factor) in scale.iter_mut().zip(stated_scale(transformed, rank)?) {
                *total *= factor;
            }
        }
        let mut pixel_size = PixelSize::default();
        for ((axis, unit), value) in names.iter().zip(units).zip(scale) {
            if let (Some(letter), Some(unit)) = (letter_of(axis), unit) {
                pixel_size.set(letter, Spacing::new(value, unit));
            }
        }
        Ok(Self {
            folder: array,
            metadata,
            axes,
            pixel_size,
        })
    }
}

fn group(what: &'static str, example: &str) -> ZarrError {
    ZarrError::Group {
        what,
        example: example.to_owned(),
    }
}

fn no_image(folder: &Folder) -> ZarrError {
    ZarrError::Unsupported {
        name: folder.name_of("."),
        feature: "a group without an image (multiscales)".to_owned(),
        advice: "name the folder of an image or array in it",
    }
}

/// The attributes of a group in which OME metadata are, and the name of their file.
fn attributes(folder: &Folder) -> Result<Option<(Value, String)>, ZarrError> {
    if let Some(mut json) = folder.json("zarr.json")? {
        let mut attributes = json.get_mut("attributes").map(Value::take).unwrap_or_default();
        if let Some(ome) = attributes.get_mut("ome") {
            attributes = ome.take();
        }
        return Ok(Some((attributes, folder.name_of("zarr.json"))));
    }
    let json = folder.json(".zattrs")?;
    Ok(json.map(|json| (json, folder.name_of(".zattrs"))))
}

fn attributes_of_image(folder: &Folder) -> Result<Option<(Value, String)>, ZarrError> {
    Ok(attributes(folder)?.filter(|(attributes, _)| attributes.get("multiscales").is_some()))
}

/// Names and units of the axes: objects since 0.4, names in 0.3, always the same five before.
fn named_axes(fields: &Fields<'_>, rank: usize) -> Result<(Vec<String>, Vec<Option<Unit>>), ZarrError> {
    const BEFORE: [&str; 5] = ["t", "c", "z", "y", "x"];
    let (names, units): (Vec<String>, Vec<Option<Unit>>) = match fields.get("axes") {
        None => BEFORE.iter().map(|name| ((*name).to_owned(), None)).unzip(),
        Some(_) => fields
            .list("axes")?
            .iter()
            .map(|axis| {
                let name = axis.as_str().or_else(|| axis.get("name")?.as_str());
                let unit = axis.get("unit").and_then(Value::as_str).and_then(Unit::parse);
                name.map(|name| (name.to_owned(), unit))
                    .ok_or_else(|| fields.wrong("axes", "axes with names"))
            })
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .unzip(),
    };
    if names.len() != rank {
        return Err(fields.wrong("axes", "as many as the array has"));
    }
    Ok((names, units))
}

fn letter_of(name: &str) -> Option<char> {
    let mut letters = name.chars();
    let letter = letters
        .next()
        .filter(|letter| ImageAxes::LETTERS.contains(*letter))?;
    letters.next().is_none().then_some(letter)
}

fn axes_of(names: &[String]) -> Option<ImageAxes> {
    let letters: Option<String> = names.iter().map(|name| letter_of(name)).collect();
    letters?.parse().ok()
}

/// The factors by which the indices of the array become distances.
fn stated_scale(fields: &Fields<'_>, rank: usize) -> Result<Vec<f64>, ZarrError> {
    let key = "coordinateTransformations";
    if fields.get(key).is_none() {
        return Ok(vec![1.0; rank]);
    }
    let mut scale = vec![1.0; rank];
    for transformation in fields.list(key)? {
        if transformation.get("type").and_then(Value::as_str) != Some("scale") {
            continue;
        }
        let transformation = fields.of(transformation);
        let factors = transformation.list("scale")?;
        if factors.len() != rank {
            return Err(transformation.wrong("scale", "a number for each axis"));
        }
        for (total, factor) in scale.iter_mut().zip(factors) {
            *total *= factor
                .as_f64()
                .ok_or_else(|| transformation.wrong("scale", "a number for each axis"))?;
        }
    }
    Ok(scale)
}

/// The description of an image with one resolution, in [`ARRAY`].
pub(super) fn multiscales(axes: &ImageAxes, pixel_size: &PixelSize, version: OmeZarrVersion) -> Value {
    let named: Vec<Value> = axes
        .letters()
        .map(|letter| {
            let kind = match letter {
                't' => "time",
                'c' => "channel",
                _ => "space",
            };
            let mut axis = json!({ "name": letter.to_string(), "type": kind });
            if let Some(spacing) = pixel_size.get(letter) {
                axis["unit"] = spacing.unit().name().into();
            }
            axis
        })
        .collect();
    let scale: Vec<f64> = axes
        .letters()
        .map(|letter| pixel_size.get(letter).map_or(1.0, Spacing::value))
        .collect();
    let mut image = json!({
        "axes": named,
        "datasets": [{ "path": ARRAY, "coordinateTransformations": [{ "type": "scale", "scale": scale }] }],
    });
    if version == OmeZarrVersion::V0_4 {
        image["version"] = "0.4".into();
    }
    json!([image])
}
