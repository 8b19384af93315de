"""An asset in shards: cut once, each shard a step, joined at the end; one that is small is done by its last step."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from grt_platform.adapters.pieces import Pieces
from grt_platform.adapters.store import open_store
from grt_platform.kernel.shards import shards
from grt_platform.orchestration.sharding import CUT, IN_SHARD, IN_SHARDS, handed_out, in_shards, most_shards, shard_of
from grt_platform.settings import Settings, settings

WORDS = ["one", "two", "three", "four", "five", "six", "seven"]


class Task(dg.ConfigurableResource[None]):
    """What the steps of this file know: where pieces are, how many shards, and a shard that dies once."""

    folder: str
    of: int
    dying: str = ""

    def pieces(self) -> Pieces:
        return Pieces(open_store(f"{self.folder}/store", Settings()), "pieces")

    def note(self, what: str) -> None:
        with (Path(self.folder) / "notes").open("a") as notes:
            notes.write(f"{what}\n")

    @property
    def notes(self) -> list[str]:
        path = Path(self.folder) / "notes"
        return path.read_text().split() if path.exists() else []


@dg.op(out=CUT)
def sample_cut(task: Task) -> Iterator[dg.DynamicOutput[None]]:
    """Cuts."""
    task.pieces().agree(task.of)
    yield from handed_out(task.of)


@dg.op(ins=IN_SHARD, out=dg.Out(dg.Nothing))
def sample_shard(context: dg.OpExecutionContext, task: Task) -> None:
    """Spells every so-many-th word in large letters; dies once where it is told to."""
    shard, pieces = shard_of(context), task.pieces()
    if pieces.told(shard) is not None:
        return
    is_first = shard.key not in task.notes
    task.note(shard.key)
    if is_first and task.dying == shard.key:
        raise KeyError("killed")
    path = Path(task.folder) / shard.key
    path.write_text(" ".join(word.upper() for word in WORDS[shard.number :: shard.of]))
    pieces.keep(shard, {"words": path}, {})


@dg.op(ins=IN_SHARDS, out={"table": dg.Out(dg.Nothing), "served": dg.Out(dg.Nothing)})
def sample_join(task: Task) -> Iterator[dg.Output[None]]:
    """All words, in order."""
    pieces, words = task.pieces(), [""] * len(WORDS)
    for shard in shards(pieces.cut if pieces.cut > 1 else 0):
        pieces.bring(shard, "words", Path(task.folder) / "brought")
        words[shard.number :: shard.of] = (Path(task.folder) / "brought").read_text().split()
    told = words if all(words) else [word.upper() for word in WORDS]
    yield from (dg.Output(None, output_name=name, metadata={"words": told}) for name in ("table", "served"))


PARTS = dg.StaticPartitionsDefinition(["p"])
KEYS = {"table": dg.AssetKey(["sample", "words"]), "served": dg.AssetKey(["sample", "served", "words"])}
WORDS_ASSET = in_shards(
    "sample_words",
    (sample_cut, sample_shard, sample_join),
    KEYS,
    [
        dg.AssetSpec(KEYS["table"], deps=[["sample", "raw"]], partitions_def=PARTS),
        dg.AssetSpec(KEYS["served"], deps=[KEYS["table"]], partitions_def=PARTS),
    ],
)


def made(task: Task, instance: dg.DagsterInstance, *, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
    given = {"instance": instance, "resources": {"task": task}, "partition_key": "p", "raise_on_error": raise_on_error}
    return dg.materialize([WORDS_ASSET], **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("of", [1, 2, 5, 7])
def test_any_number_of_shards_gives_the_same(tmp_path: Path, of: int) -> None:
    task = Task(folder=str(tmp_path), of=of)
    with dg.DagsterInstance.ephemeral() as instance:
        result = made(task, instance)
        for key in KEYS.values():
            [event] = instance.fetch_materializations(key, limit=1).records
            assert event.asset_materialization is not None
            assert event.asset_materialization.metadata["words"].value == [word.upper() for word in WORDS]
            assert event.partition_key == "p"
    steps = [event.step_key for event in result.all_events if event.is_step_success]
    assert len(steps) == (2 if of == 1 else of + 2), "a small thing has no steps of its own for shards"
    assert of == 1 or sorted(task.notes) == sorted(shard.key for shard in shards(of))


def test_a_shard_that_died_is_done_again_and_the_others_are_not(tmp_path: Path) -> None:
    task = Task(folder=str(tmp_path), of=3, dying="2_of_3")
    with dg.DagsterInstance.ephemeral() as instance:
        assert not made(task, instance, raise_on_error=False).success
        assert instance.fetch_materializations(KEYS["table"], limit=1).records == []
        assert made(task, instance).success
    assert sorted(task.notes) == ["1_of_3", "2_of_3", "2_of_3", "3_of_3"]


def test_nothing_is_cut_where_there_are_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRT_SHARDS", "5")
    settings.cache_clear()
    assert most_shards() == 1
    monkeypatch.setenv("GRT_BROKER_URL", "amqp://somewhere")
    settings.cache_clear()
    assert most_shards() == 5
    monkeypatch.undo()
    settings.cache_clear()
