import io
import json
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import bagit
import polars as pl
import pytest
from tests.unit.steps.deliver import delivery_cases as c

from bequest.crypto.age import decrypt_file, encrypt_file
from bequest.crypto.signing import Signer
from bequest.kernel.errors import DeliveryError, VerificationError
from bequest.steps.deliver.archive import tar_stream
from bequest.steps.deliver.bag import MANIFEST, add_tag_files, check_bag, sha256_file, write_tag_manifest
from bequest.steps.deliver.content import AgeRecipient, DeliveredColumn, DeliveredTable
from bequest.steps.deliver.package import ENVELOPE
from bequest.steps.deliver.receive import check_ciphertext, receive


def opened(tmp: Path, package, **kw):
    kw = {"open_statement": c.opening(c.SENDER_KEY)} | kw
    return receive(package.folder, c.BUYER.secret, tmp / "in", **kw)


def read_table(bag: Path, folder: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(p) for p in sorted((bag / "data" / folder).glob("*.parquet"))])


def test_what_is_sent_is_received(tmp_path):
    package = c.build(tmp_path)
    got = opened(tmp_path, package)
    assert got.counts == {"crm.customers": 7, "订单.订单": 1, "crm.addresses": 0} == package.counts
    frame = read_table(got.bag, "crm/customers")
    assert frame.equals(pl.concat(list(c.customers().batches)))
    assert len(package.volumes) > 2
    assert got.nonce == b"n" * 32
    assert got.signature_checked
    assert {p.n_rows for p in package.parts} == {2, 1, 0}


def test_the_escrow_can_open_it_and_a_stranger_cannot(tmp_path):
    package = c.build(tmp_path)
    assert receive(package.folder, c.ESCROW.secret, tmp_path / "escrow").counts
    with pytest.raises(DeliveryError, match="no key fits"):
        receive(package.folder, c.STRANGER.secret, tmp_path / "stranger")
    assert not (tmp_path / "stranger").exists()
    assert not (tmp_path / ".stranger.partial").exists()


def test_only_ciphertext_rests_outside_the_private_directory(tmp_path):
    seen_private = []

    def guard():
        clear = list((tmp_path / "private").rglob("*.parquet"))
        seen_private.append(len(clear))
        assert not list((tmp_path / "out").rglob("*.parquet"))
        assert (tmp_path / "private" / "delivery-d-1").stat().st_mode & 0o077 == 0

    c.build(tmp_path, guard=guard)
    assert any(seen_private)
    assert not list((tmp_path / "private").rglob("*"))
    for path in [*(tmp_path / "out").rglob("*"), *(tmp_path / "work").rglob("*")]:
        if path.is_file():
            data = path.read_bytes()
            assert b"13800000001" not in data
            assert "张1".encode() not in data


def test_the_same_run_again_gives_the_same_package(tmp_path):
    first = c.build(tmp_path)
    before = {p: p.read_bytes() for p in first.folder.rglob("*") if p.is_file()}
    again = c.build(tmp_path)
    assert again == first
    assert {p: p.read_bytes() for p in first.folder.rglob("*") if p.is_file()} == before


def test_batch_sizes_do_not_matter(tmp_path):
    one = c.build(tmp_path / "one", of=[c.customers(size=1)])
    two = c.build(tmp_path / "two", of=[c.customers(size=100)])
    assert one.parts == two.parts
    assert one.inner_manifest_sha256 == two.inner_manifest_sha256


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("at", range(12))
def test_a_run_killed_anywhere_and_run_again_ends_with_the_same_content(tmp_path, at):
    whole = c.build(tmp_path / "whole")
    calls = 0

    def guard():
        nonlocal calls
        calls += 1
        if calls == at + 1:
            raise _KilledError

    try:
        c.build(tmp_path, guard=guard)
    except _KilledError:
        kept = {p.name: p.read_bytes() for p in (tmp_path / "out").rglob("*.age")}
        # what a harder kill leaves behind: clear files in the private directory, a half-written volume
        (tmp_path / "private" / "delivery-d-1" / "bag").mkdir(parents=True)
        (tmp_path / "private" / "delivery-d-1" / "bag" / "left.parquet").write_bytes(b"x")
        (tmp_path / "out" / "delivery-d-1" / "data" / ".vol-0009.tar.age.partial").write_bytes(b"half")
    else:
        assert at >= calls, "every boundary is reached"
        kept = {}
    package = c.build(tmp_path)
    assert package.parts == whole.parts
    assert package.inner_manifest_sha256 == whole.inner_manifest_sha256
    assert package.counts == whole.counts
    assert len(package.volumes) == len(whole.volumes)
    assert all((package.folder / "data" / name).read_bytes() == data for name, data in kept.items())
    assert opened(tmp_path, package).counts == whole.counts
    assert not list((tmp_path / "private").rglob("*"))


