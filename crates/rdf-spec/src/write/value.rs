//! Values of single fields.

use super::ToTree;
use crate::v0_4::{StatisticsMode, WeightsFormat};
use crate::value::{
    Axes, Axis, DataType, Doi, Email, FileSource, FormatVersion, License, Orcid, ResourceId, Sha256,
    TensorName, Timestamp, Version, Yaml,
};

impl ToTree for Yaml {
    fn to_tree(&self) -> Yaml {
        self.clone()
    }
}

impl ToTree for str {
    fn to_tree(&self) -> Yaml {
        Yaml::String(self.to_owned())
    }
}

impl ToTree for String {
    fn to_tree(&self) -> Yaml {
        Yaml::String(self.clone())
    }
}

/// Numbers without a fraction are written without a point, as people do: `scale: [1, 1, 2, 2]`.
impl ToTree for f64 {
    fn to_tree(&self) -> Yaml {
        // Up to 2^53 every whole number is a float. Minus zero would lose its sign.
        let is_whole = self.fract() == 0.0 && self.abs() <= 9_007_199_254_740_992.0;
        if is_whole && !(*self == 0.0 && self.is_sign_negative()) {
            Yaml::Int(*self as i64)
        } else {
            Yaml::Float(*self)
        }
    }
}

impl ToTree for Option<f64> {
    fn to_tree(&self) -> Yaml {
        self.map_or(Yaml::Null, |number| number.to_tree())
    }
}

impl ToTree for i64 {
    fn to_tree(&self) -> Yaml {
        Yaml::Int(*self)
    }
}

/// A size beyond 64 bits with sign becomes a float, which no reader takes for a size.
impl ToTree for usize {
    fn to_tree(&self) -> Yaml {
        i64::try_from(*self).map_or(Yaml::Float(*self as f64), Yaml::Int)
    }
}

macro_rules! as_text {
    ($($type:ty: $text:ident,)*) => {
        $(impl ToTree for $type {
            fn to_tree(&self) -> Yaml {
                self.$text().to_tree()
            }
        })*
    };
}

as_text! {
    Axes: as_str,
    DataType: as_str,
    Doi: as_str,
    Email: as_str,
    FileSource: as_str,
    FormatVersion: as_str,
    License: as_str,
    Orcid: as_str,
    ResourceId: as_str,
    Sha256: as_str,
    StatisticsMode: name,
    TensorName: as_str,
    Timestamp: as_str,
    Version: as_str,
    WeightsFormat: name,
}

impl ToTree for Axis {
    fn to_tree(&self) -> Yaml {
        Yaml::String(self.letter().to_string())
    }
}
