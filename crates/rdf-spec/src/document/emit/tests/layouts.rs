//! One test a layout.

use super::*;

#[test]
fn a_renamed_key_keeps_all_else() {
    let text = "# head\n\n# first\na: 'x'   # one\nb:\n    c:  1.10 # two\n    \"d\": [1,2 ]\n\n# end\n";
    assert_eq!(
        kept(text, |root| assert!(map(at(root, "b")).rename("c", "new"))),
        text.replace("c:  ", "new:  ")
    );
    assert_eq!(
        kept(text, |root| assert!(map(root).rename("b", "yes"))),
        text.replace("b:\n", "\"yes\":\n")
    );
    assert_eq!(
        kept(text, |root| assert!(map(at(root, "b")).rename("d", "e"))),
        text.replace("\"d\"", "e")
    );
}

#[test]
fn a_removed_entry_takes_its_own_comments() {
    let text = "# head\na: 1\n\n# free\n\n# of b\nb: # on b\n  c: 1\n  # below b\n\n# of d\nd: 2\n# end\n";
    assert_eq!(
        kept(text, |root| drop(map(root).remove("b"))),
        "# head\na: 1\n\n# free\n\n# of d\nd: 2\n# end\n"
    );
    assert_eq!(
        kept(text, |root| drop(map(root).remove("a"))),
        text.replace("a: 1\n\n", "")
    );
    assert_eq!(
        kept(text, |root| drop(map(root).remove("d"))),
        text.replace("\n# of d\nd: 2\n", "")
    );
    assert_eq!(
        kept(text, |root| drop(map(at(root, "b")).remove("c"))),
        text.replace("b: # on b\n  c: 1\n", "b: {} # on b\n")
    );
}

#[test]
fn a_moved_entry_takes_its_own_comments() {
    let text = "a:\n  # of b\n  b: |  # text\n    x\n     y\n\n    z\n  # of c\n  c: 1\nd:\n    - e: 1 # e\n";
    let moved = kept(text, |root| {
        let entry = map(at(root, "a")).remove("b").unwrap();
        map(at(root, "d/0")).insert("b", entry);
    });
    assert_eq!(
        moved,
        "a:\n  # of c\n  c: 1\nd:\n    - e: 1 # e\n      # of b\n      b: |  # text\n        x\n         y\n\n        z\n"
    );
    // And back to the top.
    let up = kept(&moved, |root| {
        let entry = map(at(root, "d/0")).remove("b").unwrap();
        map(root).insert("b", entry);
    });
    assert_eq!(
        up,
        "a:\n  # of c\n  c: 1\nd:\n    - e: 1 # e\n# of b\nb: |  # text\n  x\n   y\n\n  z\n"
    );
}

#[test]
fn a_scalar_becomes_a_mapping() {
    let text = "a:\n- b: x # on b\n  # of c\n  c: y\n";
    let changed = kept(text, |root| {
        at(root, "a/0/b").kind = value("{min: [1, 2], note: 'it: is'}").kind
    });
    assert_eq!(
        changed,
        "a:\n- b: # on b\n    min:\n    - 1\n    - 2\n    note: \"it: is\"\n  # of c\n  c: y\n"
    );
    let text = "a:\n  - x # on x\n  - y\n";
    let changed = kept(text, |root| {
        let old = at(root, "a/0").clone();
        let node = at(root, "a/0");
        node.kind = value("{name: z}").kind;
        map(node).get_mut("name").unwrap().clone_from(&old);
    });
    assert_eq!(changed, "a:\n  # on x\n  - name: x\n  - y\n");
}

#[test]
fn a_value_is_wrapped() {
    let text = "weights:\n  # the file\n  source: 'w.pt'  # here\n  sha: 1.10\n";
    let changed = kept(text, |root| {
        let inner = at(root, "weights").clone();
        at(root, "weights").kind = value("{torch: x}").kind;
        *at(root, "weights/torch") = inner;
    });
    assert_eq!(
        changed,
        "weights:\n  torch:\n    # the file\n    source: 'w.pt'  # here\n    sha: 1.10\n"
    );
}

