//! Which tensor of a graph is which input or output.

use super::dtype::scalar_type;
use super::error::ConvertError;
use super::proto::{SignatureDef, TensorInfo};
use crate::ScalarType;

/// The most steps of the search for an assignment by shapes.
const MAX_STEPS: usize = 100_000;

/// An output that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSpec {
    /// The name in the ONNX model. Where a signature has this key, or a node this name, that output is taken.
    pub name: String,
    /// The lengths of the axes, as far as they are known; they tell outputs apart that no name tells apart.
    pub shape: Option<Vec<Option<usize>>>,
}

impl OutputSpec {
    /// An output of this name, and of this shape as far as it is known.
    pub fn new(name: impl Into<String>, shape: impl Into<Option<Vec<Option<usize>>>>) -> Self {
        Self {
            name: name.into(),
            shape: shape.into(),
        }
    }
}

/// An input or output of a graph.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Endpoint {
    /// Its name in the signature.
    pub(crate) key: String,
    /// `node:index`.
    pub(crate) tensor: String,
    /// The element type, if it is one that is supported.
    pub(crate) dtype: Option<ScalarType>,
    /// The lengths of the axes, as far as they are stated.
    pub(crate) shape: Option<Vec<Option<usize>>>,
}

impl Endpoint {
    /// A tensor of a signature.
    pub(crate) fn of_info(key: &str, info: &TensorInfo) -> Self {
        let shape = info.shape.as_ref().filter(|shape| !shape.unknown_rank);
        Self {
            key: key.to_owned(),
            tensor: info.name.clone(),
            dtype: scalar_type(info.dtype).ok(),
            shape: shape.map(|shape| {
                shape
                    .dim
                    .iter()
                    .map(|axis| usize::try_from(axis.size).ok())
                    .collect()
            }),
        }
    }

    /// Names by which it may be meant, the most certain ones first.
    fn names(&self) -> [&str; 4] {
        let node = self.tensor.split(':').next().unwrap_or_default();
        let bare = node.strip_prefix("serving_default_").unwrap_or(node);
        let layer = node.split('/').next().unwrap_or_default();
        [&self.key, node, bare, layer]
    }
}

/// The inputs and outputs of a signature, ordered by key: a signature has no order of its own.
///
/// # Errors
///
/// When a tensor has no name (sparse and composite tensors).
pub(crate) fn endpoints(signature: &SignatureDef) -> Result<(Vec<Endpoint>, Vec<Endpoint>), ConvertError> {
    let side = |map: &std::collections::HashMap<String, TensorInfo>| {
        let mut list: Vec<Endpoint> = map
            .iter()
            .map(|(key, info)| Endpoint::of_info(key, info))
            .collect();
        list.sort_by(|a, b| natural(&a.key).cmp(&natural(&b.key)));
        match list.iter().find(|endpoint| endpoint.tensor.is_empty()) {
            Some(endpoint) => Err(ConvertError::Signature {
                message: format!("`{}` of the signature is no dense tensor", endpoint.key),
            }),
            None => Ok(list),
        }
    };
    Ok((side(&signature.inputs)?, side(&signature.outputs)?))
}

/// A key with the number at its end, so that `output_10` comes behind `output_9`.
fn natural(key: &str) -> (&str, Option<u64>, &str) {
    let stem = key.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, key[stem.len()..].parse().ok(), key)
}

/// What is looked for.
pub(crate) struct Wanted<'a> {
    /// The name in the description.
    pub(crate) name: &'a str,
    /// The lengths of the axes, as far as they are known.
    pub(crate) shape: Option<Vec<Option<usize>>>,
}

