//! Versions of Python packages: <https://packaging.python.org/en/latest/specifications/version-specifiers/>,
//! appendix B.

/// True for `v1!2.0rc1.post2.dev3+local.4` and everything that leaves parts of it out.
pub(super) fn matches(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut rest = Rest(&text);
    rest.take("v");
    let epoch = rest;
    if !(rest.digits() && rest.take("!")) {
        rest = epoch;
    }
    if !rest.digits() {
        return false;
    }
    loop {
        let before = rest;
        if !(rest.take(".") && rest.digits()) {
            rest = before;
            break;
        }
    }
    rest.suffix(&["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]);
    // `-1` is short for `.post1`.
    let before = rest;
    if !(rest.take("-") && rest.digits()) {
        rest = before;
        rest.suffix(&["post", "rev", "r"]);
    }
    rest.suffix(&["dev"]);
    rest.0.is_empty() || (rest.take("+") && is_local(rest.0))
}

/// Letters and digits in parts, with `.`, `-` or `_` between them.
fn is_local(text: &str) -> bool {
    text.split(['.', '-', '_'])
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// What is still to be read.
#[derive(Clone, Copy)]
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn take(&mut self, word: &str) -> bool {
        let rest = self.0.strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn digits(&mut self) -> bool {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let some = rest.len() < self.0.len();
        self.0 = rest;
        some
    }

    fn separator(&mut self) {
        let _ = self.take(".") || self.take("-") || self.take("_");
    }

    /// One of the words with an optional separator before and behind it, and an optional number.
    fn suffix(&mut self, words: &[&str]) {
        let before = *self;
        self.separator();
        if !words.iter().any(|word| self.take(word)) {
            *self = before;
            return;
        }
        let number = *self;
        self.separator();
        if !self.digits() {
            *self = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn forms_of_versions() {
        for valid in [
            "0",
            "0.1",
            "1.0.0",
            "v1",
            "1.15rc1",
            "1.0.0-beta",
            "1.0.0-beta+exp.sha",
            "1.0a",
            "1.0.post1",
            "1.0-1",
            "1!2.0",
            "2.0.dev3",
            "1.10.0+cu113",
            "1.0.0-alpha.1",
            "1.0RC1",
            "2.0.0-rc.1",
        ] {
            assert!(matches(valid), "{valid}");
        }
        for wrong in [
            "",
            "v",
            "latest",
            "1.",
            "1..0",
            "1.x",
            "1_0",
            "1e5",
            "0x1",
            "1.0+",
            "1.0-SNAPSHOT",
            "2020-01-01",
            "1.0 0",
            "1!",
        ] {
            assert!(!matches(wrong), "{wrong}");
        }
    }
}
