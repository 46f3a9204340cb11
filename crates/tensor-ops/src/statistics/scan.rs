//! Statistics of tensors that come in tiles, one pass after the other.

mod counting;
mod forks;

use ndarray::{ArrayD, Axis, IxDyn, Slice};

use crate::coefficients::check_axes;
use crate::data_type::{DataType, with_array};
use crate::error::OpError;
use crate::statistics::Statistics;
use crate::statistics::grouped::GroupedMoments;
use crate::statistics::groups::kept_shape;
use crate::statistics::moments::Moments;
use crate::statistics::need::{Need, merged_needs};
use crate::statistics::scan::counting::Counting;
use crate::tensor::view::TensorView;

/// Measures a tensor that comes in tiles of any size and in any order, or many samples together, exactly and in bounded
/// memory.
///
/// Moments take one pass over all tiles. Percentiles take one pass for 8- and 16-bit types, mostly two for 32-bit
/// and four for 64-bit types; each pass counts a few more bits of the values with the wanted ranks (see
/// [`memory_limit`](Self::memory_limit) for many groups). The percentiles are those of
/// [`GroupedPercentiles::measure`](crate::GroupedPercentiles::measure), bit by bit; moments may be
/// rounded differently, by some units in the last place of an `f64`.
///
/// Every pass must be given every element once, in tiles that need not be those of other passes. For a data set, the
/// tiles of all samples are given in each pass; the lengths of reduced axes may differ from sample to sample.
///
/// ```
/// use ndarray::{Axis, array};
/// use tensor_ops::{Need, OpError, Percentile, Scan, TensorView};
///
/// let median = Percentile::new(50.0)?;
/// let image = array![[1.0_f32, 5.0, 2.0], [3.0, 9.0, 4.0]].into_dyn();
/// let scan = Scan::new(&[Need::percentiles(&[0, 1], &[median])], image.shape())?;
/// let statistics = scan.run(|scan| {
///     // a tile for each row, as it would be read from a file
///     for (row, tile) in image.axis_chunks_iter(Axis(0), 1).enumerate() {
///         scan.add(&TensorView::from(tile), &[row, 0])?;
///     }
///     Ok::<(), OpError>(())
/// })?;
/// let values = statistics.percentiles(&[0, 1]).and_then(|measured| measured.values(median));
/// assert_eq!(values, Some(vec![3.5]));
/// # Ok::<(), OpError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scan {
    shape: Vec<usize>,
    memory_limit: usize,
    data_type: Option<DataType>,
    /// The pass that is going on, counted from 1.
    pass: u32,
    elements: u64,
    /// Reduced axes and groups.
    moments: Vec<(Vec<usize>, ArrayD<Moments>)>,
    percentiles: Vec<Counting>,
    is_open: bool,
}

impl Scan {
    /// The memory that a scan takes unless told otherwise, in bytes: 128 MiB.
    pub const DEFAULT_MEMORY_LIMIT: usize = 128 << 20;
    /// The lowest limit: 1 MiB.
    pub const LEAST_MEMORY_LIMIT: usize = 1 << 20;

    /// Begins the first pass over a tensor of the given shape. Only the lengths of axes that some need does not
    /// reduce matter.
    ///
    /// # Errors
    /// [`OpError::AxisOutOfRange`] if a need names an axis that the shape does not have,
    /// [`OpError::TooManyGroups`] if the results do not fit into half the memory limit.
    pub fn new(needs: &[Need], shape: &[usize]) -> Result<Self, OpError> {
        Self::with_memory_limit(needs, shape, Self::DEFAULT_MEMORY_LIMIT)
    }

    /// [`new`](Self::new) with another [`memory_limit`](Self::memory_limit).
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn with_memory_limit(needs: &[Need], shape: &[usize], limit: usize) -> Result<Self, OpError> {
        let memory_limit = limit.max(Self::LEAST_MEMORY_LIMIT);
        let needs = merged_needs(needs);
        let (mut all_groups, mut needed) = (0_usize, 0_usize);
        for need in &needs {
            check_axes(need.axes(), shape.len())?;
            let kept = kept_shape(shape, need.axes());
            let groups = kept
                .iter()
                .fold(1_usize, |product, &length| product.saturating_mul(length));
            let size = match need {
                Need::Moments { .. } => size_of::<Moments>(),
                Need::Percentiles { percentiles, .. } => Counting::bytes_per_group(percentiles.len()),
            };
            all_groups = all_groups.saturating_add(groups);
            needed = needed.saturating_add(groups.saturating_mul(size));
        }
        if needed > memory_limit / 2 {
            return Err(OpError::TooManyGroups {
                groups: all_groups,
                needed,
                limit: memory_limit,
            });
        }
        let countings = needs
            .iter()
            .filter(|need| matches!(need, Need::Percentiles { .. }));
        let for_tables = (memory_limit - needed) / countings.count().max(1);
        let mut scan = Self {
            shape: shape.to_vec(),
            memory_limit,
            data_type: None,
            pass: 1,
            elements: 0,
            moments: Vec::new(),
            percentiles: Vec::new(),
            is_open: !needs.is_empty(),
        };
        for need in needs {
            let kept = kept_shape(shape, need.axes());
            match need {
                Need::Moments { axes } => {
                    let groups = ArrayD::from_elem(IxDyn(&kept), Moments::default());
                    scan.moments.push((axes, groups));
                }
                Need::Percentiles { axes, percentiles } => {
                    scan.percentiles
                        .push(Counting::new(axes, percentiles, &kept, for_tables));
                }
            }
        }
        Ok(scan)
    }

