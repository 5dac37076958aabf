"""Settings in TOML that others wrote: whatever they contain, they are read or rejected at once."""

import re
from typing import Any

# One key of some ten thousand parts would take tomllib gigabytes: it grows with their square.
_DEEP = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){30}""")


def read_toml(text: str) -> dict[str, Any] | str:
    """The table that a text holds, or why it holds none."""
    import tomllib  # few need it

    if _DEEP.search(text):
        return "a key has more than thirty parts"
    try:
        return tomllib.loads(text)
    except RecursionError:
        return "its tables or lists are nested too deep"
    except (ValueError, OverflowError, MemoryError) as error:  # a number of thousands of digits is no TOMLDecodeError
        return str(error)
