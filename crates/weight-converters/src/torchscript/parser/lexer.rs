//! Tokens.

use super::SyntaxError;
use super::text::unquote;
use crate::torchscript::source::Position;

/// A token. Names and numbers are slices of the source.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Int(u64),
    Float(f64),
    Str(String),
    /// An operator or bracket.
    Symbol(&'static str),
    /// The end of a line with a statement.
    Newline,
    /// The next line is further to the right.
    Indent,
    /// The next line is further to the left.
    Dedent,
    /// The end of the source.
    End,
}

impl Token<'_> {
    /// What it is called in messages.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{}`", name.chars().take(60).collect::<String>()),
            Self::Int(value) => format!("`{value}`"),
            Self::Float(value) => format!("`{value}`"),
            Self::Str(_) => "a text".into(),
            Self::Symbol(symbol) => format!("`{symbol}`"),
            Self::Newline => "the end of the line".into(),
            Self::Indent => "an indented line".into(),
            Self::Dedent => "the end of the block".into(),
            Self::End => "the end of the source".into(),
        }
    }
}

/// Longer ones first.
const SYMBOLS: [&str; 38] = [
    "**=", "//=", "<<=", ">>=", "...", "->", "**", "//", "<<", ">>", "==", "!=", "<=", ">=", "+=", "-=",
    "*=", "/=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", "+", "-", "*", "/", "%", "<", ">", "@",
    "&", "|",
];
const MORE_SYMBOLS: [&str; 3] = ["^", "~", ";"];

/// The deepest nesting of blocks.
const MAX_INDENTS: usize = 100;

/// Makes tokens one at a time, so that a source takes no room beyond its tree.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    rest: &'a str,
    at: Position,
    indents: Vec<usize>,
    /// Dedents that are still to be given out.
    dedents: usize,
    brackets: usize,
    at_line_start: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            rest: source.strip_prefix('\u{feff}').unwrap_or(source),
            at: Position { line: 1, column: 1 },
            indents: Vec::new(),
            dedents: 0,
            brackets: 0,
            at_line_start: true,
        }
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            at: self.at,
            message: message.into(),
        }
    }

    fn advance(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        for character in taken.chars() {
            if character == '\n' {
                self.at = Position {
                    line: self.at.line.saturating_add(1),
                    column: 1,
                };
            } else {
                self.at.column = self.at.column.saturating_add(1);
            }
        }
        self.rest = rest;
        taken
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, Position), SyntaxError> {
        if self.dedents > 0 {
            self.dedents -= 1;
            return Ok((Token::Dedent, self.at));
        }
        if self.at_line_start
            && self.brackets == 0
            && let Some(token) = self.line_start()?
        {
            return Ok((token, self.at));
        }
        self.skip_blanks()?;
        let at = self.at;
        let Some(first) = self.rest.chars().next() else {
            if self.brackets > 0 {
                return Ok((Token::End, at));
            }
            if !self.at_line_start {
                self.at_line_start = true;
                return Ok((Token::Newline, at));
            }
            return Ok((self.indents.pop().map_or(Token::End, |_| Token::Dedent), at));
        };
        let token = match first {
            '\n' => {
                self.advance(1);
                self.at_line_start = true;
                Token::Newline
            }
            '"' | '\'' => self.string(first)?,
            '0'..='9' => self.number()?,
            '.' if self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number()?,
            c if c == '_' || c.is_alphabetic() => {
                let end = self
                    .rest
                    .find(|c: char| c != '_' && !c.is_alphanumeric())
                    .unwrap_or(self.rest.len());
                Token::Name(self.advance(end))
            }
            other => self.symbol(other)?,
        };
        Ok((token, at))
    }

    /// Blanks between tokens; in brackets line ends as well.
    fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            let inside = self.brackets > 0;
            let end = self
                .rest
                .find(|c: char| !(matches!(c, ' ' | '\t' | '\r') || inside && c == '\n'));
            self.advance(end.unwrap_or(self.rest.len()));
            if self.rest.starts_with('#') {
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("\\\n") {
                self.advance(2);
            } else if self.rest.starts_with('\0') {
                return Err(self.error("a zero byte"));
            } else {
                return Ok(());
            }
        }
    }

    /// Compares the indentation of the next line that is not blank with the present one.
    fn line_start(&mut self) -> Result<Option<Token<'a>>, SyntaxError> {
        let width = loop {
            let width = self.rest.bytes().take_while(|byte| *byte == b' ').count();
            self.advance(width);
            if self.rest.starts_with('\t') {
                return Err(self.error("a tab at the beginning of a line"));
            }
            if self.rest.starts_with('#') {
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            }
            if self.rest.starts_with("\r\n") {
                self.advance(1);
            }
            if !self.rest.starts_with('\n') {
                break width;
            }
            self.advance(1);
        };
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.at_line_start = false;
        let present = self.indents.last().copied().unwrap_or(0);
        if width > present {
            if self.indents.len() >= MAX_INDENTS {
                return Err(self.error(format!("more than {MAX_INDENTS} nested blocks")));
            }
            self.indents.push(width);
            return Ok(Some(Token::Indent));
        }
        while self.indents.last().is_some_and(|indent| *indent > width) {
            self.indents.pop();
            self.dedents += 1;
        }
        if self.indents.last().copied().unwrap_or(0) != width {
            return Err(self.error("an indentation that fits no block"));
        }
        if self.dedents > 0 {
            self.dedents -= 1;
            return Ok(Some(Token::Dedent));
        }
        Ok(None)
    }

    fn symbol(&mut self, first: char) -> Result<Token<'a>, SyntaxError> {
        let known = SYMBOLS
            .iter()
            .chain(&MORE_SYMBOLS)
            .find(|symbol| self.rest.starts_with(**symbol));
        let Some(symbol) = known else {
            return Err(self.error(format!("the character {first:?} has no meaning here")));
        };
        match *symbol {
            "(" | "[" | "{" => self.brackets += 1,
            ")" | "]" | "}" => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        self.advance(symbol.len());
        Ok(Token::Symbol(symbol))
    }

    fn string(&mut self, quote: char) -> Result<Token<'a>, SyntaxError> {
        let mut escaped = false;
        let end = self.rest[1..].find(|c: char| {
            if escaped {
                escaped = false;
                return false;
            }
            escaped = c == '\\';
            c == quote || c == '\n'
        });
        let Some(end) = end.filter(|end| self.rest[1 + end..].starts_with(quote)) else {
            return Err(self.error("a text without an end"));
        };
        let inner = &self.rest[1..=end];
        let text = unquote(inner).map_err(|message| self.error(message))?;
        self.advance(end + 2);
        Ok(Token::Str(text))
    }

    fn number(&mut self) -> Result<Token<'a>, SyntaxError> {
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| {
            bytes[from.min(bytes.len())..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let mut end = digits(0);
        let mut is_float = false;
        if bytes.get(end) == Some(&b'.') {
            is_float = true;
            end += 1;
            end += digits(end);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > 0 {
                is_float = true;
                end += 1 + sign + exponent;
            }
        }
        if self.rest[end..].starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
            return Err(
                self.error("a number that is followed by a letter (complex numbers are not supported)")
            );
        }
        let text = &self.rest[..end];
        let token = if is_float {
            text.parse().ok().map(Token::Float)
        } else {
            text.parse().ok().map(Token::Int)
        };
        let token = token.ok_or_else(|| self.error("a number that does not fit into 64 bits"))?;
        self.advance(end);
        Ok(token)
    }
}
