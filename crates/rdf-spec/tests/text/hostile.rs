//! Text that is made to take long or to need much memory.

use std::time::{Duration, Instant};

use rdf_spec::{Code, Document, ModelRdf, Parsed};

use super::first;

/// Reads a text and says how long that took.
fn timed(text: &str) -> (Parsed<ModelRdf>, Duration) {
    let start = Instant::now();
    let parsed = ModelRdf::from_yaml(text);
    (parsed, start.elapsed())
}

/// Reads a text; the answer has to be there soon, and the first finding has the code.
#[track_caller]
fn answers(text: &str, code: Code) {
    let (parsed, time) = timed(text);
    let found = parsed.diagnostics();
    assert_eq!(
        found.first().map(|finding| finding.code),
        Some(code),
        "{:?}",
        found.first()
    );
    assert!(time < LONGEST, "it took {time:?}");
}

/// No text takes a second; without bounds these would take minutes or the whole memory. The limit tells the two apart
/// on the slowest computer.
const LONGEST: Duration = Duration::from_secs(30);

const HEAD: &str = "format_version: 0.4.10\ntype: model\n";

#[test]
fn more_text_than_is_read() {
    answers(&"a".repeat(50 << 20), Code::DocumentTooLarge);
    answers(&"\n".repeat(50 << 20), Code::DocumentTooLarge);
    answers(
        &format!("{HEAD}name: {}\n", "a".repeat(1 << 20)),
        Code::DocumentTooLarge,
    );
}

#[test]
fn lists_in_lists() {
    for text in [
        "[".repeat(300),
        format!("{}{}", "[".repeat(300), "]".repeat(300)),
        format!("{}x{}", "{a: ".repeat(300), "}".repeat(300)),
        "[".repeat(1_000_000),
        "{".repeat(1_000_000),
        "[a: ".repeat(250_000),
        "- ".repeat(300),
        "- ".repeat(500_000),
        (0..300)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect(),
        (0..1400)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect(),
    ] {
        answers(&text, Code::NestingTooDeep);
    }
    let block: String = (0..300)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    assert_eq!(first(&block), "nesting-too-deep 129:129");
    let flow = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(first(&flow), "nesting-too-deep 1:129");
    let allowed = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert!(Document::parse(&allowed).is_ok());
}

#[test]
fn aliases_of_aliases() {
    let bomb = |levels: u8| {
        let mut text = format!("{HEAD}config:\n  a: &a [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..levels {
            let (name, inner) = (char::from(b'a' + level), char::from(b'a' + level - 1));
            let uses = vec![format!("*{inner}"); 10].join(", ");
            text += &format!("  {name}: &{name} [{uses}]\n");
        }
        text
    };
    answers(&bomb(9), Code::DocumentTooLarge);
    assert!(Document::parse(&bomb(3)).is_ok());

    // A few bytes of aliases that stand for much text.
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(1000));
    answers(&long, Code::DocumentTooLarge);

    // Each line is within the bound of nesting, all together are not.
    let mut deep = format!("a0: &a0 {}{}\n", "[".repeat(60), "]".repeat(60));
    for level in 1..60 {
        let inner = level - 1;
        deep += &format!(
            "a{level}: &a{level} {}*a{inner} {}\n",
            "[".repeat(60),
            "]".repeat(60)
        );
    }
    answers(&deep, Code::NestingTooDeep);
    assert_eq!(first(&deep), "nesting-too-deep 3:69");

    let mut merges = "m0: &m0 {k: 1}\n".to_owned();
    for level in 1..20 {
        let uses = vec![format!("*m{}", level - 1); 10].join(", ");
        merges += &format!("m{level}: &m{level} {{<<: [{uses}]}}\n");
    }
    answers(&merges, Code::DocumentTooLarge);
}

