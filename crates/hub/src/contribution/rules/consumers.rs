//! Which consumer software runs the model.

use crate::compatibility::{ConsumerKind, ConsumerReport, ModelFacts, Verdict, check};
use crate::contribution::finding::Observation;
use crate::contribution::subject::Subject;

/// Reports on consumer software; `None` if tensors and weights cannot be read, which is an error of validation.
fn applications(subject: &Subject<'_>) -> Option<Vec<ConsumerReport>> {
    let facts = ModelFacts::of(subject.package.parsed())?;
    let mut reports = check(&facts);
    reports.retain(|report| report.consumer.kind == ConsumerKind::Application);
    Some(reports)
}

fn with(reports: &[ConsumerReport], verdict: Verdict) -> Vec<&'static str> {
    reports
        .iter()
        .filter(|report| report.verdict == verdict)
        .map(|report| report.consumer.name)
        .collect()
}

pub(super) fn runs_somewhere(subject: &Subject<'_>) -> Vec<Observation> {
    let Some(reports) = applications(subject) else {
        return Vec::new();
    };
    if !with(&reports, Verdict::Runs).is_empty() {
        return Vec::new();
    }
    let unsure = with(&reports, Verdict::Unsure);
    let message = if unsure.is_empty() {
        "no consumer software that is known can run the model".to_owned()
    } else {
        format!(
            "it is not clear whether a consumer software can run the model ({})",
            unsure.join(", ")
        )
    };
    vec![
        Observation::of("weights", message)
            .help("`modelhub compatibility SOURCE` says what each of them needs"),
    ]
}

pub(super) fn runs_in_several(subject: &Subject<'_>) -> Vec<Observation> {
    let Some(reports) = applications(subject) else {
        return Vec::new();
    };
    match with(&reports, Verdict::Runs).as_slice() {
        [only] => vec![
            Observation::of("weights", format!("only {only} can run the model"))
                .help("`modelhub compatibility SOURCE` says what the others need"),
        ],
        // None at all is a matter of the rule on consumers.
        _ => Vec::new(),
    }
}