def test_every_guard_call_of_the_kill_test_is_covered(tmp_path):
    calls = []
    c.build(tmp_path, guard=lambda: calls.append(1))
    assert 3 <= len(calls) <= 12


@pytest.mark.parametrize(
    "second",
    [
        lambda: [c.customers(name="李"), c.orders(), c.empty()],
        lambda: [c.customers(n=6), c.orders(), c.empty()],
        lambda: [c.customers(n=2), c.orders(), c.empty()],
    ],
    ids=["a value differs", "a row fewer", "parts fewer"],
)
def test_data_that_changed_between_two_runs_abort_the_delivery_for_good(tmp_path, second):
    calls = []

    def guard():
        calls.append(1)
        if len(calls) == 3:
            raise _KilledError

    with pytest.raises(_KilledError):
        c.build(tmp_path, guard=guard)
    with pytest.raises(DeliveryError, match="aborted"):
        c.build(tmp_path, of=second())
    with pytest.raises(DeliveryError) as again:
        c.build(tmp_path)
    assert "new id" in again.value.hint


def test_a_delivery_id_is_not_used_for_other_settings(tmp_path):
    c.build(tmp_path)
    other = c.spec(recipients=(AgeRecipient(c.STRANGER.recipient, "receiver"),))
    with pytest.raises(DeliveryError, match="other settings"):
        c.build(tmp_path, made=other)


def test_a_finished_package_that_was_damaged_is_not_given_again(tmp_path):
    package = c.build(tmp_path)
    (package.folder / package.volumes[0].path).write_bytes(b"")
    with pytest.raises(DeliveryError, match=r"vol-0001.tar.age was changed"):
        c.build(tmp_path)


def test_a_batch_with_a_column_nobody_agreed_to_is_refused_before_anything_is_sent(tmp_path):
    frame = pl.DataFrame({"__row": ["a"], "name": ["张一"], "id_no": ["x"]})
    table = DeliveredTable("crm", "t", (DeliveredColumn("name", "person_name", "value"),), [frame])
    with pytest.raises(DeliveryError, match="outside the agreed list"):
        c.build(tmp_path, of=[table])
    assert not list((tmp_path / "out").rglob("*.age"))


def test_the_statement_is_about_the_ciphertext(tmp_path):
    package = c.build(tmp_path)
    statement = c.opening(c.SENDER_KEY)((package.folder / ENVELOPE).read_bytes())
    assert statement == package.statement
    assert {s.sha256 for s in statement.subjects} == {sha256_file(package.folder / v.path) for v in package.volumes}
    assert statement.predicate["columns"]["crm.customers"] == ["__row", "姓名", "mobile"]
    assert "nonce" not in json.dumps(dict(statement.predicate)).replace("nonceCommit", "")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


TAMPERED = {
    "a volume": ("data/vol-0001.tar.age", flip),
    "a volume cut short": ("data/vol-0002.tar.age", lambda p: p.write_bytes(p.read_bytes()[:-1])),
    "a volume missing": ("data/vol-0001.tar.age", Path.unlink),
    "the manifest": ("manifest-sha256.txt", flip),
    "the bag declaration": ("bagit.txt", flip),
    "the envelope": ("DataDelivery.dsse.json", flip),
    "the tag manifest missing": ("tagmanifest-sha256.txt", Path.unlink),
}


