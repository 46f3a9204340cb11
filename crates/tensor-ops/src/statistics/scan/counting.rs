//! Percentiles of every group by counting bits, a batch of groups and a few bits a pass.

use std::ops::Range;

use ndarray::{ArrayD, ArrayViewD, IxDyn};

use crate::data_type::Element;
use crate::percentile::Percentile;
use crate::statistics::percentiles::{GroupedPercentiles, with_last};
use crate::statistics::radix::{OtherValues, Prefix, Target, count};

/// The largest number of bits that one table counts: 512 KiB of counters, which fit into the second-level cache.
const WIDEST: u32 = 16;
/// The smallest number, but for the last bits of a value; it bounds the number of groups in a batch.
const NARROWEST: u32 = 8;

/// The state of one need.
#[derive(Debug, Clone)]
pub(super) struct Counting {
    axes: Vec<usize>,
    percentiles: Vec<Percentile>,
    /// Shape of the groups, 1 in the reduced axes.
    kept: Vec<usize>,
    /// Bytes that tables may take.
    memory: usize,
    /// For each group, the number of values that are not NaN; complete after the first pass.
    counts: Vec<u64>,
    is_counted: bool,
    /// For each group, the lower and the upper rank of each percentile; empty if the group has no values.
    targets: Vec<Target>,
    /// Numbers of bits of the data type; 0 before the first tile.
    bits: u32,
    /// How a value is made of its image.
    value: fn(u64) -> f64,
    batch: Range<usize>,
    tables: Tables,
}

/// The counts of one pass.
#[derive(Debug, Clone, PartialEq, Default)]
struct Tables {
    /// Number of bits that are counted.
    width: u32,
    /// For each group of the batch, where its prefixes begin in `prefixes`; one entry more for the end.
    starts: Vec<usize>,
    /// One for each table.
    prefixes: Vec<Prefix>,
    /// The tables, one after the other.
    counters: Vec<u64>,
}

impl Tables {
    fn of_group(&self, place: usize) -> Range<usize> {
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(&start), Some(&end)) => start..end,
            _ => 0..0,
        }
    }

    fn counters_of(&self, table: usize) -> &[u64] {
        let length = 1 << self.width;
        self.counters
            .get(table * length..(table + 1) * length)
            .unwrap_or_default()
    }
}

impl Counting {
    pub(super) fn bytes_per_group(percentiles: usize) -> usize {
        let each = 2 * size_of::<Target>() + size_of::<f64>();
        size_of::<u64>().saturating_add(percentiles.saturating_mul(each))
    }

    pub(super) fn new(axes: Vec<usize>, percentiles: Vec<Percentile>, kept: &[usize], memory: usize) -> Self {
        let groups = kept.iter().product();
        let wanted = 2 * percentiles.len();
        let bytes = wanted.max(1) * (1 << NARROWEST) * size_of::<u64>();
        let batch = (memory / bytes).clamp(1, usize::MAX);
        Self {
            axes,
            kept: kept.to_vec(),
            memory,
            counts: vec![0; groups],
            is_counted: false,
            targets: vec![
                Target {
                    prefix: Prefix::NONE,
                    rank: 0,
                    size: 0,
                };
                groups * wanted
            ],
            percentiles,
            bits: 0,
            value: |_| f64::NAN,
            batch: 0..groups.min(batch),
            tables: Tables::default(),
        }
    }

    pub(super) fn axes(&self) -> &[usize] {
        &self.axes
    }

