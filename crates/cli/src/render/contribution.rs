//! The rules for contributions that are not kept, for people.

use std::fmt::Write as _;
use std::path::Path;

use hub::contribution::{ContributionReport, Weight};

use super::stdout::{self, harmless};
use super::style::{BLUE, BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::exit::Failure;

pub(crate) fn print(place: &Path, report: &ContributionReport) -> Result<(), Failure> {
    let mut text = String::new();
    for finding in &report.findings {
        let style = match finding.rule.weight {
            Weight::Required => RED,
            Weight::Recommended => YELLOW,
        };
        let at = finding.position.map_or_else(String::new, |at| format!(":{at}"));
        let _ = writeln!(
            text,
            "{}: {}",
            paint(
                style,
                format!("{}[{}]", finding.rule.weight.name(), finding.rule.code)
            ),
            paint(BOLD, harmless(&finding.message))
        );
        let field = if finding.path.is_root() {
            String::new()
        } else {
            format!(" ({})", harmless(&finding.path.to_string()))
        };
        let _ = writeln!(text, "  {} {}{at}{field}", paint(BLUE, "-->"), place.display());
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {}", harmless(help));
        }
        let _ = writeln!(text, "  {}", paint(DIM, finding.rule.explanation));
    }
    let number = |weight| {
        let findings = report.findings.iter();
        findings.filter(|finding| finding.rule.weight == weight).count()
    };
    let verdict = if report.is_accepted() {
        paint(GREEN, "the rules for contributions are kept")
    } else {
        paint(RED, "not ready to be contributed")
    };
    let _ = writeln!(
        text,
        "{}: {verdict} ({} required, {} recommended to do; {} rules kept)",
        place.display(),
        number(Weight::Required),
        number(Weight::Recommended),
        report.kept().count()
    );
    stdout::print(&text)
}
