//! Findings as annotations in a GitHub workflow: one command of the runner for each.

use std::fmt::Write as _;

use rdf_spec::{Diagnostic, Severity};

use super::stdout::{self, harmless};
use crate::commands::validate::Validated;
use crate::exit::Failure;

/// Prints the findings of a source. There is no further output: the runner looks for commands in every line.
pub(crate) fn print(validated: &Validated) -> Result<(), Failure> {
    let mut text = String::new();
    let file = super::uri::from_here(&validated.place).display().to_string();
    for diagnostic in &validated.diagnostics {
        text.push_str(&annotation(diagnostic, &file));
    }
    stdout::print(&text)
}

fn annotation(diagnostic: &Diagnostic, file: &str) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Alert | Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut line = format!("::{command} file={}", property(file));
    if let Some(position) = diagnostic.position {
        let _ = write!(line, ",line={},col={}", position.line, position.column);
    }
    let _ = write!(line, ",title={}", property(diagnostic.code.name()));
    let mut message = diagnostic.message.clone();
    if !diagnostic.path.is_root() {
        let _ = write!(message, "\nfield: {}", diagnostic.path);
    }
    for related in &diagnostic.related {
        let place = related
            .position
            .map_or_else(String::new, |position| format!(" at {position}"));
        let _ = write!(message, "\n{}{place}", related.message);
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    let _ = writeln!(line, "::{}", data(&harmless(&message)));
    line
}

/// The text of a message as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property as the runner reads it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use rdf_spec::{Code, DocPath, Position};

    use super::*;

    #[test]
    fn nothing_of_a_document_or_a_path_becomes_a_command() {
        let path = DocPath::root().join("a\n::error::b");
        let found = Diagnostic::new(
            Code::UnconventionalName,
            path,
            "100 % of\r\n::stop-commands::x, y",
        )
        .at(Position { line: 3, column: 7 })
        .help("a, b: c");
        assert_eq!(
            annotation(&found, "models, new: 100%\n::warning::/rdf.yaml"),
            "::warning file=models%2C new%3A 100%25%0A%3A%3Awarning%3A%3A/rdf.yaml,line=3,col=7,\
             title=unconventional-name::100 %25 of\u{fffd}%0A::stop-commands::x, y%0A\
             field: a%0A::error::b%0Ahelp: a, b: c\n"
        );
    }
}
