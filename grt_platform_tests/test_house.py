"""What every system must have, and what the whole house promises: a sixth system is held to it by being there."""

import ast
import re
import subprocess
from importlib import import_module
from pathlib import Path

import dagster as dg
import pytest

import grt_platform
from grt_platform.adapters.installed import system_names
from grt_platform.kernel.accounts import STATUSES
from grt_platform.kernel.queues import QUEUE_TAG
from grt_platform.kernel.schemas import platform_tables
from grt_platform.kernel.table import Kind, Table
from grt_platform.settings import Settings

ROOT = Path(grt_platform.__file__).parent
SYSTEMS = system_names()
ROOMS = ("__init__.py", "schemas.py", "logic", "assets", "checks.py", "automation.py", "definitions.py", "serving")
LAYERS = {"raw", "table", "product", "served", "registry"}
TOP = {
    *("grt_platform", "grt_platform_tests", "benchmarks", "docs", "deploy", ".ci", ".github"),
    *("workspace.yaml", "dagster.yaml", "pyproject.toml", "setup.cfg", "requirements.lock", "Makefile", "grt"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
}
UNITS = {"_at": Kind.TIMESTAMP, "_on": Kind.DATE, "is_": Kind.BOOLEAN, "has_": Kind.BOOLEAN}


def tables(system: str) -> tuple[Table, ...]:
    return import_module(f"grt_platform.systems.{system}.schemas").TABLES


def definitions() -> dg.Definitions:
    from grt_platform.definitions import defs

    return defs()


@pytest.fixture(scope="module")
def whole() -> dg.Definitions:
    return definitions()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_has_all_its_rooms(system):
    missing = [room for room in ROOMS if not (ROOT / "systems" / system / room).exists()]
    assert missing == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_keeps_a_ledger_and_a_quarantine(system):
    assert {"ledger", "quarantine"} <= {table.noun for table in tables(system)}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_speaks_the_uniform_verbs(system):
    group = import_module(f"grt_platform.systems.{system}.serving.cli").group
    assert {"load", "ledger", "quarantine", "rebuild", "export"} <= set(group.commands)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_has_a_demo_and_sample_data_with_its_source_and_licence(system):
    assert callable(import_module(f"grt_platform.systems.{system}.serving.demo").run)
    text = (ROOT / "systems" / system / "sample" / "README.md").read_text()
    assert "licen" in text


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_says_source_flow_and_questions_in_its_docstring(system):
    doc = import_module(f"grt_platform.systems.{system}").__doc__ or ""
    assert all(word in doc for word in ("Source:", "Flow:", "Questions:"))


ALL_TABLES = [*(table for system in SYSTEMS for table in tables(system)), *platform_tables()]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_a_table_names_its_columns_by_the_rules(table):
    assert table.layer in LAYERS
    for column in table:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert column.description[0].isupper() or column.description[0] in "`0123456789j", column.name
        for mark, kind in UNITS.items():
            if column.name.endswith(mark) if mark.startswith("_") else column.name.startswith(mark):
                assert column.kind is kind, f"{column.name} must be {kind.name}"


def test_statuses_of_a_ledger_are_the_five_of_the_design():
    assert STATUSES == ("loaded", "duplicate", "replaced", "rejected", "incomplete")


def test_every_asset_is_described_owned_grouped_and_tagged(whole):
    for spec in whole.resolve_all_asset_specs():
        system, layer, _ = spec.key.path
        assert spec.group_name == system, spec.key
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.tags["layer"] == layer, spec.key


def test_every_asset_leads_to_the_pages_of_its_system(whole):
    for spec in whole.resolve_all_asset_specs():
        assert spec.metadata["page"].value.endswith(f"/pages/{spec.group_name}"), spec.key


def test_every_asset_says_how_heavy_its_step_is(whole):
    made = [each for each in whole.assets or [] if isinstance(each, dg.AssetsDefinition) and each.is_executable]
    assert len(made) > 20
    assert [each.op.name for each in made if QUEUE_TAG not in each.op.tags] == []


def test_no_asset_hands_a_value_on_by_the_disk_of_one_machine(whole):
    made = [each for each in whole.assets or [] if isinstance(each, dg.AssetsDefinition) and each.is_executable]
    places = {key: each.get_io_manager_key_for_asset_key(key) for each in made for key in each.keys}
    handed = {
        (each.op.name, key.to_user_string(), places[key])
        for each in made
        for name, key in each.keys_by_input_name.items()
        if key in places and not each.op.input_def_named(name).dagster_type.is_nothing
    }
    assert len(handed) > 10
    assert {place for _, _, place in handed} == {"lake_io"}, handed


def test_no_step_of_an_asset_makes_checks_too(whole):
    """Automation asks for such a check by name, and Dagster then leaves out all other checks of the run."""
    made = [each for each in whole.assets or [] if isinstance(each, dg.AssetsDefinition) and each.is_executable]
    assert [key.to_user_string() for each in made for key in each.check_keys] == []


def test_every_table_of_an_asset_tells_its_columns(whole):
    for spec in whole.resolve_all_asset_specs():
        if spec.key.path[1] != "raw":
            assert "dagster/column_schema" in spec.metadata, spec.key


def test_jobs_sensors_schedules_and_pools_begin_with_their_system(whole):
    names = [*(s.name for s in whole.sensors or []), *(s.name for s in whole.schedules or [])]
    names += [job.name for job in whole.jobs or []]
    assert [name for name in names if name.split("_")[0] not in {*SYSTEMS, "platform"}] == []


def test_jobs_sensors_and_schedules_say_what_they_are_for(whole):
    named = [*(whole.sensors or []), *(whole.schedules or []), *(whole.jobs or [])]
    assert [each.name for each in named if not each.description] == []


def test_sensors_and_schedules_run_from_the_first_start(whole):
    stopped = [
        s.name for s in [*(whole.sensors or []), *(whole.schedules or [])] if s.default_status.value != "RUNNING"
    ]
    assert stopped == []


def test_only_settings_reads_grt_variables():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if re.search(r"environ(\.get)?[\[(]\s*[\"']GRT_", path.read_text())
    }
    assert readers == {"settings/installation.py"}


