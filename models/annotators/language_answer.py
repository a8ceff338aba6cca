"""What a language model must answer: the AnimeShooter form (appendix A.1), its keys letter by letter.

Whether ids are known and times fit together is said by the reader and the rules, in sentences a model can act upon.
"""

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from models.annotators.script_form import SEGMENT_KEY


class ToldCharacter(BaseModel):
    """A main character."""

    id: str = Field(alias="ID")
    appearance: str


class ToldScene(BaseModel):
    """A main scene."""

    id: str = Field(alias="ID")
    environment: str


class ToldShot(BaseModel):
    """One shot; times are MM:SS.mmm from the story's start."""

    start_time: str = Field(alias="start time")
    end_time: str = Field(alias="end time")
    segment: str | None = Field(default=None, alias=SEGMENT_KEY)
    margin: Literal["prologue", "epilogue"] | None = Field(default=None, alias="is_prologue_or_epilogue")
    main_characters: list[str] = Field(alias="main characters")
    scene: str | None = None
    plot: str
    caption: str


class ToldStory(BaseModel):
    """The answer."""

    storyline: str
    main_characters: list[ToldCharacter] = Field(alias="main characters")
    main_scenes: list[ToldScene] = Field(alias="main scenes")
    shots: list[ToldShot]

    def as_script(self) -> dict[str, JsonValue]:
        """Return the values as a script file would hold them."""
        return self.model_dump(by_alias=True, mode="json", exclude_none=True)
