//! The address that relative paths of a description are below of.

use url::Url;

use crate::error::shown;

/// The address of a description, as the base of the paths in it.
///
/// A file is where the description is, under its own name; what stands behind the name of the description stands behind that
/// of the file too: the query (`?version=v0`), and `/content` at Zenodo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    description: Url,
    /// How many parts of the path, from the end, are the name and what is behind it.
    behind: usize,
}

impl Base {
    pub(crate) fn of(description: &Url) -> Self {
        let mut parts = description.path().rsplit('/');
        let is_content = parts.next() == Some("content") && parts.nth(1) == Some("files");
        Self {
            description: description.clone(),
            behind: if is_content { 2 } else { 1 },
        }
    }

    /// The address of a file. `path` has `/` between its parts, and neither `.` nor `..`.
    pub(crate) fn file(&self, path: &str) -> Url {
        let mut url = self.description.clone();
        url.set_fragment(None);
        if let Ok(mut parts) = url.path_segments_mut() {
            for _ in 0..self.behind {
                parts.pop();
            }
            parts.extend(path.split('/'));
            if self.behind == 2 {
                parts.push("content");
            }
        }
        url
    }

    /// The folder and the name of the description, for messages.
    pub(crate) fn shown(&self) -> (String, String) {
        let mut folder = self.description.clone();
        folder.set_query(None);
        folder.set_fragment(None);
        let mut name = String::new();
        for _ in 0..self.behind {
            name = folder.path().rsplit('/').next().unwrap_or_default().to_owned();
            if let Ok(mut parts) = folder.path_segments_mut() {
                parts.pop();
            }
        }
        let name = if name.is_empty() {
            "rdf.yaml".to_owned()
        } else {
            name
        };
        (shown(&folder).trim_end_matches('/').to_owned(), name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beside_a_description() {
        for (description, file, expected) in [
            (
                "https://e.org/m/rdf.yaml",
                "a/b c.npy",
                "https://e.org/m/a/b%20c.npy",
            ),
            (
                "https://e.org/m/rdf.yaml?version=v0",
                "w?.pt",
                "https://e.org/m/w%3F.pt?version=v0",
            ),
            (
                "https://zenodo.org/api/records/7/files/rdf.yaml/content",
                "w.onnx",
                "https://zenodo.org/api/records/7/files/w.onnx/content",
            ),
            ("https://e.org/content", "a", "https://e.org/a"),
        ] {
            let base = Base::of(&Url::parse(description).unwrap());
            assert_eq!(base.file(file).as_str(), expected);
        }
        let base = Base::of(&Url::parse("https://zenodo.org/api/records/7/files/rdf.yaml/content").unwrap());
        let shown = (
            "https://zenodo.org/api/records/7/files".to_owned(),
            "rdf.yaml".to_owned(),
        );
        assert_eq!(base.shown(), shown);
    }
}
