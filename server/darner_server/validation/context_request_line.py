"""A line of stdin of `darner context --jsonl`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from darner_server.validation.pydantic_tables import BudgetSetting


class ContextLine(BaseModel):
    """A request: `line` to `hide_to_line` are taken as absent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    budget: BudgetSetting
    path: str | None = None
    line: Annotated[int, Field(ge=1)] | None = None
    hide_to_line: Annotated[int, Field(ge=1)] | None = None
    instruction: str = ""


def read_context_line(line: bytes) -> ContextLine | str:
    """The request, or the first mistake in it."""
    try:
        return ContextLine.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        return f"{key}: {first['msg']}"
