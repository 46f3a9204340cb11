//! The start tags of an XML text, without the rest of XML.

/// A start tag or an empty element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StartTag<'text> {
    /// The name without its prefix.
    pub(super) name: &'text str,
    attributes: &'text str,
}

impl<'text> StartTag<'text> {
    /// The value of an attribute as it is in the text: entities are not replaced.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'text str> {
        let mut rest = self.attributes;
        loop {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, after) = after.get(1..)?.split_once(quote)?;
            if name.trim() == wanted {
                return Some(value);
            }
            rest = after;
        }
    }
}

/// All start tags in their order; comments, character data sections and instructions are passed over.
pub(super) fn start_tags(text: &str) -> impl Iterator<Item = StartTag<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, inside) = rest.split_once('<')?;
            let passed_over = [
                ("!--", "-->"),
                ("![CDATA[", "]]>"),
                ("?", "?>"),
                ("!", ">"),
                ("/", ">"),
            ];
            if let Some((_, end)) = passed_over.iter().find(|(start, _)| inside.starts_with(start)) {
                rest = inside.split_once(end)?.1;
                continue;
            }
            let end = tag_end(inside)?;
            let (tag, after) = (inside.get(..end)?, inside.get(end..)?);
            rest = after;
            let tag = tag.strip_suffix('/').unwrap_or(tag);
            let name_end = tag.find(char::is_whitespace).unwrap_or(tag.len());
            let (name, attributes) = tag.split_at(name_end);
            let name = name.rsplit(':').next().unwrap_or(name);
            return Some(StartTag { name, attributes });
        }
    })
}

/// Where the `>` of a tag is; those in quotes are not.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (place, character) in tag.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(place),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}