    /// The number of bytes that the scan takes at most, apart from what is lent to it and a few kilobytes.
    ///
    /// Half of it is for results, the rest for tables of counts. Where groups are so many that the tables for all of
    /// them do not fit, they are counted a batch of groups after the other, or fewer bits at once, which takes more passes.
    #[must_use]
    pub fn memory_limit(&self) -> usize {
        self.memory_limit
    }

    /// Whether all tiles have to be given (again) before the statistics are known.
    #[must_use]
    pub fn needs_another_pass(&self) -> bool {
        self.is_open
    }

    /// Adds a tile whose first element is at `start` in the whole tensor.
    ///
    /// # Errors
    /// [`OpError::TileOutside`] if the tile does not lie in the tensor (where an axis is reduced by all needs, any
    /// place does), [`OpError::DataTypesDiffer`] if its data type is not that of the tiles before,
    /// [`OpError::ScanState`] if no other pass is needed.
    pub fn add(&mut self, tile: &TensorView<'_>, start: &[usize]) -> Result<(), OpError> {
        if !self.is_open {
            return Err(OpError::ScanState { is_open: false });
        }
        self.check_place(tile.shape(), start)?;
        let data_type = tile.data_type();
        let expected = *self.data_type.get_or_insert(data_type);
        if expected != data_type {
            return Err(OpError::DataTypesDiffer {
                expected,
                found: data_type,
            });
        }
        if tile.is_empty() {
            return Ok(());
        }
        self.elements = self.elements.saturating_add(tile.len() as u64);
        if self.pass == 1 {
            for (axes, groups) in &mut self.moments {
                let measured = GroupedMoments::measure(tile, axes)?;
                let mut place = groups.view_mut();
                for (axis, (&start, &length)) in start.iter().zip(measured.kept_shape()).enumerate() {
                    if !axes.contains(&axis) {
                        place.slice_axis_inplace(Axis(axis), Slice::from(start..start + length));
                    }
                }
                place.zip_mut_with(measured.array(), Moments::merge);
            }
        }
        for counting in &mut self.percentiles {
            with_array!(TensorView, tile, array => counting.add(array.view(), start));
        }
        Ok(())
    }

    /// Checks that the tile lies in the tensor along each axis that some need does not reduce.
    fn check_place(&self, tile: &[usize], start: &[usize]) -> Result<(), OpError> {
        let countings = self.percentiles.iter().map(Counting::axes);
        let needs: Vec<_> = self
            .moments
            .iter()
            .map(|(axes, _)| axes.as_slice())
            .chain(countings)
            .collect();
        let fits = tile.len() == self.shape.len()
            && start.len() == self.shape.len()
            && (0..tile.len()).all(|axis| {
                let end = start[axis].checked_add(tile[axis]);
                end.is_some_and(|end| end <= self.shape[axis])
                    || needs.iter().all(|axes| axes.contains(&axis))
            });
        if fits {
            Ok(())
        } else {
            Err(OpError::TileOutside {
                start: start.to_vec(),
                tile: tile.to_vec(),
                whole: self.shape.clone(),
            })
        }
    }

    /// Ends a pass, after all tiles were given.
    ///
    /// # Errors
    /// [`OpError::NoElements`] if there were none, [`OpError::PassesDiffer`] if the tiles of this pass did not hold the
    /// values of the first one, [`OpError::ScanState`] if no pass was needed.
    pub fn finish_pass(&mut self) -> Result<(), OpError> {
        if !self.is_open {
            return Err(OpError::ScanState { is_open: false });
        }
        if self.elements == 0 {
            return Err(OpError::NoElements {
                shape: self.shape.clone(),
            });
        }
        let mut is_open = false;
        for counting in &mut self.percentiles {
            is_open |= counting
                .finish_pass()
                .map_err(|_| OpError::PassesDiffer { pass: self.pass })?;
        }
        self.is_open = is_open;
        self.elements = 0;
        self.pass += 1;
        Ok(())
    }

    /// The statistics.
    ///
    /// # Errors
    /// [`OpError::ScanState`] if another pass is needed.
    pub fn finish(self) -> Result<Statistics, OpError> {
        if self.is_open {
            return Err(OpError::ScanState { is_open: true });
        }
        let moments = self.moments.into_iter();
        Ok(Statistics::from_parts(
            moments
                .map(|(axes, groups)| GroupedMoments::from_parts(axes, groups))
                .collect(),
            self.percentiles.into_iter().map(Counting::finish).collect(),
        ))
    }

    /// Calls `pass`, which gives all tiles to the scan, as often as needed, and returns the statistics.
    ///
    /// # Errors
    /// What `pass` returns, and the errors of [`finish_pass`](Self::finish_pass).
    pub fn run<E: From<OpError>>(
        mut self,
        mut pass: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<Statistics, E> {
        while self.needs_another_pass() {
            pass(&mut self)?;
            self.finish_pass()?;
        }
        Ok(self.finish()?)
    }
}
