//! Which software runs a model.

use hub::compatibility::{CONSUMERS, ConsumerReport, ModelFacts, Verdict, check};
use rdf_spec::Rdf;

const MODEL: &str = include_str!("../documents/model.yaml");

fn verdict(text: &str, id: &str) -> (Verdict, Vec<String>, Vec<&'static str>) {
    let parsed = Rdf::from_yaml(text);
    let facts = ModelFacts::of(&parsed).unwrap_or_else(|| panic!("{:?}", parsed.diagnostics()));
    let reports: Vec<ConsumerReport> = check(&facts);
    let report = reports
        .into_iter()
        .find(|report| report.consumer.id == id)
        .unwrap();
    let reasons = report
        .reasons
        .iter()
        .map(|reason| reason.message.clone())
        .collect();
    let formats = report
        .formats
        .iter()
        .map(|runs| runs.since.unwrap_or(""))
        .collect();
    (report.verdict, reasons, formats)
}

/// The model with other weights.
fn with_weights(weights: &str) -> String {
    let (head, _) = MODEL.split_once("weights:\n").unwrap();
    format!("{head}weights:\n{weights}")
}

#[test]
fn tensorflow_1_is_told_from_tensorflow_2() {
    let saved = |version: &str| {
        with_weights(&format!(
            "  tensorflow_saved_model_bundle: {{source: a.zip{version}}}\n"
        ))
    };
    let one = saved(", tensorflow_version: 1.15.0");
    let two = saved(", tensorflow_version: 2.11.0");
    assert_eq!(verdict(&one, "fiji").0, Verdict::Runs);
    assert_eq!(verdict(&one, "deepimagej"), (Verdict::Runs, vec![], vec![""]));
    let (fiji, reasons, _) = verdict(&two, "fiji");
    assert_eq!(fiji, Verdict::No);
    assert_eq!(
        reasons,
        ["it takes TensorFlow 1 only, the weights are of TensorFlow 2.11.0"]
    );
    assert_eq!(
        verdict(&two, "deepimagej"),
        (Verdict::Runs, vec![], vec!["3.0.3"])
    );
    let (fiji, reasons, _) = verdict(&saved(""), "fiji");
    assert_eq!(fiji, Verdict::Unsure);
    assert!(
        reasons[0].contains("do not state `tensorflow_version`"),
        "{reasons:?}"
    );
}

#[test]
fn numbers_of_tensors_axes_operations_and_tags_decide() {
    assert_eq!(verdict(MODEL, "ilastik").0, Verdict::Runs);
    let two = MODEL.replace(
        "outputs:\n",
        "outputs:\n  - {name: second, axes: bc, data_type: float32, shape: [1, 2]}\n",
    );
    let (ilastik, reasons, _) = verdict(&two, "ilastik");
    assert_eq!(
        (ilastik, reasons),
        (
            Verdict::No,
            vec!["it runs models with one output, this one has 2".to_owned()]
        )
    );
    assert_eq!(verdict(&two, "deepimagej").0, Verdict::Runs);

    let dataset = MODEL.replace("mode: per_sample", "mode: per_dataset");
    assert_eq!(verdict(&dataset, "deepimagej").0, Verdict::No);
    assert_eq!(verdict(&dataset, "ilastik").0, Verdict::Runs);

    let state = "  pytorch_state_dict: {source: w.pt, architecture: 'a.py:Net', architecture_sha256: \
                 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, pytorch_version: 2.0.0";
    let plain = with_weights(&format!("{state}}}\n"));
    let (biapy, reasons, _) = verdict(&plain, "biapy");
    assert_eq!(biapy, Verdict::No);
    assert!(
        reasons[0].starts_with("it tells what to do by a tag"),
        "{reasons:?}"
    );
    let tagged = format!("{plain}tags: [Denoising]\n");
    assert_eq!(verdict(&tagged, "biapy").0, Verdict::Runs);
    let kwargs = tagged.replace(
        "pytorch_version: 2.0.0",
        "pytorch_version: 2.0.0, kwargs: {postprocessing: x}",
    );
    assert_eq!(verdict(&kwargs, "biapy").0, Verdict::No);
    let axes = tagged
        .replace("axes: bcyx", "axes: byxc")
        .replace("[1, 1, 64, 64]", "[1, 64, 64, 1]")
        .replace("[0, 0, 8, 8]", "[0, 8, 8, 0]");
    let (biapy, reasons, _) = verdict(&axes, "biapy");
    assert_eq!(
        (biapy, &*reasons[0]),
        (Verdict::No, "it takes the axes bcyx or bczyx, the input has byxc")
    );

    assert_eq!(verdict(&plain, "careamics").0, Verdict::No);
    let attached = format!("{plain}attachments: {{files: [training/careamics.yaml]}}\n");
    assert_eq!(verdict(&attached, "careamics").0, Verdict::Runs);
    assert_eq!(
        verdict(
            &with_weights("  keras_hdf5: {source: w.h5, tensorflow_version: 2.1.0}\n"),
            "zero"
        )
        .0,
        Verdict::Runs
    );
}

#[test]
fn every_statement_has_a_source() {
    for consumer in CONSUMERS {
        assert!(consumer.url.starts_with("https://"), "{}", consumer.id);
        for source in consumer
            .support
            .iter()
            .map(|support| support.source)
            .chain(consumer.conditions.iter().map(|(_, source)| *source))
        {
            assert!(source.starts_with("https://"), "{}: {source}", consumer.id);
        }
        assert!(!consumer.support.is_empty());
    }
    let mut ids: Vec<_> = CONSUMERS.iter().map(|consumer| consumer.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), CONSUMERS.len());
}
