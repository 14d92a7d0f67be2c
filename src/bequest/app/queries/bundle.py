"""The evidence bundle of a closed case as one file to take along."""

import io
import tarfile
from pathlib import Path

from bequest.app.context import Context


def bundle_folder(ctx: Context, case_id: str) -> Path:
    """Where the bundle is, once there is one."""
    return ctx.workspace(case_id).root / "bundle" / f"evidence-{case_id}"


def bundle_tar(ctx: Context, case_id: str) -> bytes | None:
    """The bundle as a TAR without names of our accounts; None where there is none yet."""
    folder = bundle_folder(ctx, case_id)
    if not folder.is_dir():
        return None
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = tar.gettarinfo(path, arcname=f"{folder.name}/{path.relative_to(folder).as_posix()}")
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            with path.open("rb") as file:
                tar.addfile(info, file)
    return data.getvalue()
