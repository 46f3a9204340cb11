//! The blocks of a plugin file: `<config lang="json"> ... </config>`.

use super::{ImjoyError, ImjoyErrorKind};

/// A block at the top of the file.
#[derive(Debug)]
pub(super) struct Block<'t> {
    attributes: &'t str,
    pub(super) content: &'t str,
    /// The line of the tag, the first is 1.
    pub(super) line: usize,
    /// The line where the content begins.
    pub(super) content_line: usize,
}

impl<'t> Block<'t> {
    /// The value of an attribute, with or without quotes.
    pub(super) fn attribute(&self, name: &str) -> Option<&'t str> {
        let mut rest = self.attributes;
        while let Some((before, after)) = rest.split_once('=') {
            let after = after.trim_start();
            let (value, left) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote)?,
                _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            if before.trim().eq_ignore_ascii_case(name) {
                return Some(value);
            }
            rest = left;
        }
        None
    }
}

/// The first block of this name. Tags that stand inside of another block (`<script>`) do not begin one.
pub(super) fn find<'t>(text: &'t str, name: &'static str) -> Result<Option<Block<'t>>, ImjoyError> {
    const BLOCKS: [&str; 6] = ["config", "docs", "script", "window", "style", "attachment"];
    let mut at = 0;
    while let Some(offset) = text[at..].find('<') {
        let start = at + offset;
        let after = &text[start + 1..];
        if after.starts_with("!--") {
            let Some(end) = after.find("-->") else {
                return Ok(None);
            };
            at = start + 1 + end + 3;
            continue;
        }
        let Some(found) = BLOCKS.into_iter().find(|block| begins(after, block)) else {
            at = start + 1;
            continue;
        };
        let line = 1 + text[..start].matches('\n').count();
        let unclosed = || ImjoyError::from(ImjoyErrorKind::Unclosed { block: found, line });
        let tag_end = start + 1 + after.find('>').ok_or_else(unclosed)?;
        let content_start = tag_end + 1;
        let (content_end, end) = closing(text, content_start, found).ok_or_else(unclosed)?;
        if found == name {
            return Ok(Some(Block {
                attributes: &text[start + 1 + found.len()..tag_end],
                content: &text[content_start..content_end],
                line,
                content_line: 1 + text[..content_start].matches('\n').count(),
            }));
        }
        at = end;
    }
    Ok(None)
}

/// True if a tag of this name begins here, whatever its case.
fn begins(text: &str, name: &str) -> bool {
    let Some(start) = text.get(..name.len()) else {
        return false;
    };
    start.eq_ignore_ascii_case(name)
        && text[name.len()..].starts_with(|c: char| c == '>' || c == '/' || c.is_whitespace())
}

/// Where `</name>` begins and ends.
fn closing(text: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(offset) = text[at..].find("</") {
        let start = at + offset;
        let after = &text[start + 2..];
        if begins(after, name) {
            let end = after.find('>')?;
            return Some((start, start + 2 + end + 1));
        }
        at = start + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_where_they_begin() {
        let text = "<!-- <config>no</config> -->\n<script>'<config>no</config>'</script>\n<CONFIG\n lang='yaml' x=1>\na: 1\n</Config >";
        let block = find(text, "config").unwrap().unwrap();
        assert_eq!(
            (block.content, block.line, block.content_line),
            ("\na: 1\n", 3, 4)
        );
        assert_eq!(block.attribute("LANG"), Some("yaml"));
        assert_eq!(block.attribute("x"), Some("1"));
        assert_eq!(block.attribute("y"), None);
        assert!(find(text, "docs").unwrap().is_none());
        let error = find("\n<config>{", "config").unwrap_err();
        assert_eq!(error.to_string(), "the block `<config>` in line 2 does not end");
        assert!(find("<configuration>", "config").unwrap().is_none());
    }
}
