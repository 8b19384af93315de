"""Large files come in segments, over the connections that have nothing else to do."""

import threading

import pytest

from grt_platform.systems.ena.serving.stand_in import Fault, StandIn, serving
from grt_platform.systems.ena.worker import fetching, segments, wire
from grt_platform.systems.ena.worker.fetching import Crew, fetch
from grt_platform.systems.ena.worker.spec import File, Spec
from grt_platform_tests.systems.ena.worker_place import RUN, content, listed


@pytest.fixture
def small_segments(monkeypatch):
    monkeypatch.setattr(segments, "SEGMENT", 1 << 20)
    monkeypatch.setattr(fetching, "NOTED_EVERY", 1 << 16)
    monkeypatch.setattr(wire, "BLOCK", 1 << 14)


def spec_of(url: str, files: dict[str, bytes], connections: int) -> Spec:
    return Spec("b", url, tuple(File(*each) for each in listed(files)), connections, 4, 60.0, "", "")


def test_a_large_file_comes_in_segments_and_a_broken_one_resumes_where_it_was(tmp_path, small_segments):
    body = content("large", (5 << 20) + 17)
    second = threading.Event()

    def fault(_: str, number: int) -> Fault | None:
        second.set() if number > 1 else second.wait(30)  # the first is answered once there are two at once
        return Fault(cut_at=600_000) if number <= 6 else None

    stand_in = StandIn([], {"v/large.gz": body}, fault)
    with serving(stand_in) as url:
        spec = spec_of(url, {"v/large.gz": body}, 4)
        fetch(spec, tmp_path, spec.files)
    assert (tmp_path / RUN / "large.gz").read_bytes() == body
    assert stand_in.most_at_once > 1
    assert stand_in.sent == len(body)
    assert [path.name for path in (tmp_path / RUN).iterdir()] == ["large.gz"]


def test_many_files_take_one_connection_each_and_keep_it_from_segment_to_segment(tmp_path, small_segments):
    files = {f"v/x_{number}.gz": content(str(number), (2 << 20) + number) for number in range(3)}
    stand_in = StandIn([], files)
    with serving(stand_in) as url:
        spec = spec_of(url, files, 1)
        fetch(spec, tmp_path, spec.files)
    assert {path.name: path.read_bytes() for path in (tmp_path / RUN).iterdir()} == {
        name.removeprefix("v/"): body for name, body in files.items()
    }
    assert (stand_in.most_at_once, stand_in.sent) == (1, sum(map(len, files.values())))
    assert stand_in.connections == 3


@pytest.mark.parametrize(("connections", "files", "idle"), [(4, 1, 3), (4, 4, 0), (2, 9, 0), (8, 3, 5)])
def test_only_connections_without_a_file_help_with_others(connections, files, idle):
    crew = Crew(connections, files)
    assert [crew.has_idle() for _ in range(idle + 1)] == [True] * idle + [False]
    for _ in range(files):
        crew.finished(None)
    assert [crew.has_idle() for _ in range(crew.own + 1)] == [True] * crew.own + [False]
