"""What stands for secrets: of their shape, told by place, and exchanged for them again."""

from collections.abc import Callable

import pytest
from tests.context.secret_samples import key_block, made

from darner_context.secrets.masks import Masks
from darner_context.secrets.scanner import secrets_of

TOKEN, PASSWORD, URL = made("ghp_{A36}"), made("{A7}!{A6}"), made("postgres://app:{A14}@db.acme.io/app")
SETTINGS = f'TOKEN = "{TOKEN}"\r\nDATABASE_URL = "{URL}"\r\nPASSWORD = "{PASSWORD}"\r\nname = "app"\r\n'
KEY = "\n".join(key_block())
TEXTS = [SETTINGS, KEY, f"{SETTINGS}\n{KEY}\n{SETTINGS}", f"K = '''{KEY}'''\n", f"é = '{TOKEN}'\n", "x = 1\n"]


def shape(text: str) -> str:
    return "".join(
        "a" if each.islower() else "A" if each.isupper() else "1" if each.isdigit() else each for each in text
    )


@pytest.mark.parametrize("text", TEXTS)
def test_there_and_back(text: str) -> None:
    masks, again = Masks(), Masks()
    masks.learn("a.py", text)
    again.learn("a.py", text)
    hidden = masks.hide(text)
    assert (shape(hidden), again.hide(text), masks.hide(hidden)) == (shape(text), hidden, hidden)
    assert masks.restore(hidden) == text
    assert masks.altered(hidden) is None
    for start, end, _ in secrets_of(text):
        assert text[start:end] not in hidden
        assert secrets_of(hidden[start:end]) == ()
    for piece in (hidden[: len(hidden) // 3], hidden[len(hidden) // 3 :]):  # whatever part is cut out in lines
        whole = piece[piece.find("\n") + 1 : piece.rfind("\n") + 1]
        assert masks.hide(masks.restore(whole)) == whole


def test_a_text_that_holds_what_would_be_a_mask() -> None:
    secret = "qmwnebrvtcyxuzilok"  # noqa: S105 - a sample
    alone = f"password = '{secret}'\n"
    first = Masks()
    first.learn("a.py", alone)
    forged = first.hide(secret)
    text = f"{alone}other = '{forged}'\n"
    masks = Masks()
    masks.learn("a.py", text)
    hidden = masks.hide(text)
    assert masks.restore(hidden) == text
    assert (secret in hidden, masks.altered(hidden)) == (False, None)
    masks = Masks()
    masks.learn("a.py", alone)
    masks.avoid(f"other = '{forged}'\n")  # of another file that is shown
    assert masks.restore(f"x = '{forged}'; {masks.hide(secret)}") == f"x = '{forged}'; {secret}"
    first.learn("b.py", f"other = '{forged}'\n")  # after it has been sent
    assert first.altered(f"x = '{forged}'") == "password"
    assert first.altered("x = 1") is None


def test_a_part_says_what_the_whole_is() -> None:
    masks = Masks()
    masks.learn("k.py", KEY)
    middle = KEY.split("\n")[3]
    assert middle not in masks.hide(f"line 4 is {middle}, and line 5")
    assert masks.restore(masks.hide(middle)) == middle


CHANGES: list[Callable[[str], str]] = [
    lambda mask: mask[: len(mask) // 2],
    lambda mask: mask[len(mask) // 2 :],
    lambda mask: mask.swapcase(),
    lambda mask: mask.upper() if mask.upper() != mask else mask.lower(),
    lambda mask: mask[:12] + "...",
    lambda mask: mask[:-1] + "é",
    lambda mask: mask[:20] + "\n" + mask[20:],
]


@pytest.mark.parametrize("changed", CHANGES)
def test_what_is_altered_is_seen(changed: Callable[[str], str]) -> None:
    masks = Masks()
    masks.learn("a.py", SETTINGS)
    hidden = masks.hide(SETTINGS)
    start, end, kind = secrets_of(SETTINGS)[0]
    mask = hidden[start:end]
    assert masks.altered(hidden.replace(mask, changed(mask))) == kind
    assert masks.altered(hidden.replace(mask, "") + "def f():\n    return 'other text'\n") is None


def test_it_is_told_by_place_and_never_by_value() -> None:
    masks = Masks()
    masks.learn("app/settings.py", SETTINGS)
    masks.learn("the instruction", f"use {made('AKIA{U16}')}", words=True)
    told = [str(each) for each in masks.told]
    assert told == [
        "app/settings.py:1: a GitHub token is replaced before sending",
        "app/settings.py:2: a password in a URL is replaced before sending",
        "app/settings.py:3: a password is replaced before sending",
        "the instruction: an AWS access key is replaced before sending",
    ]
