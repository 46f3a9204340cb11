//! The plans that a runner keeps: the least recently used one makes room for a new one.

use std::num::NonZeroUsize;

/// Plans by the shapes of all inputs, the most recently used one last.
///
/// Input element types are fixed by the file, so shapes identify a plan.
#[derive(Debug)]
pub(crate) struct PlanCache<P> {
    capacity: NonZeroUsize,
    plans: Vec<(Vec<Vec<usize>>, P)>,
}

impl<P> PlanCache<P> {
    pub(crate) fn new(capacity: NonZeroUsize) -> Self {
        PlanCache {
            capacity,
            plans: Vec::new(),
        }
    }

    /// The plan for these shapes.
    pub(crate) fn get(&mut self, shapes: &[Vec<usize>]) -> Option<&mut P> {
        let index = self.plans.iter().position(|(key, _)| key == shapes)?;
        self.plans[index..].rotate_left(1);
        self.plans.last_mut().map(|(_, plan)| plan)
    }

    /// Keeps a plan for shapes that have none.
    pub(crate) fn insert(&mut self, shapes: Vec<Vec<usize>>, plan: P) {
        if self.plans.len() >= self.capacity.get() {
            self.plans.remove(0);
        }
        self.plans.push((shapes, plan));
    }

    /// Forgets the plan for these shapes.
    pub(crate) fn remove(&mut self, shapes: &[Vec<usize>]) {
        self.plans.retain(|(key, _)| key != shapes);
    }

    /// How many plans are kept.
    pub(crate) fn len(&self) -> usize {
        self.plans.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_plan_goes_first() {
        let shapes = |length| vec![vec![1, length]];
        let mut cache = PlanCache::new(NonZeroUsize::new(2).unwrap());
        cache.insert(shapes(1), "one");
        cache.insert(shapes(2), "two");
        assert_eq!(cache.get(&shapes(1)), Some(&mut "one"));
        cache.insert(shapes(3), "three");
        assert_eq!(cache.get(&shapes(2)), None);
        assert_eq!(cache.get(&shapes(1)), Some(&mut "one"));
        assert_eq!(cache.get(&shapes(3)), Some(&mut "three"));
        cache.remove(&shapes(1));
        assert_eq!(cache.get(&shapes(1)), None);
        assert_eq!(cache.len(), 1);
    }
}
