//! What each software asks for: a table, every statement with its source.

use rdf_spec::WeightsFormat as Weights;

use super::Condition;

/// A software that runs models of the hub.
#[derive(Clone, Copy, Debug)]
pub struct Consumer {
    /// Its identifier among the partners, as in `[CONSUMER ID]` of a download report.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether people open it, or programs call it.
    pub kind: ConsumerKind,
    /// Its page.
    pub url: &'static str,
    /// The application that links to it (`links` of a model), where there is one.
    pub link: Option<&'static str>,
    /// The weights formats that it takes, those that ask for the least first.
    pub support: &'static [Support],
    /// What else it asks for, and where that was read.
    pub conditions: &'static [(Condition, &'static str)],
}

/// Whether people open a software, or programs call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsumerKind {
    /// People open it: consumer software in the sense of the contribution rules.
    Application,
    /// Programs call it.
    Library,
}

/// One weights format that a software takes.
#[derive(Clone, Copy, Debug)]
pub struct Support {
    /// The format.
    pub format: Weights,
    /// Which versions of TensorFlow it takes.
    pub tensorflow: TensorFlow,
    /// The first version of the software that takes it, where only newer ones do.
    pub since: Option<&'static str>,
    /// Where it was read.
    pub source: &'static str,
}

/// Versions of TensorFlow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TensorFlow {
    /// Any version; also for formats that have nothing to do with TensorFlow.
    Any,
    /// Version 1.
    One,
}

/// The user guide of the hub, "Using RI-SCALE Model Hub models in different software".
const GUIDE: &str = "https://modelhub.riscale.eu/docs/#/guides";
const DEEPIMAGEJ_3: &str = "https://github.com/deepimagej/deepimagej-plugin/releases/tag/3.0.3";
const JDLL: &str = "https://github.com/bioimage-io/JDLL";
/// What the authors of the format took the consumers to support.
const OVERVIEW: &str = "https://github.com/bioimage-io/spec-bioimage-io: scripts, weights formats overview";
const DEEPIMAGEJ_CHECK: &str =
    "https://github.com/bioimage-io/collection: scripts/check_compatibility_deepimagej.py";
const ILASTIK_CHECK: &str =
    "https://github.com/bioimage-io/collection: scripts/check_compatibility_ilastik.py";
const ILASTIK_ENGINE: &str = "https://github.com/ilastik/tiktorch: the network is run with PyTorch";
const BIAPY: &str =
    "https://github.com/BiaPyX/BiaPy: biapy/models/__init__.py, check_bmz_model_compatibility";
const CAREAMICS_CHECK: &str =
    "https://github.com/bioimage-io/collection: scripts/check_compatibility_careamics.py";
const CORE: &str = "https://github.com/bioimage-io/core-bioimage-io-python: src/bioimageio/core/backends";

const fn takes(format: Weights, source: &'static str) -> Support {
    Support {
        format,
        tensorflow: TensorFlow::Any,
        since: None,
        source,
    }
}

const fn since(version: &'static str, support: Support) -> Support {
    Support {
        since: Some(version),
        ..support
    }
}

const fn tensorflow_1(source: &'static str) -> Support {
    Support {
        tensorflow: TensorFlow::One,
        ..takes(Weights::TensorflowSavedModelBundle, source)
    }
}

/// The Java library behind deepImageJ and Icy has neither.
const JAVA_OPERATIONS: [(Condition, &str); 2] = [
    (Condition::WithoutOperation("scale_mean_variance"), JDLL),
    (Condition::WithoutDatasetStatistics, JDLL),
];

