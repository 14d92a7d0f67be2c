"""Our own keys and stores die in their stages (decision D1)."""

import pytest

from bequest.crypto.keys import KEY_PURPOSES
from bequest.steps.close.purge import RULES, Stage, due


@pytest.mark.parametrize(
    ("key", "stage"),
    [
        ("verifier", Stage.AFTER_RESCAN),
        ("outbox", Stage.AFTER_FEEDBACK),
        ("link", Stage.AT_CLOSE),
        ("bodies", Stage.AT_CLOSE),
        ("replay", Stage.LAST_COPY),
    ],
)
def test_each_key_dies_at_its_stage(key: str, stage: Stage) -> None:
    assert [r.stage for r in RULES if r.key == key] == [stage]


def test_every_rule_names_a_key_of_the_table_and_folders_below_the_case() -> None:
    known = {k.purpose for k in KEY_PURPOSES}
    for rule in RULES:
        assert rule.key in known
        assert rule.folders
        for folder in rule.folders:
            assert not folder.startswith("/")
            assert ".." not in folder


def test_no_folder_is_purged_before_a_later_stage_needs_it() -> None:
    folders = [f for r in RULES for f in r.folders]
    assert len(folders) == len(set(folders))
    for a in folders:
        assert not any(a != b and b.startswith(a + "/") for b in folders)


def test_the_keys_that_evidence_and_keepers_need_are_never_ours_to_purge() -> None:
    assert not {r.key for r in RULES} & {"evidence", "custody/", "log-signing", "platform-signing"}


def test_the_stages_together_are_all_rules_in_order() -> None:
    stages = list(Stage)
    assert [r for s in stages for r in due(s)] == sorted(RULES, key=lambda r: stages.index(r.stage))
    assert stages == [Stage.AFTER_RESCAN, Stage.AFTER_FEEDBACK, Stage.AT_CLOSE, Stage.LAST_COPY]
