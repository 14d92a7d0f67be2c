from pathlib import Path

import pytest

from bequest.app.home_master import MASTER, HomeMaster
from bequest.app.split_master import join_master, split_master
from bequest.kernel.errors import InputError, StateError


def test_a_home_that_lost_its_master_key_opens_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    HomeMaster(home).create()
    kept = HomeMaster(home).keys(home / "cases" / "a" / "keys").create("link")
    shares = split_master(home, tmp_path / "shares", need=2, of=3)
    assert [p.stat().st_mode & 0o777 for p in shares] == [0o600] * 3
    with pytest.raises(InputError, match="not an empty folder"):
        split_master(home, tmp_path / "shares", need=2, of=3)
    assert join_master(home, shares[1:]) == 1, "with the same key there, nothing changes"
    (home / MASTER).unlink()
    with pytest.raises(InputError):
        join_master(home, shares[:1])
    assert not (home / MASTER).exists()
    assert join_master(home, shares[1:]) == 1
    assert HomeMaster(home).keys(home / "cases" / "a" / "keys").get("link") == kept


def test_shares_of_another_home_never_become_the_master_key(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    HomeMaster(home).create()
    HomeMaster(home).keys(home / "cases" / "a" / "keys").create("link")
    HomeMaster(other).create()
    shares = split_master(other, tmp_path / "shares", need=2, of=2)
    with pytest.raises(StateError, match="another master key"):
        join_master(home, shares)
    (home / MASTER).unlink()
    with pytest.raises(StateError, match="keys of case a are sealed under another"):
        join_master(home, shares)
    assert not (home / MASTER).exists()
