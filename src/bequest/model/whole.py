"""Stores that are decided on as a whole: documents, and ledgers, medical records, archives (decision D10)."""

from dataclasses import dataclass

from bequest.model.case import Source, SourceKind, SystemKind, WholeFate
from bequest.model.disposition import Residue

TABLE = "(whole)"
"""Stands for the table of a store without rows of ours."""


@dataclass(frozen=True, slots=True)
class WholeObject:
    """One file, or one table of a database on a server. `id` says nothing of a file's name, which may be a person's."""

    id: str
    form: str
    """Ending of the file, or kind of the store."""
    n_bytes: int
    sha256: str
    """Of a file's bytes; of a table's content, keyed with a key of the case: nobody else can try values on it."""
    values: int
    """Identifiers found in its text where it is a file; records where it is a store with tables."""
    n_members: int = 0
    """Files inside an archive."""
    is_searched: bool = True
    """Whether its text could be looked at: a scan or a compressed page cannot."""
    table: str = ""
    """On a server: the table."""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeStore:
    """A store and what was decided on it."""

    source: str
    fate: WholeFate
    residue: Residue
    keeper: str
    reason: str
    objects: tuple[WholeObject, ...]

    @property
    def values(self) -> int:
        """Values in all its objects."""
        return sum(o.values for o in self.objects)

    @property
    def goes(self) -> bool:
        """Whether its objects leave their place."""
        return self.fate is not WholeFate.KEPT


def residue_of(source: Source) -> Residue:
    """What the residue axis says of a whole store."""
    if source.fate is WholeFate.UNLINKED:
        return Residue.DELETE
    if source.fate is WholeFate.CUSTODY or source.system_kind is not SystemKind.BUSINESS:
        return Residue.CUSTODY
    return Residue.IN_USE


def lies_in_files(source: Source) -> bool:
    """Whether its objects are files that can be listed, sealed and unlinked."""
    return source.kind is SourceKind.FILE or source.path.name != ""
