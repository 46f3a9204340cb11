//! Plans through serde: what they were made from, and the tiles along each dimension for other programs to read.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{DimensionPlan, TilePlan, TileRequest};
use crate::geometry::Geometry;

#[derive(Serialize, Deserialize)]
struct Serialised {
    geometry: Geometry,
    images: Vec<Vec<usize>>,
    request: TileRequest,
    dimensions: Vec<DimensionPlan>,
    output_shapes: Vec<Vec<usize>>,
}

impl Serialize for TilePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let serialised = Serialised {
            geometry: self.geometry.clone(),
            images: self.images.clone(),
            request: self.request.clone(),
            dimensions: self.dimensions.clone(),
            output_shapes: self.output_shapes.clone(),
        };
        serialised.serialize(serializer)
    }
}

/// Makes the plan again from what it was made from, so that whatever a file says, every plan keeps what plans promise.
impl<'de> Deserialize<'de> for TilePlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let serialised = Serialised::deserialize(deserializer)?;
        let mut request = serialised.request.clone();
        for (at, dimension) in serialised.dimensions.iter().enumerate() {
            request = request.with_tile(at, dimension.tile);
        }
        let mut plan =
            Self::new(&serialised.geometry, &serialised.images, &request).map_err(de::Error::custom)?;
        plan.request = serialised.request;
        if plan.dimensions != serialised.dimensions || plan.output_shapes != serialised.output_shapes {
            return Err(de::Error::custom(
                "the tiles are not those of a plan for this geometry and these images",
            ));
        }
        Ok(plan)
    }
}
