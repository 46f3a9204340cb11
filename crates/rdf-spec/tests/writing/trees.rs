//! Any value that is written is read as the same value.

use indexmap::IndexMap;
use proptest::prelude::*;
use rdf_spec::{Code, Document, Yaml};

/// Text that some reader takes for something else, or that needs quotes or escapes.
const DIFFICULT: &[&str] = &[
    "",
    " ",
    "y",
    "no",
    "on",
    "Off",
    "null",
    "Null",
    "~",
    "TRUE",
    "1.10",
    "0x1f",
    "0o17",
    "017",
    "1_000",
    "+12",
    "1e6",
    "1.",
    ".5",
    ".inf",
    "-.INF",
    ".NaN",
    "inf",
    "0b11",
    "12:30:45",
    "2021-12-07",
    "2021-12-07T18:43:26Z",
    "<<",
    "=",
    "---",
    "...",
    "--- a",
    " a",
    "a ",
    "a\n",
    "\na",
    "a\n\n",
    "\n",
    "a\r\nb",
    "a\rb",
    "a\tb",
    "\t",
    "- a",
    "-",
    "a: b",
    "a:",
    ": a",
    "?",
    "? a",
    "#",
    "a #b",
    "!a",
    "&a",
    "*a",
    "|",
    ">",
    "%a",
    "@",
    "`",
    "[a",
    "{a",
    "a, b]",
    "it's",
    "\"q\"",
    "a\\b",
    "\0",
    "\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9f}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{1f52c}",
    "line one\n  line two\n line three\n",
    "x\n ",
    "\n  x",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(DIFFICULT).prop_map(str::to_owned),
        "[ -~\n\t]{0,20}",
        ".{0,12}",
        "[-+0-9._xeo:a-fTZ]{0,10}",
        "[\\-\\[\\]{}:,?&*!|>'\"%@`#~ \n\r\tab<0\u{e9}\u{85}\u{2028}\u{feff}]{0,12}",
        // Longer than a line.
        "([a-z.,:#]{1,12}[ \n]{1,3}){10,30}",
        "[a-c \n\t:#'\"-]{60,250}",
    ]
}

fn number() -> impl Strategy<Value = Yaml> {
    let special = [
        0.0,
        -0.0,
        1.0,
        1e16,
        1e21,
        1e300,
        5e-324,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        9.3e18,
    ];
    prop_oneof![
        any::<i64>().prop_map(Yaml::Int),
        prop::sample::select(vec![0, 17, i64::MAX, i64::MIN]).prop_map(Yaml::Int),
        any::<f64>()
            .prop_filter("not equal to itself", |x| !x.is_nan())
            .prop_map(Yaml::Float),
        prop::sample::select(special.to_vec()).prop_map(Yaml::Float),
    ]
}

fn tree() -> impl Strategy<Value = Yaml> {
    let leaf = prop_oneof![
        1 => Just(Yaml::Null),
        1 => any::<bool>().prop_map(Yaml::Bool),
        2 => number(),
        1 => prop::collection::vec(number(), 0..20).prop_map(Yaml::Sequence),
        6 => text().prop_map(Yaml::String),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Yaml::Sequence),
            prop::collection::vec((text(), inner), 0..5)
                .prop_map(|entries| Yaml::Mapping(entries.into_iter().collect())),
        ]
    })
}

/// What JSON makes of a value: it has no infinities.
fn in_json(value: &Yaml) -> Yaml {
    match value {
        Yaml::Float(value) if value.is_infinite() => Yaml::String(value.to_string()),
        Yaml::Sequence(items) => Yaml::Sequence(items.iter().map(in_json).collect()),
        Yaml::Mapping(entries) => Yaml::Mapping(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), in_json(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn read(text: &str) -> Result<Yaml, TestCaseError> {
    let document =
        Document::parse(text).map_err(|found| TestCaseError::fail(format!("{found}: {text:?}")))?;
    prop_assert_eq!(document.diagnostics(), []);
    Ok(document.root().to_yaml())
}

fn check(value: &Yaml) -> Result<(), TestCaseError> {
    let yaml = value.to_yaml().unwrap();
    let again = read(&yaml)?;
    // As text, since 0.0 equals -0.0.
    prop_assert_eq!(format!("{again:?}"), format!("{value:?}"), "{}", yaml);
    prop_assert_eq!(again.to_yaml().unwrap(), yaml);

    let json = value.to_json().unwrap();
    prop_assert_eq!(
        format!("{:?}", read(&json)?),
        format!("{:?}", in_json(value)),
        "{}",
        json
    );
    // Another reader of JSON takes it for the same as what `Serialize` gives.
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text);
    let serialized = serde_json::to_string(value).unwrap();
    prop_assert_eq!(parse(&json).unwrap(), parse(&serialized).unwrap());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_comes_back(value in tree()) {
        check(&value)?;
    }
}

#[test]
fn difficult_text_comes_back_wherever_it_stands() {
    for text in DIFFICULT {
        let value = Yaml::String((*text).to_owned());
        let mapping = Yaml::Mapping(IndexMap::from([((*text).to_owned(), value.clone())]));
        for value in [
            value.clone(),
            Yaml::Sequence(vec![value.clone(), value.clone()]),
            Yaml::Sequence(vec![mapping.clone(), Yaml::Sequence(vec![value])]),
            Yaml::Mapping(IndexMap::from([("key".to_owned(), mapping)])),
        ] {
            check(&value).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        }
    }
}

#[test]
fn nan_comes_back() {
    let yaml = Yaml::Float(f64::NAN).to_yaml().unwrap();
    let root = Document::parse(&yaml).unwrap().root().to_yaml();
    assert!(matches!(root, Yaml::Float(value) if value.is_nan()));
    assert_eq!(Yaml::Float(f64::NAN).to_json().unwrap(), "\"nan\"");
}

fn nested(levels: usize) -> Yaml {
    (0..levels).fold(Yaml::Int(1), |inner, _| Yaml::Sequence(vec![inner]))
}

#[test]
fn what_could_not_be_read_is_not_written() {
    for text in [nested(128).to_yaml(), nested(128).to_json()] {
        assert_eq!(
            Document::parse(&text.unwrap()).unwrap().root().to_yaml(),
            nested(128)
        );
    }
    let long_key = Yaml::Mapping(IndexMap::from([("k".repeat(1025), Yaml::Null)]));
    let large = Yaml::String("x".repeat(1 << 20));
    let many = Yaml::Sequence(vec![Yaml::Null; 250_000]);
    for (value, code) in [
        (nested(129), Code::NestingTooDeep),
        (long_key, Code::DocumentTooLarge),
        (large, Code::DocumentTooLarge),
        (many, Code::DocumentTooLarge),
    ] {
        assert_eq!(value.to_yaml().unwrap_err().code, code);
        assert_eq!(value.to_json().unwrap_err().code, code);
    }
    let longest = Yaml::Mapping(IndexMap::from([("k".repeat(1024), Yaml::Null)]));
    check(&longest).unwrap();
}
