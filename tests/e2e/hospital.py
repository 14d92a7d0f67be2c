"""A hospital that is deregistered, by the command line only: records whole to one keeper, the ledger to another."""

import re
from pathlib import Path

from tests.e2e.by_hand import OPENED, ByHand
from tests.servers import Server

from bequest.crypto.age import generate_identity

MARK = "CREATE TABLE bequest_rehearsal (case_id varchar(190) PRIMARY KEY)"
WINDOW = ["--from", "2026-12-31T08:00", "--to", "2027-01-02T08:00", "--until", "2027-03-31"]


class Hospital:
    """The case of a hospital whose one database holds records, bills and staff."""

    corrections = ""

    def __init__(self, folder: Path, case_id: str, server: Server, database: str, tables: dict[str, list[str]]) -> None:
        self.case = ByHand(folder, case_id, {"HIS_READ": server.url(database)})
        self.id, self.server, self.database, self.tables = case_id, server, database, tables
        for name in ("keeper", "archive"):
            identity = generate_identity()
            (folder / f"{name}.age").write_text(identity.secret + "\n")
            (folder / f"{name}.txt").write_text(identity.recipient + "\n")
        server.execute(database, MARK, f"INSERT INTO bequest_rehearsal VALUES ('{case_id}')")
        (folder / "case.toml").write_text(self._case_file())

    def _case_file(self) -> str:
        text = self.case.template("E7")
        where = f'kind = "{self.server.kind}"\nurl = "env:HIS_READ"\n'
        named = {n: f"tables = {t!r}\n".replace("'", '"') for n, t in self.tables.items()}
        own = 'custodian = "示例病案管理中心"\nage_recipient = "file:archive.txt"\n'
        sources = (
            f'[[sources]]\nname = "records"\n{where}system_kind = "medical-record"\n{named["records"]}{own}\n'
            f'[[sources]]\nname = "bills"\n{where}system_kind = "ledger"\n{named["bills"]}\n'
            f'[[sources]]\nname = "his"\n{where}\n'
        )
        text = re.sub(r"\[\[sources\]\]\nname = \"crm\".*?\n(?=\n# 数据库服务器)", sources, text, flags=re.DOTALL)
        for old, new in {
            'age_recipient = "file:receiver.txt"': 'age_recipient = "file:keeper.txt"',
            'title = ""': 'title = "清算组决议"', 'issued_by = ""': 'issued_by = "股东会"', "# issued_on": "issued_on",
            'file = ""': 'file = "resolution.txt"', "# cutover_not_after": "cutover_not_after",
        }.items():  # fmt: skip
            text = text.replace(old, new)
        (self.case.folder / "resolution.txt").write_text("决议")
        return text

    def until_cutover(self) -> str:
        """From the case file to the mark; what discovery said."""
        self.case.do("case", "new", "case.toml", "--clock", OPENED)
        found = self.case.do("discover", self.id)
        if self.corrections:
            (self.case.folder / "map.toml").write_text(self.corrections)
            self.case.do("map", "import", self.id, "map.toml")
        self.case.do("link", self.id)
        assert "both axes tie" in self.case.do("plan", self.id)
        self.case.approve_all()
        self.case.do("notify", self.id)
        self.case.do("notify", "publish", self.id)
        self.case.do("case", "clock", self.id, "--days", "60")
        self.case.do("cutover", self.id, "--confirmed-by", "cutover-1")
        return found

    def decide_scrubs(self) -> None:
        for name in ("records", "bills", "his"):
            self.case.do("scrub", "approve", self.id, name, "--key", self.case.key("it"), *WINDOW)

    def destroy_words(self) -> list[str]:
        keys = [w for r in ("operator", "verifier", "officer") for w in (f"--{r}-key", self.case.key(r))]
        return ["destroy", self.id, *keys]

    @property
    def archive(self) -> Path:
        return self.case.folder / "home/cases" / self.id / "custody"

    def count(self, table: str) -> int:
        return int(self.server.execute(self.database, f"SELECT count(*) FROM {table}")[0][0])
