"""Packages are carried to a folder and to a real SFTP server, and go on after what is there."""

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import free_port
from tests.unit.steps.deliver import delivery_cases as c

from bequest.app.receive import receive_package
from bequest.app.transport import Carried, carry, way_to
from bequest.app.transport_sftp import SftpWay
from bequest.kernel.errors import DeliveryError, InputError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return c.build(tmp_path).folder


def keygen(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A server for SFTP alone: its port and its folder, in which lie the client's key and the known hosts."""
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or shutil.which("sftp") is None:
        pytest.skip("sshd is not installed (Debian: openssh-server)")
    folder, port = tmp_path_factory.mktemp("sshd"), free_port()
    host, client = keygen(folder / "host"), keygen(folder / "client")
    (folder / "authorized").write_text(client.with_suffix(".pub").read_text())
    words = host.with_suffix(".pub").read_text().split()[:2]
    (folder / "known").write_text(f"[127.0.0.1]:{port} {' '.join(words)}\n")
    settings = {
        "Port": port, "ListenAddress": "127.0.0.1", "HostKey": host, "AuthorizedKeysFile": folder / "authorized",
        "StrictModes": "no", "UsePAM": "no", "PasswordAuthentication": "no", "PermitRootLogin": "prohibit-password",
        "PidFile": "none", "Subsystem": "sftp internal-sftp", "ForceCommand": f"internal-sftp -d {folder}",
    }  # fmt: skip
    (folder / "config").write_text("".join(f"{k} {v}\n" for k, v in settings.items()))
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where the server's unprivileged part is locked in
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program, "-D", "-e", "-f", folder / "config"], stdout=log, stderr=log)
    until = time.monotonic() + 10
    while "listening" not in (folder / "log").read_text():
        assert server.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until
        time.sleep(0.05)
    yield port, folder
    server.terminate()
    server.wait(10)


def sftp(sshd: tuple[int, Path], folder: str, **changes: Path) -> SftpWay:
    port, place = sshd
    files = {"ssh_key": place / "client", "known_hosts": place / "known"} | changes
    way = way_to(f"sftp://{getpass.getuser()}@127.0.0.1:{port}/{folder}", **files)
    assert isinstance(way, SftpWay)
    return way


def opened(package: Path, tmp_path: Path) -> dict[str, int]:
    key = tmp_path / "buyer.age"
    key.write_text(c.BUYER.secret)
    return receive_package(package, key, tmp_path / "in").counts


def test_a_package_arrives_in_a_folder_and_opens(package: Path, tmp_path: Path) -> None:
    way = way_to(str(tmp_path / "share"))
    n = sum(p.is_file() for p in package.rglob("*"))
    done = carry(package, way)
    assert (done.sent, done.there) == (n, 0)
    assert carry(package, way) == Carried(0, n, done.n_bytes)
    assert opened(tmp_path / "share" / package.name, tmp_path)["crm.customers"] == 7


def test_a_package_arrives_by_sftp_and_goes_on_after_finished_volumes(
    package: Path, sshd: tuple[int, Path], tmp_path: Path
) -> None:
    way = sftp(sshd, "from seller/一月")
    there = sshd[1] / "from seller" / "一月" / package.name
    told: list[str] = []

    def breaks_off(name: str, _done: int, _all: int) -> None:
        told.append(name)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry(package, way, tell=breaks_off)
    assert not (there / "tagmanifest-sha256.txt").exists()
    (there / "data" / "vol-0001.tar.age.part").write_bytes(b"what a broken transfer left")
    n = sum(p.is_file() for p in package.rglob("*"))
    done = carry(package, way)
    assert (done.sent, done.there) == (n - 3, 3)
    assert carry(package, way).sent == 0
    (there / "data" / "vol-0001.tar.age.part").unlink(missing_ok=True)
    assert opened(there, tmp_path)["crm.customers"] == 7


def test_another_file_under_the_name_is_not_written_over(package: Path, sshd: tuple[int, Path]) -> None:
    way = sftp(sshd, "other")
    carry(package, way)
    (sshd[1] / "other" / package.name / "VERIFY.md").write_text("changed")
    with pytest.raises(DeliveryError, match=r"other files of that name at sftp 127\.0\.0\.1: .*/VERIFY\.md"):
        carry(package, way)


def test_what_stands_in_the_way_is_said(package: Path, sshd: tuple[int, Path], tmp_path: Path) -> None:
    (tmp_path / "nobody").write_text("")
    with pytest.raises(DeliveryError, match="the key of the server is not known"):
        carry(package, sftp(sshd, "x", known_hosts=tmp_path / "nobody"))
    with pytest.raises(DeliveryError, match="does not accept the account or its key"):
        carry(package, sftp(sshd, "x", ssh_key=keygen(tmp_path / "stranger")))
    (sshd[1] / "file").write_text("no folder")
    with pytest.raises(DeliveryError, match="refuses to write there"):
        carry(package, sftp(sshd, "file"))
    with pytest.raises(DeliveryError, match="no server answers"):
        carry(package, sftp((free_port(), sshd[1]), "x"))


@pytest.mark.parametrize(
    "target",
    ["sftp://host/x", "sftp://me:secret@host/x", "sftp://-oProxyCommand=x@host/x", "sftp://me@-x/y", "ftp://me@host/x"],
)
def test_an_address_that_cannot_be_used_is_refused(target: str) -> None:
    with pytest.raises(InputError) as caught:
        way_to(target)
    assert "secret" not in caught.value.message + caught.value.hint
