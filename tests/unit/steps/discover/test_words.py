import pytest

from bequest.steps.discover.matching import VOCABULARY, name_hits
from bequest.steps.discover.words import chunks, comment_heads, segment, tokens

NAMES = {
    "snake": ("receiver_post_code", ("receiver", "post", "code")),
    "camel": ("receiverPostCode", ("receiver", "post", "code")),
    "capitals": ("IDCard", ("id", "card")),
    "dots": ("contact.name", ("contact", "name")),
    "digits": ("address2", ("address", "2")),
    "Chinese with Latin": ("QQ号", ("qq", "号")),
    "run together": ("phonenumber", ("phone", "number")),
    "short ending": ("loginip", ("login", "ip")),
    "pinyin": ("xueshengxingming", ("xuesheng", "xingming")),
    "plural": ("phones", ("phones",)),
    "known word is never cut": ("username", ("username",)),
    "full-width": ("ｐｈｏｎｅ", ("phone",)),
}
COMMENTS = {
    "codes are left out": ("性别 0男 1女", ("性别",)),
    "explanation is left out": ("手机/电话，用于登录", ("手机", "电话")),
    "brackets": ("手机号码（唯一）", ("手机号码",)),
    "yes or no stays, for a question may be about somebody": ("是否验证手机", ("是否验证手机",)),
    "English genitive": ("The user's email address", ("user_email_address",)),
    "English of": ("Phone number of the customer", ("customer_Phone_number",)),
    "conditional": ("如果是会员，则为会员号", ()),
    "empty": ("", ()),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.values(), ids=NAMES)
def test_names_fall_into_words(name: str, expected: tuple[str, ...]) -> None:
    assert tokens(name, VOCABULARY) == expected


@pytest.mark.parametrize(("comment", "expected"), COMMENTS.values(), ids=COMMENTS)
def test_comments_open_with_noun_phrases(comment: str, expected: tuple[str, ...]) -> None:
    assert comment_heads(comment) == expected


def test_a_word_no_part_of_which_is_known_stays_whole() -> None:
    assert segment("zzqqyyxx", frozenset({"phone"})) == ("zzqqyyxx",)


def test_parts_of_a_name_are_lower_case() -> None:
    assert chunks("CUST_Name") == ("cust", "name")


@pytest.mark.parametrize("name", ["is_phone", "has_email", "hasAvatar"])
def test_a_question_is_about_nobody(name: str) -> None:
    assert [h.cls.value for h in name_hits(name)] == ["not_pi"]