/// The software that is known, in alphabetical order of the applications, then libraries.
pub const CONSUMERS: &[Consumer] = &[
    Consumer {
        id: "biapy",
        name: "BiaPy",
        kind: ConsumerKind::Application,
        url: "https://biapyx.github.io",
        link: Some("biapy/biapy"),
        support: &[takes(Weights::PytorchStateDict, BIAPY)],
        conditions: &[
            (Condition::OneInput, BIAPY),
            (Condition::Axes(&["bcyx", "bczyx"]), BIAPY),
            (
                Condition::AtMostOnePreprocessing(&[
                    "zero_mean_unit_variance",
                    "scale_range",
                    "scale_linear",
                ]),
                BIAPY,
            ),
            (
                Condition::OneTagOf(&[
                    "semantic-segmentation",
                    "segmentation",
                    "instance-segmentation",
                    "detection",
                    "denoising",
                    "super-resolution",
                    "superresolution",
                    "self-supervision",
                    "classification",
                    "pix2pix",
                    "image-reconstruction",
                    "image-to-image",
                    "image-restoration",
                ]),
                BIAPY,
            ),
            (Condition::WithoutKeyword("postprocessing"), BIAPY),
        ],
    },
    Consumer {
        id: "careamics",
        name: "CAREamics",
        kind: ConsumerKind::Application,
        url: "https://careamics.github.io",
        link: None,
        support: &[takes(Weights::PytorchStateDict, CAREAMICS_CHECK)],
        conditions: &[(Condition::Attachment("careamics.yaml"), CAREAMICS_CHECK)],
    },
    Consumer {
        id: "deepimagej",
        name: "deepImageJ",
        kind: ConsumerKind::Application,
        url: "https://deepimagej.github.io",
        link: Some("deepimagej/deepimagej"),
        support: &[
            takes(Weights::Torchscript, GUIDE),
            tensorflow_1(GUIDE),
            since("3.0.3", takes(Weights::TensorflowSavedModelBundle, DEEPIMAGEJ_3)),
            since("3.0.3", takes(Weights::Onnx, DEEPIMAGEJ_3)),
        ],
        conditions: &[
            (Condition::OneInput, DEEPIMAGEJ_CHECK),
            JAVA_OPERATIONS[0],
            JAVA_OPERATIONS[1],
        ],
    },
    Consumer {
        id: "fiji",
        name: "Fiji (CSBDeep, modelhub.riscale.eu prediction)",
        kind: ConsumerKind::Application,
        url: "https://fiji.sc",
        link: Some("fiji/Fiji"),
        support: &[tensorflow_1(GUIDE)],
        conditions: &[],
    },
    Consumer {
        id: "icy",
        name: "Icy",
        kind: ConsumerKind::Application,
        url: "https://icy.bioimageanalysis.org",
        link: None,
        support: &[
            takes(Weights::Torchscript, JDLL),
            takes(Weights::TensorflowSavedModelBundle, JDLL),
            takes(Weights::Onnx, JDLL),
        ],
        conditions: &JAVA_OPERATIONS,
    },
    Consumer {
        id: "ilastik",
        name: "ilastik",
        kind: ConsumerKind::Application,
        url: "https://www.ilastik.org",
        link: Some("ilastik/ilastik"),
        support: &[
            takes(Weights::Torchscript, ILASTIK_ENGINE),
            takes(Weights::PytorchStateDict, ILASTIK_ENGINE),
        ],
        conditions: &[
            (Condition::OneInput, ILASTIK_CHECK),
            (Condition::OneOutput, ILASTIK_CHECK),
        ],
    },
    Consumer {
        id: "imjoy",
        name: "ImJoy",
        kind: ConsumerKind::Application,
        url: "https://imjoy.io",
        link: None,
        support: &[takes(Weights::Onnx, OVERVIEW)],
        conditions: &[],
    },
    Consumer {
        id: "zero",
        name: "ZeroCostDL4Mic",
        kind: ConsumerKind::Application,
        url: "https://github.com/HenriquesLab/ZeroCostDL4Mic/wiki",
        link: None,
        support: &[takes(Weights::KerasHdf5, OVERVIEW)],
        conditions: &[],
    },
    Consumer {
        id: "bioimageio.core",
        name: "bioimageio.core",
        kind: ConsumerKind::Library,
        url: "https://github.com/bioimage-io/core-bioimage-io-python",
        link: None,
        support: &[
            takes(Weights::PytorchStateDict, CORE),
            takes(Weights::Torchscript, CORE),
            takes(Weights::Onnx, CORE),
            takes(Weights::TensorflowSavedModelBundle, CORE),
            takes(Weights::KerasHdf5, CORE),
        ],
        conditions: &[],
    },
    Consumer {
        id: "jdll",
        name: "JDLL",
        kind: ConsumerKind::Library,
        url: JDLL,
        link: None,
        support: &[
            takes(Weights::Torchscript, JDLL),
            takes(Weights::TensorflowSavedModelBundle, JDLL),
            takes(Weights::Onnx, JDLL),
        ],
        conditions: &JAVA_OPERATIONS,
    },
];
