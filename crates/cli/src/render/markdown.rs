//! The little Markdown that explanations consist of, for a terminal: paragraphs, blocks of code, links, emphasis.

use super::style::{BOLD, DIM, paint};

/// The longest line of a paragraph, in characters.
const WIDTH: usize = 90;

/// Text for a terminal.
pub(super) fn for_terminal(markdown: &str) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            end(&mut text, &mut paragraph);
            in_code = !in_code;
        } else if in_code {
            text.push_str(&code(line));
        } else if line.trim().is_empty() {
            end(&mut text, &mut paragraph);
            text.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    end(&mut text, &mut paragraph);
    text
}

/// Writes a paragraph, if there is one.
fn end(text: &mut String, paragraph: &mut String) {
    let mut inside = Inside::default();
    let mut length = 0;
    for word in links(paragraph).split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if length > 0 && length + 1 + width > WIDTH {
            text.push('\n');
            length = 0;
        } else if length > 0 {
            text.push(' ');
            length += 1;
        }
        length += width;
        emphasised(text, word, &mut inside);
    }
    if length > 0 {
        text.push('\n');
    }
    paragraph.clear();
}

/// What holds from one word of a paragraph to the next.
#[derive(Default)]
struct Inside {
    emphasis: bool,
    backticks: bool,
}

/// A word, bold between `**` or `*`. What is in backticks stays as it is.
fn emphasised(text: &mut String, word: &str, inside: &mut Inside) {
    for (at, part) in word.split('`').enumerate() {
        if at > 0 {
            text.push('`');
            inside.backticks = !inside.backticks;
        }
        if inside.backticks {
            text.push_str(part);
            continue;
        }
        for (at, part) in part.replace("**", "*").split('*').enumerate() {
            inside.emphasis ^= at > 0;
            if inside.emphasis && !part.is_empty() {
                text.push_str(&paint(BOLD, part));
            } else {
                text.push_str(part);
            }
        }
    }
}

/// `[text](address)` becomes `text (address)`.
fn links(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let (Some(start), Some(end)) = (before.rfind('['), after.find(')')) else {
            break;
        };
        let (lead, name) = (&before[..start], &before[start + 1..]);
        result.push_str(&format!("{lead}{name} ({})", &after[..end]));
        rest = &after[end + 1..];
    }
    result + rest
}

/// A line of code; what stands behind `#` is less important.
fn code(line: &str) -> String {
    let line = match line.find("# ") {
        Some(at) if at == 0 || line[..at].ends_with(' ') => {
            format!("{}{}", &line[..at], paint(DIM, &line[at..]))
        }
        _ => line.to_owned(),
    };
    format!("    {line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str) -> String {
        anstream::adapter::strip_str(&for_terminal(markdown)).to_string()
    }

    #[test]
    fn paragraphs_are_joined_and_broken() {
        let words = "word ".repeat(40);
        let text = plain(&words);
        assert!(text.lines().count() == 3 && text.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(plain("a\nb\n\nc\n"), "a b\n\nc\n");
    }

    #[test]
    fn code_links_and_emphasis() {
        assert_eq!(plain("```yaml\na:  b # c\n```\n"), "    a:  b # c\n");
        assert_eq!(
            plain("the [list](https://a.org/), that"),
            "the list (https://a.org/), that\n"
        );
        assert_eq!(
            plain("a **very long** word, `2 * 3` and `**`"),
            "a very long word, `2 * 3` and `**`\n"
        );
        assert!(for_terminal("*before* it").starts_with(&paint(BOLD, "before")));
    }
}
