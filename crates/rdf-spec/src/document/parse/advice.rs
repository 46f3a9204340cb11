//! What most likely causes a complaint of the YAML scanner, in words for people who do not know YAML.

use crate::document::position::Position;

/// How many lines above a complaint are looked at.
const LINES_ABOVE: usize = 100;

/// What to do about a complaint of the scanner at a place; `None` where nothing better is known than the complaint.
pub(super) fn on(complaint: &str, at: Position, text: &str) -> Option<String> {
    let has = |part: &str| complaint.contains(part);
    let lines = Lines::around(text, at.line);
    if has("tab") && !has("expected") {
        return Some(match lines.indented_by_tab() {
            Some(number) => format!("line {number} is indented with a tab: use spaces"),
            None => "use spaces instead of tabs".to_owned(),
        });
    }
    if has("mapping values are not allowed") || has("illegal placement of ':'") {
        return Some(
            lines
                .open_bracket()
                .or_else(|| lines.dash_without_space())
                .unwrap_or_else(|| after_colon(lines.here, at.column)),
        );
    }
    if has("simple key") {
        return Some(
            lines
                .colon_without_space()
                .or_else(|| lines.dash_without_space())
                .unwrap_or_else(|| "a key needs a colon and a space behind it".to_owned()),
        );
    }
    if has("unexpected character") || has("anchor or alias") || has("unknown anchor") {
        return Some("text that begins with a character such as `@`, `*` or `&` needs quotes".to_owned());
    }
    if has("quoted scalar, found unexpected") || has("in quoted scalar") {
        return Some("a quotation mark is not closed".to_owned());
    }
    if has("unknown escape character") {
        return Some("write `\\\\` for a backslash in double quotes, or use single quotes".to_owned());
    }
    if has("trailing content") || has("double-quoted") {
        return Some("nothing may stand behind text in quotes but a comment".to_owned());
    }
    if has("flow sequence") || has("flow mapping") || has("flow construct") {
        let general = "a bracket is not closed, or a comma is missing";
        return Some(lines.open_bracket().unwrap_or_else(|| general.to_owned()));
    }
    if has("expected key") || has("'-' indicator") || has("indent") || has("sequence entries") {
        let general = "the keys of one mapping, and the items of one list, begin in the same column";
        return Some(lines.open_bracket().unwrap_or_else(|| general.to_owned()));
    }
    None
}

/// The value behind the first colon of a line needs quotes, if there is one before the place of the complaint.
fn after_colon(line: &str, column: usize) -> String {
    let before: String = line.chars().take(column.saturating_sub(1)).collect();
    if before.contains(": ") {
        "text with a colon and a space in it needs quotes".to_owned()
    } else {
        "the keys of one mapping begin in the same column, and a value that goes on below needs quotes"
            .to_owned()
    }
}

/// The lines around a complaint.
struct Lines<'t> {
    /// Lines above with their numbers, nearest first.
    above: Vec<(usize, &'t str)>,
    here: &'t str,
    /// The line of the complaint and the one below it, with their numbers.
    from_here: Vec<(usize, &'t str)>,
}

impl<'t> Lines<'t> {
    fn around(text: &'t str, number: usize) -> Self {
        let numbered = || text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let mut above: Vec<_> = numbered()
            .take(number.saturating_sub(1))
            .skip(number.saturating_sub(1 + LINES_ABOVE))
            .collect();
        above.reverse();
        let from_here: Vec<_> = numbered().skip(number.saturating_sub(1)).take(2).collect();
        Self {
            above,
            here: from_here.first().map_or("", |(_, line)| *line),
            from_here,
        }
    }

    /// The nearest line above that says something.
    fn previous(&self) -> Option<(usize, &'t str)> {
        let says_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        self.above.iter().copied().find(|(_, line)| !says_nothing(line))
    }

    /// The number of a line that begins with a tab, or with spaces and a tab.
    fn indented_by_tab(&self) -> Option<usize> {
        let indented = |line: &str| line.trim_start_matches(' ').starts_with('\t');
        let mut lines = self.from_here.iter().chain(self.above.first());
        lines.find(|(_, line)| indented(line)).map(|(number, _)| *number)
    }

    /// A line above, or this one, opens a bracket that it does not close.
    fn open_bracket(&self) -> Option<String> {
        let (number, _) = self.above.iter().take(3).find(|(_, line)| opens_bracket(line))?;
        Some(format!("a bracket that line {number} opens is not closed"))
    }

    /// The line above is `-name: raw`.
    fn dash_without_space(&self) -> Option<String> {
        let (number, line) = self.previous()?;
        let rest = line.trim_start().strip_prefix('-')?;
        let glued = rest.starts_with(|character: char| character.is_alphanumeric());
        glued.then(|| format!("line {number} needs a space behind `-`"))
    }

    /// The line above is `license:MIT`.
    fn colon_without_space(&self) -> Option<String> {
        let (number, line) = self.previous()?;
        let (_, value) = line.split_once(':')?;
        let glued = !line.contains(": ") && value.starts_with(|character: char| !character.is_whitespace());
        glued.then(|| format!("line {number} needs a space behind the colon"))
    }
}

/// True if more brackets open than close on a line, quotes and comments left out.
fn opens_bracket(line: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut before = ' ';
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(character),
            (None, '#') if before.is_whitespace() => break,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        before = character;
    }
    depth > 0
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    fn help(text: &str) -> String {
        let found = Document::parse(text).unwrap_err();
        found
            .help
            .unwrap_or_else(|| format!("no help: {}", found.message))
    }

    #[test]
    fn usual_mistakes_are_recognised() {
        for (text, expected) in [
            (
                "a: 1\nlicense:MIT\nb: 2\n",
                "line 2 needs a space behind the colon",
            ),
            ("a: [1, 2\nb: 3\n", "a bracket that line 1 opens is not closed"),
            (
                "a:\n  - b: 1\n\tc: 2\n",
                "line 3 is indented with a tab: use spaces",
            ),
            ("name: x: y\n", "text with a colon and a space in it needs quotes"),
            (
                "inputs:\n  -name: raw\n   axes: yx\n",
                "line 2 needs a space behind `-`",
            ),
            (
                "a: @b\n",
                "text that begins with a character such as `@`, `*` or `&` needs quotes",
            ),
            (
                "a: *b\n",
                "text that begins with a character such as `@`, `*` or `&` needs quotes",
            ),
            ("a: \"b\nc: d\n", "a quotation mark is not closed"),
            (
                "a: \"C:\\data\"\n",
                "write `\\\\` for a backslash in double quotes, or use single quotes",
            ),
            (
                "a: \"b\" c\n",
                "nothing may stand behind text in quotes but a comment",
            ),
            (
                "a:\n  - b: 1\n   c: 2\n",
                "the keys of one mapping, and the items of one list, begin in the same column",
            ),
        ] {
            assert_eq!(help(text), expected, "{text:?}");
        }
    }
}
