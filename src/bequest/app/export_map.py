"""The data map for others: Fides datasets, the record of processing."""

from pathlib import Path

from bequest.app.context import Context
from bequest.app.run_discover import data_map
from bequest.app.user_files import new_user_file
from bequest.documents.datamap import fides_dataset, record_of_processing


def export_fides(ctx: Context, case_id: str, file: Path) -> None:
    """Write the data map as Fides datasets.

    Raises:
        StateError: before discovery.
        InputError: where the file cannot be written.
    """
    text = fides_dataset(ctx.case(case_id).case, data_map(ctx, case_id))
    with new_user_file(file) as beside:
        beside.write_text(text, encoding="utf-8")


def export_record(ctx: Context, case_id: str, file: Path) -> None:
    """Write the record of processing as a workbook.

    Raises:
        StateError: before discovery.
        InputError: where the file cannot be written.
    """
    known = data_map(ctx, case_id)
    with new_user_file(file) as beside, beside.open("wb") as out:
        record_of_processing(out, ctx.case(case_id).case, known, ctx.now(case_id))
