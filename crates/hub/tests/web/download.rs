//! One file: what is fetched, what is kept, what is asked again, and what is said when it fails.

use std::fs;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hub::{Cache, HubError, HubErrorKind, OnProgress, Progress, Store, Wanted};

use crate::server::{Got, Reply, Server};
use crate::setup::{bytes, digest, fetcher, impatient, policy, store};

/// A server whose n-th answer is made by a function.
fn nth(handle: impl Fn(usize, &Got) -> Reply + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |got| handle(count.fetch_add(1, Ordering::SeqCst), got))
}

fn fetch(server: &Server, folder: &std::path::Path) -> Result<Vec<u8>, HubError> {
    let fetched = store(folder).fetch(&Wanted::new(server.url("/file")))?;
    Ok(fs::read(fetched.path()).unwrap())
}

#[test]
fn a_file_is_fetched_once_and_asked_for_again() {
    let body = bytes(300_000, 1);
    let served = body.clone();
    let server = Server::start(move |got| Reply::file(got, &served, "\"v1\""));
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path());
    for _ in 0..3 {
        assert_eq!(
            fs::read(first.fetch(&Wanted::new(server.url("/file"))).unwrap().path()).unwrap(),
            body
        );
    }
    assert_eq!(server.requests().len(), 1);
    // Another process asks whether it has changed.
    assert_eq!(fetch(&server, folder.path()).unwrap(), body);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].header("if-none-match"), Some("\"v1\""));
    // Offline nobody is asked.
    let offline = Store::offline(Cache::at(folder.path()));
    assert!(offline.fetch(&Wanted::new(server.url("/file"))).is_ok());
    let error = offline.fetch(&Wanted::new(server.url("/other"))).unwrap_err();
    assert!(matches!(error.kind(), HubErrorKind::Offline { .. }), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("/other is not in the cache, and offline nothing is fetched")
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_file_that_has_changed_is_fetched_anew() {
    let server = nth(|n, got| Reply::file(got, format!("version {n}").as_bytes(), &format!("\"{n}\"")));
    let folder = tempfile::tempdir().unwrap();
    for n in 0..3 {
        assert_eq!(
            fetch(&server, folder.path()).unwrap(),
            format!("version {n}").as_bytes()
        );
    }
}

#[test]
fn a_download_that_is_cut_off_is_resumed() {
    let body = bytes(500_000, 2);
    let served = body.clone();
    let server = nth(move |n, got| {
        let reply = Reply::file(got, &served, "\"v1\"");
        if n < 3 { reply.cut(100_000) } else { reply }
    });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(fetch(&server, folder.path()).unwrap(), body);
    let ranges: Vec<_> = server
        .requests()
        .iter()
        .map(|got| got.range().map(|(first, _)| first))
        .collect();
    assert_eq!(ranges, [None, Some(100_000), Some(200_000), Some(300_000)]);
    assert_eq!(server.requests()[1].header("if-range"), Some("\"v1\""));
}

#[test]
fn another_process_resumes_too() {
    let body = bytes(400_000, 3);
    let served = body.clone();
    let server = nth(move |n, got| {
        let reply = Reply::file(got, &served, "\"v1\"");
        if n < 4 {
            reply.cut(if n == 0 { 250_000 } else { 0 })
        } else {
            reply
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(
        error.to_string().contains("cut off after 250000 of 400000 bytes"),
        "{error}"
    );
    assert_eq!(fetch(&server, folder.path()).unwrap(), body);
    assert_eq!(server.requests()[4].range().unwrap().0, 250_000);
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn parts_of_two_versions_never_meet() {
    // The ETag changes in the middle; one server honours If-Range, one ignores it, one sends no ETag with the rest.
    for manners in 0..3 {
        let (old, new) = (bytes(200_000, 4), bytes(200_000, 5));
        let (served_old, served_new) = (old.clone(), new.clone());
        let server = nth(move |n, got| {
            if n == 0 {
                return Reply::file(got, &served_old, "\"old\"").cut(50_000);
            }
            let mut got = got.clone();
            if manners > 0 {
                got.headers
                    .retain(|(name, _)| !name.eq_ignore_ascii_case("if-range"));
            }
            let mut reply = Reply::file(&got, &served_new, "\"new\"");
            if manners == 2 && reply.status == 206 {
                // A total that differs shows it.
                reply
                    .headers
                    .retain(|(name, _)| name != "ETag" && name != "Content-Range");
                reply = reply.with(
                    "Content-Range",
                    &format!("bytes {}-{}/{}", 50_000, 199_999, 200_001),
                );
            }
            reply
        });
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(fetch(&server, folder.path()).unwrap(), new, "{manners}");
    }
}

#[test]
fn without_the_name_of_a_version_a_download_begins_anew() {
    let body = bytes(200_000, 6);
    let served = body.clone();
    let server = nth(move |n, _| {
        let reply = Reply::ok(served.clone());
        if n == 0 { reply.cut(150_000) } else { reply }
    });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(fetch(&server, folder.path()).unwrap(), body);
    assert!(server.requests().iter().all(|got| got.range().is_none()));
}

#[test]
fn busy_servers_are_asked_again() {
    let server = nth(|n, _| match n {
        0 => Reply::status(429).with("Retry-After", "0"),
        1 => Reply::status(503),
        2 => Reply {
            mute: true,
            ..Reply::default()
        },
        _ => Reply::ok("content"),
    });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(fetch(&server, folder.path()).unwrap(), b"content");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn what_a_server_asks_for_is_waited_for_but_not_for_ever() {
    let server = nth(|n, _| match n {
        0 => Reply::status(429).with("Retry-After", "1"),
        _ => Reply::ok("content"),
    });
    let folder = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    assert_eq!(fetch(&server, folder.path()).unwrap(), b"content");
    assert!(begin.elapsed() >= Duration::from_secs(1));

    let server = Server::start(|_| Reply::status(429).with("Retry-After", "86400"));
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("status 429, try again in 86400 seconds"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn what_will_not_change_is_not_asked_again() {
    for (status, expected) in [
        (404, "there is nothing at"),
        (403, "was answered with status 403: no"),
        (418, "418"),
    ] {
        let server = Server::start(move |_| Reply {
            body: b"no".to_vec(),
            ..Reply::status(status)
        });
        let folder = tempfile::tempdir().unwrap();
        let error = fetch(&server, folder.path()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn servers_that_never_answer() {
    let server = Server::start(|_| Reply {
        mute: true,
        ..Reply::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(error.to_string().ends_with("(4 attempts)"), "{error}");
    assert_eq!(server.requests().len(), 4);
    // Nobody listens.
    let url = server.url("/file");
    drop(server);
    std::thread::sleep(Duration::from_millis(50));
    let error = store(folder.path()).fetch(&Wanted::new(url)).unwrap_err();
    assert!(matches!(error.kind(), HubErrorKind::Connection { .. }), "{error}");
}

#[test]
fn slow_servers_are_given_up() {
    let server = Server::start(|_| Reply {
        delay: Duration::from_secs(30),
        ..Reply::ok("late")
    });
    let folder = tempfile::tempdir().unwrap();
    let store = Store::online_with(
        Cache::at(folder.path()),
        impatient(),
        policy(),
        OnProgress::default(),
    );
    let begin = Instant::now();
    let error = store.fetch(&Wanted::new(server.url("/file"))).unwrap_err();
    assert!(error.to_string().contains("no answer in time"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn redirects() {
    let server = Server::start(|got| match got.target.as_str() {
        "/file" => Reply::redirect("/elsewhere?x=1"),
        "/elsewhere?x=1" => Reply::ok("content"),
        _ => Reply::redirect("/loop"),
    });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(fetch(&server, folder.path()).unwrap(), b"content");
    let error = store(folder.path())
        .fetch(&Wanted::new(server.url("/loop")))
        .unwrap_err();
    assert!(
        error.to_string().ends_with("/loop redirects more than 10 times"),
        "{error}"
    );
    for to in ["file:///etc/passwd", "ftp://example.org/", ""] {
        let server = Server::start(move |_| Reply::redirect(to));
        let error = fetch(&server, folder.path()).unwrap_err();
        assert!(
            matches!(error.kind(), HubErrorKind::RefusedRedirect { .. }),
            "{to}: {error}"
        );
    }
}

#[test]
fn sizes_are_bounded() {
    for chunked in [false, true] {
        let server = Server::start(move |_| Reply {
            chunked,
            ..Reply::ok(bytes(100_000, 7))
        });
        let folder = tempfile::tempdir().unwrap();
        let wanted = Wanted::new(server.url("/file")).at_most(99_999);
        let error = store(folder.path()).fetch(&wanted).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is larger than the 99999 bytes that are fetched"),
            "{error}"
        );
        assert!(store(folder.path()).fetch(&wanted.at_most(100_000)).is_ok());
    }
}

#[test]
fn lengths_that_are_wrong() {
    let server = Server::start(|got| {
        let mut plain = got.clone();
        plain.headers.clear();
        let reply = Reply::file(&plain, b"short", "\"v1\"");
        Reply {
            length: Some(9),
            ..reply
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(
        error.to_string().contains("cut off after 5 of 9 bytes"),
        "{error}"
    );
    // A body in chunks that does not end.
    let server = Server::start(|_| {
        Reply {
            chunked: true,
            ..Reply::ok(bytes(9000, 8))
        }
        .cut(4000)
    });
    assert!(fetch(&server, folder.path()).is_err());
}

#[test]
fn encoded_bodies_are_refused() {
    let server = Server::start(|_| Reply::ok("packed").with("Content-Encoding", "br"));
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(error.to_string().contains("encoded with `br`"), "{error}");
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("identity"));
}

#[test]
fn a_digest_that_is_known_needs_no_server() {
    let server = Server::start(|_| Reply::ok("content"));
    let folder = tempfile::tempdir().unwrap();
    fetch(&server, folder.path()).unwrap();
    let mut wanted = Wanted::new("http://127.0.0.1:1/nobody".parse().unwrap());
    wanted.sha256 = Some(digest(b"content"));
    assert!(store(folder.path()).fetch(&wanted).is_ok());
    // A wrong digest is told by the digest that comes back.
    let mut wanted = Wanted::new(server.url("/file"));
    wanted.sha256 = Some(digest(b"other"));
    assert_eq!(
        *store(folder.path()).fetch(&wanted).unwrap().sha256(),
        digest(b"content")
    );
}

#[test]
fn progress_is_told_and_can_break_off() {
    let body = bytes(2_000_000, 9);
    let served = body.clone();
    let server = Server::start(move |got| Reply::file(got, &served, "\"v1\""));
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let progress = OnProgress::new(move |progress| {
        if let Progress::Fetching { done, total, .. } = progress {
            listener.lock().unwrap().push((done, total));
            if done > 1_000_000 {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    let cancelled = Store::online_with(Cache::at(folder.path()), fetcher(), policy(), progress);
    let error = cancelled.fetch(&Wanted::new(server.url("/file"))).unwrap_err();
    assert_eq!(*error.kind(), HubErrorKind::Cancelled);
    let told = told.lock().unwrap().clone();
    assert!(told.len() > 3 && told.iter().all(|(_, total)| *total == Some(2_000_000)));
    // What is there is not fetched again.
    assert_eq!(fetch(&server, folder.path()).unwrap(), body);
    assert!(server.requests()[1].range().unwrap().0 > 1_000_000);
}

#[test]
fn many_files_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inside, seen) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |got| {
        let number = inside.fetch_add(1, Ordering::SeqCst) + 1;
        seen.fetch_max(number, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(200));
        inside.fetch_sub(1, Ordering::SeqCst);
        Reply::ok(got.target.clone())
    });
    let folder = tempfile::tempdir().unwrap();
    let wanted: Vec<Wanted> = (0..8)
        .map(|n| Wanted::new(server.url(&format!("/{n}"))))
        .collect();
    let fetched = store(folder.path()).fetch_all(&wanted);
    for (n, fetched) in fetched.iter().enumerate() {
        let content = fs::read_to_string(fetched.as_ref().unwrap().path()).unwrap();
        assert_eq!(content, format!("/{n}"));
    }
    let most = most.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most} at once");
}
