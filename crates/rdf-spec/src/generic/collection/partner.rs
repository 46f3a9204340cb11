//! What `config` of a collection says about a partner and the appearance of the collection on the website.

mod checks;

use indexmap::IndexMap;

use self::checks::{Form, Settings};
use crate::diagnostic::Diagnostic;
use crate::value::Yaml;

/// Types that a collection can be shown with (`resource_types`).
const RESOURCE_TYPES: [&str; 4] = ["model", "application", "notebook", "dataset"];

/// How a partner's collection looks on the website, and, in the collection of all partners, who they are
/// (keys of `config`).
///
/// ```
/// use indexmap::IndexMap;
/// use rdf_spec::{PartnerConfig, Yaml};
///
/// let config = IndexMap::from([
///     ("logo".to_owned(), Yaml::String("\u{1f992}".to_owned())),
///     ("default_type".to_owned(), Yaml::String("movie".to_owned())),
/// ]);
/// let (settings, findings) = PartnerConfig::from_config(&config);
/// assert_eq!(settings.logo.as_deref(), Some("\u{1f992}"));
/// assert_eq!(settings.default_type, None);
/// assert_eq!(findings[0].code.name(), "partner-config");
/// assert_eq!(findings[0].path.to_string(), "default_type");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PartnerConfig {
    /// Where to learn more: a URL, also of a raw Markdown file.
    pub about_url: Option<String>,
    /// Tags by which the resources of the collection are found.
    pub tags: Vec<String>,
    /// An emoji, or the URL of an image.
    pub logo: Option<String>,
    /// An emoji, or the URL of a square image.
    pub icon: Option<String>,
    /// Heading of the first page.
    pub splash_title: Option<String>,
    /// Second heading of the first page.
    pub splash_subtitle: Option<String>,
    /// Lines of the first page.
    pub splash_feature_list: Vec<String>,
    /// Text of the button that leads to the resources.
    pub explore_button_text: Option<String>,
    /// Path or URL of an image.
    pub background_image: Option<String>,
    /// Types of resources that are shown: some of `model`, `application`, `notebook`, `dataset`.
    pub resource_types: Vec<String>,
    /// The type that is shown first, or `all`.
    pub default_type: Option<String>,
    /// The partners of a collection of collections.
    pub partners: Vec<Partner>,
}

/// A partner and where its collection is (`config.partners`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Partner {
    /// Identifier, the first part of the identifiers of the partner's resources.
    pub id: String,
    /// `owner/name` at GitHub.
    pub repository: String,
    /// Branch of the repository.
    pub branch: String,
    /// Path of the collection in the repository.
    pub collection_file_name: String,
    /// Where the results of the partner's tests are.
    pub test_summaries: Option<PartnerTestSummaries>,
    /// All other keys, such as `name`, `contact` and `docs`.
    pub other: IndexMap<String, Yaml>,
}

/// Where the results of a partner's tests are, and how new ones are asked for (`test_summaries`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartnerTestSummaries {
    /// `owner/name` at GitHub.
    pub repository: String,
    /// Branch with the results.
    pub deploy_branch: String,
    /// Folder with the results: `<resource id>/<version id>/test_summary_*.yaml` below it.
    pub deploy_folder: String,
    /// File name of the workflow that tests resources.
    pub workflow: Option<String>,
    /// Where the workflow is run, such as `refs/heads/main`.
    pub workflow_ref: Option<String>,
}

impl PartnerConfig {
    /// Takes the settings out of `config`; those of a wrong form are left out and reported, with paths below
    /// `config`. Keys that have nothing to do with partners are not looked at.
    #[must_use]
    pub fn from_config(config: &IndexMap<String, Yaml>) -> (Self, Vec<Diagnostic>) {
        let mut settings = Settings::new(config);
        let config = Self {
            about_url: settings.text("about_url", Form::Url),
            tags: settings.texts("tags", Form::Any),
            logo: settings.text("logo", Form::Picture),
            icon: settings.text("icon", Form::Picture),
            splash_title: settings.nullable_text("splash_title"),
            splash_subtitle: settings.nullable_text("splash_subtitle"),
            splash_feature_list: settings.nullable_texts("splash_feature_list"),
            explore_button_text: settings.text("explore_button_text", Form::Any),
            background_image: settings.text("background_image", Form::File),
            resource_types: settings.texts("resource_types", Form::OneOf(&RESOURCE_TYPES)),
            default_type: settings.text(
                "default_type",
                Form::OneOf(&["model", "application", "notebook", "dataset", "all"]),
            ),
            partners: settings.mappings("partners", read_partner),
        };
        (config, settings.into_findings())
    }
}

fn read_partner(partner: &mut Settings<'_>) -> Option<Partner> {
    let id = partner.required("id", Form::Any);
    let repository = partner.required("repository", Form::Repository);
    let branch = partner.required("branch", Form::Any);
    let collection_file_name = partner.required("collection_file_name", Form::Any);
    let test_summaries = partner.mapping("test_summaries", read_test_summaries);
    let other = partner.other(&[
        "id",
        "repository",
        "branch",
        "collection_file_name",
        "test_summaries",
    ]);
    Some(Partner {
        id: id?,
        repository: repository?,
        branch: branch?,
        collection_file_name: collection_file_name?,
        test_summaries,
        other,
    })
}

fn read_test_summaries(summaries: &mut Settings<'_>) -> Option<PartnerTestSummaries> {
    let repository = summaries.required("repository", Form::Repository);
    let deploy_branch = summaries.required("deploy_branch", Form::Any);
    let deploy_folder = summaries.required("deploy_folder", Form::Any);
    let workflow = summaries.text("workflow", Form::Any);
    let workflow_ref = summaries.text("workflow_ref", Form::Any);
    Some(PartnerTestSummaries {
        repository: repository?,
        deploy_branch: deploy_branch?,
        deploy_folder: deploy_folder?,
        workflow,
        workflow_ref,
    })
}
