"""Secrets for tests, made when they are needed: none stands in a file that a host of code would refuse."""

import random
import re
import string

_LETTERS = {
    "a": string.ascii_lowercase + string.digits,
    "A": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "d": string.digits,
    "U": string.ascii_uppercase + string.digits,
    "b": string.ascii_letters + string.digits + "+/",
    "w": string.ascii_letters + string.digits + "_-",
}


def made(template: str, seed: int = 1) -> str:
    """A value: `{A36}` is 36 letters and digits, h hex, d digits, a small letters, U capitals, b base64, w also _ and -."""
    chance = random.Random(f"{template} {seed}")  # noqa: S311 - the same at each run

    def some(found: re.Match[str]) -> str:
        letters, count = _LETTERS[found[1]], int(found[2])
        plain = [each for each in letters if each.isalnum()]
        return "".join(chance.choice(plain if at in {0, count - 1} else letters) for at in range(count))

    return re.sub(r"\{([aAhdUbw])(\d+)\}", some, template)


def key_block(label: str = "RSA PRIVATE KEY", lines: int = 8) -> list[str]:
    """A private key, line by line."""
    body = [made("{b64}", number) for number in range(lines)]
    return [f"-----BEGIN {label}-----", *body, made("{b22}") + "==", f"-----END {label}-----"]