#[test]
fn items_of_lists() {
    let text =
        "- a # one\n# of b\n- b\n-\n  c: 1\n  d: 2\n-   e: 1\n    # of f\n    f: 2\n- - g\n  - h # h\n";
    assert_eq!(
        kept(text, |root| drop(root.as_sequence_mut().unwrap().remove(1))),
        text.replace("# of b\n- b\n", "")
    );
    assert_eq!(
        kept(text, |root| drop(map(at(root, "2")).remove("c"))),
        text.replace("  c: 1\n", "")
    );
    assert_eq!(
        kept(text, |root| drop(map(at(root, "3")).remove("e"))),
        text.replace("-   e: 1\n    # of f\n    f: 2\n", "# of f\n-   f: 2\n")
    );
    assert_eq!(
        kept(text, |root| drop(
            at(root, "4").as_sequence_mut().unwrap().remove(0)
        )),
        text.replace("- - g\n  - h # h\n", "- - h # h\n")
    );
    assert_eq!(
        kept(text, |root| root.as_sequence_mut().unwrap().reverse()),
        "- - g\n  - h # h\n-   e: 1\n    # of f\n    f: 2\n-\n  c: 1\n  d: 2\n# of b\n- b\n- a # one\n"
    );
}

#[test]
fn brackets_stay() {
    let text = "a: {b: 1, \"c\":2, d}   # on a\ne: [x,  {f: g}, [a: b]]\n";
    assert_eq!(
        kept(text, |root| assert!(map(at(root, "a")).rename("b", "m"))),
        text.replace("b: 1", "m: 1")
    );
    assert_eq!(
        kept(text, |root| drop(
            map(at(root, "a")).insert("m", entry("{x: 'a, b'}"))
        )),
        text.replace("d}", "d, m: {x: \"a, b\"}}")
    );
    assert_eq!(
        kept(text, |root| drop(map(at(root, "a")).remove("b"))),
        text.replace("b: 1, ", "")
    );
    assert_eq!(
        kept(text, |root| *at(root, "e/1/f") = value("[1, 2]")),
        text.replace("f: g", "f: [1, 2]")
    );
    assert_eq!(
        kept(text, |root| drop(
            at(root, "a").as_mapping_mut().unwrap().insert("c", entry("3"))
        )),
        text.replace("\"c\":2", "c: 3")
    );
}

#[test]
fn brackets_over_several_lines() {
    let text = "a: [ # open\n  # of one\n  one, # on one\n  {two: 2},\n  # of three\n  three # on three\n]\n";
    assert_eq!(
        kept(text, |root| drop(
            at(root, "a").as_sequence_mut().unwrap().remove(0)
        )),
        text.replace("  # of one\n  one, # on one\n", "")
    );
    assert_eq!(
        kept(text, |root| drop(
            at(root, "a").as_sequence_mut().unwrap().remove(2)
        )),
        text.replace("},\n  # of three\n  three # on three\n", "}\n")
    );
    assert_eq!(
        kept(text, |root| at(root, "a")
            .as_sequence_mut()
            .unwrap()
            .push(value("four"))),
        text.replace("three # on three\n", "three, # on three\n  four\n")
    );
}

#[test]
fn brackets_move() {
    let text = "a: [ # c1\n  b, # c2\n  c\n] # c3\nd:\n  - e\n";
    let changed = kept(text, |root| {
        at(root, "a").as_sequence_mut().unwrap().remove(1);
        let moved = map(root).remove("a").unwrap();
        *at(root, "d/0") = value("{f: g}");
        map(at(root, "d/0")).insert("a", moved);
    });
    assert_eq!(changed, "d:\n  - f: g\n    a: [ # c1\n      b # c2\n    ] # c3\n");
}

#[test]
fn new_values_with_the_position_of_old_ones() {
    let text = "a: 1 # a\n\n# free\n\nb:\n  # of c\n  c: 1\n  d: 2\n";
    let changed = kept(text, |root| {
        let span = root.span;
        let mut new = entry("{x: 1, w: {z: 2}}");
        new.value.span = span;
        new.key_span = map(root).entry("a").unwrap().key_span;
        map(root).insert("new", new);
        map(root).rename("a", "e");
        let mut other = entry("3");
        other.key_span = map(at(root, "b")).entry("c").unwrap().key_span;
        map(at(root, "b")).insert("n2", other);
    });
    assert_eq!(
        changed,
        "e: 1 # a\n\n# free\n\nb:\n  # of c\n  c: 1\n  d: 2\n  n2: 3\nnew:\n  x: 1\n  w:\n    z: 2\n"
    );
}

