//! Statistics of a data set in a file, `stats.json`.

mod read;
mod write;

use std::collections::BTreeMap;
use std::io::Read;

use crate::statistics::Statistics;

/// What the first key of a file says.
const FORMAT: &str = "tensor-ops statistics";
/// The version that is written and read.
const VERSION: u64 = 1;

/// The statistics of some tensors over a data set, to be kept in a file `stats.json`, so that a model whose
/// processing needs statistics of a data set (mode `per_dataset`) gives the same results for one image on any day.
///
/// The file is JSON, made to be read by people too; `docs/dataset-statistics.md` describes it. What is read is equal to what
/// was written, bit by bit, but for the payload of NaN.
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Need, SavedStatistics, Statistics, TensorView};
///
/// let sample = array![[1.0_f32, 2.0, 6.0]].into_dyn();
/// let measured = Statistics::measure(&[Need::moments(&[0, 1])], &TensorView::from(sample.view()))?;
/// let mut saved = SavedStatistics::default();
/// saved.samples = Some(1);
/// saved.tensors.insert("raw".to_owned(), measured);
///
/// let text = saved.to_json()?;
/// assert!(text.contains(r#""mean": [3.0]"#));
/// assert_eq!(SavedStatistics::from_json(&text)?, saved);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SavedStatistics {
    /// Number of samples that were measured, if known; for people.
    pub samples: Option<u64>,
    /// The statistics of each tensor, by its name in the description.
    pub tensors: BTreeMap<String, Statistics>,
}

impl SavedStatistics {
    /// The largest size of a file in bytes: 16 MiB, which holds the statistics of a hundred thousand groups.
    pub const MAX_BYTES: usize = 16 << 20;

    /// The text of a file.
    ///
    /// # Errors
    /// [`SavedStatisticsError::TooLarge`] if it would be larger than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn to_json(&self) -> Result<String, SavedStatisticsError> {
        let text = write::text(self);
        if text.len() > Self::MAX_BYTES {
            return Err(SavedStatisticsError::TooLarge);
        }
        Ok(text)
    }

    /// Reads the text of a file. Values are checked: lists have the lengths that shapes say, no key is unknown, nothing
    /// contradicts.
    ///
    /// # Errors
    /// A [`SavedStatisticsError`] that names the place.
    pub fn from_json(text: &str) -> Result<Self, SavedStatisticsError> {
        if text.len() > Self::MAX_BYTES {
            return Err(SavedStatisticsError::TooLarge);
        }
        read::statistics(&serde_json::from_str(text)?)
    }

    /// Reads a file, at most [`MAX_BYTES`](Self::MAX_BYTES) of it.
    ///
    /// # Errors
    /// A [`SavedStatisticsError`], also if the file cannot be read or is not UTF-8.
    pub fn from_reader(reader: impl Read) -> Result<Self, SavedStatisticsError> {
        let mut text = String::new();
        reader
            .take(Self::MAX_BYTES as u64 + 1)
            .read_to_string(&mut text)?;
        Self::from_json(&text)
    }
}

/// A file of statistics that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedStatisticsError {
    /// The file is too large.
    #[error(
        "statistics of more than {} bytes of text are not supported",
        SavedStatistics::MAX_BYTES
    )]
    TooLarge,
    /// The file cannot be read.
    #[error("the statistics cannot be read")]
    Io(#[from] std::io::Error),
    /// The text is no JSON.
    #[error("the statistics are not valid JSON")]
    Json(#[from] serde_json::Error),
    /// A value is missing, of the wrong kind, or contradicts another one.
    #[error("{path}: found {found}, expected {expected}")]
    Value {
        /// Where, such as `tensors.raw.moments[0].mean`.
        path: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
}
