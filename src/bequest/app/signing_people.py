"""People who sign with their own key in a step."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bequest.crypto.signing import Signer, load_person_key
from bequest.crypto.verify import parse_public_line
from bequest.kernel.errors import ApprovalError
from bequest.model.case import Case, Person, Role


def holder(case: Case, role: Role, key: Signer) -> Person:
    """The person who holds a role with this key.

    Raises:
        ApprovalError: where nobody of that role has this key in the case file.
    """
    for person in case.people:
        line = person.public_key if role in person.roles else ""
        if line and parse_public_line(line).fingerprint == key.public.fingerprint:
            return person
    named = [p.id for p in case.people if role in p.roles]
    raise ApprovalError(
        f"the key given for {role.value} belongs to nobody with that role in case {case.id}",
        hint=f"Role {role.value}: {', '.join(named)}."
        if named
        else f"Nobody has the role {role.value}: name a person with it under [[people]] in the case file, and take it"
        " over with `bequest case update`.",
    )


def two_people(case: Case, files: Sequence[Path]) -> tuple[tuple[Person, Signer], tuple[Person, Signer]]:
    """Two different people of the case with their keys: what one person alone may not state.

    Raises:
        ApprovalError: where there are not two keys, one is nobody's in the case, or both are one person's.
    """
    found = []
    for path in files:
        key = load_person_key(path)
        owners = [p for p in case.people if p.public_key and parse_public_line(p.public_key) == key.public]
        if not owners:
            raise ApprovalError(
                f"the key {path.name} belongs to nobody in case {case.id}",
                hint="Name the person with this key under [[people]], and take it over with `bequest case update`.",
            )
        found.append((owners[0], key))
    if len(found) != 2 or found[0][0].id == found[1][0].id:
        raise ApprovalError(
            f"two different people of case {case.id} sign this, {len({p.id for p, _ in found})} did",
            hint="Give --signer FILE twice, with the keys of two people.",
        )
    return found[0], found[1]


def people_keys(case: Case, keys: Mapping[Role, Path], roles: Iterable[Role]) -> dict[Role, Signer]:
    """The keys of different people in these roles.

    Raises:
        ApprovalError: where a key is missing, is not the person's, or one person would fill two roles.
    """
    signers: dict[Role, Signer] = {}
    people: dict[str, Role] = {}
    for role in roles:
        if role not in keys:
            raise ApprovalError(f"no key is given for {role.value}", hint=f"Give --{role.value}-key FILE.")
        signers[role] = load_person_key(keys[role])
        person = holder(case, role, signers[role])
        if person.id in people:
            raise ApprovalError(
                f"{person.id} cannot be both {people[person.id].value} and {role.value}",
                hint="Nobody certifies their own work: these are different people.",
            )
        people[person.id] = role
    return signers


def signing_person(case: Case, person_id: str, key: Path) -> tuple[Person, Signer]:
    """The person of the case with this id, and the key in the file, which must be theirs.

    Raises:
        ApprovalError: where there is no such person, or the key is another.
    """
    person = next((p for p in case.people if p.id == person_id), None)
    if person is None:
        raise ApprovalError(
            f"{person_id!r} is nobody in case {case.id}", hint=f"People: {', '.join(p.id for p in case.people)}."
        )
    signer = load_person_key(key)
    if not person.public_key or parse_public_line(person.public_key).fingerprint != signer.public.fingerprint:
        raise ApprovalError(
            f"the key given is not that of {person_id}",
            hint="Sign with the key whose public part stands in the case file.",
        )
    return person, signer