#[test]
fn json_stays_json() {
    let text = "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [1, 2],\n    \"d\": \"x\"\n  }\n}\n";
    let changed = kept(text, |root| {
        let entry = map(root).remove("a").unwrap();
        map(at(root, "b")).insert("a", entry);
        assert!(map(at(root, "b")).rename("d", "e"));
        map(root).insert("f", super::entry("{g: null, h: [text]}"));
    });
    assert_eq!(
        changed,
        "{\n  \"b\": {\n    \"c\": [1, 2],\n    \"e\": \"x\",\n    \"a\": 1\n  },\n  \"f\": {\"g\": null, \"h\": [\"text\"]}\n}\n"
    );
}

#[test]
fn line_breaks_and_marks_stay() {
    let text = "\u{feff}# head\r\na: 1 # é\r\n\"ü\": # ü\r\n  c: 2\r\n";
    let changed = kept(text, |root| {
        map(root).insert("m", entry("[1]"));
        assert!(map(at(root, "ü")).rename("c", "d"));
    });
    assert_eq!(
        changed,
        "\u{feff}# head\r\na: 1 # é\r\n\"ü\": # ü\r\n  d: 2\r\nm:\r\n  - 1\r\n"
    );
    // No line break at the end.
    assert_eq!(
        kept("a: 1\nb: 2", |root| drop(map(root).insert("c", entry("3")))),
        "a: 1\nb: 2\nc: 3\n"
    );
    assert_eq!(kept("a: 1\nb: 2", |root| drop(map(root).remove("a"))), "b: 2");
}

#[test]
fn head_and_end_of_the_file_stay() {
    let text = "%YAML 1.2\n# schema\n--- # doc\n# of a\na: 1\nb: 2\n# end\n...\n# behind\n";
    assert_eq!(
        kept(text, |root| drop(map(root).remove("a"))),
        text.replace("a: 1\n", "")
    );
    assert_eq!(
        kept(text, |root| drop(map(root).insert("c", entry("3")))),
        text.replace("b: 2\n# end\n", "b: 2\nc: 3\n# end\n")
    );
    assert_eq!(
        kept(text, |root| *root = value("[]")),
        text.replace("a: 1\nb: 2\n", "[]\n")
    );
    assert_eq!(
        kept("--- {a: 1} # x\n", |root| assert!(map(root).rename("a", "b"))),
        "--- {b: 1} # x\n"
    );
}

#[test]
fn anchors() {
    let text = "a: &x # anchor\n  b: 1\n  # of c\n  c: 2\nd: *x\ne:\n  <<: *x # merged\n  f: 3\n";
    // What stands elsewhere may change.
    assert_eq!(
        kept(text, |root| drop(map(at(root, "e")).remove("f"))),
        text.replace("  f: 3\n", "")
    );
    assert_eq!(
        kept(text, |root| assert!(map(root).rename("d", "m"))),
        text.replace("d:", "m:")
    );
    // Not what an alias stands for: its places differ from then on.
    let changed = rewrite(text, |root| assert!(map(at(root, "a")).rename("b", "m")));
    assert_eq!(changed.kept, Kept::OnlyValues);
    assert_eq!(
        changed.text,
        "a:\n  m: 1\n  c: 2\nd:\n  b: 1\n  c: 2\ne:\n  f: 3\n  b: 1\n  c: 2\n"
    );
    // But a changed alias is written out.
    assert_eq!(
        kept(text, |root| drop(map(at(root, "d")).remove("b"))),
        text.replace("d: *x\n", "d:\n  c: 2\n")
    );
}

