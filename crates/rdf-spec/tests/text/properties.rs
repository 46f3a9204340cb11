//! Whatever the text is, reading ends, gives the same again, and points into the text.

use proptest::prelude::*;
use rdf_spec::{Code, ModelRdf};

use super::{MINIMAL, is_inside, lines};

/// Reads a text and checks what holds for all texts.
fn check(text: &str) -> Result<(), TestCaseError> {
    let parsed = ModelRdf::from_yaml(text);
    let lines = lines(text);
    for finding in parsed.diagnostics() {
        let position = finding.position;
        prop_assert!(
            position.is_some_and(|at| is_inside(at, &lines)),
            "{:?}: {:?}",
            text,
            finding
        );
        for related in &finding.related {
            prop_assert!(
                related.position.is_some_and(|at| is_inside(at, &lines)),
                "{:?}",
                related
            );
        }
        prop_assert!(!finding.message.is_empty());
    }
    let places: Vec<_> = parsed
        .diagnostics()
        .iter()
        .map(|finding| finding.position)
        .collect();
    prop_assert!(
        places.is_sorted(),
        "the findings are in the order of the document"
    );
    prop_assert_eq!(parsed.is_valid(), parsed.clone().into_result().is_ok());
    let errors = parsed
        .diagnostics()
        .iter()
        .filter(|finding| finding.is_error())
        .count();
    prop_assert!(
        parsed.value().is_some() || errors > 0,
        "no description and no reason"
    );

    let again = ModelRdf::from_yaml(text);
    prop_assert_eq!(parsed.diagnostics(), again.diagnostics());
    // NaN is not equal to itself.
    prop_assert_eq!(format!("{:?}", parsed.value()), format!("{:?}", again.value()));
    Ok(())
}

/// One change of a text, its places given as parts of the whole.
#[derive(Clone, Debug)]
enum Change {
    Delete(f64, usize),
    Duplicate(f64, usize),
    SwapLines(f64, f64),
    Insert(f64, String),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    let indicators = "[-\\[\\]{}:,?&*!|>'\"%@`#~\\\\ \n\r\t<0-9ab\u{e9}\u{1f52c}\u{feff}\0]{1,4}";
    prop_oneof![
        (place(), 1..12_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), 1..40_usize).prop_map(|(at, length)| Change::Duplicate(at, length)),
        (place(), place()).prop_map(|(one, other)| Change::SwapLines(one, other)),
        (place(), indicators).prop_map(|(at, text)| Change::Insert(at, text)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let index = |part: f64, length: usize| ((part * length as f64) as usize).min(length.saturating_sub(1));
    match change {
        Change::Delete(at, length) => {
            let at = index(*at, bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.drain(at..end);
        }
        Change::Duplicate(at, length) => {
            let at = index(*at, bytes.len());
            let part = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        Change::SwapLines(one, other) => {
            let mut lines: Vec<&[u8]> = text.as_bytes().split(|&byte| byte == b'\n').collect();
            let count = lines.len();
            lines.swap(index(*one, count), index(*other, count));
            bytes = lines.join(&b'\n');
        }
        Change::Insert(at, text) => {
            let at = index(*at, bytes.len());
            bytes.splice(at..at, text.bytes());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text(text in ".{0,200}") {
        check(&text)?;
    }

    #[test]
    fn arbitrary_indicators(text in "[-\\[\\]{}:,?&*!|>'\"%@`#~ \n\r\tab<0\u{e9}]{0,60}") {
        check(&text)?;
    }

    #[test]
    fn damaged_descriptions(changes in prop::collection::vec(change(), 1..6)) {
        let text = changes.iter().fold(MINIMAL.to_owned(), |text, change| changed(&text, change));
        check(&text)?;
    }

    #[test]
    fn a_value_of_another_kind_in_any_line(at in 0.0..1.0_f64, value in prop::sample::select(vec![
        "", "null", "3", "-1", "1e400", ".nan", ".inf", "true", "text", "[]", "[[]]", "[null]", "{}", "{a: 1}", "''",
        "\"\u{0}\"", "18446744073709551616", "0x", "2024-01-31", "[1, 1, 64, 64]", "&a [*a]", "!!python/object x",
    ])) {
        let lines: Vec<&str> = MINIMAL.lines().collect();
        let at = (at * lines.len() as f64) as usize;
        let key = lines[at].split(": ").next().unwrap_or_default().trim_end_matches(':');
        let line = format!("{key}: {value}");
        let mut other = lines.clone();
        other[at] = &line;
        check(&other.join("\n"))?;
    }

    #[test]
    fn text_cut_off_anywhere(at in 0..MINIMAL.len()) {
        check(&MINIMAL[..at])?;
    }

    #[test]
    fn line_breaks_of_other_systems_move_nothing(at in 0.0..1.0_f64, letter in "[a-z]") {
        // A letter in one place, the line breaks of Windows in the whole text.
        let unix = changed(MINIMAL, &Change::Insert(at, letter));
        let windows = unix.replace('\n', "\r\n");
        check(&windows)?;
        let places = |text: &str| -> Vec<_> {
            let parsed = ModelRdf::from_yaml(text);
            parsed.diagnostics().iter().map(|finding| (finding.code, finding.position)).collect()
        };
        prop_assert_eq!(places(&unix), places(&windows));
    }
}

#[test]
fn the_base_of_these_tests_has_no_findings() {
    assert_eq!(ModelRdf::from_yaml(MINIMAL).diagnostics(), []);
    let windows = MINIMAL.replace('\n', "\r\n");
    assert_eq!(ModelRdf::from_yaml(&windows).diagnostics(), []);
    let with_mark = format!("\u{feff}{MINIMAL}");
    assert_eq!(ModelRdf::from_yaml(&with_mark).diagnostics(), []);
}

#[test]
fn the_place_of_a_finding_counts_characters_not_bytes() {
    let text = MINIMAL.replace("- name: Jane Doe", "- {name: J\u{fc}rgen \u{1f52c}, orcid: 1}");
    let parsed = ModelRdf::from_yaml(&text);
    let finding = &parsed.diagnostics()[0];
    assert_eq!(finding.code, Code::WrongType);
    assert_eq!(finding.position.unwrap().to_string(), "6:29");
}
