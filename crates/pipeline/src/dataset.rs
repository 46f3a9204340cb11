//! Measuring a dataset for operations with `mode: per_dataset`.

use std::borrow::Cow;

use tensor_ops::{Need, OpError, SavedStatistics, Scan, Tensor};

use crate::bind::statistics::Scope;
use crate::builder::{DatasetStatistics, Pipeline, PipelineBuilder};
use crate::error::{PipelineError, PipelineErrorKind};
use crate::sample::Sample;

impl Pipeline {
    /// Whether operations of the model need statistics of a dataset.
    #[must_use]
    pub fn needs_dataset(&self) -> bool {
        !self.needs.tensors(Scope::Dataset).is_empty()
    }
}

/// Measures what the operations of a model with `mode: per_dataset` need to know about a dataset.
///
/// Statistics of all samples are pooled, as if the dataset were one large tensor: exact percentiles, and moments to the
/// precision of `f64`. `samples` is called for each pass over the dataset and gives its samples in any order; there is
/// one pass for 8- and 16-bit images, mostly two for others. One sample is in memory at a time. Where operations on
/// outputs need statistics, the model is run on every sample, with the statistics of the inputs, in passes of their
/// own. The dataset must not change meanwhile, which is noticed.
///
/// The batch axis is one of those that are pooled; what the axes that a statistic is not taken over have for
/// lengths must be the same in all samples.
///
/// # Errors
/// Whatever `samples` gives, an input that is missing or does not fit the model, and those of running the model.
///
/// ```no_run
/// use pipeline::image::read_npy_file;
/// use pipeline::{DatasetStatistics, Package, Pipeline, PipelineError, Sample, measure_dataset};
///
/// let package = Package::open("model.zip")?;
/// let statistics = measure_dataset(Pipeline::builder(&package), &mut || {
///     Ok::<_, Box<dyn std::error::Error>>(["a.npy", "b.npy"].into_iter().map(|path| {
///         Ok(Sample::new().with("raw", read_npy_file(path)?))
///     }))
/// })?;
/// std::fs::write("stats.json", statistics.to_json()?)?;
/// let pipeline = Pipeline::builder(&package)
///     .dataset_statistics(DatasetStatistics::Measured(statistics))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn measure_dataset<E, I>(
    builder: PipelineBuilder<'_>,
    samples: &mut dyn FnMut() -> Result<I, E>,
) -> Result<SavedStatistics, E>
where
    E: From<PipelineError>,
    I: Iterator<Item = Result<Sample, E>>,
{
    let mut pipeline = builder
        .dataset_statistics(DatasetStatistics::FromSample)
        .build()?;
    let mut saved = SavedStatistics::default();
    let needed = |names: Vec<&str>| -> Vec<Measured> {
        let wanted = pipeline.needs.tensors(Scope::Dataset);
        let places = names.into_iter().enumerate();
        places
            .filter(|(_, name)| wanted.contains(name))
            .map(|(place, name)| Measured {
                place,
                name: name.to_owned(),
                needs: pipeline.needs.of(name, Scope::Dataset),
                scan: None,
            })
            .collect()
    };
    let inputs = needed(pipeline.inputs.iter().map(|input| input.name.as_str()).collect());
    let outputs = needed(
        pipeline
            .outputs
            .iter()
            .map(|output| output.name.as_str())
            .collect(),
    );

    measure(inputs, samples, &mut saved, |sample, add| {
        add(&pipeline.raw_inputs(sample)?)
    })?;
    for (name, statistics) in &saved.tensors {
        pipeline.known.insert(name, Scope::Dataset, statistics.clone());
    }
    measure(outputs, samples, &mut saved, |sample, add| {
        let mut statistics = pipeline.known.clone();
        let results = pipeline.run_network(sample, &mut statistics)?;
        add(&results.into_iter().map(Cow::Owned).collect::<Vec<_>>())
    })?;
    Ok(saved)
}

/// A tensor that is measured.
struct Measured {
    /// Its place among the inputs or outputs.
    place: usize,
    name: String,
    needs: Vec<Need>,
    /// Begun with the first sample, and its shape.
    scan: Option<(Scan, Vec<usize>)>,
}

/// Takes the raw tensors of a sample.
type Add<'a> = dyn FnMut(&[Cow<'_, Tensor>]) -> Result<(), PipelineError> + 'a;

/// Measures tensors in as many passes as they need. `with_raw` hands the raw tensors of a sample on.
fn measure<E, I>(
    mut tensors: Vec<Measured>,
    samples: &mut dyn FnMut() -> Result<I, E>,
    saved: &mut SavedStatistics,
    mut with_raw: impl FnMut(&Sample, &mut Add<'_>) -> Result<(), PipelineError>,
) -> Result<(), E>
where
    E: From<PipelineError>,
    I: Iterator<Item = Result<Sample, E>>,
{
    while tensors.iter().any(Measured::is_open) {
        let mut count = 0;
        for sample in samples()? {
            with_raw(&sample?, &mut |raw| {
                tensors.iter_mut().try_for_each(|tensor| tensor.add(raw))
            })?;
            count += 1;
        }
        if count == 0 {
            return Err(PipelineError::from(PipelineErrorKind::EmptyDataset).into());
        }
        saved.samples = Some(count);
        tensors.iter_mut().try_for_each(Measured::finish_pass)?;
    }
    for tensor in tensors {
        if let Some((scan, _)) = tensor.scan {
            let statistics = scan.finish().map_err(|error| failed(&tensor.name, error))?;
            saved.tensors.insert(tensor.name, statistics);
        }
    }
    Ok(())
}

impl Measured {
    fn is_open(&self) -> bool {
        self.scan
            .as_ref()
            .is_none_or(|(scan, _)| scan.needs_another_pass())
    }

    fn add(&mut self, raw: &[Cow<'_, Tensor>]) -> Result<(), PipelineError> {
        let Some(tensor) = raw.get(self.place) else {
            return Ok(());
        };
        if self.scan.is_none() {
            let scan = Scan::new(&self.needs, tensor.shape()).map_err(|error| failed(&self.name, error))?;
            self.scan = Some((scan, tensor.shape().to_vec()));
        }
        let Some((scan, first)) = &mut self.scan else {
            return Ok(());
        };
        let pooled = |axis: &usize| self.needs.iter().all(|need| need.axes().contains(axis));
        let differs = |axis: usize| !pooled(&axis) && first.get(axis) != tensor.shape().get(axis);
        if first.len() != tensor.ndim() || (0..first.len()).any(differs) {
            return Err(PipelineErrorKind::DatasetShapesDiffer {
                tensor: self.name.clone(),
                first: first.clone(),
                found: tensor.shape().to_vec(),
            }
            .into());
        }
        if scan.needs_another_pass() {
            let start = vec![0; tensor.ndim()];
            let added = scan.add(&tensor.view(), &start);
            added.map_err(|error| failed(&self.name, error))?;
        }
        Ok(())
    }

    fn finish_pass(&mut self) -> Result<(), PipelineError> {
        match &mut self.scan {
            Some((scan, _)) if scan.needs_another_pass() => {
                scan.finish_pass().map_err(|error| failed(&self.name, error))
            }
            _ => Ok(()),
        }
    }
}

fn failed(tensor: &str, error: OpError) -> PipelineError {
    let kind = PipelineErrorKind::DatasetStatistics {
        tensor: tensor.to_owned(),
    };
    PipelineError::caused_by(kind, error)
}
