//! How much memory reading takes: at most ten times the text and six megabytes, whatever the text is.
//!
//! The only test of its program: what others allocate would be counted too.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use peak_alloc::PeakAlloc;
use rdf_spec::ModelRdf;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const FREE: usize = 6_000_000;
const TIMES: usize = 10;
const HEAD: &str = "format_version: 0.4.0\ntype: model\n";

/// What reading takes at its worst moment, without the text.
fn peak(text: &str) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let parsed = ModelRdf::from_yaml(text);
    let peak = ALLOCATOR.peak_usage() - before;
    drop(parsed);
    peak
}

/// Texts of about this many bytes that hold as much as possible.
fn texts(length: usize) -> Vec<(&'static str, String)> {
    let filled = |head: &str, part: &str, tail: &str| {
        let count = length.saturating_sub(head.len() + tail.len()) / part.len();
        [head, &part.repeat(count), tail].concat()
    };
    let numbered = |head: &str, part: &dyn Fn(usize) -> String| {
        let mut text = head.to_owned();
        for at in 0.. {
            let part = part(at);
            if text.len() + part.len() > length {
                break;
            }
            text += &part;
        }
        text
    };
    let in_config = format!("{HEAD}config:\n");
    let in_list = format!("{HEAD}config: {{a: [");
    let in_item = format!("{HEAD}config:\n- [");
    let alias = |anchored: &str| filled(&format!("{HEAD}config:\n a: &a {anchored}\n b: ["), "*a,", "]");
    let mut deep = String::new();
    for level in 0..120 {
        let _ = writeln!(
            deep,
            "{}{}:",
            " ".repeat(level),
            "k".repeat((length / 200).min(1000))
        );
    }
    let deep_key = format!("{}a: 1\n", " ".repeat(120));
    let full_text = ["x".repeat(length / 2 - 100), "y".repeat(length / 2 - 100)];
    vec![
        ("list", filled("[", "x,", "]")),
        ("list as a value", filled(&in_list, "x,", "]}")),
        ("list as an item", filled(&in_item, "x,", "]")),
        ("list behind a scalar", filled("[a [", "x,", "")),
        ("aliases without commas", filled("- [", "*a ", "")),
        ("quotes without commas", filled("- [", "'' ", "")),
        ("pairs in a list", filled(&in_list, "a: ,", "]}")),
        ("pairs in an item", filled(&in_item, "a: ,", "]")),
        ("colons", filled(&in_item, ":,", "]")),
        ("block list", filled(&in_config, "- x\n", "")),
        ("empty items", filled("", "-\n", "")),
        ("deep lists", filled(&in_list, "[[[[[[[[x]]]]]]]],", "]}")),
        ("open lists", filled("- ", "[", "")),
        ("empty lists", filled(&in_list, "[],", "]}")),
        ("empty mappings", filled(&in_list, "{},", "]}")),
        ("small mappings", filled(&in_list, "{a: },", "]}")),
        ("block mappings", filled(&in_config, "- a:\n", "")),
        ("anchors", filled(&in_list, "&a x,", "]}")),
        ("anchored lists", filled(&in_list, "&a [&b [x]],", "]}")),
        ("aliases", alias("x")),
        ("aliases of text", alias(&"x".repeat(1000))),
        ("aliases of mappings", alias("{a: 1, b: 2, c: {}, d: [1, 2, 3]}")),
        (
            "anchored text",
            format!(
                "{HEAD}config: [&a {}, &b {}, *a, *b, *a]",
                full_text[0], full_text[1]
            ),
        ),
        ("unknown keys", numbered(HEAD, &|at| format!("k{at}: 1\n"))),
        (
            "unknown long keys",
            numbered(HEAD, &|at| format!("k{at:01000}: 1\n")),
        ),
        ("free keys", numbered(&in_config, &|at| format!(" k{at}: 1\n"))),
        (
            "keys in brackets",
            numbered(&format!("{HEAD}config: {{"), &|at| format!("{at}: ,")) + "}",
        ),
        ("keys that stand twice", filled(HEAD, "a: 1\n", "")),
        ("the same below long keys", filled(&deep, &deep_key, "")),
        (
            "merged keys",
            filled(
                &format!("{HEAD}config:\n- &a {{a: 1, b: 2, c: 3}}\n"),
                "- <<: *a\n",
                "",
            ),
        ),
        (
            "inputs",
            filled(
                &format!("{HEAD}inputs:\n"),
                "- {name: a, axes: b, data_type: uint8, shape: [1]}\n",
                "",
            ),
        ),
        (
            "wrong inputs",
            filled(&format!("{HEAD}inputs:\n"), "- {a: 1}\n", ""),
        ),
        ("files", filled(&format!("{HEAD}covers:\n"), "- a\n", "")),
        ("authors", filled(&format!("{HEAD}authors:\n"), "- a\n", "")),
        (
            "block text",
            filled(&format!("{HEAD}description: |\n"), "  some text\n", ""),
        ),
        (
            "quoted text",
            filled(&format!("{HEAD}description: \""), "some text ", "\""),
        ),
        ("escapes", filled(&format!("{HEAD}description: \""), "\\n", "\"")),
        (
            "free text",
            filled(&format!("{HEAD}config: {{a: \""), "some text ", "\"}"),
        ),
        ("comments", filled(HEAD, "# comment\n", "")),
        ("tags", filled(&in_item, "!!str x,", "]")),
        ("damaged brackets", filled(&in_item, "]]", "")),
    ]
}

#[test]
fn reading_takes_at_most_ten_times_the_text() {
    let mut wrong = String::new();
    for length in [2_000, 30_000, 200_000, 1 << 20] {
        for (name, text) in texts(length) {
            let peak = peak(&text);
            if peak > FREE + TIMES * text.len() {
                let _ = writeln!(wrong, "{name}: {peak} bytes for {} of text", text.len());
            }
        }
    }
    // Texts that are too long are not looked into at all.
    let long = "a: 1\n".repeat(10 << 20);
    let peak_of_long = peak(&long);
    assert!(peak_of_long < 10_000, "{peak_of_long}");
    assert!(wrong.is_empty(), "{wrong}");
    published_descriptions();
}

/// Published descriptions, where there are any, leave most of what they may take.
fn published_descriptions() {
    let Some(folder) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let folder = std::path::Path::new(&folder).join("documents");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if let Ok(text) = std::fs::read_to_string(&path) {
            let peak = peak(&text);
            assert!(peak < 200_000 + TIMES * text.len(), "{}: {peak}", path.display());
        }
    }
}
