//! The documentation: Markdown text with a section on how to validate the model.

use super::super::files::Look;
use super::super::references::Reference;
use crate::diagnostic::{Code, Diagnostic};

/// How much of the documentation is read.
pub(super) const HEAD: usize = 4 << 20;

pub(super) fn check(
    file: &str,
    reference: &Reference,
    look: &Look,
    is_model: bool,
    found: &mut Vec<Diagnostic>,
) {
    let file = file.escape_debug();
    let is_cut = look.size > look.head.len() as u64;
    let text = match std::str::from_utf8(&look.head) {
        Ok(text) => text,
        // The part that is read may end within a character.
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(&look.head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => {
            let message = format!(
                "the documentation `{file}` is not UTF-8 text: byte {} does not fit",
                error.valid_up_to() + 1
            );
            let diagnostic = Diagnostic::new(Code::DocumentationNotMarkdown, reference.path.clone(), message);
            found.push(diagnostic.help("save the file as UTF-8"));
            return;
        }
    };
    if is_model && !has_validation_section(text) {
        let place = if is_cut {
            format!(
                "the first {} bytes of the documentation `{file}` have",
                look.head.len()
            )
        } else {
            format!("the documentation `{file}` has")
        };
        let message = format!("{place} no section on validation");
        let diagnostic = Diagnostic::new(Code::NoValidationSection, reference.path.clone(), message);
        found.push(
            diagnostic.help("add a section `# Validation` on how to validate the model on unseen data"),
        );
    }
}

/// True if a heading of any level names validation. Headings are lines that begin with `#`, also without a blank
/// behind it, and lines underlined with `=` or `-`; what looks like one in a block of code is none.
fn has_validation_section(text: &str) -> bool {
    let mut fence: Option<Fence> = None;
    let mut named = false;
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
        let Some(line) = unindented(line) else {
            named = false;
            continue;
        };
        if let Some(open) = &fence {
            if open.is_closed_by(line) {
                fence = None;
            }
            named = false;
            continue;
        }
        fence = Fence::opened_by(line);
        let names = names_validation(line);
        if (names && line.starts_with('#')) || (named && is_underline(line)) {
            return true;
        }
        named = names && fence.is_none();
    }
    false
}

/// The line without the up to three blanks that a heading or fence may have before it; `None` for indented code.
fn unindented(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    (line.len() - text.len() < 4 && !text.starts_with('\t')).then_some(text)
}

fn names_validation(line: &str) -> bool {
    const WORD: &[u8] = b"validation";
    line.as_bytes()
        .windows(WORD.len())
        .any(|window| window.eq_ignore_ascii_case(WORD))
}

fn is_underline(line: &str) -> bool {
    let line = line.trim_end();
    !line.is_empty() && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
}

/// The line before a block of code: three or more backticks or tildes.
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let rest = line.trim_start_matches(mark);
        let length = line.len() - rest.len();
        // Backticks behind the mark make it a piece of code within a line.
        (length >= 3 && !(mark == '`' && rest.contains('`'))).then_some(Self { mark, length })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(self.mark);
        line.len() - rest.len() >= self.length && rest.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::has_validation_section;

    #[test]
    fn headings_of_any_level_and_form() {
        for text in [
            "# Validation",
            "\u{feff}# Validation",
            "Text.\r\n\r\n### How to do the VALIDATION of it\r\n",
            "##Validation\n",
            "   ## Cross-validation\n",
            "Validation\n==========\n",
            "Validation on unseen data\n---\n",
            "```\ncode\n```\n# Validation",
            "```` ```inline``` ````\n# Validation",
            "~~~~ yaml\n~~~\n~~~~~\n## Validation",
        ] {
            assert!(has_validation_section(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_heading() {
        for text in [
            "",
            "Validation",
            "Validation\n\n---\n",
            "# Valid\nation\n",
            "    # Validation\n",
            "\t# Validation\n",
            "```\n# Validation\n```\n",
            "~~~\n```\n# Validation\n",
            "- # Training\n",
        ] {
            assert!(!has_validation_section(text), "{text:?}");
        }
    }
}
