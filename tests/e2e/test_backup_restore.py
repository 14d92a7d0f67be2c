"""An open case whose home is lost: restored from a whole backup, with its keys, it runs to a bundle that verifies."""

import shutil
from pathlib import Path

from bequest.app.backup_whole import restore_whole, write_whole_backup
from bequest.app.context import open_context
from bequest.app.rehearse import begin_rehearsal, rehearse
from bequest.crypto.age import generate_identity
from bequest.demo import make_company
from bequest.model.case import Event


def test_a_case_goes_on_in_a_restored_home(tmp_path: Path) -> None:
    folder, key = make_company(tmp_path / "demo", event=Event.E5, customers=120).folder, generate_identity()
    (tmp_path / "identity").write_text(key.secret)
    lost = open_context(tmp_path / "lost")
    case = begin_rehearsal(lost, folder)
    write_whole_backup(lost, tmp_path / "whole.backup", [key.recipient])
    head = lost.workspace(case.id).dir("log") / "checkpoint"
    lost.store.close()
    restored = restore_whole(tmp_path / "new", tmp_path / "whole.backup", tmp_path / "identity", heads=[head])
    assert restored.cases == (case.id,)
    shutil.copy(tmp_path / "lost" / "master.key", tmp_path / "new" / "master.key")
    shutil.copytree(lost.workspace(case.id).dir("keys"), tmp_path / "new" / "cases" / case.id / "keys")
    shutil.rmtree(tmp_path / "lost")
    ctx = open_context(tmp_path / "new")
    played = rehearse(ctx, folder)
    assert [c.code for c in played.bundle.report.failed] == []
    assert played.bundle.report.ok
    ctx.store.close()
