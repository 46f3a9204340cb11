//! TOML as the tree of a description.

use std::collections::HashMap;
use std::ops::Range;

use rdf_spec::{DocPath, Yaml};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// The values of a text, and where they stand.
pub(super) fn tree(text: &str, places: &mut HashMap<DocPath, Range<usize>>) -> Result<Yaml, Error> {
    let table = DeTable::parse(text)?;
    Ok(mapping(table.get_ref(), &DocPath::root(), places))
}

fn mapping(table: &DeTable<'_>, path: &DocPath, places: &mut HashMap<DocPath, Range<usize>>) -> Yaml {
    let entries = table.iter().map(|(key, value)| {
        let path = path.join(key.get_ref().as_ref());
        let value = read(value, &path, places);
        // A table that is written in several places is where its key stands first.
        if matches!(value, Yaml::Mapping(_)) {
            places.insert(path, key.span());
        }
        (key.get_ref().to_string(), value)
    });
    Yaml::Mapping(entries.collect())
}

fn read(value: &Spanned<DeValue<'_>>, path: &DocPath, places: &mut HashMap<DocPath, Range<usize>>) -> Yaml {
    places.insert(path.clone(), value.span());
    match value.get_ref() {
        DeValue::String(text) => Yaml::String(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Yaml::Int(number),
            Err(_) => Yaml::String(number.as_str().to_owned()),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Yaml::Float(number),
            Err(_) => Yaml::String(number.as_str().to_owned()),
        },
        DeValue::Boolean(truth) => Yaml::Bool(*truth),
        DeValue::Datetime(time) => Yaml::String(time.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().enumerate();
            Yaml::Sequence(
                items
                    .map(|(at, item)| read(item, &path.join(at), places))
                    .collect(),
            )
        }
        DeValue::Table(table) => mapping(table, path, places),
    }
}