#[test]
fn rare_forms() {
    for text in [
        "? a\n: b\n? |\n  long\n: - c\n  - d\n? e\nf: g\n",
        "a: !!str 1.10\nb: !!float 1\n&k c: &v\n  d: &w [1]\ne: !!null\nf: &n\ng: *n\n",
        "a:\n- b\n-\n- - c\n  -   d\nc: |+\n  text\n\n\nd: >-\n  a\n\n\n  b\n\n# c\n",
        "a:   # c\n\n  # d\n\n  b: 1\n   # e\n # f\nc:\n- 1\n # g\n# h\n- 2\n",
        "a: \"x\n  y # no\n  z\" # yes\nb: x\n  y\n  z\nc: 'it''s'\n",
        "  a: 1\n  b:\n      - 1\n",
        "--- |\n  text\n",
        "plain\n",
        "[]",
        "a: 1\na: 2\nb: {c: 1, c: 2}\n",
        "a:\t1\t# c\n\t\nb: 2\n",
        "{a, b: , ? c : d, [e, : f]: g}",
        "a: [b, [c: d, ], {}, # e\n  f # g\n  ]\n",
        "a: |\nb: >\n\nc:\n",
        "- |\n  a\n   \n   # no\n # yes\n-\n # of b\n - b\n",
        "a\r: b\rc: d\r",
    ] {
        if let Ok(document) = Document::parse(text) {
            assert_eq!(taken_apart(text).as_deref(), Some(text));
            assert_eq!(document.rewritten(text, document.root()).unwrap().text, text);
        }
    }
}

#[test]
fn a_key_that_stands_twice() {
    let text = "a: 1\nb: 2\na: 3 # twice\n";
    assert_eq!(
        kept(text, |root| drop(map(root).remove("b"))),
        "a: 1\na: 3 # twice\n"
    );
    assert_eq!(
        kept(text, |root| assert!(map(root).rename("b", "c"))),
        text.replace("b", "c")
    );
    assert_eq!(kept(text, |root| drop(map(root).remove("a"))), "b: 2\n");
    let text = "{a: 1, b: 2, a: 3, c: 4}\n";
    assert_eq!(
        kept(text, |root| drop(map(root).remove("b"))),
        "{a: 1, a: 3, c: 4}\n"
    );
    assert_eq!(kept(text, |root| drop(map(root).remove("a"))), "{b: 2, c: 4}\n");
    let text = "a: &x {b: 1}\nc: {<<: *x, d: 2, e: 3}\n";
    assert_eq!(
        kept(text, |root| drop(map(at(root, "c")).remove("d"))),
        text.replace("d: 2, ", "")
    );
}

#[test]
fn block_text_moves_into_brackets() {
    let text = "a:\n  b: |\n    x\n  c:\n    - 1\n    - it's\nd: {e: 1}\n";
    let changed = kept(text, |root| {
        for key in ["b", "c"] {
            let entry = map(at(root, "a")).remove(key).unwrap();
            map(at(root, "d")).insert(key, entry);
        }
    });
    assert_eq!(changed, "a: {}\nd: {e: 1, b: \"x\\n\", c: [1, it's]}\n");
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let document = Document::parse("a: 1\n").unwrap();
    let mut deep = value("a");
    for _ in 0..200 {
        deep = Node {
            span: deep.span,
            kind: NodeKind::Sequence(vec![deep]),
        };
    }
    assert_eq!(
        document.rewritten("a: 1\n", &deep).unwrap_err().code,
        crate::Code::NestingTooDeep
    );
    let mut large = document.root().clone();
    map(&mut large).insert("b", entry(&format!("\"{}\"", "x".repeat((1 << 20) - 4))));
    assert_eq!(
        document.rewritten("a: 1\n", &large).unwrap_err().code,
        crate::Code::DocumentTooLarge
    );
}

#[test]
fn another_text_gives_the_changed_tree_all_the_same() {
    let document = Document::parse("a: 1\nb: 2\n").unwrap();
    for text in ["", "x", "a: 1\n# b: 2\n", "[[[", "b: 2\na: 1\n"] {
        let rewritten = document.rewritten(text, document.root()).unwrap();
        let again = Document::parse(&rewritten.text).unwrap();
        assert_eq!(again.root().to_yaml(), document.root().to_yaml());
    }
}
