//! `modelhub explain`

use std::path::Path;

use crate::harness::{Copy, fixture, modelhub};

#[test]
fn a_code_is_explained_for_a_terminal() {
    let run = modelhub(["explain", "unknown-license"]);
    insta::assert_snapshot!("one_code", run.snapshot(Path::new("nowhere")));
}

#[test]
fn a_code_is_recognised_as_it_was_printed() {
    let run = modelhub(["explain", "error[missing-field]:"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("missing-field: error\n\n"), "{run:?}");
    assert!(
        !run.stdout.contains("```") && !run.stdout.contains('\u{1b}'),
        "{run:?}"
    );
}

#[test]
fn without_a_code_all_are_listed() {
    let run = modelhub(["explain"]);
    assert_eq!(run.code, 0);
    for code in rdf_spec::Code::ALL {
        let line = run
            .stdout
            .lines()
            .find(|line| line.split_whitespace().next() == Some(code.name()));
        let line = line.unwrap_or_else(|| panic!("{code} is not listed"));
        assert!(
            line.contains(code.severity().name()) && line.ends_with(code.summary()),
            "{line}"
        );
        let differs = code.strict_severity() != code.severity();
        assert_eq!(line.contains(&format!("{}*", code.severity())), differs, "{line}");
    }
}

#[test]
fn misspelt_codes_are_wrong_usage_with_the_nearest_one() {
    let run = modelhub(["explain", "mising-feild"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(
        run.stderr,
        "error: there is no code `mising-feild`: did you mean `missing-field`?\n"
    );
    let run = modelhub(["explain", "bla\u{1b}[31m"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.ends_with("`modelhub explain` lists all codes\n"),
        "{run:?}"
    );
    assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
}

#[test]
fn the_output_of_validate_names_the_command() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("license: MIT", "licence: MIT");
    let run = modelhub(["validate".as_ref(), copy.path().as_os_str()]);
    let last = run.stdout.lines().last().unwrap();
    let arguments = last.strip_prefix("for more on a code: modelhub ").unwrap();
    let explained = modelhub(arguments.split(' '));
    assert_eq!(explained.code, 0, "{last}");
    copy.edit("licence: MIT", "license: MIT");
    let run = modelhub(["validate".as_ref(), copy.path().as_os_str()]);
    assert!(!run.stdout.contains("explain"), "{run:?}");
}
