//! Hostile archives take a bounded amount of memory. A test binary of its own: it counts every allocation.

mod archives;

use archives::{convert, fixture, pack, unpack, with_file, with_program};
use peak_alloc::PeakAlloc;
use zip::CompressionMethod;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Megabytes that a conversion may take, whatever the archive of a few kilobytes says.
const MOST: f32 = 400.0;

#[test]
fn memory_is_bounded() {
    let loops = [
        "    a = [1]\n    while True:\n      torch.extend(a, a)\n",
        "    a = []\n    while True:\n      a = [a, a]\n",
        "    a = \"abcdefgh\"\n    while True:\n      a = torch.add(a, a)\n",
        "    while True:\n      x = torch.relu(x)\n    return x\n",
        "    a = []\n    while True:\n      torch.append(a, torch.arange(0, 100000, 1))\n",
        "    y = torch.arange(0, 100000, 1)\n    while True:\n      y = torch.add(y, 1)\n",
        "    return torch.zeros([1000000000])\n",
        "    return torch.repeat(torch.arange(0, 1000, 1), [1000000])\n",
        "    return torch.adaptive_avg_pool2d(torch.view(x, [1, 1, 2, 2]), [30000, 30000])\n",
    ];
    let mut archives: Vec<(String, Vec<u8>)> = loops
        .iter()
        .map(|body| ((*body).to_owned(), with_program(body)))
        .collect();
    for (name, bytes) in [
        (
            "code/__torch__.py",
            format!("def f(x):\n  return [{}]\n", "x,".repeat(1 << 20)).into_bytes(),
        ),
        (
            "code/__torch__.py",
            "def f(x):\n  pass\n".repeat(100_000).into_bytes(),
        ),
        ("code/__torch__.py", b"(".repeat(3 << 20)),
        (
            "constants.pkl",
            [&b"\x80\x02]"[..], &b"Na".repeat(1 << 19), b"\x85."].concat(),
        ),
        (
            "constants.pkl",
            [&b"\x80\x02"[..], &b"]".repeat(1 << 20), b"."].concat(),
        ),
        (
            "constants.pkl",
            [&b"\x80\x02"[..], &b"(".repeat(1 << 20), b"."].concat(),
        ),
        ("constants.pkl", vec![0; 20 << 20]),
    ] {
        archives.push((
            format!("{name} of {} bytes", bytes.len()),
            with_file("long_loop", name, &bytes),
        ));
    }
    let mut many = unpack(&fixture("long_loop"));
    many.extend((0..20_000).map(|index| (format!("extra/{index}"), Vec::new())));
    archives.push(("20000 files".into(), pack(&many, CompressionMethod::Stored)));
    drop(many);

    for (name, archive) in archives {
        let before = ALLOCATED.current_usage_as_mb();
        ALLOCATED.reset_peak_usage();
        let _ = convert(&archive, &[&[4]]);
        let taken = ALLOCATED.peak_usage_as_mb() - before;
        println!("{taken:.0} MB: {name}");
        assert!(taken < MOST, "{name}: {taken} MB");
    }
}
