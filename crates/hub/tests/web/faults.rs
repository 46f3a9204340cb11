//! The cache is never wrong, whatever happens.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hub::{Cache, Store, Wanted};
use proptest::prelude::*;

use crate::server::{Reply, Server};
use crate::setup::{bytes, digest, fetcher, store};

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Cut(usize),
    Busy,
    Mute,
    WrongLength,
    NoRanges,
    Chunked,
    /// The content changes, and with it the ETag.
    Changed,
    Redirected,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        2 => Just(Fault::None),
        4 => (0_usize..40_000).prop_map(Fault::Cut),
        1 => Just(Fault::Busy),
        1 => Just(Fault::Mute),
        1 => Just(Fault::WrongLength),
        2 => Just(Fault::NoRanges),
        1 => Just(Fault::Chunked),
        3 => Just(Fault::Changed),
        1 => Just(Fault::Redirected),
    ]
}

/// What happens to the cache between two reads.
#[derive(Clone, Copy, Debug)]
enum Harm {
    None,
    /// A content is overwritten.
    Overwritten,
    /// A content is shortened.
    Shortened,
    /// What was fetched in part is shortened.
    PartShortened,
    /// An entry is not JSON any more.
    EntryBroken,
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => Just(Harm::None),
        1 => Just(Harm::Overwritten),
        1 => Just(Harm::Shortened),
        1 => Just(Harm::PartShortened),
        1 => Just(Harm::EntryBroken),
    ]
}

fn files_below(folder: &std::path::Path, name: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.join("v1").join(name)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    files
}

fn do_harm(folder: &std::path::Path, harm: Harm) {
    let shorten = |path: &PathBuf| {
        let mut content = fs::read(path).unwrap();
        content.truncate(content.len() / 2);
        fs::write(path, content).unwrap();
    };
    match harm {
        Harm::None => {}
        Harm::Overwritten => files_below(folder, "blobs")
            .iter()
            .for_each(|path| fs::write(path, "harm").unwrap()),
        Harm::Shortened => files_below(folder, "blobs").iter().for_each(shorten),
        Harm::PartShortened => {
            let parts = files_below(folder, "partial");
            parts
                .iter()
                .filter(|path| path.extension().is_some_and(|end| end == "part"))
                .for_each(shorten);
        }
        Harm::EntryBroken => files_below(folder, "urls")
            .iter()
            .for_each(|path| fs::write(path, "{\"url\":").unwrap()),
    }
}

