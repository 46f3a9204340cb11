//! Every code that a finding can have.

use std::fmt;

use super::Severity;
use crate::read::closest;

macro_rules! codes {
    (@strict $severity:ident) => { Severity::$severity };
    (@strict $severity:ident $strict:ident) => { Severity::$strict };
    ($([$group:literal] $($variant:ident $name:literal $severity:ident $(=> $strict:ident)? $summary:literal,)*)*) => {
        /// The kind of a finding. The kebab-case name is stable: programs and people may rely on it.
        ///
        /// Every code is explained with an example, here and in [`Code::explanation`].
        ///
        /// ```
        /// use rdf_spec::Code;
        ///
        /// assert_eq!(Code::DuplicateTensorName.name(), "duplicate-tensor-name");
        /// assert_eq!(Code::from_name("duplicate-tensor-name"), Some(Code::DuplicateTensorName));
        /// assert!(Code::ALL.len() > 30);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(
                #[doc = $summary]
                #[doc = ""]
                #[doc = include_str!(concat!("explanations/", $name, ".md"))]
                $variant,
            )*)*
        }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The stable name, in kebab case.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $($(Self::$variant => $name,)*)*
                }
            }

            /// How serious a finding of this kind is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $($(Self::$variant => Severity::$severity,)*)*
                }
            }

            /// How serious a finding of this kind is when the letter of the specification is asked for
            /// (see [`Parsed::strict`](crate::Parsed::strict)): what departs from it is an error.
            #[must_use]
            pub fn strict_severity(self) -> Severity {
                match self {
                    $($(Self::$variant => codes!(@strict $severity $($strict)?),)*)*
                }
            }

            /// One sentence on what the code stands for.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self {
                    $($(Self::$variant => $summary,)*)*
                }
            }

            /// What the code means in Markdown: a paragraph, what to write instead of what as YAML, and why.
            ///
            /// The first YAML block has the finding, the second does not. Neither the name nor the severity is
            /// part of the text.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self {
                    $($(Self::$variant => include_str!(concat!("explanations/", $name, ".md")),)*)*
                }
            }

            /// What the code is about: the heading under which it stands in the documentation.
            #[must_use]
            pub fn group(self) -> &'static str {
                match self {
                    $($(Self::$variant)|* => $group,)*
                }
            }
        }
    };
}

