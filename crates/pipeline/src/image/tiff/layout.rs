//! What the samples of a page are and where they lie.

use std::fmt;

use tensor_ops::DataType;

/// How the numbers of a page are to be understood (`SampleFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Unsigned,
    Signed,
    Float,
}

/// Where the samples of a pixel are (`PlanarConfiguration`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// Side by side; also for a single sample.
    Interleaved,
    /// Each in a plane of its own.
    Planes,
}

/// What has to be equal for pages to become one array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) samples: u16,
    pub(super) bits: u16,
    pub(super) kind: Kind,
    pub(super) arrangement: Arrangement,
}

impl Layout {
    /// The type of the decoded samples; `None` if there is none. Samples of fewer than 8 bits become bytes.
    pub(super) fn data_type(&self) -> Option<DataType> {
        match (self.kind, self.bits) {
            (Kind::Unsigned, 1 | 2 | 4 | 8) => Some(DataType::Uint8),
            (Kind::Unsigned, 16) => Some(DataType::Uint16),
            (Kind::Unsigned, 32) => Some(DataType::Uint32),
            (Kind::Unsigned, 64) => Some(DataType::Uint64),
            (Kind::Signed, 8) => Some(DataType::Int8),
            (Kind::Signed, 16) => Some(DataType::Int16),
            (Kind::Signed, 32) => Some(DataType::Int32),
            (Kind::Signed, 64) => Some(DataType::Int64),
            (Kind::Float, 32) => Some(DataType::Float32),
            (Kind::Float, 64) => Some(DataType::Float64),
            _ => None,
        }
    }

    /// The size of the decoded page in bytes; samples of fewer than 8 bits take one byte each.
    pub(super) fn decoded_bytes(&self) -> u128 {
        let sample_bytes = u128::from(self.bits.div_ceil(8));
        u128::from(self.width) * u128::from(self.height) * u128::from(self.samples) * sample_bytes
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            width,
            height,
            samples,
            bits,
            ..
        } = self;
        let kind = match self.kind {
            Kind::Unsigned => "unsigned",
            Kind::Signed => "signed",
            Kind::Float => "float",
        };
        write!(
            formatter,
            "{height} rows of {width} pixels with {samples} {kind} samples of {bits} bits"
        )
    }
}
