"""The tables by pydantic: what is out of the ordinary, or wrong. A test compares them with what `plain` takes."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from darner_clients.auto_budget import WRONG, Budget, is_budget
from darner_clients.endpoint import Kind
from darner_server.validation.draft_count import WRONG as WRONG_DRAFTS
from darner_server.validation.draft_count import Drafts, are_drafts
from darner_server.validation.mistakes import explain
from darner_server.validation.table_rows import (
    DeadlineRow,
    EndpointRow,
    NextEditTier,
    ReplyFormat,
    SettingsRow,
    WorkspaceRow,
    check_endpoint,
    check_settings,
)


def validated_settings(data: object, name: str, text: str) -> SettingsRow | str:
    """The row, or the first mistake with its place in the file `name`, whose text is `text`."""
    try:
        return _Settings.model_validate(data).row()
    except ValidationError as error:
        return explain(error, name, text)


def validated_workspace(data: object, name: str, text: str) -> WorkspaceRow | str:
    """The same for a workspace's file."""
    try:
        file = _Workspace.model_validate(data)
    except ValidationError as error:
        return explain(error, name, text)
    return WorkspaceRow(tuple(file.ignore), file.budget, file.instructions, file.check)


def _budget(value: object) -> Budget:
    if not is_budget(value):
        raise ValueError(WRONG)
    return value


def _drafts(value: object) -> Drafts:
    if not are_drafts(value):
        raise ValueError(WRONG_DRAFTS)
    return value


class _Strict(BaseModel):
    """A table without unknown keys, and without a value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_Tokens = Annotated[int, Field(gt=0)]
BudgetSetting = Annotated[Budget, PlainValidator(_budget)]
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Pairs = dict[str, str | bool | int | float]


class _Deadlines(_Strict):
    connect: _Seconds | None = None
    first_token: _Seconds | None = None
    gap: _Seconds | None = None


class EndpointTable(_Strict):
    """The fields are those of EndpointRow."""

    name: Annotated[str, Field(min_length=1, pattern=r"^[\w.-]+$")]
    kind: Kind
    base_url: str
    model: str = ""
    api_key_env: str | None = None
    api_key_header: str = ""
    headers: _Pairs = {}
    query: _Pairs = {}
    extra: dict[str, Any] = {}
    window: _Tokens | None = None
    max_output: _Tokens | None = None
    reply: ReplyFormat | None = None
    tokenizer: str | None = None
    budget: BudgetSetting | None = None
    deadlines: _Deadlines = _Deadlines()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_endpoint(self.row())
        return self

    def row(self) -> EndpointRow:
        """The same without pydantic."""
        given: dict[str, Any] = {name: getattr(self, name) for name in EndpointTable.model_fields}
        given["deadlines"] = DeadlineRow(**self.deadlines.model_dump())
        return EndpointRow(**given)


class _Settings(_Strict):
    endpoints: list[EndpointTable] = Field(default_factory=list[EndpointTable])
    local_model: str | None = None
    budget: BudgetSetting | None = None
    hedge: bool | None = None
    check_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    next_edits: NextEditTier | None = None
    drafts: Annotated[Drafts, PlainValidator(_drafts)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_settings(self.row())
        return self

    def row(self) -> SettingsRow:
        endpoints = tuple(each.row() for each in self.endpoints)
        return SettingsRow(
            endpoints, self.local_model, self.budget, self.hedge, self.check_seconds, self.next_edits, self.drafts
        )


class _Workspace(_Strict):
    ignore: list[str] = Field(default_factory=list[str])
    budget: BudgetSetting | None = None
    instructions: str = ""
    check: str | None = None
