"""A section of docs/performance.md that a script writes anew: what stands between two comments."""

import platform
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/performance.md"


def machine():
    """The processor, and how many of it there are."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    import os

    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} cores, {platform.system()}{load}"


def replace(name, text, document=DOCUMENT):
    """Writes `text` between the comments of that name, which are added at the end if they are not there."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    content = document.read_text(encoding="utf-8")
    if begin in content and end in content:
        head, rest = content.split(begin, 1)
        tail = rest.split(end, 1)[1]
    else:
        head, tail = content.rstrip("\n") + "\n\n", ""
    document.write_text(head + begin + text.rstrip("\n") + "\n" + end + tail, encoding="utf-8")
