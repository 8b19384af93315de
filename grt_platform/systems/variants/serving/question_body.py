"""A question about the files of a project, as bodies of requests say it."""

from pydantic import BaseModel, ConfigDict, Field

from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.question import Asked


class Question(BaseModel):
    """What is asked of which samples; exactly one of `samples`, `filter` and `all_samples`."""

    model_config = ConfigDict(extra="forbid")

    command: str = Field("", max_length=20_000, description="bcftools segments, `;` between them")
    samples: list[str] | None = Field(None, max_length=200_000, description="Names of samples")
    filter: str | None = Field(None, max_length=20_000, description="A filter over the sample table")
    all_samples: bool = Field(default=False, description="Every sample of the files")
    sample_table: str = Field("", max_length=1024, description="Sample table of the filter, where there are several")
    regions: str = Field("", max_length=20_000, description="Regions by commas, such as 1:1-1000000,2")
    format: ResultFormat = Field(ResultFormat.VCF, description="What the result is")
    project_version: str = Field("", max_length=200, description="Ask this project version, not the present files")

    def asked(self) -> Asked:
        """The question as our code knows it.

        Raises:
            BadInputError: Not exactly one selection of samples.
        """
        return Asked(
            command=self.command,
            samples=None if self.samples is None else tuple(self.samples),
            filter=self.filter,
            is_all=self.all_samples,
            sample_table=self.sample_table,
            regions=self.regions,
            form=self.format,
            checkpoint=self.project_version,
        )