@pytest.mark.parametrize(("name", "act"), TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_package_is_refused_and_the_file_named(tmp_path, name, act):
    package = c.build(tmp_path)
    act(package.folder / name)
    with pytest.raises(DeliveryError) as error:
        opened(tmp_path, package)
    assert name.rpartition("/")[2] in str(error.value) or "manifest" in str(error.value)
    assert not (tmp_path / "in").exists()


def test_files_slipped_into_the_payload_are_named(tmp_path):
    package = c.build(tmp_path)
    (package.folder / "data" / "extra.bin").write_bytes(b"x")
    with pytest.raises(DeliveryError, match=r"data/extra.bin is not in the manifest"):
        opened(tmp_path, package)
    (package.folder / "data" / "extra.bin").unlink()
    (package.folder / "data" / "link").symlink_to("/etc/hostname")
    with pytest.raises(DeliveryError, match="data/link"):
        opened(tmp_path, package)


def rewrap(package, volume: str, change) -> None:
    """Unpack a volume, change it, pack it again and mend the outer bag: what a sender's insider could do."""
    work = package.folder.parent / "rewrap"
    work.mkdir()
    decrypt_file(package.folder / volume, work / "v.tar", [c.BUYER.secret])
    with tarfile.open(work / "v.tar") as tar:
        members = [(m, tar.extractfile(m).read()) for m in tar]
    with tarfile.open(work / "v.tar", "w") as tar:
        for info, data in change(members):
            info.size = len(data) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
    encrypt_file(work / "v.tar", package.folder / volume, [c.BUYER.recipient])
    digests = {f"data/{p.name}": sha256_file(p) for p in (package.folder / "data").iterdir()}
    (package.folder / MANIFEST).write_text("".join(f"{d}  {n}\n" for n, d in sorted(digests.items())))
    write_tag_manifest(package.folder)


def resign(package, key: Signer = c.SENDER_KEY, **changes) -> None:
    statement = package.statement
    volumes = [{"path": v.path, "bytes": 1, "sha256": sha256_file(package.folder / v.path)} for v in package.volumes]
    predicate = {**statement.predicate, "volumes": volumes, **changes}
    (package.folder / ENVELOPE).write_bytes(c.signing(key)(replace(statement, predicate=predicate)))
    write_tag_manifest(package.folder)


def test_swapped_ciphertext_does_not_fit_the_signed_statement(tmp_path):
    package = c.build(tmp_path)
    rewrap(package, package.volumes[0].path, lambda members: members)
    with pytest.raises(DeliveryError, match="other volumes"):
        opened(tmp_path, package)


def test_a_statement_signed_by_somebody_else_is_refused(tmp_path):
    package = c.build(tmp_path)
    resign(package, Signer.from_bytes(b"x" * 32))
    with pytest.raises(VerificationError):
        opened(tmp_path, package)


def _evil(name="bag/data/x", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    return info


EVIL = {
    "climbs out": _evil("bag/../../x"),
    "absolute": _evil("/x"),
    "outside bag": _evil("other/x"),
    "symlink": _evil("bag/data/x", tarfile.SYMTYPE, "/etc/passwd"),
    "hard link": _evil("bag/data/x", tarfile.LNKTYPE, "bag/data/datapackage.json"),
    "device": _evil("bag/data/x", tarfile.CHRTYPE),
    "backslash": _evil("bag/data\\..\\x"),
}


@pytest.mark.parametrize("member", EVIL.values(), ids=EVIL)
def test_an_unsafe_archive_is_refused_even_when_signed(tmp_path, member):
    package = c.build(tmp_path)
    rewrap(package, package.volumes[0].path, lambda members: [*members, (member, b"evil")])
    resign(package)
    with pytest.raises(DeliveryError, match="is refused"):
        opened(tmp_path, package)
    assert not (tmp_path / "in").exists()
    assert not (tmp_path / "x").exists()


def test_a_file_met_twice_is_refused(tmp_path):
    package = c.build(tmp_path)
    rewrap(package, package.volumes[0].path, lambda members: [*members, members[0]])
    resign(package)
    with pytest.raises(DeliveryError, match="twice"):
        opened(tmp_path, package)


def test_a_changed_file_inside_is_named(tmp_path):
    package = c.build(tmp_path)

    def change(members):
        (info, data), *rest = members
        return [(info, data[:-1] + b"\0"), *rest]

    rewrap(package, package.volumes[0].path, change)
    resign(package)
    with pytest.raises(DeliveryError, match=r"inner bag: data/crm/customers/part-0001.parquet was changed"):
        opened(tmp_path, package)


def test_a_column_outside_the_agreement_is_refused_by_name(tmp_path):
    package = c.build(tmp_path)
    agreed = {
        "crm.customers": frozenset({"姓名"}),
        "订单.订单": frozenset({"订单号"}),
        "crm.addresses": frozenset({"detail"}),
    }
    with pytest.raises(DeliveryError, match="not agreed: mobile"):
        opened(tmp_path, package, agreed=agreed)
    assert not (tmp_path / "in").exists()
    agreed["crm.customers"] = frozenset({"姓名", "mobile"})
    assert opened(tmp_path, package, agreed=agreed)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"counts": {"crm.customers": 6, "订单.订单": 1, "crm.addresses": 0}}, "row counts"),
        ({"columns": {"crm.customers": ["姓名"]}}, "not agreed"),
        ({"datapackageSha256": "0" * 64}, "datapackage.json"),
        ({"innerManifestCommit": "AAAA"}, "inner manifest"),
        ({"volumes": []}, "other volumes"),
    ],
)
def test_a_package_that_contradicts_its_statement_is_refused(tmp_path, changes, why):
    package = c.build(tmp_path)
    resign(package, **changes)
    with pytest.raises(DeliveryError, match=why):
        opened(tmp_path, package)


