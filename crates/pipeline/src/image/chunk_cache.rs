//! Decoded strips, tiles and chunks that may be needed again.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use tensor_ops::Tensor;

/// The parts that were used last, as many as a number of bytes can hold, and always the very last.
pub(super) struct ChunkCache<K> {
    limit: usize,
    held: usize,
    clock: u64,
    parts: HashMap<K, (u64, Arc<Tensor>)>,
    /// Which part was used when.
    order: BTreeMap<u64, K>,
}

impl<K: Hash + Eq + Clone> ChunkCache<K> {
    /// A cache of `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            clock: 0,
            parts: HashMap::new(),
            order: BTreeMap::new(),
        }
    }

    /// The part if it is there.
    pub(super) fn get(&mut self, key: &K) -> Option<Arc<Tensor>> {
        let (used, tensor) = self.parts.get_mut(key)?;
        self.order.remove(used);
        self.clock += 1;
        *used = self.clock;
        self.order.insert(self.clock, key.clone());
        Some(Arc::clone(tensor))
    }

    /// Make room for a part of so many bytes that is about to be decoded.
    pub(super) fn make_room(&mut self, bytes: usize) {
        while self.held.saturating_add(bytes) > self.limit {
            let Some((_, key)) = self.order.pop_first() else {
                break;
            };
            if let Some((_, dropped)) = self.parts.remove(&key) {
                self.held -= size(&dropped);
            }
        }
    }

    /// Keep a part.
    pub(super) fn insert(&mut self, key: K, tensor: Tensor) -> Arc<Tensor> {
        self.remove(&key);
        let bytes = size(&tensor);
        self.make_room(bytes);
        let tensor = Arc::new(tensor);
        self.clock += 1;
        self.held += bytes;
        self.order.insert(self.clock, key.clone());
        self.parts.insert(key, (self.clock, Arc::clone(&tensor)));
        tensor
    }

    /// Forget a part that is no longer what is in the file.
    pub(super) fn remove(&mut self, key: &K) {
        if let Some((used, dropped)) = self.parts.remove(key) {
            self.order.remove(&used);
            self.held -= size(&dropped);
        }
    }
}

fn size(tensor: &Tensor) -> usize {
    tensor.len().saturating_mul(tensor.data_type().item_size())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::ArrayD;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let part = |value: u8| Tensor::from(ArrayD::from_elem(vec![10], value));
        let mut cache = ChunkCache::new(25);
        cache.insert(1, part(1));
        cache.insert(2, part(2));
        assert!(cache.get(&1).is_some());
        cache.insert(3, part(3));
        assert!(cache.get(&2).is_none() && cache.get(&1).is_some() && cache.get(&3).is_some());
        assert_eq!(cache.held, 20);
        cache.insert(3, part(4));
        assert_eq!(*cache.get(&3).unwrap(), part(4));
        assert_eq!(cache.held, 20);
    }

    #[test]
    fn a_part_larger_than_the_cache_is_kept_alone() {
        let mut cache = ChunkCache::new(5);
        for key in 0..3 {
            cache.insert(key, Tensor::from(ArrayD::from_elem(vec![10], key)));
        }
        assert!(cache.get(&1).is_none() && cache.get(&2).is_some());
        cache.remove(&2);
        assert_eq!(cache.held, 0);
    }
}
