//! `modelhub help`

use crate::harness::modelhub;

/// The verbs of this program, as its help lists them.
fn verbs() -> Vec<String> {
    let help = modelhub(["--help"]);
    assert_eq!(help.code, 0, "{help:?}");
    let commands = help.stdout.split("Commands:\n").nth(1).unwrap();
    let lines = commands.lines().take_while(|line| !line.is_empty());
    let verbs = lines.filter_map(|line| {
        let verb = line.strip_prefix("  ")?.split(' ').next()?;
        (!verb.is_empty() && verb != "help").then(|| verb.to_owned())
    });
    verbs.collect()
}

#[test]
fn every_verb_tells_what_it_does_what_it_takes_and_how_it_ends() {
    let verbs = verbs();
    assert!(verbs.len() > 20, "{verbs:?}");
    for verb in &verbs {
        let run = modelhub(["help", verb]);
        assert_eq!(run.code, 0, "{run:?}");
        let first = run.stdout.lines().next().unwrap_or_default();
        assert!(first.len() > 20, "{verb}: {first}");
        for expected in [format!("Usage: modelhub {verb} "), "Exit codes: 0 ".to_owned()] {
            assert!(run.stdout.contains(&expected), "{verb}: {expected}: {run:?}");
        }
    }
}

#[test]
fn the_help_of_verbs_with_many_options() {
    for verb in [
        "validate",
        "explain",
        "inspect",
        "migrate",
        "schema",
        "backends",
        "test-model",
        "predict",
        "dataset-statistics",
        "tiling-error",
    ] {
        let run = modelhub(["help", verb]);
        assert_eq!(run.code, 0, "{run:?}");
        insta::assert_snapshot!(format!("help_{}", verb.replace('-', "_")), run.stdout.trim_end());
    }
}