#[test]
fn aliases_that_refer_to_nothing_or_to_themselves() {
    assert_eq!(first("*a"), "syntax-error 1:1");
    assert_eq!(first("a: *a"), "syntax-error 1:4");
    assert_eq!(first("&a *a"), "syntax-error 1:4");
    assert_eq!(first("&a [*a]"), "syntax-error 1:5");
    assert_eq!(first("self: &self\n  <<: *self\n"), "syntax-error 2:7");
    assert_eq!(first("a: 1\n<<: 2\n"), "syntax-error 2:5");
}

#[test]
fn long_scalars() {
    let length = (1 << 20) - 200;
    for text in [
        "b".repeat(length),
        "1".repeat(length),
        format!("0.{}", "1".repeat(length)),
        format!("\"{}\"", "\\n".repeat(length / 2)),
        format!(">\n{}", "  b\n".repeat(length / 4)),
        format!("|\n  b\n{}", "\n".repeat(length)),
    ] {
        answers(&format!("a: {text}\n"), Code::MissingField);
        answers(&format!("{HEAD}name: {text}\n"), Code::MissingField);
        let parsed = ModelRdf::from_yaml(&format!("{HEAD}license: {text}\n"));
        assert!(
            parsed
                .diagnostics()
                .iter()
                .all(|finding| finding.message.len() < 1000)
        );
    }
    let key = format!("? {}\n: 1\n", "k".repeat(2000));
    answers(&key, Code::DocumentTooLarge);
}

#[test]
fn characters_that_yaml_does_not_have() {
    assert_eq!(first("a: \0\n"), "syntax-error 1:4");
    assert_eq!(first("\0"), "syntax-error 1:1");
    assert_eq!(first("a: 1\r\nb: \"\u{1b}[2J\"\r\n"), "syntax-error 2:5");
    assert_eq!(first("a: \u{7}\n"), "syntax-error 1:4");
    answers(&"\0".repeat(1_000_000), Code::SyntaxError);
    answers(&"\t".repeat(1_000_000), Code::SyntaxError);
}

#[test]
fn other_encodings() {
    // UTF-16 without a byte order mark: ASCII letters with a zero byte behind or before each.
    for text in ["n\0a\0m\0e\0", "\0n\0a\0m\0e"] {
        let parsed = ModelRdf::from_yaml(text);
        let [finding] = parsed.diagnostics() else {
            panic!("{:?}", parsed.diagnostics());
        };
        assert_eq!(finding.code, Code::SyntaxError);
        assert!(finding.help.as_ref().unwrap().contains("UTF-8"));
    }
    // A byte order mark within the text, and control characters of Latin-1 taken for UTF-8.
    assert_eq!(first("a: 1\n\u{feff}b: 2\n"), "syntax-error 2:1");
    assert_eq!(first("a: \u{91}b\u{92}\n"), "syntax-error 1:4");
}

/// What JSON and other documents in brackets are moved for must not show.
#[test]
fn documents_in_brackets() {
    let json = r#"{"format_version": "0.4.10", "type": "model", "name": 3}"#;
    for (before, line, column) in [
        ("", 1, 55),
        ("\u{feff}", 1, 55),
        ("   ", 1, 58),
        ("\n\n", 3, 55),
        ("# a comment\r\n  # {\n ", 3, 56),
        ("---\n", 2, 55),
        ("--- ", 1, 59),
    ] {
        let parsed = ModelRdf::from_yaml(&format!("{before}{json}\n"));
        let found = parsed
            .diagnostics()
            .iter()
            .find(|finding| finding.code == Code::WrongType);
        let position = found.and_then(|finding| finding.position).expect("a place");
        assert_eq!((position.line, position.column), (line, column), "{before:?}");
    }
    assert_eq!(first("{a: 1"), "syntax-error 1:6");
    assert_eq!(first("  {a: 1}}"), "syntax-error 1:9");
    assert_eq!(first("# one\n {a: [1}\n"), "syntax-error 2:8");
    assert!(Document::parse("{a: 1}\nb: 2\n").is_err());
    assert!(Document::parse("{a: 1}\n---\n{b: 2}\n").is_err());
    assert!(Document::parse("{a: 1}: 2\n").is_err());
    // Everything may be in brackets, however long it is, if it is no item of a list.
    let numbers = vec!["1"; 15_000].join(", ");
    assert!(Document::parse(&format!("{{\"config\": {{\"table\": [{numbers}]}}}}")).is_ok());
    assert!(Document::parse(&format!("[{numbers}]")).is_ok());
    let rows = vec!["[1, 2, 3, 4, 5, 6, 7]"; 1500].join(",\n");
    assert!(Document::parse(&format!("table: [{rows}]")).is_ok());
    answers(&format!("- [{numbers}]"), Code::DocumentTooLarge);
}