/// For each wanted tensor the endpoint that it is, and a note where only an order told it.
///
/// In this sequence: equal names; the only pair that is left; the only assignment in which all shapes fit; the order that
/// Keras states, or the numbers at the ends of keys that differ in nothing else.
///
/// # Errors
///
/// A sentence, where this leaves it open.
pub(crate) fn assign(
    role: &str,
    wanted: &[Wanted<'_>],
    found: &[Endpoint],
    stated: Option<&[String]>,
) -> Result<(Vec<usize>, Option<String>), String> {
    let listed = || {
        let list: Vec<String> = found.iter().map(describe).collect();
        list.join(", ")
    };
    if wanted.len() > found.len() {
        return Err(format!(
            "{} {role}s are described, the network has {}: {}",
            wanted.len(),
            found.len(),
            listed()
        ));
    }
    let mut chosen: Vec<Option<usize>> = vec![None; wanted.len()];
    for level in 0..4 {
        for at in 0..wanted.len() {
            if chosen[at].is_some() {
                continue;
            }
            let mut fitting = (0..found.len()).filter(|&index| {
                !chosen.contains(&Some(index)) && found[index].names()[level] == wanted[at].name
            });
            if let (Some(index), None) = (fitting.next(), fitting.next()) {
                chosen[at] = Some(index);
            }
        }
    }
    if let Some(all) = chosen.iter().copied().collect::<Option<Vec<usize>>>() {
        return Ok((all, None));
    }
    if let ([_], [_]) = (wanted, found) {
        return Ok((vec![0], None));
    }
    let mut search = Search {
        wanted,
        found,
        solutions: Vec::new(),
        steps: 0,
    };
    search.go(&mut chosen.clone());
    match &search.solutions[..] {
        [only] => return Ok((only.clone(), None)),
        [] => {
            return Err(format!(
                "none of the {role}s has the name of a described one, and their shapes do not fit: {}",
                listed()
            ));
        }
        _ => {}
    }
    let open: Vec<usize> = (0..found.len())
        .filter(|index| !chosen.contains(&Some(*index)))
        .collect();
    let ordered = stated
        .and_then(|stated| in_stated_order(stated, found, &open))
        .map(|order| (order, "the order that Keras states"))
        .or_else(|| numbered(found, &open).then(|| (open.clone(), "the numbers of the keys")));
    if let Some((order, reason)) = ordered
        && order.len() == chosen.iter().filter(|choice| choice.is_none()).count()
    {
        let mut order = order.into_iter();
        let all: Vec<usize> = chosen
            .iter()
            .map(|choice| choice.or_else(|| order.next()).unwrap_or(0))
            .collect();
        let fits = all
            .iter()
            .zip(wanted)
            .all(|(&index, wanted)| fits(wanted, &found[index]));
        if fits {
            let pairs: Vec<String> = all
                .iter()
                .zip(wanted)
                .map(|(&index, wanted)| format!("`{}` is `{}`", wanted.name, found[index].key))
                .collect();
            let note = format!(
                "no name tells which {role} is which: by {reason}, {}",
                pairs.join(", ")
            );
            return Ok((all, Some(note)));
        }
    }
    Err(format!(
        "it is open which {role} is which: name the tensors of the description after the keys of the signature: {}",
        listed()
    ))
}

struct Search<'a> {
    wanted: &'a [Wanted<'a>],
    found: &'a [Endpoint],
    solutions: Vec<Vec<usize>>,
    steps: usize,
}

impl Search<'_> {
    /// Looks for two different assignments.
    fn go(&mut self, chosen: &mut Vec<Option<usize>>) {
        self.steps += 1;
        if self.solutions.len() > 1 || self.steps > MAX_STEPS {
            return;
        }
        let Some(at) = chosen.iter().position(Option::is_none) else {
            self.solutions.push(chosen.iter().flatten().copied().collect());
            return;
        };
        for index in 0..self.found.len() {
            if !chosen.contains(&Some(index)) && fits(&self.wanted[at], &self.found[index]) {
                chosen[at] = Some(index);
                self.go(chosen);
                chosen[at] = None;
            }
        }
    }
}

fn fits(wanted: &Wanted<'_>, found: &Endpoint) -> bool {
    let (Some(wanted), Some(found)) = (&wanted.shape, &found.shape) else {
        return true;
    };
    wanted.len() == found.len()
        && wanted
            .iter()
            .zip(found)
            .all(|(a, b)| a.is_none() || b.is_none() || a == b)
}

