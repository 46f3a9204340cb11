//! Names of files in a package: at its top, and fit for every system that unpacks it.

use std::collections::HashSet;

use super::files::DESCRIPTION_NAMES;

/// What Windows takes for devices, whatever follows behind a point.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];
/// The most bytes of a name that all file systems in use take, with room for a number.
const LONGEST: usize = 200;

/// The names that were given out, each only once, whatever the case of its letters.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A name for a file that was called `wanted`, a path or the last part of one: the same where that is possible.
    pub(super) fn give(&mut self, wanted: &str) -> String {
        let name = safe(wanted);
        let (stem, extension) = split(&name);
        let mut number = 1_usize;
        loop {
            let candidate = if number == 1 {
                name.clone()
            } else {
                format!("{stem}_{number}{extension}")
            };
            if !is_description(&candidate) && self.taken.insert(candidate.to_lowercase()) {
                return candidate;
            }
            number += 1;
        }
    }
}

/// Names that readers take for the description of the package.
fn is_description(name: &str) -> bool {
    let name = name.to_lowercase();
    DESCRIPTION_NAMES
        .iter()
        .any(|known| name == *known || name.ends_with(&format!(".{known}")))
}

/// The last part of a path, without what some system does not take in a name.
fn safe(wanted: &str) -> String {
    let last = wanted.rsplit(['/', '\\']).next().unwrap_or(wanted);
    let mut name: String = last
        .chars()
        .map(|character| match character {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            character if character.is_control() => '_',
            character => character,
        })
        .collect();
    // Windows drops these at the end.
    name.truncate(name.trim_end_matches(['.', ' ']).len());
    let name = name.trim_start().to_owned();
    let name = if name.is_empty() { "file".to_owned() } else { name };
    let name = shortened(name);
    let before_point = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_lowercase();
    if DEVICES.contains(&before_point.as_str()) {
        return format!("_{name}");
    }
    // `x.rdf.yaml` cannot become a name of its own by a number before its last point.
    match name.to_lowercase().rfind(".rdf.yaml") {
        Some(at) if is_description(&name) && name.is_char_boundary(at) => {
            format!("{}_rdf.yaml", &name[..at])
        }
        _ => name,
    }
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let (stem, extension) = split(&name);
    let extension = if extension.len() > 20 { "" } else { extension };
    let mut end = LONGEST - extension.len();
    while !stem.is_char_boundary(end.min(stem.len())) {
        end -= 1;
    }
    format!("{}{extension}", &stem[..end.min(stem.len())])
}

/// A name before its last point, and the rest with the point.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    }
}

/// The name of a file at a URL, `%20` and the like resolved.
pub(super) fn of_url(file_name: &str) -> String {
    let mut bytes = Vec::with_capacity(file_name.len());
    let mut rest = file_name.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| behind.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| file_name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_where_they_can() {
        let mut names = Names::default();
        for (wanted, given) in [
            ("weights.onnx", "weights.onnx"),
            ("other/weights.onnx", "weights_2.onnx"),
            ("Weights.ONNX", "Weights_3.ONNX"),
            ("rdf.yaml", "rdf_2.yaml"),
            ("BioImageIO.yaml", "BioImageIO_2.yaml"),
            ("old.rdf.yaml", "old_rdf.yaml"),
            ("old.model.yaml", "old.model_2.yaml"),
            ("nul", "_nul"),
            ("Com1.tar.gz", "_Com1.tar.gz"),
            ("a\\b\\c:d?.txt", "c_d_.txt"),
            ("ends. . ", "ends"),
            ("...", "file"),
            ("tab\there", "tab_here"),
            (".hidden", ".hidden"),
            ("übung.md", "übung.md"),
        ] {
            let found = names.give(wanted);
            assert_eq!(found, given, "{wanted}");
        }
        let long = names.give(&format!("{}.onnx", "ü".repeat(300)));
        assert!(long.len() <= LONGEST && long.ends_with(".onnx"), "{long}");
    }

    #[test]
    fn escapes_of_urls() {
        assert_eq!(of_url("my%20weights%2Fv1.pt"), "my weights/v1.pt");
        assert_eq!(of_url("100%"), "100%");
        assert_eq!(of_url("%ff.pt"), "%ff.pt");
        assert_eq!(of_url("%+1.pt"), "%+1.pt");
    }
}
