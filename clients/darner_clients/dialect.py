"""How an endpoint's model accepts requests where that differs from its kind. Pure, and cheap to import."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """`without`: fields that are left out; `limit_field`: the name of the output limit ("": the kind's own).

    `most_output`: the largest output limit it takes. `system`, `packed`, `streamed`: whether it takes a system message,
    a packed body, a request for a stream.
    """

    without: tuple[str, ...] = ()
    limit_field: str = ""
    most_output: int | None = None
    system: bool = True
    packed: bool = True
    streamed: bool = True

    def apply(self, body: dict[str, Any]) -> dict[str, Any]:
        """A request's body in this dialect."""
        if self == PLAIN:
            return body
        said = dict(body)
        if (name := limit_field(said)) is not None:
            limit = said.pop(name)
            said[self.limit_field or name] = min(limit, self.most_output or limit)
        if not self.system and "messages" in said:
            said["messages"] = _without_system(said["messages"])
        if not self.streamed:
            said["stream"] = False
            said.pop("stream_options", None)
        return {name: value for name, value in said.items() if name not in self.without}

    def as_json(self) -> dict[str, Any]:
        """What `dialect_from` takes."""
        return asdict(self)


def dialect_from(kept: Mapping[str, Any]) -> Dialect:
    """A dialect as it was written down; fields that are not known are passed over."""
    known = {name: kept[name] for name in Dialect.__slots__ if name in kept}
    return replace(Dialect(**known), without=tuple(map(str, known.get("without", ()))))


def limit_field(body: Mapping[str, Any]) -> str | None:
    """The field of a body that holds the output limit."""
    return next((name for name in ("max_tokens", "max_completion_tokens", "n_predict") if name in body), None)


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The system message, at the head of the first message of the user."""
    if len(messages) < 2 or messages[0].get("role") != "system":  # noqa: PLR2004 - the system's and a user's
        return [{**each, "role": "user"} if each.get("role") == "system" else each for each in messages]
    first, second, *rest = messages
    return [{**second, "content": f"{first['content']}\n\n{second['content']}"}, *rest]


PLAIN = Dialect()
