//! Paths as seen from the working directory, and as addresses.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A path as seen from the working directory if it is below it, else as it is: programs that show findings
/// know files by their place in the repository.
pub(super) fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let below = path.strip_prefix(&here).unwrap_or(path);
    below.strip_prefix(".").unwrap_or(below).to_owned()
}

/// The address of a file: relative for a relative path, `file:///...` for an absolute one.
pub(super) fn of(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with("https://") || text.starts_with("http://") {
        return text.into_owned();
    }
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    let encoded = percent_encoded(&text);
    if !path.is_absolute() {
        // A colon in the first part would end the name of a scheme.
        let has_scheme = encoded.split('/').next().is_some_and(|first| first.contains(':'));
        return if has_scheme {
            format!("./{encoded}")
        } else {
            encoded
        };
    }
    if encoded.starts_with('/') {
        format!("file://{encoded}")
    } else {
        format!("file:///{encoded}")
    }
}

/// Every byte in percent notation that may not stand in the path of an address (RFC 3986, section 3.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(
            of(Path::new("models/blobs 1/rdf.yaml")),
            "models/blobs%201/rdf.yaml"
        );
        assert_eq!(of(Path::new("50%#?/\u{e9}")), "50%25%23%3F/%C3%A9");
        assert_eq!(of(Path::new("a:b/c")), "./a:b/c");
        assert_eq!(
            of(Path::new("https://example.org/a%20b/rdf.yaml?x=1")),
            "https://example.org/a%20b/rdf.yaml?x=1"
        );
        if cfg!(unix) {
            assert_eq!(of(Path::new("/data/a b")), "file:///data/a%20b");
        }
    }

    #[test]
    fn paths_below_the_working_directory_become_relative() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(from_here(&here.join("a/b")), Path::new("a/b"));
        assert_eq!(from_here(Path::new("./a/b")), Path::new("a/b"));
        assert_eq!(from_here(Path::new("../a")), Path::new("../a"));
    }
}
