import polars as pl
import pytest
from tests.unit.steps import decided_tables as d
from tests.unit.steps.destroy.small_company import CUSTOMER_ROWS, CUSTOMERS, LOYALTY, LOYALTY_ROWS, REPLAY, Company

from bequest.model.datamap import FieldClass
from bequest.steps.destroy.ledger import read_ledger, replay_hits


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def hits(ledger, columns, rows, *, source, table, key):
    names = [c.name for c in columns]
    batch = d.batch_of(names, rows, d.row_keys(names, rows, key))
    return replay_hits(ledger, batch, source=source, table=table, columns=columns, key=key, replay_ecb=REPLAY)


def test_a_restored_backup_shows_who_was_erased(company):
    ledger = company.ledger()
    company.erase(ledger, company.seal())
    found = hits(ledger, CUSTOMERS, CUSTOMER_ROWS, source="crm", table="customers", key=("id",))
    rows = found.filter(pl.col("column") == "")["row"].to_list()
    assert rows == [0, 1, 2, 5]  # row 2 (customer 3) lost cells, rows 3 and 4 stay as they are
    family = found.filter((pl.col("kind") == "phone") & pl.col("shared"))
    assert set(family["row"]) == {4, 5}  # the phone of the family 钱 also stays lawfully


def test_an_import_elsewhere_is_recognised_by_strong_identifiers(company):
    ledger = company.ledger()
    columns = (d.column("tel", FieldClass.PHONE), d.column("note", FieldClass.FREE_TEXT))
    found = hits(ledger, columns, [["+86 13800000001", ""], ["13711112222", ""]], source="new", table="leads", key=())
    assert found.select("row", "column", "kind", "shared").rows() == [(0, "tel", "phone", False)]


def test_rows_without_a_key_are_known_by_their_content(company):
    ledger = company.ledger()
    moved = [LOYALTY_ROWS[1], LOYALTY_ROWS[0]]
    found = hits(ledger, LOYALTY, moved, source="loyalty", table="loyalty", key=())
    assert found.filter(pl.col("column") == "")["row"].to_list() == [1]


def test_writing_it_again_when_part_is_gone_forgets_nothing(company):
    first = company.ledger()
    company.erase(first, company.seal())
    again = company.ledger()
    assert again.tokens.equals(first.tokens)
    assert again.digest == first.digest == read_ledger(company.tmp / "work" / "ledger.parquet").digest


def test_it_holds_tokens_only(company):
    ledger = company.ledger()
    assert ledger.n_rows == 4 + 2 + 2 + 1 + 2
    assert ledger.n_identifiers > 0
    data = (company.tmp / "work" / "ledger.parquet").read_bytes()
    assert b"13800000001" not in data
    assert b"one@example.com" not in data
