//! Explanations of codes, for a terminal.

use std::fmt::Write as _;

use rdf_spec::{Code, Severity};

use super::markdown;
use super::stdout;
use super::style::{BLUE, BOLD, DIM, RED, YELLOW, paint};
use crate::exit::Failure;

/// Prints what a code means.
pub(crate) fn print(code: Code) -> Result<(), Failure> {
    let (usual, strict) = (code.severity(), code.strict_severity());
    let strict = match usual {
        Severity::Error => String::new(),
        _ if strict == usual => ", also with --strict".to_owned(),
        _ => format!(", with --strict {}", painted(strict)),
    };
    let mut text = format!("{}: {}{strict}\n\n", paint(BOLD, code), painted(usual));
    text.push_str(&markdown::for_terminal(code.explanation()));
    stdout::print(&text)
}

/// Prints all codes, each in a line.
pub(crate) fn print_all() -> Result<(), Failure> {
    let mut text = String::new();
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut group = "";
    for &code in Code::ALL {
        if group != code.group() {
            group = code.group();
            let before = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{before}{}", paint(BOLD, group));
        }
        let (usual, strict) = (code.severity(), code.strict_severity());
        let star = if strict == usual { " " } else { "*" };
        // The longest severity is `warning`.
        let pad = " ".repeat("warning".len() - usual.name().len());
        let _ = writeln!(
            text,
            "  {:width$}  {}{star}{pad} {}",
            code.name(),
            painted(usual),
            code.summary()
        );
    }
    let legend =
        "* an error with `modelhub validate --strict`; `modelhub explain CODE` says more about a code";
    let _ = writeln!(text, "\n{}", paint(DIM, legend));
    stdout::print(&text)
}

fn painted(severity: Severity) -> String {
    let style = match severity {
        Severity::Error => RED,
        Severity::Alert | Severity::Warning => YELLOW,
        Severity::Info => BLUE,
    };
    paint(style, severity)
}