/// The content of a version.
fn version(number: usize) -> Vec<u8> {
    bytes(40_000, 100 + number as u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_read_gives_right_bytes_or_an_error(
        faults in prop::collection::vec(fault(), 1..14),
        harms in prop::collection::vec(harm(), 3..6),
    ) {
        let (requests, current) = (AtomicUsize::new(0), std::sync::Arc::new(AtomicUsize::new(0)));
        let now = std::sync::Arc::clone(&current);
        let server = Server::start(move |got| {
            let fault = faults.get(requests.fetch_add(1, Ordering::SeqCst)).copied().unwrap_or(Fault::None);
            if matches!(fault, Fault::Changed) {
                now.fetch_add(1, Ordering::SeqCst);
            }
            let number = now.load(Ordering::SeqCst);
            let good = Reply::file(got, &version(number), &format!("\"{number}\""));
            match fault {
                Fault::None | Fault::Changed => good,
                Fault::Cut(after) => good.cut(after),
                Fault::Busy => Reply::status(503).with("Retry-After", "0"),
                Fault::Mute => Reply { mute: true, ..Reply::default() },
                Fault::WrongLength => Reply { length: Some(good.body.len() + 7), ..good },
                Fault::NoRanges => Reply::ok(version(number)).with("ETag", &format!("\"{number}\"")),
                Fault::Chunked => Reply { chunked: true, ..good },
                Fault::Redirected => Reply::redirect("/file"),
            }
        });
        let folder = tempfile::tempdir().unwrap();
        for harm in harms {
            do_harm(folder.path(), harm);
            let before = current.load(Ordering::SeqCst);
            if let Ok(fetched) = store(folder.path()).fetch(&Wanted::new(server.url("/file"))) {
                let content = fs::read(fetched.path()).unwrap();
                prop_assert_eq!(&digest(&content), fetched.sha256());
                let versions = before..=current.load(Ordering::SeqCst);
                prop_assert!(versions.into_iter().any(|number| version(number) == content), "no version of the server");
            }
            // Offline the same, or nothing: never anything else.
            if let Ok(fetched) = Store::offline(Cache::at(folder.path())).fetch(&Wanted::new(server.url("/file"))) {
                let content = fs::read(fetched.path()).unwrap();
                let versions = 0..=current.load(Ordering::SeqCst);
                prop_assert!(versions.into_iter().any(|number| version(number) == content), "no version of the server");
            }
        }
    }
}

#[test]
fn damaged_contents_are_never_given_out() {
    let server = Server::start(|got| Reply::file(got, b"content", "\"v1\""));
    let folder = tempfile::tempdir().unwrap();
    let wanted = Wanted::new(server.url("/file"));
    store(folder.path()).fetch(&wanted).unwrap();
    do_harm(folder.path(), Harm::Overwritten);
    let cache = Cache::at(folder.path());
    assert!(Store::offline(cache.clone()).fetch(&wanted).is_err());
    let fetched = store(folder.path()).fetch(&wanted).unwrap();
    assert_eq!(fs::read(fetched.path()).unwrap(), b"content");
    do_harm(folder.path(), Harm::Shortened);
    let verified = cache.verify().unwrap();
    assert_eq!(
        (verified.sound, verified.damaged.len(), verified.missing.len()),
        (0, 1, 1)
    );
    assert_eq!(cache.verify().unwrap().damaged.len(), 0);
}

/// Not a test of its own: what the processes of the test below do.
#[test]
fn one_of_several_processes() {
    let (Ok(url), Ok(folder)) = (std::env::var("HUB_TEST_URL"), std::env::var("HUB_TEST_CACHE")) else {
        return;
    };
    for n in 0..5 {
        let wanted = Wanted::new(url.parse::<hub::Url>().unwrap().join(&format!("/{n}")).unwrap());
        let fetched = store(std::path::Path::new(&folder)).fetch(&wanted).unwrap();
        assert_eq!(fs::read(fetched.path()).unwrap(), bytes(300_000, n));
    }
}

#[test]
fn several_processes_at_once() {
    let server = Server::start(|got| {
        let n: u64 = got.target.trim_start_matches('/').parse().unwrap();
        let reply = Reply::file(got, &bytes(300_000, n), &format!("\"{n}\""));
        let reply = Reply {
            delay: Duration::from_millis(30),
            ..reply
        };
        // Every first attempt breaks off.
        if got.range().is_none() && got.header("if-none-match").is_none() {
            reply.cut(200_000)
        } else {
            reply
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..3)
        .map(|_| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["faults::one_of_several_processes", "--exact"]);
            command
                .env("HUB_TEST_URL", server.url("/").as_str())
                .env("HUB_TEST_CACHE", folder.path());
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    // Each file came once; the others only asked whether it has changed.
    let whole = server
        .requests()
        .iter()
        .filter(|got| got.header("if-none-match").is_none())
        .count();
    assert_eq!(whole, 10, "{:?}", server.targets());
    let verified = Cache::at(folder.path()).verify().unwrap();
    assert_eq!((verified.sound, verified.damaged.len()), (5, 0));
}

#[test]
fn several_threads_at_once() {
    let server = Server::start(|got| Reply::file(got, &bytes(100_000, 1), "\"v1\""));
    let folder = tempfile::tempdir().unwrap();
    let store = Store::online(Cache::at(folder.path()), fetcher());
    let wanted = vec![Wanted::new(server.url("/file")); 8];
    assert!(store.fetch_all(&wanted).iter().all(Result::is_ok));
    let whole = server
        .requests()
        .iter()
        .filter(|got| got.header("if-none-match").is_none())
        .count();
    assert_eq!(whole, 1);
}
