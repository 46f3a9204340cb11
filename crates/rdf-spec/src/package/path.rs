//! Paths inside a package.

/// The path with `/` between its parts, without `.` and `..`; `None` if it leaves the package.
///
/// Backslashes separate parts too: archives made on Windows have them, and on Windows a path with them
/// would otherwise lead out.
pub(super) fn inside(path: &str) -> Option<String> {
    if path.starts_with(['/', '\\']) || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part if leads_elsewhere(part) => return None,
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// `C:` is a drive, wherever the archive was made; on Windows any other colon names a stream of a file.
fn leads_elsewhere(part: &str) -> bool {
    let bytes = part.as_bytes();
    let drive = bytes.len() >= 2 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic();
    drive || (cfg!(windows) && part.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(inside("./a//b.npy").as_deref(), Some("a/b.npy"));
        assert_eq!(inside("a/../b").as_deref(), Some("b"));
        assert_eq!(inside("a\\b").as_deref(), Some("a/b"));
        assert_eq!(inside("10.5281:zenodo.yaml").is_some(), !cfg!(windows));
        for escape in [
            "",
            ".",
            "..",
            "../a",
            "a/../../b",
            "/a",
            "\\a",
            "C:\\a",
            "..\\..\\a",
            "a\0b",
        ] {
            assert_eq!(inside(escape), None, "{escape:?}");
        }
    }
}