fn in_stated_order(stated: &[String], found: &[Endpoint], open: &[usize]) -> Option<Vec<usize>> {
    let order: Vec<usize> = stated
        .iter()
        .filter_map(|key| open.iter().copied().find(|&index| found[index].key == *key))
        .collect();
    (order.len() == open.len()).then_some(order)
}

/// Whether keys differ in a number at their end only.
fn numbered(found: &[Endpoint], open: &[usize]) -> bool {
    let mut stems = open.iter().map(|&index| natural(&found[index].key));
    let Some((first, number, _)) = stems.next() else {
        return false;
    };
    let first = first.trim_end_matches('_');
    let all = stems.all(|(stem, number, _)| number.is_some() && stem.trim_end_matches('_') == first);
    (number.is_some() || open.len() > 1) && all
}

fn describe(endpoint: &Endpoint) -> String {
    let shape = match &endpoint.shape {
        None => "any shape".to_owned(),
        Some(shape) => {
            let lengths: Vec<String> = shape
                .iter()
                .map(|length| length.map_or_else(|| "?".to_owned(), |length| length.to_string()))
                .collect();
            format!("[{}]", lengths.join(", "))
        }
    };
    format!("`{}` {shape}", endpoint.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(key: &str, tensor: &str, shape: &[Option<usize>]) -> Endpoint {
        Endpoint {
            key: key.into(),
            tensor: tensor.into(),
            dtype: Some(ScalarType::Float32),
            shape: Some(shape.to_vec()),
        }
    }

    fn wanted<'a>(name: &'a str, shape: &[Option<usize>]) -> Wanted<'a> {
        Wanted {
            name,
            shape: Some(shape.to_vec()),
        }
    }

    #[test]
    fn names_come_first() {
        let found = [
            endpoint("dist", "Call:0", &[None]),
            endpoint("prob", "Call:1", &[None]),
        ];
        let order = assign(
            "output",
            &[wanted("prob", &[None]), wanted("dist", &[None])],
            &found,
            None,
        );
        assert_eq!(order, Ok((vec![1, 0], None)));
    }

    #[test]
    fn one_name_is_enough_for_two() {
        let found = [
            endpoint("a", "Call:0", &[None]),
            endpoint("prob", "Call:1", &[None]),
        ];
        let order = assign(
            "output",
            &[wanted("prob", &[None]), wanted("x", &[None])],
            &found,
            None,
        );
        assert_eq!(order, Ok((vec![1, 0], None)));
    }

    #[test]
    fn shapes_tell_what_names_do_not() {
        let found = [
            endpoint("a", "Call:0", &[None, Some(32)]),
            endpoint("b", "Call:1", &[None, Some(1)]),
        ];
        let order = assign(
            "output",
            &[wanted("x", &[None, Some(1)]), wanted("y", &[None, Some(32)])],
            &found,
            None,
        );
        assert_eq!(order, Ok((vec![1, 0], None)));
    }

    #[test]
    fn numbers_of_keys_are_an_order_with_a_note() {
        let found = [
            endpoint("output_2", "", &[None]),
            endpoint("output_10", "", &[None]),
        ];
        let (order, note) = assign(
            "output",
            &[wanted("x", &[None]), wanted("y", &[None])],
            &found,
            None,
        )
        .unwrap();
        assert_eq!(order, [0, 1]);
        assert!(note.unwrap().contains("`x` is `output_2`"));
    }

    #[test]
    fn what_stays_open_is_an_error() {
        let found = [endpoint("a", "Call:0", &[None]), endpoint("b", "Call:1", &[None])];
        let both = [wanted("x", &[None]), wanted("y", &[None])];
        let error = assign("output", &both, &found, None).unwrap_err();
        assert!(error.contains("it is open which output is which"), "{error}");
        let stated = ["b".to_owned(), "a".to_owned()];
        let (order, note) = assign("output", &both, &found, Some(&stated)).unwrap();
        assert_eq!(order, [1, 0]);
        assert!(note.unwrap().contains("Keras"));
    }
}
