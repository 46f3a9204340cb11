//! A small HTTP server that can misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// First and last byte of `Range`.
    pub(crate) fn range(&self) -> Option<(usize, Option<usize>)> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()))
    }
}

/// What goes out, faults included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection is closed after so many bytes of the body.
    pub(crate) cut: Option<usize>,
    /// What `Content-Length` says, if not the truth.
    pub(crate) length: Option<usize>,
    /// The body is sent in chunks, without a length.
    pub(crate) chunked: bool,
    /// Before the answer.
    pub(crate) delay: Duration,
    /// The connection is closed without an answer.
    pub(crate) mute: bool,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::status(200)
        }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::status(302).with("Location", to)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[allow(dead_code, reason = "other tests use this file too")]
    pub(crate) fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }

    /// A file as good servers serve it: ranges, conditions, and an ETag.
    pub(crate) fn file(got: &Got, body: &[u8], etag: &str) -> Self {
        let tagged = |reply: Self| reply.with("ETag", etag).with("Accept-Ranges", "bytes");
        if got.header("if-none-match") == Some(etag) {
            return tagged(Self::status(304));
        }
        let is_same = got.header("if-range").is_none_or(|known| known == etag);
        let Some((first, last)) = got.range().filter(|_| is_same) else {
            return tagged(Self::ok(body));
        };
        if first >= body.len() {
            return tagged(Self::status(416));
        }
        let end = last.map_or(body.len(), |last| (last + 1).min(body.len()));
        let range = format!("bytes {first}-{}/{}", end - 1, body.len());
        let part = body[first..end].to_vec();
        tagged(Self {
            body: part,
            ..Self::status(206)
        })
        .with("Content-Range", &range)
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Got>>>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(handle: impl Fn(&Got) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let handle = Arc::new(handle);
        let (seen, over) = (Arc::clone(&requests), Arc::clone(&is_over));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (handle, seen) = (Arc::clone(&handle), Arc::clone(&seen));
                thread::spawn(move || {
                    if let Ok(stream) = stream {
                        // Clients that go away are part of the tests.
                        let _ = serve(stream, &*handle, &seen);
                    }
                });
            }
        });
        Self {
            address,
            requests,
            is_over,
        }
    }

    /// An address of the server.
    pub(crate) fn url(&self, path: &str) -> hub::Url {
        hub::Url::parse(&format!("{}{path}", self.address)).unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Got> {
        self.requests.lock().unwrap().clone()
    }

    /// The targets that were asked for, in order.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.requests().into_iter().map(|got| got.target).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
    }
}

fn serve(stream: TcpStream, handle: &dyn Fn(&Got) -> Reply, seen: &Mutex<Vec<Got>>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let mut got = Got {
        method: words.next().unwrap_or_default().to_owned(),
        target: words.next().unwrap_or_default().to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        got.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    if let Some(length) = got
        .header("content-length")
        .and_then(|length| length.parse().ok())
    {
        got.body = vec![0; length];
        reader.read_exact(&mut got.body)?;
    }
    seen.lock().unwrap().push(got.clone());
    let reply = handle(&got);
    thread::sleep(reply.delay);
    if reply.mute {
        return Ok(());
    }
    let mut out = stream;
    write!(out, "HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status)?;
    for (name, value) in &reply.headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
    let body = if got.method == "HEAD" {
        &[][..]
    } else {
        &reply.body[..end]
    };
    if reply.chunked {
        write!(out, "Transfer-Encoding: chunked\r\n\r\n")?;
        for part in body.chunks(1000) {
            write!(out, "{:x}\r\n", part.len())?;
            out.write_all(part)?;
            write!(out, "\r\n")?;
        }
        if reply.cut.is_none() {
            write!(out, "0\r\n\r\n")?;
        }
    } else if reply.status == 304 {
        write!(out, "\r\n")?;
    } else {
        write!(
            out,
            "Content-Length: {}\r\n\r\n",
            reply.length.unwrap_or(reply.body.len())
        )?;
        out.write_all(body)?;
    }
    out.flush()
}
