//! Which consumer software can run a model, by what its description says.
//!
//! What each software asks for is data ([`CONSUMERS`]), every statement with the page or file that it was read from.
//! Nothing is run: a verdict says that a model has what the software asks for, not that the software was tried.
//!
//! ```
//! use hub::compatibility::{ModelFacts, Verdict, check};
//! use rdf_spec::Rdf;
//!
//! # let text = include_str!("../tests/documents/model.yaml");
//! let parsed = Rdf::from_yaml(text);
//! let facts = ModelFacts::of(&parsed).unwrap();
//! let reports = check(&facts);
//! let ilastik = reports.iter().find(|report| report.consumer.id == "ilastik").unwrap();
//! assert_eq!(ilastik.verdict, Verdict::Runs);
//! let fiji = reports.iter().find(|report| report.consumer.id == "fiji").unwrap();
//! assert_eq!(fiji.verdict, Verdict::No);
//! assert!(fiji.reasons[0].message.contains("tensorflow_saved_model_bundle"));
//! ```

mod condition;
mod consumers;
mod render;

use rdf_spec::{Network, Parsed, Rdf, WeightsEntry, WeightsFormat, Yaml};

pub use condition::Condition;
pub use consumers::{CONSUMERS, Consumer, ConsumerKind, Support, TensorFlow};
pub use render::to_json;

/// What of a model decides who can run it.
#[derive(Clone, Debug)]
pub struct ModelFacts<'p> {
    /// Tensors and weights.
    pub network: &'p Network,
    /// The tags of the model.
    pub tags: Vec<&'p str>,
    /// The names of the files that are attached to the model.
    pub attachments: Vec<&'p str>,
}

impl<'p> ModelFacts<'p> {
    /// The facts of a description; `None` if it is not that of a model whose tensors and weights can be read.
    ///
    /// Tags and attachments are taken from the document where the description as a whole is not valid.
    #[must_use]
    pub fn of(parsed: &'p Parsed<Rdf>) -> Option<Self> {
        let network = parsed.network()?;
        let root = parsed.document()?.root().as_mapping()?;
        let texts = |node: Option<&'p rdf_spec::Node>| -> Vec<&'p str> {
            let items = node.and_then(|node| node.as_sequence()).unwrap_or_default();
            items.iter().filter_map(|item| item.as_str()).collect()
        };
        let files = root
            .get("attachments")
            .and_then(|attachments| attachments.as_mapping())
            .and_then(|attachments| attachments.get("files"));
        let attachments = texts(files)
            .into_iter()
            .map(|file| file.rsplit(['/', '\\']).next().unwrap_or(file))
            .collect();
        Some(Self {
            network,
            tags: texts(root.get("tags")),
            attachments,
        })
    }
}

/// Whether a software can run a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The model has what the software asks for.
    Runs,
    /// It depends on something that the description does not say.
    Unsure,
    /// The model lacks something, or has what the software does not know.
    No,
}

impl Verdict {
    /// `runs`, `unsure` or `no`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Unsure => "unsure",
            Self::No => "no",
        }
    }
}

/// Why a software cannot run a model, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// One sentence.
    pub message: String,
    /// Where it was read.
    pub source: &'static str,
}

/// A weights format with which a software runs a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunnableFormat {
    /// The format.
    pub format: WeightsFormat,
    /// The first version of the software that takes it, where only newer ones do.
    pub since: Option<&'static str>,
    /// Where it was read.
    pub source: &'static str,
}

/// What was found for one software.
#[derive(Clone, Debug)]
pub struct ConsumerReport {
    /// The software.
    pub consumer: &'static Consumer,
    /// Whether it can run the model.
    pub verdict: Verdict,
    /// The formats of the model that it takes.
    pub formats: Vec<RunnableFormat>,
    /// What stands against it; empty if it runs.
    pub reasons: Vec<Reason>,
}

/// Looks at a model with the eyes of every software of [`CONSUMERS`], in that order.
#[must_use]
pub fn check(facts: &ModelFacts<'_>) -> Vec<ConsumerReport> {
    CONSUMERS.iter().map(|consumer| report(consumer, facts)).collect()
}

fn report(consumer: &'static Consumer, facts: &ModelFacts<'_>) -> ConsumerReport {
    let weights = &facts.network.weights;
    let mut formats = Vec::new();
    let mut doubts = Vec::new();
    let mut refusals = Vec::new();
    for support in consumer.support {
        let Some(entry) = weights.get(support.format) else {
            continue;
        };
        match version_fits(support, entry) {
            Fit::Yes => {
                // The first row of a format that fits is the one that asks for the least.
                if !formats
                    .iter()
                    .any(|known: &RunnableFormat| known.format == support.format)
                {
                    formats.push(RunnableFormat {
                        format: support.format,
                        since: support.since,
                        source: support.source,
                    });
                }
            }
            Fit::Unknown(message) => doubts.push(Reason {
                message,
                source: support.source,
            }),
            Fit::No(message) => refusals.push(Reason {
                message,
                source: support.source,
            }),
        }
    }
    let mut reasons = Vec::new();
    let mut verdict = Verdict::Runs;
    if formats.is_empty() {
        verdict = if doubts.is_empty() {
            Verdict::No
        } else {
            Verdict::Unsure
        };
        reasons.extend(doubts);
        reasons.extend(refusals);
        if reasons.is_empty() {
            reasons.push(no_format(consumer, facts));
        }
    }
    for (condition, source) in consumer.conditions {
        if let Some(message) = condition.unmet(facts) {
            verdict = Verdict::No;
            reasons.push(Reason { message, source });
        }
    }
    ConsumerReport {
        consumer,
        verdict,
        formats,
        reasons,
    }
}

/// The sentence for a model that has none of the formats that a software takes.
fn no_format(consumer: &'static Consumer, facts: &ModelFacts<'_>) -> Reason {
    let mut taken: Vec<&str> = consumer
        .support
        .iter()
        .map(|support| support.format.name())
        .collect();
    taken.dedup();
    let has: Vec<&str> = facts.network.weights.formats().map(WeightsFormat::name).collect();
    let has = if has.is_empty() {
        "none that can be read".to_owned()
    } else {
        has.join(", ")
    };
    Reason {
        message: format!("it takes weights as {}, the model has {has}", taken.join(" or ")),
        source: consumer
            .support
            .first()
            .map_or(consumer.url, |support| support.source),
    }
}

enum Fit {
    Yes,
    Unknown(String),
    No(String),
}

fn version_fits(support: &Support, entry: &WeightsEntry) -> Fit {
    if support.tensorflow == TensorFlow::Any {
        return Fit::Yes;
    }
    let Some(version) = &entry.tensorflow_version else {
        return Fit::Unknown(
            "it takes TensorFlow 1 only, and the weights do not state `tensorflow_version`".to_owned(),
        );
    };
    let text = version.as_str().trim_start_matches('v');
    if text == "1" || text.starts_with("1.") {
        Fit::Yes
    } else {
        Fit::No(format!(
            "it takes TensorFlow 1 only, the weights are of TensorFlow {text}"
        ))
    }
}

/// The value of a key of `kwargs` of weights with source code.
fn keyword<'p>(facts: &ModelFacts<'p>, name: &str) -> Option<&'p Yaml> {
    facts
        .network
        .weights
        .get(WeightsFormat::PytorchStateDict)?
        .kwargs
        .get(name)
}
