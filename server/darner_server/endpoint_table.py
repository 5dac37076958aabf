"""From one [[endpoints]] table of the settings to its endpoint."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from darner_clients.auto_budget import AUTO
from darner_clients.endpoint import CPU_DEADLINES, Deadlines, Endpoint
from darner_context.text.model_tokenizers import tokenizer_of
from darner_server.key_store import is_stored
from darner_server.key_validation import cleaned, fault
from darner_server.user_directories import state_folder
from darner_server.validation.mistakes import at
from darner_server.validation.table_rows import SECRET_NAME, EndpointRow, Pairs, text_of

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


_ON = frozenset({"1", "on", "yes", "true"})


def made(
    row: EndpointRow,
    environ: Mapping[str, str],
    key_of: Callable[[str], str | None],
    place: Callable[[str], str],
) -> Endpoint:
    """The endpoint. One whose key or variables cannot be used is made too, with the reason in `unusable`.

    `place` gives the file and line of a key of the table.
    """
    key, key_source, unusable = _key(row, environ, key_of, place)
    headers, hidden, missing = _expanded(row.headers, environ)
    query, also_hidden, also_missing = _expanded(row.query, environ)
    for field, name in (("headers", missing), ("query", also_missing)):
        if name and not unusable:
            unusable = f"{place(field)}: {field} of '{row.name}' names the variable {name}, which is not set; export it"
    for name, value in headers:
        if not unusable and (why := fault(value.replace(" ", ""))):
            unusable = f"{place('headers')}: the header {name} of '{row.name}' {why}; correct it or its variable"
    whole = row.kind == "llamacpp"
    default = CPU_DEADLINES if whole else Deadlines()
    url = urlsplit(row.base_url.strip())
    return Endpoint(
        name=row.name,
        kind=row.kind,
        base_url=url._replace(query="").geturl().rstrip("/"),
        model=row.model.strip(),
        api_key=key,
        window=row.window,
        max_output=row.max_output,
        reply=row.reply or ("whole" if whole else "search-replace"),
        tokenizer=row.tokenizer or tokenizer_of(row.model),
        deadlines=Deadlines(
            connect=row.deadlines.connect or default.connect,
            first_token=row.deadlines.first_token or default.first_token,
            gap=row.deadlines.gap or default.gap,
        ),
        budget=None if row.budget == AUTO else row.budget,
        key_source=key_source,
        api_key_header="" if row.api_key_header.lower() == "authorization" else row.api_key_header,
        headers=headers,
        query=(*parse_qsl(url.query, keep_blank_values=True), *query),
        extra=row.extra,
        secrets=(*hidden, *also_hidden),
        unusable=unusable,
        offline=environ.get("DARNER_OFFLINE", "").lower() in _ON,
    )


def may_have_key(row: EndpointRow) -> bool:
    """Whether it is worth opening the keyring: a server on this machine that names no variable seldom has a key."""
    host = urlsplit(row.base_url.strip()).hostname or ""
    local = host in {"localhost", "::1"} or host.startswith("127.")
    return bool(row.api_key_env) or not local or is_stored(row.name, state_folder())


def _key(
    row: EndpointRow,
    environ: Mapping[str, str],
    key_of: Callable[[str], str | None],
    place: Callable[[str], str],
) -> tuple[str | None, str, str]:
    """(the key, where it is from, why it cannot be used)."""
    # what is named may be a key by mistake
    variable = (row.api_key_env if row.api_key_env.isupper() else "that it names") if row.api_key_env else ""
    given = environ.get(row.api_key_env, "") if row.api_key_env else ""
    key, source = cleaned(given), f"the variable {variable}"
    if not key:
        key, source = cleaned(key_of(row.name) or ""), f"the keyring (darner login {row.name})"
    if not key and row.api_key_env:
        state = "is empty" if given else "is not set"
        return (
            None,
            f"the variable {variable}",
            (
                f"{place('api_key_env')}: the variable {variable} {state} and the keyring has no key for '{row.name}'; "
                f"export it, or run: darner login {row.name}"
            ),
        )
    if not key:
        return None, "", ""
    if why := fault(key):
        return None, source, f"{place('api_key_env')}: the key of '{row.name}' in {source} {why}; copy it again"
    return key, source, ""


def _expanded(pairs: Pairs, environ: Mapping[str, str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], str]:
    """(the pairs with the values of the variables that they name, those values that must not be shown, one not set)."""
    found: list[tuple[str, str]] = []
    hidden: list[str] = []
    missing = ""
    for name, given in pairs.items():
        value = text_of(given)
        named = [plain or braced for plain, braced in _VARIABLE.findall(value)]
        missing = missing or next((each for each in named if not environ.get(each)), "")
        known = {each: cleaned(environ.get(each, "")) for each in named}

        def filled(match: re.Match[str], known: Mapping[str, str] = known) -> str:
            return known[match[1] or match[2]]

        value = _VARIABLE.sub(filled, value)
        hidden += known.values()
        if SECRET_NAME.search(name):
            hidden.append(value)
        found.append((name, value))
    return tuple(found), tuple(each for each in hidden if each), missing


def place_in(source: str, text: str, number: int) -> Callable[[str], str]:
    """Gives the file and line of a key of the table with this number."""
    return lambda key: at(source, text, ("endpoints", number, key))
