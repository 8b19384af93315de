"""A project of VCF files for tests: written, indexed by us, asked as the platform asks."""

from collections.abc import Callable, Sequence
from pathlib import Path

from grt_platform.adapters.bcftools.index import Indexed, index_file
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.systems.variants.engine.answering import Answer, answer
from grt_platform.systems.variants.engine.sources import Source
from grt_platform.systems.variants.logic.command import parse_command
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.planning import FileDimensions, PlanLimits, plan
from grt_platform_tests.vcf_files import write_vcf


def unheard(step: str, share: float) -> None:
    assert 0 <= share <= 1
    assert step


class Project:
    def __init__(self, folder: Path, **limits: object) -> None:
        self.folder, self.tool = folder, Bcftools(ToolLimits(**{"time_s": 120, **limits}))
        self.made: dict[str, Indexed] = {}
        self.asked = 0

    def add(self, name: str, samples: Sequence[str], records: Sequence[str], **others: object) -> Indexed:
        return self.take(write_vcf(self.folder / name, samples, records, **others))

    def take(self, path: Path) -> Indexed:
        self.made[path.name] = index_file(path, self.folder / f"{path.name}.made", self.tool, name=path.name)
        return self.made[path.name]

    @property
    def dimensions(self) -> list[FileDimensions]:
        return [
            FileDimensions(name, name, one.size_bytes, one.samples, one.scaffolds, one.contigs)
            for name, one in self.made.items()
        ]

    def source(self, name: str) -> Source:
        return Source(name, self.made[name].bcf, self.made[name].bcf_csi)

    def ask(
        self,
        command: str,
        samples: Sequence[str] | None = None,
        form: ResultFormat = ResultFormat.VCF,
        *,
        source: Callable[[str], Source] | None = None,
        report: Callable[[str, float], None] = unheard,
        contigs: Sequence[str] = (),
        mark: str = "a test",
    ) -> Answer:
        parsed = parse_command(command, form)
        planned = plan(self.dimensions, samples, parsed.regions, PlanLimits())
        sources = {version: (source or self.source)(version) for version in planned.version_ids}
        self.asked += 1
        folder = self.folder / f"job {self.asked}"
        return answer(
            planned, parsed, sources, folder, self.tool, result_format=form, mark=mark, report=report, contigs=contigs
        )
