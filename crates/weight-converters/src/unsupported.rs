//! What a network uses and nothing here can convert: all of it is found before one error lists it.

use std::collections::HashMap;
use std::fmt;

/// The most places that are kept for one operator or class.
const MAX_PLACES: usize = 3;

/// An operator, or a class of layers, that cannot be converted, and where the network uses it.
///
/// A place is a place in the source in TorchScript, the name of a node in TensorFlow, and the name of a layer, behind the
/// models that it is in, in Keras.
///
/// ```
/// use weight_converters::Unsupported;
///
/// let operator = Unsupported {
///     name: "tf.Foo".to_owned(),
///     places: vec!["a/foo", "b/foo"],
///     uses: 3,
///     reason: Some("ONNX has no such operator"),
/// };
/// assert_eq!(operator.to_string(), "`tf.Foo` at a/foo, b/foo and 1 more: ONNX has no such operator");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported<P> {
    /// The name: `torch.stft` or `ops.torchvision.nms` in TorchScript, `Conv2D` in TensorFlow, the class in Keras, with the
    /// function for layers that call one (`TFOpLambda(math.cumsum)`).
    pub name: String,
    /// Where it is used; the first few places.
    pub places: Vec<P>,
    /// The number of all uses.
    pub uses: usize,
    /// Why it cannot be converted, where it is known that it cannot.
    pub reason: Option<&'static str>,
}

impl<P: fmt::Display> fmt::Display for Unsupported<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at ", self.name)?;
        for (index, place) in self.places.iter().enumerate() {
            write!(f, "{}{place}", if index == 0 { "" } else { ", " })?;
        }
        if self.uses > self.places.len() {
            write!(f, " and {} more", self.uses - self.places.len())?;
        }
        self.reason.map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

/// What was found so far, in the order of the first use.
#[derive(Debug)]
pub(crate) struct Found<P> {
    list: Vec<Unsupported<P>>,
    index: HashMap<String, usize>,
}

impl<P: PartialEq> Found<P> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            list: Vec::new(),
            index: HashMap::new(),
        }
    }

    /// Notes one use.
    pub(crate) fn note(&mut self, name: &str, place: P, reason: Option<&'static str>) {
        let index = *self.index.entry(name.to_owned()).or_insert(self.list.len());
        if index == self.list.len() {
            self.list.push(Unsupported {
                name: name.to_owned(),
                places: Vec::new(),
                uses: 0,
                reason,
            });
        }
        if let Some(found) = self.list.get_mut(index) {
            found.uses += 1;
            if found.places.len() < MAX_PLACES && !found.places.contains(&place) {
                found.places.push(place);
            }
        }
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of it; nothing is left.
    pub(crate) fn take(&mut self) -> Vec<Unsupported<P>> {
        self.index.clear();
        std::mem::take(&mut self.list)
    }
}

/// The text of the error that lists everything: `one` and `many` are what the things are called.
pub(crate) fn listing<P: fmt::Display>(one: &str, many: &str, list: &[Unsupported<P>]) -> String {
    let lines: String = list.iter().map(|entry| format!("\n  {entry}")).collect();
    let (count, what) = (list.len(), if list.len() == 1 { one } else { many });
    format!("{count} {what} of the network cannot be converted to ONNX:{lines}")
}
