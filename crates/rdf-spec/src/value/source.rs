//! References to files.

use super::{ValueError, checked_text, parse_text};
use crate::diagnostic::{Code, Severity};
use crate::document::{Node, quoted};
use crate::read::{FromNode, Reader};

/// Where a file is: an http(s) URL, or a path relative to the description.
///
/// ```
/// use rdf_spec::FileSource;
///
/// let source: FileSource = "./weights.onnx".parse()?;
/// assert_eq!(source.relative_path(), Some("weights.onnx"));
/// let source: FileSource = "https://zenodo.org/api/records/1/files/unet.pt/content".parse()?;
/// assert_eq!(source.file_name(), "unet.pt");
/// # Ok::<(), rdf_spec::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileSource {
    text: String,
    url: Option<url::Url>,
}

impl FileSource {
    /// Reads a URL or a relative path.
    ///
    /// # Errors
    /// If the text is empty, an absolute path (`/data/a.npy`), or looks like an http(s) URL and is not one.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let error = |reason: String| Err(ValueError::new(Code::InvalidSource, reason));
        if text.is_empty() {
            return error("a file reference may not be empty".to_owned());
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return match url::Url::parse(text) {
                Ok(url) => Ok(Self {
                    text: text.to_owned(),
                    url: Some(url),
                }),
                Err(reason) => error(format!("{} is not a URL: {reason}", quoted(text))),
            };
        }
        if matches!(text.trim_start_matches("./"), "" | "." | "..") {
            return error(format!("a file is expected, found the folder {}", quoted(text)));
        }
        if text.starts_with('/') {
            return error(format!(
                "a file is referred to by a path relative to the description, found the absolute path {}",
                quoted(text)
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            url: None,
        })
    }

    /// Text that is no reference to a file, to be shown.
    #[cfg(feature = "package")]
    pub(crate) fn unchecked(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            url: None,
        }
    }

    /// The URL, if it is one.
    #[must_use]
    pub fn url(&self) -> Option<&url::Url> {
        self.url.as_ref()
    }

    /// The path below the folder of the description, without a leading `./`, if it is no URL.
    #[must_use]
    pub fn relative_path(&self) -> Option<&str> {
        if self.url.is_some() {
            return None;
        }
        let mut path = self.text.as_str();
        while let Some(rest) = path.strip_prefix("./") {
            path = rest;
        }
        Some(path)
    }

    /// True for a path that has a meaning on Windows only: with a drive, or with backslashes.
    #[must_use]
    pub fn is_windows_path(&self) -> bool {
        let bytes = self.text.as_bytes();
        let drive = bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic();
        self.url.is_none() && (drive || self.text.contains('\\'))
    }

    /// The path of a file of a Zenodo record, without the `/content` behind its name.
    fn zenodo_path(&self) -> Option<&str> {
        let url = self
            .url
            .as_ref()
            .filter(|url| url.host_str() == Some("zenodo.org"))?;
        url.path()
            .strip_suffix("/content")
            .filter(|path| path.starts_with("/api/records/"))
    }

    /// True for `ftp://...` and the like.
    fn has_foreign_scheme(&self) -> bool {
        let is_scheme = |text: &str| {
            text.len() > 1
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        };
        self.url.is_none()
            && self
                .text
                .split_once("://")
                .is_some_and(|(scheme, _)| is_scheme(scheme))
    }

    /// True for a path with more steps up than down.
    fn leads_out(&self) -> bool {
        let mut depth = 0_usize;
        for part in self.relative_path().unwrap_or_default().split('/') {
            match part {
                "" | "." => {}
                ".." if depth == 0 => return true,
                ".." => depth -= 1,
                _ => depth += 1,
            }
        }
        false
    }

    /// The name of the file; for a Zenodo address (`.../files/NAME/content`) the part before `/content`.
    #[must_use]
    pub fn file_name(&self) -> &str {
        let path = self.url.as_ref().map_or(self.text.as_str(), url::Url::path);
        let path = if self.url.is_some() {
            self.zenodo_path().unwrap_or(path)
        } else {
            path
        };
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }

    /// The reference as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

checked_text!(FileSource, no_reading);

impl FromNode for FileSource {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let source = parse_text(node, reader, Self::parse)?;
        if source.is_windows_path() {
            let message = format!(
                "only Windows reads {} as a path with folders",
                quoted(source.as_str())
            );
            reader.report(Code::UnportablePath, node, message).help =
                Some("write a path relative to the description, with `/` between folders".to_owned());
        } else if source.has_foreign_scheme() || source.leads_out() {
            // Readers in use accept it, and nobody finds the file in the package.
            let problem = if source.leads_out() {
                "leads out of the package"
            } else {
                "is no http or https URL"
            };
            let message = format!("the file reference {} {problem}", quoted(source.as_str()));
            let diagnostic = reader.report(Code::InvalidSource, node, message);
            diagnostic.severity = Severity::Alert;
            diagnostic.help = Some("put the file into the package, or give its http(s) URL".to_owned());
        }
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_sources() {
        assert!(FileSource::parse("a/b.npy").unwrap().relative_path().is_some());
        assert!(
            FileSource::parse("https://example.org/a.npy?x=1")
                .unwrap()
                .url()
                .is_some()
        );
        assert_eq!(
            FileSource::parse("https://example.org/a.npy?x=1")
                .unwrap()
                .file_name(),
            "a.npy"
        );
        for windows in ["C:\\a.npy", "\\\\server\\a", "a\\b.npy"] {
            assert!(FileSource::parse(windows).unwrap().is_windows_path(), "{windows}");
        }
        for wrong in ["", ".", "./", "..", "/etc/passwd", "https://"] {
            assert_eq!(
                FileSource::parse(wrong).unwrap_err().code(),
                Code::InvalidSource,
                "{wrong}"
            );
        }
    }
}
