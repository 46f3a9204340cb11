//! Small steps on the tree of a description.

use rdf_spec::Yaml;

/// The items of a list; none if it is something else.
pub(crate) fn items<'y>(tree: &'y Yaml, key: &str) -> &'y [Yaml] {
    match tree.get(key) {
        Some(Yaml::Sequence(items)) => items,
        _ => &[],
    }
}

/// The items of a list, to be changed.
pub(crate) fn items_mut<'y>(tree: &'y mut Yaml, key: &str) -> &'y mut [Yaml] {
    match tree {
        Yaml::Mapping(fields) => match fields.get_mut(key) {
            Some(Yaml::Sequence(items)) => items,
            _ => &mut [],
        },
        _ => &mut [],
    }
}

/// Sets a field of a mapping.
pub(crate) fn set(tree: &mut Yaml, key: &str, value: Yaml) {
    if let Yaml::Mapping(fields) = tree {
        fields.insert(key.to_owned(), value);
    }
}

/// Removes a field of a mapping.
pub(crate) fn take(tree: &mut Yaml, key: &str) -> Option<Yaml> {
    match tree {
        Yaml::Mapping(fields) => fields.shift_remove(key),
        _ => None,
    }
}

/// Sets a field that is not there.
pub(crate) fn set_default(tree: &mut Yaml, key: &str, value: Yaml) {
    if tree.get(key).is_none() {
        set(tree, key, value);
    }
}

pub(crate) fn text(text: impl Into<String>) -> Yaml {
    Yaml::String(text.into())
}

pub(crate) fn mapping<const N: usize>(entries: [(&str, Yaml); N]) -> Yaml {
    Yaml::Mapping(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// Lengths as a list of numbers.
pub(crate) fn lengths(lengths: &[usize]) -> Yaml {
    let number = |&length: &usize| Yaml::Int(i64::try_from(length).unwrap_or(i64::MAX));
    Yaml::Sequence(lengths.iter().map(number).collect())
}

/// Numbers as a list.
pub(crate) fn numbers(numbers: &[f64]) -> Yaml {
    Yaml::Sequence(numbers.iter().copied().map(Yaml::Float).collect())
}

/// Text for the reader of descriptions: JSON is YAML.
pub(crate) fn to_text(tree: &Yaml) -> String {
    serde_json::to_string(tree).unwrap_or_default()
}
