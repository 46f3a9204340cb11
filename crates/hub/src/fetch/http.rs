//! HTTP with `ureq` and `rustls`.

use std::io::Read;
use std::time::Duration;

use ureq::{Agent, Proxy, SendBody, http};

use super::{FetchError, FetchErrorKind, Fetcher, Method, Request, RequestBody, Response};

/// How long waiting for a connection, for the head of an answer, and for the next bytes may take.
const CONNECT: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(60);

/// Fetches over HTTP, with the certificates of the program itself (`rustls`).
#[derive(Clone, Debug)]
pub struct HttpFetcher {
    agent: Agent,
}

/// How [`HttpFetcher`] connects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpOptions {
    /// The proxy.
    pub proxy: ProxyChoice,
    /// How long a connection may say nothing; 60 seconds unless changed.
    pub silence: Duration,
    /// What the program calls itself.
    pub user_agent: String,
}

/// Which proxy is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyChoice {
    /// None.
    #[default]
    Direct,
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case.
    Environment,
    /// The proxy at an address: `http://`, `https://`, `socks4://` or `socks5://`.
    At(String),
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            proxy: ProxyChoice::Direct,
            silence: ANSWER,
            user_agent: concat!("modelhub/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl HttpFetcher {
    /// A client; nothing is connected yet.
    ///
    /// # Errors
    /// If the address of the proxy is none.
    pub fn new(options: &HttpOptions) -> Result<Self, FetchError> {
        let proxy = match &options.proxy {
            ProxyChoice::Direct => None,
            ProxyChoice::Environment => Proxy::try_from_env(),
            ProxyChoice::At(address) => Some(Proxy::new(address).map_err(|_| {
                // The address may have a password in it.
                FetchError::new(FetchErrorKind::Permanent, "the address of the proxy is none")
            })?),
        };
        let config = Agent::config_builder()
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(options.user_agent.as_str())
            .accept("*/*")
            .accept_encoding("identity")
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(options.silence))
            .timeout_per_read(Some(options.silence))
            .timeout_per_write(Some(options.silence))
            .build();
        Ok(Self {
            agent: Agent::new_with_config(config),
        })
    }
}

impl Fetcher for HttpFetcher {
    fn exchange(&self, request: Request<'_>) -> Result<Response, FetchError> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Delete => http::Method::DELETE,
        };
        let mut builder = http::Request::builder().method(method).uri(request.url.as_str());
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let invalid = |_| {
            FetchError::new(
                FetchErrorKind::Permanent,
                "the request is not one that HTTP can carry",
            )
        };
        let answer = match request.body {
            RequestBody::Empty => self.agent.run(builder.body(()).map_err(invalid)?),
            RequestBody::Bytes(bytes) => self.agent.run(builder.body(bytes).map_err(invalid)?),
            RequestBody::Stream { mut reader, length } => {
                let builder = builder.header("content-length", length);
                let body = SendBody::from_reader(&mut reader);
                self.agent.run(builder.body(body).map_err(invalid)?)
            }
        };
        let (head, body) = answer.map_err(|error| explained(&error))?.into_parts();
        let headers = head.headers.iter().filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        let reader = body.into_with_config().limit(u64::MAX).reader();
        Ok(Response::new(
            head.status.as_u16(),
            headers.collect(),
            Box::new(reader) as Box<dyn Read + Send>,
        ))
    }
}

fn explained(error: &ureq::Error) -> FetchError {
    let kind = match error {
        ureq::Error::Io(_)
        | ureq::Error::Timeout(_)
        | ureq::Error::ConnectionFailed
        | ureq::Error::BodyStalled
        | ureq::Error::Protocol(_) => FetchErrorKind::Transient,
        _ => FetchErrorKind::Permanent,
    };
    let reason = match error {
        ureq::Error::Io(error) => format!("the connection failed: {error}"),
        ureq::Error::Timeout(what) => format!("no answer in time ({what})"),
        ureq::Error::HostNotFound => "no such host, or no network".to_owned(),
        ureq::Error::ConnectionFailed => "no connection to the server".to_owned(),
        ureq::Error::Protocol(error) => {
            format!("the connection was lost, or no HTTP is spoken there: {error}")
        }
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
            "no connection through the proxy".to_owned()
        }
        other => other.to_string(),
    };
    FetchError::new(kind, reason)
}
