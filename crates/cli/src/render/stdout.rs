//! Standard output.

use std::io::{ErrorKind, Write};

use crate::exit::Failure;

/// Prints results, without colours where the stream cannot show them.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stream = anstream::stdout();
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => Ok(()),
        // A reader that has closed the pipe has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::because(&error)),
    }
}

/// Text of a document as it may be printed: characters that could change the terminal, or the order in which
/// it shows the others, are replaced.
pub(crate) fn harmless(text: &str) -> String {
    let replaced = |c| if c != '\n' && is_harmful(c) { '\u{fffd}' } else { c };
    text.chars().map(replaced).collect()
}

/// Control characters, and those that change the direction of text.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
