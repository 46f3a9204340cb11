//! Named tensors.

use tensor_ops::Tensor;

/// The tensors of one sample by their names in the description, in order.
///
/// ```
/// use ndarray::ArrayD;
/// use pipeline::Sample;
///
/// let sample = Sample::new().with("raw", ArrayD::<f32>::zeros(vec![1, 1, 64, 64]));
/// assert_eq!(sample.get("raw").unwrap().shape(), [1, 1, 64, 64]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    tensors: Vec<(String, Tensor)>,
}

impl Sample {
    /// A sample without tensors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The sample with one more tensor; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, tensor: impl Into<Tensor>) -> Self {
        self.insert(name, tensor);
        self
    }

    /// Adds a tensor; one of the same name is replaced.
    pub fn insert(&mut self, name: impl Into<String>, tensor: impl Into<Tensor>) {
        let (name, tensor) = (name.into(), tensor.into());
        match self.tensors.iter_mut().find(|(own, _)| *own == name) {
            Some((_, place)) => *place = tensor,
            None => self.tensors.push((name, tensor)),
        }
    }

    /// The tensor of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, tensor)| tensor)
    }

    /// All names with their tensors.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The number of tensors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// True if there is no tensor.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }
}

impl IntoIterator for Sample {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.tensors.into_iter()
    }
}