def test_nothing_is_received_over_something(tmp_path):
    package = c.build(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mine.txt").write_text("x")
    with pytest.raises(DeliveryError, match="not empty"):
        opened(tmp_path, package)
    assert (tmp_path / "in" / "mine.txt").read_text() == "x"


def test_the_ciphertext_can_be_checked_without_a_key(tmp_path):
    package = c.build(tmp_path)
    statement, volumes = check_ciphertext(package.folder, c.opening(c.SENDER_KEY))
    assert statement == package.statement
    assert volumes == tuple(v.path for v in package.volumes)


def test_tag_files_can_be_added_and_the_bag_stays_valid(tmp_path):
    package = c.build(tmp_path)
    add_tag_files(package.folder, {"DataDelivery.tlog-proof": b"proof\n"})
    check_bag(package.folder, "package")
    bagit.Bag(str(package.folder)).validate()
    (package.folder / "DataDelivery.tlog-proof").write_bytes(b"other")
    with pytest.raises(DeliveryError, match="tlog-proof was changed"):
        check_bag(package.folder, "package")


def test_bagit_accepts_outer_and_inner_bag(tmp_path):
    package = c.build(tmp_path)
    got = opened(tmp_path, package)
    bagit.Bag(str(package.folder)).validate()
    bagit.Bag(str(got.bag)).validate()


def test_the_reference_validator_accepts_the_data_package(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    pytest.importorskip("pandas", reason="the validator reads Parquet only with pandas")
    got = opened(tmp_path, c.build(tmp_path))
    report = frictionless.validate(str(got.bag / "data" / "datapackage.json"))
    assert report.valid, report.flatten(["message"])


def test_the_descriptor_is_a_valid_data_package(tmp_path):
    got = opened(tmp_path, c.build(tmp_path))
    code = (
        "import json,sys\nfrom frictionless import Package\n"
        "d=json.load(open(sys.argv[1]))\nprint([r.name for r in Package.from_descriptor(d).resources])"
    )
    path = got.bag / "data" / "datapackage.json"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "crm-customers-part-0004" in done.stdout


def test_standard_tools_open_it(tmp_path):
    if not all(map(shutil.which, ("age", "tar", "sha256sum"))):
        pytest.skip("needs the programs age, tar and sha256sum")
    package = c.build(tmp_path)
    key = tmp_path / "key.txt"
    key.write_text(c.BUYER.secret + "\n")
    script = (
        "set -eu; sha256sum --quiet -c manifest-sha256.txt; sha256sum --quiet -c tagmanifest-sha256.txt\n"
        'mkdir "$2"; for v in data/vol-*.tar.age; do age -d -i "$1" "$v" | tar x -C "$2"; done\n'
        'cd "$2/bag"; sha256sum --quiet -c manifest-sha256.txt; sha256sum --quiet -c tagmanifest-sha256.txt'
    )
    into = tmp_path / "plain"
    done = subprocess.run(
        ["sh", "-c", script, "sh", str(key), str(into)], cwd=package.folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert read_table(into / "bag", "crm/customers").height == 7
    assert "PIPL-22" in (into / "bag" / "README.en.md").read_text()


def test_a_volume_says_nothing_of_the_machine_that_made_it(tmp_path):
    files = {"bag/data/b.bin": b"", "bag/a.txt": b"a" * 600}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    made = [tar_stream([(n, tmp_path / n) for n in order]).read() for order in (files, reversed(files))]
    assert made[0] == made[1]
    with tarfile.open(fileobj=io.BytesIO(made[0])) as tar:
        members = tar.getmembers()
        assert [m.name for m in members] == sorted(files)
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {(0, 0, 0, "", "", 0o644)}
        assert tar.extractfile("bag/a.txt").read() == files["bag/a.txt"]
    assert len(made[0]) % 10_240 == 0
