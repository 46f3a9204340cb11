//! What the YAML scanner reads, so that it does not keep much of it.
//!
//! A list or mapping in brackets may be a key: `[a, b]: c`. The scanner of `saphyr-parser` therefore keeps all its
//! tokens, a hundred bytes each, until it has seen what is behind its end. Such keys are not read here, but the
//! scanner cannot be told. Hence two measures: the tokens that wait are counted, and a document that is in brackets
//! as a whole, as JSON is, is given to the scanner behind a `---`, where no key can be.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, Marker, StrInput};

use crate::document::position::{Position, Span};

/// The most tokens that are read between two events.
pub(super) const MAX_WAITING: usize = 8192;

pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// What stands before a document that is in brackets as a whole.
const START: &str = "--- ";

/// The text for the scanner, and where it stands in the document.
pub(super) struct Source<'t> {
    text: Cow<'t, str>,
    /// Where the first character behind `START` stands in the document.
    moved_to: Option<Position>,
}

impl<'t> Source<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let document = behind_comments(text);
        if !document.starts_with(['{', '[']) {
            return Self {
                text: Cow::Borrowed(text),
                moved_to: None,
            };
        }
        let before = &text[..text.len() - document.len()];
        Self {
            text: Cow::Owned([START, document].concat()),
            moved_to: Some(Position::end_of(before)),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The place in the document.
    pub(super) fn position(&self, marker: Marker) -> Position {
        let mut position = Position::from(marker);
        if let Some(moved_to) = self.moved_to {
            if position.line == 1 {
                let column = position.column.saturating_sub(START.len()).max(1);
                position.column = column + moved_to.column - 1;
            }
            position.line += moved_to.line - 1;
        }
        position
    }

    pub(super) fn span(&self, span: saphyr_parser::Span) -> Span {
        Span {
            start: self.position(span.start),
            end: self.position(span.end),
        }
    }
}

/// The text behind blanks, empty lines and comments.
fn behind_comments(text: &str) -> &str {
    let mut rest = text.trim_start_matches([' ', '\n', '\r']);
    while rest.starts_with('#') {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        rest = rest[end..].trim_start_matches([' ', '\n', '\r']);
    }
    rest
}

/// How many tokens were read since the last event.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    tokens: Rc<Cell<usize>>,
    most: usize,
}

impl Waiting {
    fn at_most(most: usize) -> Self {
        Self {
            tokens: Rc::default(),
            most,
        }
    }

    pub(super) fn are_too_many(&self) -> bool {
        self.tokens.get() > self.most
    }

    pub(super) fn reset(&self) {
        self.tokens.set(0);
    }

    fn count(&self) {
        self.tokens.set(self.tokens.get().saturating_add(1));
    }
}

/// A text that ends where too many tokens wait.
pub(crate) struct BoundedInput<'t> {
    text: StrInput<'t>,
    waiting: Waiting,
}

impl<'t> BoundedInput<'t> {
    pub(super) fn new(text: &'t str) -> (Self, Waiting) {
        let input = Self::within(text, Waiting::at_most(MAX_WAITING));
        let waiting = input.waiting.clone();
        (input, waiting)
    }

    /// A text that was read within the bound before, maybe with `START`. It is read as the same type, since a
    /// scanner of a second type would be compiled as well, and the scanner is a tenth of this crate.
    #[cfg(feature = "rewrite")]
    pub(crate) fn known(text: &'t str) -> Self {
        Self::within(text, Waiting::at_most(usize::MAX))
    }

    fn within(text: &'t str, waiting: Waiting) -> Self {
        Self {
            text: StrInput::new(text),
            waiting,
        }
    }
}

/// Hands a method on to the text.
macro_rules! of_the_text {
    ($($name:ident(&self $(, $argument:ident: $type:ty)*) -> $result:ty;)*) => {
        $(#[inline]
        fn $name(&self $(, $argument: $type)*) -> $result {
            self.text.$name($($argument),*)
        })*
    };
    ($($name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $result:ty;)*) => {
        $(#[inline]
        fn $name(&mut self $(, $argument: $type)*) -> $result {
            self.text.$name($($argument),*)
        })*
    };
}

impl Input for BoundedInput<'_> {
    #[inline]
    fn next_is_z(&self) -> bool {
        self.text.next_is_z() || self.waiting.are_too_many()
    }

    /// The scanner looks for this mark before every token, and nowhere else.
    #[inline]
    fn next_char_is(&self, c: char) -> bool {
        if c == BYTE_ORDER_MARK {
            self.waiting.count();
        }
        self.text.next_char_is(c)
    }

    of_the_text! {
        buflen(&self) -> usize;
        bufmaxlen(&self) -> usize;
        buf_is_empty(&self) -> bool;
        peek(&self) -> char;
        peek_nth(&self, n: usize) -> char;
        peek_opt(&self) -> Option<char>;
        nth_char_is(&self, n: usize, c: char) -> bool;
        next_2_are(&self, c1: char, c2: char) -> bool;
        next_3_are(&self, c1: char, c2: char, c3: char) -> bool;
        next_is_document_indicator(&self) -> bool;
        next_is_document_start(&self) -> bool;
        next_is_document_end(&self) -> bool;
        next_can_be_plain_scalar(&self, in_flow: bool) -> bool;
        next_is_blank_or_break(&self) -> bool;
        next_is_blank_or_breakz(&self) -> bool;
        next_is_blank(&self) -> bool;
        next_is_break(&self) -> bool;
        next_is_breakz(&self) -> bool;
        next_is_flow(&self) -> bool;
        next_is_digit(&self) -> bool;
        next_is_alpha(&self) -> bool;
    }

    of_the_text! {
        lookahead(&mut self, count: usize) -> ();
        raw_read_ch(&mut self) -> char;
        raw_read_non_breakz_ch(&mut self) -> Option<char>;
        skip(&mut self) -> ();
        skip_n(&mut self, count: usize) -> ();
        look_ch(&mut self) -> char;
        skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>);
        skip_while_non_breakz(&mut self) -> usize;
        skip_while_blank(&mut self) -> usize;
        fetch_while_is_alpha(&mut self, out: &mut String) -> usize;
        fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize;
    }
}
