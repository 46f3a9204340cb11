//! Which file is the description.

/// The names that a description may have, best first; behind each of them what ends with a dot and it.
pub(crate) const DESCRIPTION_NAMES: [&str; 3] = ["rdf.yaml", "bioimageio.yaml", "model.yaml"];

/// The description, and files that have the name of one too.
pub(super) struct Found {
    pub(super) description: String,
    pub(super) others: Vec<String>,
}

/// Finds the description among the files at the top; files in folders are none.
///
/// `rdf.yaml` is taken before all, then `*.rdf.yaml`, `bioimageio.yaml`, `*.bioimageio.yaml`, `model.yaml` and
/// `*.model.yaml`; of several that end alike the first one by name.
pub(super) fn find<'a>(names: impl Iterator<Item = &'a str>) -> Option<Found> {
    let mut candidates: Vec<(usize, &str)> = names
        .filter(|name| !name.contains('/'))
        .filter_map(|name| Some((rank(name)?, name)))
        .collect();
    candidates.sort_unstable();
    let mut names = candidates.into_iter().map(|(_, name)| name.to_owned());
    Some(Found {
        description: names.next()?,
        others: names.collect(),
    })
}

/// The place of a name among those of descriptions.
fn rank(name: &str) -> Option<usize> {
    DESCRIPTION_NAMES.iter().enumerate().find_map(|(at, known)| {
        let before = name.strip_suffix(known)?;
        match before {
            "" => Some(2 * at),
            before => before.ends_with('.').then_some(2 * at + 1),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names from the best one to the worst: with each one fewer, the next one is taken.
    #[test]
    fn the_precedence_of_names() {
        let names = [
            "rdf.yaml",
            "a.rdf.yaml",
            "b.rdf.yaml",
            "bioimageio.yaml",
            "a.bioimageio.yaml",
            "model.yaml",
            "a.model.yaml",
        ];
        for from in 0..names.len() {
            let found = find(names[from..].iter().rev().copied()).unwrap();
            assert_eq!(found.description, names[from]);
            assert_eq!(found.others, names[from + 1..]);
        }
        for none in [
            "folder/rdf.yaml",
            "xrdf.yaml",
            "rdf.yml",
            "rdf.yaml.bak",
            "Rdf.yaml",
            ".yaml",
        ] {
            assert!(find(std::iter::once(none)).is_none(), "{none}");
        }
    }
}
