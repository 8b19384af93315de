"""A large question through Dagster's steps: the same files as in one step, whatever becomes of the shards."""

import random

import dagster as dg
import pytest

from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.job_board import Submission
from grt_platform.adapters.pieces import Pieces
from grt_platform.adapters.store import Store, open_store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.job import Job
from grt_platform.settings import settings
from grt_platform.systems.variants.asking import resolve
from grt_platform.systems.variants.assets import answers
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.logic.question import Asked
from grt_platform_tests.fixtures.faults import second_shard_dies
from grt_platform_tests.fixtures.job_runs import done, done_again, steps, upload
from grt_platform_tests.fixtures.platform import QUIET, Platform
from grt_platform_tests.fixtures.web import now
from grt_platform_tests.systems.variants.project import vcf

CONTIGS = [f"c{number}" for number in range(7)]
ASKED = Asked(is_all=True, command="view -c1; norm -m-any")


@pytest.fixture
def loaded(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Project alpha with two files that somebody has looked at; every question counts as large."""
    monkeypatch.setenv("GRT_VARIANTS_SHARD_S", "0.01")
    settings.cache_clear()
    create_project(platform.warehouse, "alpha", "", KEY_USER_ID, now())
    dice = random.Random(1)
    for name in "ab":
        records = [
            f"{contig} {at} A C,G {' '.join(dice.choices(('0/0', '0/1', '1/2'), k=6))}"
            for contig in CONTIGS
            for at in range(1, 60, 7 if name == "a" else 3)
        ]
        version = upload(platform.warehouse, "alpha", f"{name}.vcf.gz", vcf([f"{name}{n}" for n in range(6)], *records))
        platform.instance.add_dynamic_partitions("variants_versions", [version.version_id])
        looks = platform.definitions.resolve_job_def("variants_look")
        assert looks.execute_in_process(
            instance=platform.instance, partition_key=version.version_id, run_config=QUIET
        ).success
    return platform


def answered(
    platform: Platform, asset: dg.AssetsDefinition, asked: Asked = ASKED
) -> tuple[Job, dg.ExecuteInProcessResult]:
    """The job of a question, after its run by this asset."""
    exact = resolve(platform.warehouse, "alpha", asked, plan_limits())
    submission = Submission("variants", "query", "alpha", KEY_USER_ID, "ann", asked.as_request(), exact.pins())
    return done(platform, asset, submission)


def products() -> Store:
    return open_store(settings().products, settings())


def files_of(job: Job) -> dict[str, bytes]:
    """What a person gets of an answer."""
    assert job.state == "COMPLETE", job.reason
    assert job.result is not None
    folder = job.result["folder"]
    names = {"result.vcf.gz", "result.vcf.gz.csi", "log.txt", "provenance.json"}
    found = {item.key.removeprefix(f"{folder}/"): products().read(item.key) for item in products().list(folder)}
    assert set(found) == names, "no piece is left"
    return found


def test_one_two_and_five_shards_give_what_one_step_gives(loaded: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = answered(loaded, answers.in_one_step)
    expected = files_of(whole)
    for of in (1, 2, 5):
        monkeypatch.setattr(answers, "most_shards", lambda of=of: of)
        job, result = answered(loaded, answers.in_several_steps)
        got = files_of(job)
        for name in ("result.vcf.gz", "result.vcf.gz.csi"):
            assert got[name] == expected[name], name
        assert job.counts == whole.counts
        assert (job.result or {})["sha256"] == (whole.result or {})["sha256"]
        assert len(steps(result)) == (2 if of == 1 else of + 2)
        assert (f"part 1 of {of}" in got["log.txt"].decode()) == (of > 1)
    for key in answers.in_several_steps.keys:
        [event] = loaded.instance.fetch_materializations(key, limit=1).records
        assert event.partition_key == job.job_id


def test_a_shard_of_a_killed_run_is_not_done_again(loaded: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "most_shards", lambda: 3)
    kept = second_shard_dies(monkeypatch)
    job, result = answered(loaded, answers.in_several_steps)
    assert (job.state, result.success) == ("SYSTEM_ERROR", False)
    job, again = done_again(loaded, answers.in_several_steps, job)
    assert again.success
    files_of(job)
    assert sorted(kept) == ["1_of_3", "2_of_3", "2_of_3", "3_of_3"]


def test_a_damaged_piece_has_the_question_answered_as_a_whole(
    loaded: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise BadSourceError("is damaged", "a piece")

    monkeypatch.setattr(answers, "most_shards", lambda: 3)
    monkeypatch.setattr(Pieces, "bring", damaged)
    job, _ = answered(loaded, answers.in_several_steps)
    whole, _ = answered(loaded, answers.in_one_step)
    assert files_of(job)["result.vcf.gz"] == files_of(whole)["result.vcf.gz"]


def test_a_question_that_cannot_be_answered_fails_its_first_step_with_the_reason(loaded: Platform) -> None:
    job, result = answered(loaded, answers.in_several_steps, Asked(is_all=True, command="view -i 'NOSUCH>1'"))
    assert job.state == "EXECUTOR_ERROR"
    assert "NOSUCH" in job.reason
    assert not result.success
