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
            // `C:` and alternate data streams mean something else on Windows.
            part if part.contains(':') => return None,
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(inside("./a//b.npy").as_deref(), Some("a/b.npy"));
        assert_eq!(inside("a/../b").as_deref(), Some("b"));
        assert_eq!(inside("a\\b").as_deref(), Some("a/b"));
        for escape in [
            "",
            ".",
            "..",
            "../a",
            "a/../../b",
            "/a",
            "\\a",
            "C:\\a",
            "a/b:stream",
            "..\\..\\a",
            "a\0b",
        ] {
            assert_eq!(inside(escape), None, "{escape:?}");
        }
    }
}
