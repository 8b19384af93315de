"""How texts of the project become pages: links lead where they led, patterns of the navigation leave nobody out."""

from grt_platform.runtime.site_pages import anchors, cut, expanded, places, relinked

REFERENCE = """# Reference

Made from code.
[Settings](#settings) · [Tables](#tables)

## Settings

| a |

## Tables

In the lake.

### galaxy.jobs

One row a job.

### ena.runs

One row a run.

## Commands

Exit codes.

### grt up

Start.

### grt galaxy load

Load.
"""


def where():
    files = ["index.md", "galaxy/README.md", "assets/house.svg"]
    return places(files, cut(REFERENCE), {"CONTRIBUTING.md": "contributing.md"})


def test_the_reference_becomes_a_page_for_each_part_and_system():
    pages = cut(REFERENCE)
    assert list(pages) == [
        "reference/index.md",
        "reference/settings.md",
        "reference/tables-galaxy.md",
        "reference/tables-ena.md",
        "reference/commands-platform.md",
        "reference/commands-galaxy.md",
    ]
    assert pages["reference/tables-galaxy.md"].startswith("# Tables of galaxy\n\nIn the lake.\n\n## galaxy.jobs\n")
    assert "- [Tables of ena](tables-ena.md)" in pages["reference/index.md"]
    assert "#settings" not in pages["reference/index.md"]


def test_links_into_the_reference_lead_to_the_page_that_holds_the_heading():
    text = (
        "[a](../reference.md#galaxyjobs) [b](../reference.md) [c](../reference.md#tables) [d](../reference.md#settings)"
    )
    assert relinked(text, "docs/galaxy/README.md", "galaxy/README.md", where()) == (
        "[a](../reference/tables-galaxy.md#galaxyjobs) [b](../reference/index.md) [c](../reference/index.md) "
        "[d](../reference/settings.md#settings)"
    )


def test_links_to_and_from_texts_beside_the_pages_are_followed():
    assert relinked("[c](../CONTRIBUTING.md#start)", "docs/index.md", "index.md", where()) == (
        "[c](contributing.md#start)"
    )
    assert relinked("[g](docs/galaxy/README.md)", "CONTRIBUTING.md", "contributing.md", where()) == (
        "[g](galaxy/README.md)"
    )
    assert relinked("![h](assets/house.svg)", "docs/index.md", "index.md", where()) == "![h](assets/house.svg)"


def test_a_link_to_what_the_site_has_not_is_its_text_and_others_stay():
    text = "[code](../setup.cfg) [out](https://example.org) [here](#x)\n```\n[in code](../setup.cfg)\n```\n"
    assert relinked(text, "docs/index.md", "index.md", where()) == (
        "code [out](https://example.org) [here](#x)\n```\n[in code](../setup.cfg)\n```\n"
    )


def test_patterns_take_what_nothing_else_names_once_with_the_readme_first():
    nav = ["index.md", {"S": ["s/first.md", "s/*.md"]}, {"T": "t/*.md"}, {"Rest": ["*.md"]}, {"One": "t/x.md"}]
    files = ["index.md", "s/b.md", "s/README.md", "s/first.md", "t/a.md", "t/x.md", "z.md"]
    assert expanded(nav, files) == [
        "index.md",
        {"S": ["s/first.md", "s/README.md", "s/b.md"]},
        {"T": ["t/a.md"]},
        {"Rest": ["z.md"]},
        {"One": "t/x.md"},
    ]


def test_headings_have_the_anchors_that_forges_give_them():
    assert anchors("# One `two` three!\n```\n# no heading\n```\n") == {"one-two-three"}
