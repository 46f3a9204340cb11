//! What an unfinished result says of the run that began it.

use std::num::NonZeroUsize;
use std::path::Path;

use pipeline::image::{ImageFormat, ZarrSink};
use pipeline::{Pipeline, TileChoice, TileOptions};
use rdf_spec::Network;
use serde_json::{Value, json};
use tiling::{Padding, TilePlan};

use super::super::assignment::Assigned;
use crate::args::PredictOptions;
use crate::exit::Failure;

/// What is written to unfinished results, so that another run can go on with them.
#[derive(Debug, Clone)]
pub(super) struct Fingerprint {
    /// The weights and what runs them, the images, and where statistics come from.
    run: Value,
    /// What was asked of the tiles.
    asked: Value,
}

impl Fingerprint {
    pub(super) fn new(
        model: &Network,
        pipeline: &Pipeline,
        inputs: &[Assigned<'_>],
        options: &PredictOptions,
        tiles: &TileOptions,
    ) -> Result<Self, Failure> {
        Ok(Self {
            run: identity(model, pipeline, inputs, options)?,
            asked: asked(tiles),
        })
    }

    /// The text for a plan.
    pub(super) fn text(&self, choice: &TileChoice) -> String {
        let (plan, at_once) = (&choice.plan, choice.at_once);
        json!({ "run": self.run, "asked": self.asked, "plan": plan, "at_once": at_once }).to_string()
    }

    /// The plan of the run that began these outputs, and the fingerprint that it wrote: what memory was free then decides
    /// about the tiles, not what is free now.
    pub(super) fn plan_of_earlier_run(
        &self,
        outputs: &[Assigned<'_>],
    ) -> Result<(TileChoice, String), Failure> {
        let mut first: Option<(Value, String)> = None;
        for output in outputs {
            let path = Path::new(output.value);
            let format = ImageFormat::from_path(path).map_err(|error| Failure::because(&error))?;
            if format != ImageFormat::Zarr {
                return Err(Failure::usage(format!(
                    "`{}` cannot be gone on with: --resume is for .zarr outputs only",
                    output.value
                )));
            }
            let text = ZarrSink::unfinished_fingerprint(path).map_err(|error| Failure::because(&error))?;
            let known = serde_json::from_str(&text);
            let known: Value = known
                .map_err(|_| Failure::failed(format!("`{}` was begun by another program", output.value)))?;
            self.check(output.value, &known)?;
            match &first {
                Some((_, other)) if *other != text => {
                    return Err(Failure::usage(format!(
                        "`{}` and `{}` were not begun together, with the same tiles: go on with each by itself",
                        outputs.first().map_or("", |first| first.value),
                        output.value
                    )));
                }
                Some(_) => {}
                None => first = Some((known, text)),
            }
        }
        let Some((known, text)) = first else {
            return Err(Failure::usage("--resume needs the outputs to go on with"));
        };
        let plan: TilePlan = serde_json::from_value(known["plan"].clone()).map_err(|error| {
            Failure::failed(format!(
                "the unfinished result has no plan that can be read: {error}"
            ))
        })?;
        let at_once = known["at_once"]
            .as_u64()
            .and_then(|count| usize::try_from(count).ok());
        let at_once = at_once.and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
        Ok((TileChoice::new(plan, at_once), text))
    }

    /// Whether this run is the one that began the output.
    fn check(&self, output: &str, known: &Value) -> Result<(), Failure> {
        let anew = format!("leave out --resume and remove `{output}.partial` to begin anew");
        if known["run"] != self.run {
            return Err(Failure::usage(format!(
                "`{output}` was begun with another model, image, backend or other statistics: {anew}"
            )));
        }
        let nothing = serde_json::Map::new();
        for (option, now) in self.asked.as_object().unwrap_or(&nothing) {
            let then = &known["asked"][option];
            // What is not said now is as it was.
            if !now.is_null() && now != then {
                let then = then.as_str().map_or_else(
                    || format!("without --{option}"),
                    |then| format!("with --{option} {then}"),
                );
                return Err(Failure::usage(format!(
                    "`{output}` was begun {then}, and its tiles cannot be changed: leave out --{option} to go on with it, or {anew}"
                )));
            }
        }
        Ok(())
    }
}

/// What was asked of the tiles, in the words of the arguments; null where nothing was.
fn asked(tiles: &TileOptions) -> Value {
    let sizes = |list: &[(char, usize)]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        let each: Vec<String> = list.iter().map(|(axis, size)| format!("{axis}={size}")).collect();
        (!each.is_empty()).then(|| each.join(","))
    };
    let padding = match tiles.padding {
        // Also where nothing was said.
        Padding::Reflect => None,
        Padding::Symmetric => Some("symmetric"),
        Padding::Edge => Some("edge"),
        Padding::Constant(_) => Some("zero"),
    };
    json!({
        "tile": sizes(&tiles.tile),
        "stride": sizes(&tiles.stride),
        "halo": sizes(&tiles.halo),
        "any-size": tiles.any_size.map(|step| step.to_string()),
        "padding": padding,
    })
}

/// What has to be the same for a run to be gone on with: the weights and what runs them, the images, and where
/// statistics come from.
fn identity(
    model: &Network,
    pipeline: &Pipeline,
    inputs: &[Assigned<'_>],
    options: &PredictOptions,
) -> Result<Value, Failure> {
    let mut images = Vec::new();
    for input in inputs {
        let path = Path::new(input.value);
        let state = path
            .metadata()
            .map_err(|error| Failure::failed(format!("{}: {error}", input.value)))?;
        let changed = state
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        images.push(json!([
            input.name,
            state.len(),
            changed.map(|time| time.as_nanos().to_string())
        ]));
    }
    let digests = model.weights.formats().map(|format| {
        let entry = model.weights.get(format);
        json!([
            format.name(),
            entry
                .and_then(|entry| entry.sha256.as_ref())
                .map(ToString::to_string)
        ])
    });
    let statistics = match &options.dataset_statistics {
        Some(path) => {
            let read = std::fs::read(path).and_then(|content| rdf_spec::Sha256::of(&mut content.as_slice()));
            let digest = read.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
            json!(digest.to_string())
        }
        None => json!(options.sample_as_dataset),
    };
    Ok(json!({
        "weights": digests.collect::<Vec<_>>(),
        "engine": [pipeline.weights_format().name(), pipeline.backend()],
        "statistics": statistics,
        "images": images,
    }))
}
