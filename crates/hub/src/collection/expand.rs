//! Addresses of documents, relative to each other.

use rdf_spec::{Doi, FileSource};

/// A relative path without `.` and `..`; `None` if it leads out, or has what means something else on some system.
pub(super) fn normal(path: &str) -> Option<String> {
    if path.starts_with(['/', '\\']) || path.contains(['\0', ':']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The address that a document at `base` means by `text`. `base` is `None` for the outermost collection.
///
/// A DOI becomes the address of its page. `None` if the text is no address, or a path that leads out.
pub(super) fn address(base: Option<&FileSource>, text: &str) -> Option<FileSource> {
    if Doi::parse(text).is_ok() {
        let doi = text.strip_prefix("https://doi.org/").unwrap_or(text);
        return FileSource::parse(&format!("https://doi.org/{doi}")).ok();
    }
    let source = FileSource::parse(text).ok()?;
    let Some(relative) = source.relative_path() else {
        return Some(source);
    };
    if let Some(url) = base.and_then(FileSource::url) {
        return FileSource::parse(url.join(relative).ok()?.as_str()).ok();
    }
    let folder = base
        .and_then(FileSource::relative_path)
        .and_then(|path| path.rsplit_once(['/', '\\']))
        .map_or("", |(folder, _)| folder);
    let path = if folder.is_empty() {
        relative.to_owned()
    } else {
        format!("{folder}/{relative}")
    };
    FileSource::parse(&normal(&path)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_to_the_document_that_has_them() {
        let at = |base: &str, text: &str| {
            let base = FileSource::parse(base).unwrap();
            address(Some(&base), text).map(|address| address.as_str().to_owned())
        };
        assert_eq!(
            at("a/collection.yaml", "../b/rdf.yaml").as_deref(),
            Some("b/rdf.yaml")
        );
        assert_eq!(
            at("collection.yaml", "b/./rdf.yaml").as_deref(),
            Some("b/rdf.yaml")
        );
        assert_eq!(at("a/collection.yaml", "../../b.yaml"), None);
        assert_eq!(
            at("https://a.org/x/c.yaml", "../b.yaml").as_deref(),
            Some("https://a.org/b.yaml")
        );
        assert_eq!(
            at("a/c.yaml", "https://b.org/d.yaml").as_deref(),
            Some("https://b.org/d.yaml")
        );
        assert_eq!(
            at("a/c.yaml", "10.5281/zenodo.1234").as_deref(),
            Some("https://doi.org/10.5281/zenodo.1234")
        );
        assert_eq!(normal("C:\\a"), None);
        assert_eq!(normal("a\\..\\..\\b"), None);
    }
}
