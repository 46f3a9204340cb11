//! `modelhub inspect`

use crate::harness::{Copy, fixture, modelhub};

#[test]
fn the_summary_for_people() {
    let model = fixture("two-channels-two-outputs");
    let run = modelhub(["inspect".as_ref(), model.as_os_str()]);
    insta::assert_snapshot!("summary", run.snapshot(&model));
}

#[test]
fn the_summary_for_programs() {
    let run = modelhub([
        "inspect".as_ref(),
        "--output".as_ref(),
        "json".as_ref(),
        fixture("blobs-unet2d").as_os_str(),
    ]);
    assert_eq!(run.code, 0);
    let summary = run.json();
    assert_eq!(
        summary["inputs"][0]["shape"]["step"],
        serde_json::json!([0, 0, 16, 16])
    );
    assert_eq!(summary["outputs"][0]["halo"], serde_json::json!([0, 0, 48, 48]));
    assert_eq!(summary["weights"][0]["backends"], serde_json::json!(["tract"]));
    assert_eq!(summary["weights"][1]["backends"], serde_json::json!(["tract"]));
}

#[test]
fn an_invalid_model_is_shown_as_far_as_it_can_be_read() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("halo: [0, 0, 48, 48]", "halo: [0, 0, 64, 64]");
    let run = modelhub(["inspect".as_ref(), copy.path().as_os_str()]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("halo [0, 0, 64, 64]"), "{run:?}");
    assert!(
        run.stderr
            .contains("the description has 2 errors: see `modelhub validate`"),
        "{run:?}"
    );

    copy.remove_lines("license: MIT");
    let run = modelhub(["inspect".as_ref(), copy.path().as_os_str()]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("the required field `license` is missing"),
        "{run:?}"
    );
}
