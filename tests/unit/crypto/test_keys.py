"""The key table and the provider that keeps keys in files."""

import shutil
from pathlib import Path

import pytest

from bequest.crypto.keys import (
    KEY_PURPOSES,
    FileKeyProvider,
    KeyProvider,
    KeyState,
    purpose_row,
)
from bequest.kernel.errors import InputError, StateError

MASTER = bytes(range(32))
PURPOSES = (
    "link", "recipient/buyer", "replay", "verifier", "watermark", "evidence", "cards", "outbox", "bodies", "locator",
    "custody/2036-12", "log-signing", "platform-signing", "guomi-signing", "home", "anonymise",
)  # fmt: skip


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyProvider:
    return FileKeyProvider(tmp_path / "keys", MASTER)


def test_the_table_has_every_purpose_once_and_says_everything_in_both_languages() -> None:
    assert sorted(row.purpose for row in KEY_PURPOSES) == sorted(
        p.split("/")[0] + "/" if "/" in p else p for p in PURPOSES
    )
    for row in KEY_PURPOSES:
        texts = [getattr(row, name) for name in row.__slots__]
        assert all(texts)
        chinese = [getattr(row, name) for name in row.__slots__ if name.endswith("_zh")]
        assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in chinese)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_lives_and_dies_once(purpose: str, keys: FileKeyProvider) -> None:
    provider: KeyProvider = keys
    assert provider.state(purpose) is KeyState.MISSING
    with pytest.raises(StateError, match="no key"):
        provider.get(purpose)
    key = provider.create(purpose)
    assert len(key) == 32
    assert provider.create(purpose) == provider.get(purpose) == key
    assert provider.state(purpose) is KeyState.LIVE
    assert provider.purposes() == (purpose,)
    for _ in range(2):
        provider.destroy(purpose)
        assert provider.state(purpose) is KeyState.DESTROYED
    with pytest.raises(StateError, match="destroyed"):
        provider.get(purpose)
    with pytest.raises(StateError, match="destroyed"):
        provider.create(purpose)
    assert provider.purposes() == (purpose,)


def test_keys_are_independent(keys: FileKeyProvider) -> None:
    assert len({keys.create(purpose) for purpose in PURPOSES}) == len(PURPOSES)


def test_files_are_private_and_hold_no_key_in_clear(keys: FileKeyProvider, tmp_path: Path) -> None:
    key = keys.create("link")
    [path] = (tmp_path / "keys").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert key not in path.read_bytes()
    assert key.hex().encode() not in path.read_bytes()


def test_another_master_or_a_file_put_under_another_purpose_is_refused(keys: FileKeyProvider, tmp_path: Path) -> None:
    keys.create("link")
    with pytest.raises(InputError):
        FileKeyProvider(tmp_path / "keys", bytes(32)).get("link")
    shutil.copy(tmp_path / "keys" / "link.key", tmp_path / "keys" / "cards.key")
    with pytest.raises(InputError):
        keys.get("cards")


def test_a_destruction_that_crashed_half_way_is_finished_by_repeating_it(keys: FileKeyProvider, tmp_path: Path) -> None:
    keys.create("cards")
    (tmp_path / "keys" / "cards.destroyed").write_text("destroyed cards\n")
    assert keys.state("cards") is KeyState.DESTROYED
    with pytest.raises(StateError):
        keys.get("cards")
    keys.destroy("cards")
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["cards.destroyed"]


@pytest.mark.parametrize(
    "purpose", ["", "nonsense", "link/x", "recipient", "recipient/", "recipient/../x", "custody/A"]
)
def test_a_purpose_outside_the_table_is_refused(purpose: str, keys: FileKeyProvider) -> None:
    with pytest.raises(InputError, match="no key purpose"):
        purpose_row(purpose)
    with pytest.raises(InputError):
        keys.create(purpose)


def test_a_master_key_has_32_bytes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="32 bytes"):
        FileKeyProvider(tmp_path / "keys", b"short")


def test_either_master_key_opens_what_is_its_own_until_the_change_is_settled(keys: FileKeyProvider) -> None:
    new = bytes(range(1, 33))
    folder = keys._directory
    kept = {purpose: keys.create(purpose) for purpose in PURPOSES}
    keys.destroy("cards")
    assert keys.prepare(new) == keys.prepare(new) == len(PURPOSES) - 1
    changed = FileKeyProvider(folder, new)
    for provider in (keys, changed):
        assert {p: provider.get(p) for p in provider.live()} == {p: k for p, k in kept.items() if p != "cards"}
    keys.destroy("verifier")
    assert not list(folder.glob("verifier.[kn]*")), "what was sealed anew dies with it"
    assert changed.settle() == len(PURPOSES) - 2
    assert changed.settle() == 0
    assert changed.get("link") == kept["link"]
    with pytest.raises(InputError):
        keys.get("link")


def test_what_was_sealed_for_a_change_that_was_given_up_is_dropped(keys: FileKeyProvider) -> None:
    kept = keys.create("link")
    keys.prepare(bytes(range(1, 33)))
    assert keys.settle() == 0
    assert keys.get("link") == kept
    assert [p.name for p in keys._directory.iterdir()] == ["link.key"]