def test_the_example_of_the_environment_lists_every_setting_with_its_default():
    text = (ROOT.parent / "deploy" / ".env.example").read_text()
    listed = set(re.findall(r"^#?(GRT_[A-Z0-9_]+)=", text, re.MULTILINE))
    known = {f"GRT_{name.upper()}" for name in Settings.model_fields}
    assert listed == known
    for name, field in Settings.model_fields.items():
        assert (field.description or "") in text, name


def test_every_module_says_its_job_in_its_first_line():
    silent = [path for path in ROOT.rglob("*.py") if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_an_asset_is_one_sentence():
    long = []
    for path in (ROOT / "systems").rglob("assets/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any("asset" in ast.unparse(d) for d in node.decorator_list):
                statements = [each for each in ast.walk(node) if isinstance(each, ast.stmt)]
                long += [f"{path.name}:{node.name}"] if len(statements) - len(("def", "docstring")) > 8 else []
    assert long == []


def test_the_top_of_the_project_is_as_agreed():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT.parent, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("not a clone: nobody says what belongs to the project")
    assert {name.partition("/")[0] for name in listed.splitlines()} - {".gitignore"} == TOP


def test_tests_mirror_the_package():
    here = Path(__file__).parent
    homeless = [
        path.relative_to(here).as_posix()
        for path in here.rglob("test_*.py")
        if path.parent != here
        and path.relative_to(here).parts[0] not in {"fixtures", "flows", "services", "oracles"}
        and not (ROOT / path.parent.relative_to(here)).is_dir()
    ]
    assert homeless == []
