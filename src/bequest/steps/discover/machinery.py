"""Whether the rows of a table are about systems: servers, mail boxes, data sources; accounts and secrets are theirs."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.around import told
from bequest.steps.discover.matching import mentions, words_of
from bequest.steps.discover.sample import TableSample
from bequest.steps.discover.words import listed

HUMAN = frozenset(
    {
        FieldClass.PERSON_NAME,
        FieldClass.GENDER,
        FieldClass.BIRTHDAY,
        FieldClass.NATIONAL_ID,
        FieldClass.PHONE,
        FieldClass.SOCIAL_ID,
    }
)
"""What systems have none of, other than accounts, passwords and addresses."""
LOGIN = frozenset({FieldClass.USERNAME, FieldClass.PASSWORD_SECRET})


def is_machinery(sample: TableSample, classes: list[FieldClass | None], numbered: bool, of_people: bool) -> bool:
    """Whether rows are about systems; who logs in where no host stands beside is somebody all the same.

    `numbered`: the number of somebody stands in the row; `of_people`: the table is called after people.
    """
    both = told(sample)
    configured = mentions(both, lexicon.TEMPLATE_WORDS) or not numbered
    logs_in = set(classes) >= LOGIN and not mentions_any_host(sample)
    owed = any(c.to_held for c in sample.columns) or classes.count(FieldClass.INCOME_ASSETS) >= 2  # sched_plan
    of_systems = mentions(both, lexicon.MACHINERY_WORDS) and configured and len(HUMAN & set(classes)) < 2 and not owed
    secret = FieldClass.PASSWORD_SECRET in classes and connects_to_host(sample) and not numbered and not of_people
    return (of_systems and not logs_in) or (secret and HUMAN.isdisjoint(classes))


def mentions_any_host(sample: TableSample) -> bool:
    """Whether a host, port or address of a machine stands in the row: accounts beside it are not people's."""
    return any(_HOSTS & set(words_of(c.said)) or any(w in c.comment for w in ("主机", "端口")) for c in sample.columns)


def connects_to_host(sample: TableSample) -> bool:
    """Whether rows say how to reach a machine: with a host, port, driver or address of a stream or service."""
    return any(_REACHED_AT & set(words_of(c.said)) or words_of(c.said) == ("url",) for c in sample.columns)


_REACHED_AT = frozenset(listed("host, port, jdbc, rtsp, endpoint, bucket, smtp, imap, ftp, dsn"))
_HOSTS = frozenset(
    listed("host, port, url, uri, endpoint, domain, bucket, driver, jdbc, server, smtp, imap, ftp, schema, ssl, dsn")
)