#[test]
fn text_without_a_document() {
    for text in ["", "\n", "# nothing\n", "---\n...\n", "\u{feff}"] {
        let parsed = ModelRdf::from_yaml(text);
        assert!(!parsed.is_valid(), "{text:?}");
        assert!(parsed.diagnostics()[0].is_error());
    }
    assert_eq!(first("a: 1\n---\nb: 2\n"), "syntax-error 2:1");
    for indicator in [
        "%", "&", "!", "*", ":", ",", "\"", "'", "|", ">", "@", "`", "]", "}", "? [",
    ] {
        let (parsed, time) = timed(&indicator.repeat(1_000_000 / indicator.len()));
        assert!(!parsed.is_valid() && time < LONGEST, "{indicator}: {time:?}");
    }
}

#[test]
fn long_lists() {
    answers(&format!("[[{}", "1,".repeat(500_000)), Code::DocumentTooLarge);
    answers(&"-\n".repeat(500_000), Code::DocumentTooLarge);
    answers(&format!("{{{}", "a: 1,".repeat(200_000)), Code::DocumentTooLarge);
    let unknown: String = (0..12_000).map(|at| format!("k{at:07}: 1\n")).collect();
    answers(&format!("{HEAD}{unknown}"), Code::MissingField);
    // The path of each finding repeats the keys around it.
    for (length, listed) in [(10, 100), (1000, 66)] {
        let key = "k".repeat(length);
        let duplicates = format!("{HEAD}{key}: {{{}}}\n", "a: 1, ".repeat(10_000));
        let parsed = ModelRdf::from_yaml(&duplicates);
        let found = parsed
            .diagnostics()
            .iter()
            .filter(|finding| finding.code == Code::DuplicateKey);
        assert_eq!(found.count(), listed);
    }
}

#[test]
fn many_tensors() {
    let same =
        "inputs:\n".to_owned() + &"  - {name: a, axes: b, data_type: uint8, shape: [1]}\n".repeat(2_000);
    answers(&format!("{HEAD}{same}"), Code::MissingField);
    let output = |name: usize, reference: usize| {
        let shape = format!("{{reference_tensor: n{reference}, scale: [1], offset: [0]}}");
        format!("  - {{name: n{name}, axes: b, data_type: uint8, shape: {shape}}}\n")
    };
    let count = 1_200;
    // Each refers to the next one, the last one to nothing, or to the first one.
    let chain: String = (0..count).map(|at| output(at, at + 1)).collect();
    answers(&format!("{HEAD}outputs:\n{chain}"), Code::MissingField);
    let circle: String = (0..count).map(|at| output(at, (at + 1) % count)).collect();
    let text = format!("{HEAD}outputs:\n{circle}");
    answers(&text, Code::MissingField);
    let parsed = ModelRdf::from_yaml(&text);
    let circular = |finding: &&rdf_spec::Diagnostic| finding.code == Code::CircularReferenceTensor;
    assert!(parsed.diagnostics().iter().filter(circular).count() > 900);
    assert_eq!(
        parsed.diagnostics().len(),
        1001,
        "the first thousand, and that there are more"
    );
}
