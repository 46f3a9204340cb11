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

/// Text of a document as it may be printed: control characters, which could change the terminal, are replaced.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
