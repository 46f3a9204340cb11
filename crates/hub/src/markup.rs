//! Text of others in HTML and Markdown: what has a meaning there is escaped.

/// Text as it may stand in HTML, also in a quoted attribute. Control characters are replaced.
pub(crate) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            other if is_harmful(other) => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as it may stand in a cell of a Markdown table: one line, nothing of it markup.
pub(crate) fn markdown_cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '&' => escaped.push_str("&amp;"),
            other if is_harmful(other) => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A link in HTML if the text is a web address, else the text alone: other schemes could run a program.
pub(crate) fn html_link(text: &str) -> String {
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    if is_web {
        format!("<a href=\"{0}\">{0}</a>", html(text))
    } else {
        html(text)
    }
}

/// At most this many characters of a text, with a sign that there are more.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}

/// Control characters, and those that change the direction of text.
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(
            html("<script>\"&'\u{1b}[0m"),
            "&lt;script&gt;&quot;&amp;&#39;\u{fffd}[0m"
        );
        assert_eq!(
            markdown_cell(" a|b\n`c` <d>&amp; "),
            "a\\|b \\`c\\` \\<d\\>&amp;amp;"
        );
        assert_eq!(html_link("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(
            html_link("HTTPS://a.org/?\"><b"),
            "<a href=\"HTTPS://a.org/?&quot;&gt;&lt;b\">HTTPS://a.org/?&quot;&gt;&lt;b</a>"
        );
        assert_eq!(shortened("äöü", 2), "äö\u{2026}");
        assert_eq!(shortened("äöü", 3), "äöü");
    }
}