    /// Whether the other one is in the same state but for what was counted in this pass.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let begun = self.bits != 0 && other.bits != 0;
        self.axes == other.axes
            && self.percentiles == other.percentiles
            && self.kept == other.kept
            && self.memory == other.memory
            && self.is_counted == other.is_counted
            && self.batch == other.batch
            && (!self.is_counted || self.targets == other.targets)
            && (!begun || (self.bits == other.bits && self.tables.prefixes == other.tables.prefixes))
    }

    pub(super) fn clear(&mut self) {
        self.tables.counters.fill(0);
        if !self.is_counted {
            self.counts.fill(0);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if other.bits == 0 {
            return;
        }
        if self.bits == 0 {
            self.bits = other.bits;
            self.value = other.value;
            self.tables = other.tables.clone();
        } else {
            let counters = self.tables.counters.iter_mut().zip(&other.tables.counters);
            counters.for_each(|(ours, theirs)| *ours = ours.wrapping_add(*theirs));
        }
        if !self.is_counted {
            let counts = self.counts.iter_mut().zip(&other.counts);
            counts.for_each(|(ours, theirs)| *ours = ours.wrapping_add(*theirs));
        }
    }

    pub(super) fn add<T: Element>(&mut self, tile: ArrayViewD<'_, T>, start: &[usize]) {
        if self.bits == 0 {
            self.bits = T::BITS;
            self.value = |image| T::from_image(image).to_f64();
            self.prepare();
        }
        let (mut order, reduced): (Vec<_>, Vec<_>) =
            (0..tile.ndim()).partition(|axis| !self.axes.contains(axis));
        let kept = order.len();
        order.extend(reduced);
        // The distance between the numbers of neighbouring groups along each kept axis.
        let mut strides = vec![0; tile.ndim()];
        let mut stride = 1;
        for axis in (0..tile.ndim()).rev() {
            strides[axis] = stride;
            stride *= self.kept[axis];
        }
        let strides: Vec<_> = order[..kept].iter().map(|&axis| strides[axis]).collect();
        let first = order[..kept]
            .iter()
            .zip(&strides)
            .map(|(&axis, stride)| start[axis] * stride)
            .sum();
        self.visit(tile.permuted_axes(order), &strides, first);
    }

    /// Walks the kept axes.
    fn visit<T: Element>(&mut self, tile: ArrayViewD<'_, T>, strides: &[usize], group: usize) {
        match strides.split_first() {
            None => self.add_group(&tile, group),
            Some((stride, inner)) => {
                for (index, part) in tile.outer_iter().enumerate() {
                    self.visit(part, inner, group + index * stride);
                }
            }
        }
    }

    fn add_group<T: Element>(&mut self, values: &ArrayViewD<'_, T>, group: usize) {
        let tables = if self.batch.contains(&group) {
            self.tables.of_group(group - self.batch.start)
        } else {
            0..0
        };
        if self.is_counted && tables.is_empty() {
            return;
        }
        let width = self.tables.width;
        let length = 1 << width;
        let mut nan = 0;
        let counters = &mut self.tables.counters[tables.start * length..tables.end * length];
        let prefixes = &self.tables.prefixes[tables];
        let (is_counted, has_tables) = (self.is_counted, !prefixes.is_empty());
        crate::blocks::each_block(values, &mut |block: &[T]| {
            for (&prefix, counters) in prefixes.iter().zip(counters.chunks_exact_mut(length)) {
                nan += count(block, prefix, width, counters);
            }
            if !is_counted && !has_tables {
                nan += block.iter().filter(|value| value.has_no_order()).count() as u64;
            }
        });
        if !is_counted {
            self.counts[group] += values.len() as u64 - nan;
        }
    }

    /// Makes the tables for the next pass over the batch.
    fn prepare(&mut self) {
        let wanted = 2 * self.percentiles.len();
        let mut tables = Tables {
            starts: vec![0],
            ..Tables::default()
        };
        for group in self.batch.clone() {
            let targets = &self.targets[group * wanted..(group + 1) * wanted];
            let first = tables.prefixes.len();
            let is_empty = self.is_counted && self.counts[group] == 0;
            for target in targets.iter().filter(|_| !is_empty) {
                if !tables.prefixes[first..].contains(&target.prefix) {
                    tables.prefixes.push(target.prefix);
                }
            }
            tables.starts.push(tables.prefixes.len());
        }
        let known = tables.prefixes.first().map_or(0, |prefix| prefix.length());
        let unknown = self.bits - known;
        // The widest tables that fit, then the narrowest with which as few passes are enough.
        let each = self.memory / size_of::<u64>() / tables.prefixes.len().max(1);
        let widest = each.max(2).ilog2().clamp(1, WIDEST);
        tables.width = unknown.div_ceil(unknown.div_ceil(widest).max(1));
        tables.counters = std::mem::take(&mut self.tables.counters);
        tables.counters.clear();
        tables.counters.resize(tables.prefixes.len() << tables.width, 0);
        self.tables = tables;
    }

    /// Whether another pass is needed; an error if the values were not those of the passes before.
    pub(super) fn finish_pass(&mut self) -> Result<bool, OtherValues> {
        if self.bits == 0 {
            // No value in this pass; the scan has refused that already.
            return Err(OtherValues);
        }
        let wanted = 2 * self.percentiles.len();
        if !self.is_counted {
            self.is_counted = true;
            for (count, targets) in self
                .counts
                .iter()
                .zip(self.targets.chunks_exact_mut(wanted.max(1)))
            {
                for (percentile, pair) in self.percentiles.iter().zip(targets.chunks_exact_mut(2)) {
                    let position = percentile.position(*count);
                    for (target, rank) in pair.iter_mut().zip([position.lower, position.upper]) {
                        target.rank = rank;
                        target.size = *count;
                    }
                }
            }
        }
        for group in self.batch.clone() {
            if self.counts[group] == 0 {
                continue;
            }
            let tables = self.tables.of_group(group - self.batch.start);
            for target in &mut self.targets[group * wanted..(group + 1) * wanted] {
                let known = &self.tables.prefixes[tables.clone()];
                let table = known
                    .iter()
                    .position(|prefix| *prefix == target.prefix)
                    .ok_or(OtherValues)?;
                target.narrow(self.tables.counters_of(tables.start + table), self.tables.width)?;
            }
        }
        let first = &self.targets.get(self.first_target());
        let known = first.map_or(self.bits, |target| target.prefix.length());
        if known >= self.bits {
            let length = self.batch.len();
            self.batch = self.batch.end..self.counts.len().min(self.batch.end.saturating_add(length));
            while self.first_target() >= self.targets.len() && !self.batch.is_empty() {
                self.batch = self.batch.end..self.counts.len().min(self.batch.end.saturating_add(length));
            }
        }
        if self.batch.is_empty() {
            self.tables = Tables::default();
            return Ok(false);
        }
        self.prepare();
        Ok(true)
    }

    /// The number of the first target of the batch that belongs to a group with values.
    fn first_target(&self) -> usize {
        let wanted = 2 * self.percentiles.len();
        let mut groups = self.batch.clone();
        groups
            .find(|&group| self.counts[group] > 0)
            .map_or(usize::MAX, |group| group * wanted)
    }

    pub(super) fn finish(self) -> GroupedPercentiles {
        let wanted = 2 * self.percentiles.len();
        let mut values = ArrayD::zeros(IxDyn(&with_last(&self.kept, self.percentiles.len())));
        let groups = self.counts.iter().zip(self.targets.chunks_exact(wanted.max(1)));
        let all = groups.flat_map(|(&count, targets)| {
            let pairs = self.percentiles.iter().zip(targets.chunks_exact(2));
            pairs.map(move |(percentile, pair)| match pair {
                [lower, upper] if count > 0 => {
                    let [lower, upper] = [lower, upper].map(|target| (self.value)(target.prefix.bits()));
                    percentile.position(count).interpolate(lower, upper)
                }
                _ => f64::NAN,
            })
        });
        values
            .iter_mut()
            .zip(all)
            .for_each(|(place, value)| *place = value);
        let counts = ArrayD::from_shape_vec(IxDyn(&self.kept), self.counts.clone());
        let counts = counts.unwrap_or_else(|_| ArrayD::zeros(IxDyn(&self.kept)));
        GroupedPercentiles::from_parts(self.axes, self.percentiles, counts, values)
    }
}
