"""The stand-alone verifier: exit codes, both languages, and one file that runs with Python alone on any system."""

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.crypto.local_tsa import make_tsa
from tests.unit.evidence.evidence_scene import reseal, scene_e2, scene_e5, trust

from bequest.crypto.timestamps import timestamp_query
from bequest.evidence.verify_cli import main

ROOT = Path(__file__).resolve().parents[3]
FASTER = ("cryptography", "cffi", "_cffi_backend", "pycparser")
"""The library that is taken where it is installed, and what it brings along."""

RUN = """
import sys
sys.path.insert(0, {libraries!r})
BLOCKED = {{"fcntl", "pwd", "grp", "termios", "resource", "_posixsubprocess", "subprocess", "socket", "_socket"}}
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in BLOCKED:
            raise ImportError(name + " does not exist here")
assert not BLOCKED & set(sys.modules)
sys.meta_path.insert(0, Refuse())
import runpy
sys.argv = {argv!r}
try:
    runpy.run_path({pyz!r}, run_name="__main__")
except SystemExit as done:
    code = done.code
tops = {{name.split(".")[0] for name in sys.modules}} - set(sys.stdlib_module_names) - set(sys.builtin_module_names)
sys.stderr.write("MODULES " + " ".join(sorted(tops)))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene_e5().build(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pyz") / "bequest-verify.pyz"
    subprocess.run([sys.executable, ROOT / "scripts/build_verifier.py", out], check=True, capture_output=True)
    return out


def arguments(bundle: Path, *more: str) -> list[str]:
    return [str(bundle), "--trust", str(bundle.parent / "trust.json"), *more]


def changed(bundle: Path, tmp_path: Path) -> Path:
    shutil.copytree(bundle.parent, tmp_path / "changed")
    path = tmp_path / "changed" / bundle.name
    (path / "data/report/report.pdf").write_bytes(b"another")
    return path


def test_a_good_bundle_exits_0_and_says_what_was_checked(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(bundle, "--rehearsal")) == 0
    out = capsys.readouterr().out
    assert "结论：通过" in out
    assert "演练" in out
    assert main(arguments(bundle, "--rehearsal", "--lang", "en")) == 0
    out = capsys.readouterr().out
    assert "it verifies" in out
    assert "log.root" in out
    assert not any("\u4e00" <= c <= "\u9fff" for c in out)


def test_a_changed_bundle_exits_8_and_names_the_file(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(changed(bundle, tmp_path), "--rehearsal", "--lang", "en")) == 8
    out = capsys.readouterr().out
    assert "FAIL  files.digests  data/report/report.pdf" in out
    assert "does NOT verify" in out
    assert "remaining checks were not made" in out


def test_a_rehearsal_without_the_flag_exits_8(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(bundle)) == 8
    assert "--rehearsal" in capsys.readouterr().out


def test_unusable_input_exits_2(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "no"), "--trust", str(bundle.parent / "trust.json")]) == 2
    assert "无法核验" in capsys.readouterr().err
    assert main([str(bundle), "--trust", str(tmp_path / "no.json"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["ok"] is False
    with pytest.raises(SystemExit) as usage:
        main([str(bundle)])
    assert usage.value.code == 2


def test_json_holds_every_check(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(bundle, "--rehearsal", "--json")) == 0
    good = json.loads(capsys.readouterr().out)
    assert good["ok"] is good["complete"] is True
    assert {"code", "ok", "file", "zh", "en"} == set(good["checks"][0])
    assert main(arguments(changed(bundle, tmp_path), "--rehearsal", "--json")) == 8
    bad = json.loads(capsys.readouterr().out)
    assert bad["ok"] is bad["complete"] is False
    assert [c["file"] for c in bad["checks"] if not c["ok"]][-1] == "data/report/report.pdf"


def run_alone(
    pyz: Path, argv: Sequence[str], tmp_path: Path, installed: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the archive with the standard library, what is installed, and nothing that only POSIX has."""
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    for name in installed:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (libraries / source.name).symlink_to(source)
    code = RUN.format(libraries=str(libraries), argv=[str(pyz), *argv], pyz=str(pyz))
    return subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


@pytest.mark.parametrize("installed", [(), FASTER], ids=["python alone", "cryptography"])
def test_the_single_file_runs_with_python_alone_and_without_posix_modules(
    pyz: Path, bundle: Path, tmp_path: Path, installed: Sequence[str]
) -> None:
    done = run_alone(pyz, arguments(bundle, "--rehearsal"), tmp_path, installed)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "结论：通过" in done.stdout
    names = done.stderr.rpartition("MODULES ")[2].split()
    modules = {name for name in names if not name.startswith("_sysconfigdata")}
    assert modules <= {"bequest", "__main__", "_openssl", *installed}
    assert "bequest" in modules
    assert ("cryptography" in modules) == bool(installed)


def test_the_single_file_refuses_what_the_package_refuses(pyz: Path, bundle: Path, tmp_path: Path) -> None:
    done = run_alone(pyz, arguments(changed(bundle, tmp_path), "--rehearsal"), tmp_path)
    assert done.returncode == 8, done.stderr
    assert "data/report/report.pdf" in done.stdout


def test_a_share_deal_verifies_in_the_single_file(pyz: Path, tmp_path: Path) -> None:
    done = run_alone(pyz, arguments(scene_e2().build(tmp_path / "e2"), "--rehearsal", "--json"), tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_the_single_file_says_what_it_lacks_to_check_a_time_stamp(pyz: Path, tmp_path: Path) -> None:
    """A demanded stamp that nobody looked at does not count as good."""
    tsa, scene = make_tsa(tmp_path / "tsa"), scene_e2()
    scene.trust = replace(trust("E2"), tsa_roots=(tsa.root,))
    bundle = scene.build(tmp_path / "e2")
    head = (bundle / "data/log/checkpoint").read_bytes()
    heads, size = bundle / "data/heads", head.splitlines()[1].decode()
    heads.mkdir()
    (heads / f"{size}.checkpoint").write_bytes(head)
    (heads / f"{size}.tsr").write_bytes(tsa.reply(timestamp_query(head)))
    reseal(bundle)
    assert main(arguments(bundle, "--rehearsal")) == 0
    done = run_alone(pyz, arguments(bundle, "--rehearsal", "--json"), tmp_path)
    assert done.returncode == 8, done.stderr
    failed = [c for c in json.loads(done.stdout)["checks"] if not c["ok"]]
    assert {c["code"] for c in failed} == {"log.time"}
    assert "rfc3161-client is not installed" in failed[0]["en"]


def test_output_that_cannot_show_chinese_is_no_failure(pyz: Path, bundle: Path) -> None:
    done = subprocess.run(
        [sys.executable, pyz, *arguments(bundle, "--rehearsal")],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert b"log.root" in done.stdout


def test_building_it_twice_gives_the_same_bytes_and_only_needed_modules(pyz: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/build_verifier.py", tmp_path], check=True, capture_output=True)
    again = tmp_path / "bequest-verify.pyz"
    assert again.read_bytes() == pyz.read_bytes()
    names = zipfile.ZipFile(again).namelist()
    assert names == sorted(names)
    assert "bequest/crypto/verify.py" in names
    unwanted = ("signing", "sealing", "age", "keys", "cipher", "log_files", "lock", "bundle", "sequencer")
    assert not [name for name in names if Path(name).stem in unwanted]
    assert "bequest/evidence/log.py" not in names
