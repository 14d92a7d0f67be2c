"""Nothing in the project tells of the machine it was written on, or of where its packages came from."""

import re
from pathlib import Path

import pytest
from tests.arch.tree import ROOT, tracked

HOSTS = tuple(
    a + b
    for a, b in (
        ("py", "pi.org"), ("python", "hosted"), ("npm", "js."), ("tuna.", "tsinghua"), ("mirrors", ".aliyun"),
        ("art", "ifactory"), ("crates", ".io"), ("index-", "url"), ("trusted-", "host"),
    )
)  # fmt: skip
PATHS = re.compile(r"(?<![\w.\-/$}])/(?:work|root|tmp|home/[a-z]+|Users/[A-Za-z]+|var/folders)(?=[/\"'`\s)]|$)")
PRIVATE_HOST = re.compile(r"\b(?:10\.\d{1,3}\.\d{1,3}\.\d{1,3}|192\.168\.\d{1,3}\.\d{1,3}):\d{2,5}\b")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".sh",
    ".css",
    ".html",
    ".typ",
    ".csv",
    ".json",
    ".svg",
    ".cfg",
    "",
}
FILES = [p for p in tracked() if p.suffix in TEXT and p != Path(__file__).resolve()]


def found_in(text: str) -> list[str]:
    lines = text.splitlines()
    hits = [(n, m.group()) for n, line in enumerate(lines, start=1) for m in PATHS.finditer(line)]
    hits += [(n, m.group()) for n, line in enumerate(lines, start=1) for m in PRIVATE_HOST.finditer(line)]
    hits += [(n, host) for n, line in enumerate(lines, start=1) for host in HOSTS if host in line.lower()]
    return [f"line {n}: {what}" for n, what in hits]


def test_no_file_names_a_path_of_a_machine_or_a_host_of_packages() -> None:
    found = {
        p.relative_to(ROOT).as_posix(): hits
        for p in FILES
        if (hits := found_in(p.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("see /" + "work/main/x", True),
        ('Path("/' + 'tmp")', True),
        ("cd /" + "root", True),
        ("/home/" + "anna/x", True),
        ("https://py" + "pi.org/simple", True),
        ("--index-" + "url=x", True),
        ("10.0.0.1:8080", True),
        ("xl/worksheets/sheet1.xml", False),
        ("src/work/x", False),
        ("$HOME/tmp/x", False),
        ("{case}/tmp/part", False),
        ("/workspace/x", False),
        ("a/tmp", False),
    ],
)
def test_the_search_finds_paths_and_hosts_and_not_everything(text: str, hit: bool) -> None:
    assert bool(found_in(text)) == hit
