//! The few Python literals that numpy writes into a header.

use super::Problem;

/// A value of the dictionary.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Truth,
    /// A tuple of whole numbers that are not negative.
    Sizes(Vec<u64>),
    /// A list, whatever is in it.
    List,
}

/// Reads literals one by one; blanks and line breaks between them do not matter.
pub(super) struct Literal<'t> {
    rest: &'t str,
}

impl<'t> Literal<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    fn next_part(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        self.rest
    }

    /// Whether a mark comes next; it is passed then.
    pub(super) fn takes(&mut self, mark: char) -> bool {
        match self.next_part().strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn expect(&mut self, mark: char) -> Result<(), Problem> {
        if self.takes(mark) {
            return Ok(());
        }
        let found = self.rest.chars().next();
        Err(match found {
            Some(found) => format!("its header has {found:?} where {mark:?} is expected"),
            None => format!("its header ends where {mark:?} is expected"),
        })
    }

    pub(super) fn end(&mut self) -> Result<(), Problem> {
        match self.next_part().chars().next() {
            None => Ok(()),
            Some(found) => Err(format!("its header has {found:?} behind the dictionary")),
        }
    }

    /// Text in quotes; numpy escapes nothing in the texts that matter here.
    pub(super) fn text(&mut self) -> Result<String, Problem> {
        let rest = self.next_part();
        let quote = rest.chars().next().filter(|mark| matches!(mark, '\'' | '"'));
        let quoted = quote.and_then(|quote| rest[1..].split_once(quote));
        let Some((text, rest)) = quoted else {
            return Err("its header lacks text in quotes where it is expected".to_owned());
        };
        self.rest = rest;
        Ok(text.to_owned())
    }

    pub(super) fn value(&mut self) -> Result<Value, Problem> {
        let rest = self.next_part();
        for word in ["True", "False"] {
            if let Some(rest) = rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(Value::Truth);
            }
        }
        match rest.chars().next() {
            Some('\'' | '"') => self.text().map(Value::Text),
            Some('(') => self.sizes().map(Value::Sizes),
            Some('[') => self.skip_list().map(|()| Value::List),
            _ => Err("its header has a value that numpy does not write".to_owned()),
        }
    }

    fn sizes(&mut self) -> Result<Vec<u64>, Problem> {
        self.expect('(')?;
        let mut sizes = Vec::new();
        while !self.takes(')') {
            let rest = self.next_part();
            let end = rest
                .find(|mark: char| !mark.is_ascii_digit())
                .unwrap_or(rest.len());
            let size = rest[..end].parse();
            let size = size.map_err(|_| "the shape in its header is no list of sizes".to_owned())?;
            sizes.push(size);
            // Python 2 marked long numbers.
            self.rest = rest[end..].strip_prefix('L').unwrap_or(&rest[end..]);
            if !self.takes(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }

    /// Passes a list with everything in it.
    fn skip_list(&mut self) -> Result<(), Problem> {
        let mut depth = 0_usize;
        loop {
            let rest = self.next_part();
            match rest.chars().next() {
                Some('\'' | '"') => {
                    self.text()?;
                    continue;
                }
                Some('[' | '(' | '{') => depth += 1,
                Some(']' | ')' | '}') => depth -= 1,
                Some(_) => {}
                None => return Err("a list in its header does not end".to_owned()),
            }
            let mut rest = rest.chars();
            rest.next();
            self.rest = rest.as_str();
            if depth == 0 {
                return Ok(());
            }
        }
    }
}
