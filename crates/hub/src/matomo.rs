//! Reporting downloads, and asking how many there were: addresses of Matomo's interfaces.
//!
//! Nothing here opens a connection: the functions make addresses, which any client can ask for with GET. Matomo works reports
//! off every 15 minutes, so what was reported just now is not counted yet; and a statistic is that of a period (a year, a month)
//! which contains a day.

mod period;

pub use period::Period;

use url::Url;

/// The resource was downloaded: the report that a consumer sends.
///
/// ```
/// use hub::matomo::{DownloadReport, Moment};
///
/// let report = DownloadReport::new("10.5281/zenodo.55555555", "ilastik", "1.4.0")
///     .at(Moment { hour: 13, minute: 35, second: 20 }, 646_242);
/// assert_eq!(
///     report.readable(&hub::Addresses::default().matomo),
///     "https://bioimage.matomo.cloud/matomo.php?download=https://doi.org/10.5281/zenodo.55555555\
///      &idsite=1&rec=1&r=646242&h=13&m=35&s=20\
///      &url=http://modelhub.riscale.eu/#/?id=10.5281/zenodo.55555555\
///      &uadata={\"brands\":[{\"brand\":\"ilastik\",\"version\":\"1.4.0\"}]}"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadReport {
    doi: String,
    consumer: String,
    version: String,
    moment: Moment,
    number: u32,
}

/// A time of day of whoever downloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
}

impl DownloadReport {
    /// The report of a download of the resource with a DOI (without `https://doi.org/`; the one of all versions, so that
    /// downloads of all of them are counted together) by a consumer: its id in the collection, and its version.
    pub fn new(doi: impl Into<String>, consumer: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            doi: doi.into(),
            consumer: consumer.into(),
            version: version.into(),
            moment: Moment::default(),
            number: 0,
        }
    }

    /// The same at a time of day, with a number by chance, which keeps caches between here and there from swallowing it.
    #[must_use]
    pub fn at(mut self, moment: Moment, number: u32) -> Self {
        self.moment = moment;
        self.number = number;
        self
    }

    /// The parameters, in order.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let (consumer, version) = (quoted(&self.consumer), quoted(&self.version));
        vec![
            ("download", format!("https://doi.org/{}", self.doi)),
            ("idsite", "1".to_owned()),
            ("rec", "1".to_owned()),
            ("r", self.number.to_string()),
            ("h", self.moment.hour.to_string()),
            ("m", self.moment.minute.to_string()),
            ("s", self.moment.second.to_string()),
            ("url", format!("http://modelhub.riscale.eu/#/?id={}", self.doi)),
            (
                "uadata",
                format!("{{\"brands\":[{{\"brand\":{consumer},\"version\":{version}}}]}}"),
            ),
        ]
    }

    /// The address to be asked for: `#`, quotes and the like are encoded, because what stands behind a `#` in an address is
    /// never sent.
    #[must_use]
    pub fn url(&self, matomo: &Url) -> Url {
        let mut url = crate::addresses::below(matomo, ["matomo.php"]);
        url.query_pairs_mut().extend_pairs(self.parameters());
        url
    }

    /// The same for people, with nothing encoded.
    #[must_use]
    pub fn readable(&self, matomo: &Url) -> String {
        readable(
            &crate::addresses::below(matomo, ["matomo.php"]),
            &self.parameters(),
        )
    }
}

/// What can be asked.
///
/// ```
/// use hub::matomo::{Period, Statistic};
///
/// let matomo = hub::Addresses::default().matomo;
/// assert_eq!(
///     Statistic::Visits { minutes: 30 }.readable(&matomo),
///     "https://bioimage.matomo.cloud/?module=API&method=Live.getCounters&idSite=1&lastMinutes=30&format=JSON&token_auth=anonymous"
/// );
/// let year = Period::year("2023-03-01")?;
/// assert_eq!(
///     Statistic::DownloadsOf { doi: "test".to_owned(), period: year, custom_report: None }.readable(&matomo),
///     "https://bioimage.matomo.cloud/?module=API&method=Actions.getDownload&downloadUrl=https://doi.org/test&idSite=1\
///      &period=year&date=2023-03-01&format=JSON&token_auth=anonymous"
/// );
/// # Ok::<(), hub::HubError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Statistic {
    /// Visits of the website in the last minutes.
    Visits {
        /// How many minutes.
        minutes: u32,
    },
    /// Downloads of all resources.
    Downloads {
        /// When.
        period: Period,
    },
    /// Downloads of one resource.
    DownloadsOf {
        /// Its DOI, without `https://doi.org/`.
        doi: String,
        /// When.
        period: Period,
        /// The number of a report that somebody made at Matomo, in place of the usual one.
        custom_report: Option<u32>,
    },
}

impl Statistic {
    /// The parameters, in order.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let method = match self {
            Self::Visits { .. } => "Live.getCounters",
            Self::Downloads { .. } => "Actions.getDownloads",
            Self::DownloadsOf { .. } => "Actions.getDownload",
        };
        let mut all = vec![("module", "API".to_owned()), ("method", method.to_owned())];
        if let Self::DownloadsOf { doi, .. } = self {
            all.push(("downloadUrl", format!("https://doi.org/{doi}")));
        }
        all.push(("idSite", "1".to_owned()));
        if let Self::DownloadsOf {
            custom_report: Some(number),
            ..
        } = self
        {
            all.push(("idCustomReport", number.to_string()));
        }
        match self {
            Self::Visits { minutes } => all.push(("lastMinutes", minutes.to_string())),
            Self::Downloads { period } | Self::DownloadsOf { period, .. } => {
                all.push(("period", period.name().to_owned()));
                all.push(("date", period.date()));
            }
        }
        all.push(("format", "JSON".to_owned()));
        all.push(("token_auth", "anonymous".to_owned()));
        all
    }

    /// The address to be asked for.
    #[must_use]
    pub fn url(&self, matomo: &Url) -> Url {
        let mut url = matomo.clone();
        url.query_pairs_mut().clear().extend_pairs(self.parameters());
        url
    }

    /// The same for people, with nothing encoded.
    #[must_use]
    pub fn readable(&self, matomo: &Url) -> String {
        readable(matomo, &self.parameters())
    }
}

fn readable(base: &Url, parameters: &[(&str, String)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{base}?{}", pairs.join("&"))
}
