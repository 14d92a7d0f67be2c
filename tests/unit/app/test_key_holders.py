"""Who can hold the key over the master key: a token (SoftHSM), AWS KMS (moto, a strict fake), Vault (a strict fake)."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import botocore.session
import pytest
from tests.servers import ObjectStore
from tests.unit.app.app_cases import add_case
from tests.unit.app.fake_kms import FakeKms
from tests.unit.app.fake_vault import TOKEN, FakeVault
from tests.unit.store.samples import CASE, T0

from bequest.app.context import open_context
from bequest.app.evidence import open_log, publish, record
from bequest.app.holders.opening import check_holder, open_holder, open_token
from bequest.app.home_master import MASTER, HomeMaster
from bequest.app.rotate_master import rotate_master
from bequest.crypto.keys import KeyState
from bequest.crypto.masters import HeldMaster, Holder, master_id, read_master, render_master
from bequest.evidence.checkpoint import parse_checkpoint
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, StateError
from bequest.kernel.secret import Secrets

KEY = bytes(range(32))
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "93158204"


def altered(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def opens_its_own_alone(holder: Holder, wrong: bytes) -> bytes:
    wrapped = holder.wrap(KEY)
    assert KEY not in wrapped
    assert holder.wrap(KEY) != wrapped
    assert holder.unwrap(wrapped) == KEY
    for bad in (altered(wrapped), wrong, b""):
        with pytest.raises(StateError):
            holder.unwrap(bad)
    return wrapped


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (extra hsm)")
    if not SOFTHSM.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (Debian: softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        made = ["softhsm2-util", "--init-token", "--free", "--label", "case-keys", "--pin", PIN, "--so-pin", "00112233"]
        subprocess.run(made, check=True, capture_output=True)
        yield {"kind": "pkcs11", "module": str(SOFTHSM), "token": "case-keys", "key": "master", "pin": "env:PIN"}


def test_a_token_wraps_and_its_key_cannot_be_taken_out(token: dict[str, str], tmp_path: Path) -> None:
    import pkcs11

    secrets = Secrets({"PIN": PIN})
    wrapped = opens_its_own_alone(open_holder(token, secrets), bytes(60))
    with pkcs11.lib(str(SOFTHSM)).get_token(token_label="case-keys").open(user_pin=PIN) as session:
        [key] = session.get_objects({pkcs11.Attribute.LABEL: "master"})
        with pytest.raises(pkcs11.exceptions.PKCS11Error):
            key[pkcs11.Attribute.VALUE]
    for change, said in {
        ("token", "other"): "no token 'other'",
        ("key", "other"): "no key 'other'",
        ("module", str(tmp_path)): "module cannot be used",
    }.items():
        with pytest.raises((InputError, StateError), match=said):
            open_holder(token | dict([change]), secrets).unwrap(wrapped)
    with pytest.raises(StateError, match="does not take this PIN") as refused:
        open_holder(token, Secrets({"PIN": "11111111"})).unwrap(wrapped)
    assert "11111111" not in str(refused.value) + refused.value.hint


def test_secrets_are_references_and_their_files_private(token: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text(PIN + "\n")
    file.chmod(0o600)
    assert open_holder(token | {"pin": f"file:{file}"}, Secrets()).wrap(KEY)
    file.chmod(0o640)
    with pytest.raises(InputError, match="others may read the file pin"):
        open_holder(token | {"pin": f"file:{file}"}, Secrets())
    with pytest.raises(InputError, match="must be a reference") as refused:
        open_holder(token | {"pin": PIN}, Secrets())
    assert PIN not in str(refused.value) + refused.value.hint
    with pytest.raises(InputError, match="'PIN' is not set"):
        open_holder(token, Secrets())


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")


def kms(key: str, endpoint: str) -> dict[str, str]:
    return {"kind": "aws-kms", "key": key, "region": "cn-north-1", "endpoint": endpoint}


def test_a_key_service_wraps_for_this_use_alone(object_store: ObjectStore, credentials: None) -> None:
    where = f"http://127.0.0.1:{object_store.port}"
    service = botocore.session.Session().create_client("kms", region_name="cn-north-1", endpoint_url=where)
    key, other = (service.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    holder = open_holder(kms(key, where), Secrets())
    elsewhere = service.encrypt(KeyId=key, Plaintext=KEY, EncryptionContext={"use": "other"})["CiphertextBlob"]
    wrapped = opens_its_own_alone(holder, elsewhere)
    with pytest.raises(StateError, match=r"IncorrectKeyException|AccessDenied"):
        open_holder(kms(other, where), Secrets()).unwrap(wrapped)


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_that_is_disabled_or_to_be_deleted_opens_nothing(state: str, credentials: None) -> None:
    with closing(FakeKms(state)) as fake:
        holder = open_holder(kms("alias/bequest", fake.address), Secrets())
        for act in (holder.wrap, holder.unwrap):
            with pytest.raises(StateError, match=r"DisabledException|KMSInvalidStateException"):
                act(KEY)
        assert not fake.malformed


@pytest.fixture
def vault() -> Iterator[FakeVault]:
    with closing(FakeVault()) as running:
        yield running


def transit(vault: FakeVault) -> dict[str, str]:
    return {"kind": "vault", "address": vault.address, "key": "bequest", "token": "env:VAULT_TOKEN"}


def test_a_vault_wraps_and_follows_its_own_versions(vault: FakeVault) -> None:
    secrets = Secrets({"VAULT_TOKEN": TOKEN})
    holder = open_holder(transit(vault), secrets)
    wrapped = opens_its_own_alone(holder, b"vault:v9:AAAA")
    vault.rotate()
    assert holder.unwrap(wrapped) == KEY
    vault.least = 2
    with pytest.raises(StateError, match=r"refuses to decrypt \(400\)"):
        holder.unwrap(wrapped)
    vault.sealed = True
    with pytest.raises(StateError, match=r"\(503\)"):
        holder.wrap(KEY)
    vault.sealed = False
    with pytest.raises(StateError, match=r"\(404\)"):
        open_holder(transit(vault) | {"mount": "other"}, secrets).wrap(KEY)
    with pytest.raises(StateError, match=r"\(403\)"):
        open_holder(transit(vault), Secrets({"VAULT_TOKEN": "stolen"})).wrap(KEY)


def test_a_vault_that_is_away_is_said(vault: FakeVault) -> None:
    holder = open_holder(transit(vault), Secrets({"VAULT_TOKEN": TOKEN}))
    vault.close()
    with pytest.raises(StateError, match="cannot be reached"):
        holder.wrap(KEY)


REFUSED: dict[str, tuple[Mapping[str, str], str]] = {
    "unknown kind": ({"kind": "usb"}, "no key holder of kind 'usb'"),
    "nothing": ({}, "no key holder of kind ''"),
    "something missing": ({"kind": "vault", "address": "https://vault.example", "key": "k"}, "lacks 'token'"),
    "something unknown": ({"kind": "file", "path": "x"}, "has no setting 'path'"),
    "neither yes nor no": (
        {"kind": "pkcs11", "module": "m", "token": "t", "key": "k", "pin": "env:P", "sign_logs": "true"},
        "sign_logs",
    ),
}


@pytest.mark.parametrize(("settings", "said"), REFUSED.values(), ids=REFUSED)
def test_settings_that_do_not_fit_are_refused(settings: Mapping[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_holder(settings)


@pytest.mark.parametrize("address", ["http://vault.example", "https://user@vault.example", "vault", "ftp://127.0.0.1"])
def test_secrets_never_cross_a_network_in_clear(address: str) -> None:
    settings = {"kind": "vault", "address": address, "key": "k", "token": "env:T"}
    with pytest.raises(InputError, match="https://"):
        open_holder(settings, Secrets({"T": "t"}))
    with pytest.raises(InputError, match="https://"):
        open_holder(kms("k", address.replace("https://user@", "http://")), Secrets())


def test_the_file_of_the_master_key_is_read_with_care(tmp_path: Path, vault: FakeVault) -> None:
    home = HomeMaster(tmp_path / "home", Secrets({"VAULT_TOKEN": TOKEN}))
    path = tmp_path / "home" / MASTER
    with pytest.raises(InputError, match="no master key file"):
        home.read()
    home.create()
    first = home.read()
    home.create()
    assert len(first) == 32
    assert home.read() == first
    path.chmod(0o644)
    with pytest.raises(InputError, match="others may read"):
        home.read()
    path.chmod(0o600)
    held = HeldMaster(transit(vault), open_holder(transit(vault), Secrets({"VAULT_TOKEN": TOKEN})).wrap(first))
    path.write_bytes(render_master(held))
    assert read_master(path) == held
    assert master_id(home.read()) == master_id(first)
    vault.close()
    assert home.read() == first, "unwrapped once for a process"
    for text in ("short\n", "{}", '{"holder":{},"v":1,"wrapped":"AA=="}', '{"holder":{"kind":"vault"},"v":2}', "[1]"):
        path.write_text(text)
        with pytest.raises(InputError, match="holds no master key"):
            home.read()


def test_a_token_signs_the_log_with_a_key_that_never_leaves_it(token: dict[str, str], tmp_path: Path) -> None:
    ctx = open_context(tmp_path / "home", environ={"PIN": PIN})
    (tmp_path / "token.toml").write_text("".join(f'{k} = "{v}"\n' for k, v in (token | {"sign_logs": "yes"}).items()))
    rotate_master(ctx, tmp_path / "token.toml")
    add_case(ctx)
    for key in ("1", "2"):
        with ctx.store.transaction() as tx:
            record(ctx, tx, CASE.id, EventType.ACCESS_READ, key, at=T0)
        publish(ctx, CASE.id)
    folder = ctx.workspace(CASE.id).dir("keys")
    assert ctx.keys(CASE.id).state("log-signing") is KeyState.MISSING
    assert PIN not in (folder / "log-signing.token").read_text()
    with open_log(ctx, CASE.id) as log:
        assert log.checkpoint is not None
        assert parse_checkpoint(log.checkpoint.note, log.key).size == 6
        public = log.key.key
    (tmp_path / "plain.toml").write_text('kind = "file"\n')
    rotate_master(ctx, tmp_path / "plain.toml")
    with open_log(ctx, CASE.id) as log:
        assert log.key.key == public, "the log's key stays where it is when the master key moves on"
        assert log.size == 8, "intent and outcome of the change"
    other = open_token(token, ctx.secrets).signer(f"bequest log {CASE.id} none", public)
    with pytest.raises(StateError, match="has no key 'bequest log"):
        other.sign(b"head")
    open_token(token, ctx.secrets).make_signing_key(f"bequest log {CASE.id} none")
    with pytest.raises(StateError, match="is another than the one that the log began with"):
        other.sign(b"head")
    (folder / "log-signing.token").write_text("{}")
    with pytest.raises(StateError, match="does not name a key"), open_log(ctx, CASE.id):
        pass
    ctx.store.close()