codes! {
    ["The source"]
    UnreadableSource "unreadable-source" Error "There is nothing to read: no such file, no package, or a damaged one.",
    ["The text"]
    SyntaxError "syntax-error" Error "The text is not one YAML document of the core schema.",
    DocumentTooLarge "document-too-large" Error "The document, or what its aliases stand for, exceeds the bounds.",
    NestingTooDeep "nesting-too-deep" Error "Lists and mappings are nested deeper than the bound.",
    DuplicateKey "duplicate-key" Error "A mapping has the same key twice.",
    ["What kind of document"]
    UnsupportedType "unsupported-type" Error "The resource type is not one that is read.",
    UnsupportedFormatVersion "unsupported-format-version" Error "The format version is not one that is read.",
    NewerFormatVersion "newer-format-version" Alert => Error "The format version is newer than the newest known one; it is read as that one.",
    OldFormatVersion "old-format-version" Warning => Error "The format version is older than 0.4.5, which contributions need.",
    ["Older versions of the format"]
    MovedField "moved-field" Info "A field stands where an older version of the format had it.",
    ConvertedValue "converted-value" Info "A value has a form of an older version of the format; it is read in the newest form.",
    DroppedField "dropped-field" Warning "A field of an older version of the format has no place in the newest one.",
    FieldTooNew "field-too-new" Warning => Error "A field came with a newer version of the format than the description states.",
    ["Fields"]
    MissingField "missing-field" Error "A required field is missing.",
    MissingMetadata "missing-metadata" Warning "A field is missing that people need to find, credit or reuse the resource.",
    UnknownField "unknown-field" Error "A field is not part of the format.",
    IgnoredField "ignored-field" Info "A field is not part of the format; readers ignore it.",
    WrongType "wrong-type" Error "A value has another type than the field asks for.",
    NullNotAllowed "null-not-allowed" Error "A field is null or empty that may not be.",
    NullOptional "null-optional" Warning => Error "An optional field is null or empty instead of being left out.",
    EmptyList "empty-list" Error "A list that needs at least one item is empty.",
    ["Values"]
    InvalidAxes "invalid-axes" Error "Axes are not distinct letters out of `bitczyx`.",
    InvalidDataType "invalid-data-type" Error "A data type is not one of those allowed here.",
    UnspecifiedDataType "unspecified-data-type" Warning => Error "A data type is in use, but not in the text of the specification.",
    InvalidTensorName "invalid-tensor-name" Error "A tensor name is not an identifier of at most 256 characters.",
    InvalidOrcid "invalid-orcid" Error "An ORCID iD has a wrong form or check digit.",
    InvalidEmail "invalid-email" Error "An e-mail address has a wrong form.",
    AuthorAsText "author-as-text" Warning => Error "An author is given as text instead of a mapping with a name.",
    InvalidDoi "invalid-doi" Error "A DOI has a wrong form.",
    InvalidId "invalid-id" Error "An identifier of a resource has characters that it may not have.",
    InvalidSha256 "invalid-sha256" Error "A SHA-256 digest has a wrong form.",
    InvalidTimestamp "invalid-timestamp" Error "A timestamp is not of ISO 8601.",
    InvalidVersion "invalid-version" Error "A version number cannot be read.",
    LooseNumber "loose-number" Warning => Error "A number is written as text, or a whole number with a fraction.",
    LooseVersion "loose-version" Warning => Error "The version of a resource is not of the form MAJOR.MINOR.PATCH.",
    InvalidUrl "invalid-url" Error "An address is not an http or https URL.",
    InvalidSource "invalid-source" Error "A file reference is neither an http(s) URL nor a relative path of an allowed kind.",
    UnportablePath "unportable-path" Alert => Error "A path has a meaning on one operating system only.",
    CoverFormat "cover-format" Warning => Error "A cover is no PNG, JPEG or GIF image.",
    InvalidShape "invalid-shape" Error "A shape is neither a list of sizes nor one of the described forms.",
    InvalidValue "invalid-value" Error "A value is outside of what the field allows.",
    DataRangeOrder "data-range-order" Warning => Error "The smallest value of a data range is above the largest.",
    UnknownLicense "unknown-license" Warning => Error "The licence is not an identifier of the SPDX list.",
    DeprecatedLicense "deprecated-license" Warning "The SPDX list advises against the identifier of the licence.",
    UnknownOperation "unknown-operation" Error "A processing operation is not part of the format, or not allowed here.",
    UnknownRunMode "unknown-run-mode" Warning "A run mode is not one that consumers of models share.",
    ["Between fields"]
    DuplicateTensorName "duplicate-tensor-name" Error "Two tensors have the same name.",
    AxesShapeMismatch "axes-shape-mismatch" Alert => Error "Axes and shape of a tensor differ in length.",
    ShapeLengthMismatch "shape-length-mismatch" Error "Two lists that describe one shape differ in length.",
    BatchSizeNotOne "batch-size-not-one" Error "The batch axis of an input is not described by size one and step zero.",
    OffsetNotHalfInteger "offset-not-half-integer" Error "An offset is not a multiple of one half.",
    NewAxisWithoutSize "new-axis-without-size" Error "A new output axis (scale null) has no size.",
    UnknownReferenceTensor "unknown-reference-tensor" Error "A reference tensor does not exist.",
    CircularReferenceTensor "circular-reference-tensor" Error "Output shapes refer to each other in a circle.",
    ReferenceRankMismatch "reference-rank-mismatch" Error "The scale does not fit the number of axes of the reference tensor.",
    HaloLengthMismatch "halo-length-mismatch" Error "Halo and shape of an output differ in length.",
    OutputTooSmall "output-too-small" Error "Nothing is left of the smallest output once the halo is cut off.",
    AxesNotInTensor "axes-not-in-tensor" Error "An operation names axes that its tensor does not have.",
    StatisticsArguments "statistics-arguments" Error "Mean and standard deviation do not fit the mode of an operation.",
    CoefficientCount "coefficient-count" Alert => Error "A list of coefficients does not fit the size of the axes that it runs along.",
    PercentileOrder "percentile-order" Error "The lower percentile is not below the upper one.",
    ClipOrder "clip-order" Alert => Error "The lower limit of `clip` is not below the upper one.",
    ScaleLinearWithoutEffect "scale-linear-without-effect" Error "A linear scaling changes nothing.",
    TestTensorCount "test-tensor-count" Alert => Error "There is not one test tensor for each described tensor.",
    WeightsParent "weights-parent" Error "The parent of weights is unknown or the weights themselves.",
    WeightsParentCycle "weights-parent-cycle" Alert => Error "Weights were converted from each other in a circle.",
    WeightsAttachments "weights-attachments" Alert "Weights need further files, which consumers do not know how to use.",
    CustomDependencies "custom-dependencies" Warning "Weights need software of their own to be installed.",
    ArchitectureDigest "architecture-digest" Error "The digest of the architecture does not fit its form.",
    MissingCitation "missing-citation" Warning "Nothing is cited.",
    MissingFrameworkVersion "missing-framework-version" Alert "Weights do not say which version of their framework they need.",
    DocumentationNotMarkdown "documentation-not-markdown" Warning => Error "The documentation is not a Markdown file.",
    UnconventionalName "unconventional-name" Warning => Error "The name is longer than 64 characters or uses others than letters, digits, `_`, `-` and spaces.",
    ["Collections"]
    DuplicateId "duplicate-id" Error "Two entries of a collection have the same identifier.",
    PartnerConfig "partner-config" Warning "A setting for the appearance of a partner's collection has a wrong form.",
    ["Files of the package"]
    MissingFile "missing-file" Error "A file that the description refers to is not in the package, or cannot be read.",
    DigestMismatch "digest-mismatch" Error "A file does not have the SHA-256 digest that the description states.",
    TestTensorMismatch "test-tensor-mismatch" Alert => Error "A test tensor does not have the shape or data type that the description states.",
    CoverTooLarge "cover-too-large" Warning "A cover has 500 kB or more.",
    CoverAspectRatio "cover-aspect-ratio" Warning "A cover is not twice as wide as high.",
    NoValidationSection "no-validation-section" Warning "The documentation has no section on how to validate the model.",
}

impl Code {
    /// The code of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The codes that a misspelt or shortened name may stand for, most likely ones first; often there is none.
    ///
    /// ```
    /// use rdf_spec::Code;
    ///
    /// assert_eq!(Code::similar_to("invalid-axis"), [Code::InvalidAxes]);
    /// assert_eq!(Code::similar_to("doi"), [Code::InvalidDoi]);
    /// assert!(Code::similar_to("no such thing").is_empty());
    /// ```
    #[must_use]
    pub fn similar_to(name: &str) -> Vec<Self> {
        let name = name.trim().to_lowercase().replace(['_', ' '], "-");
        let names: Vec<&str> = Self::ALL.iter().map(|code| code.name()).collect();
        if let Some(code) = closest(&name, &names).and_then(Self::from_name) {
            return vec![code];
        }
        let parts = |code: &Self| format!("-{}-", code.name()).contains(&format!("-{name}-"));
        Self::ALL.iter().copied().filter(parts).collect()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
