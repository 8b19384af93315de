"""Sample tables: every fault is found at once with its column and rows, and nothing that a person typed is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.sample_table import ColumnKind, judge, template
from grt_platform.systems.variants.logic.sample_table_file import read_sample_table
from grt_platform_tests.systems.variants.logic.tables import EIGHT, of_file, table


def found(read, severity="error"):
    return [(one.category, one.column, one.rows) for one in read.findings if one.severity == severity]


def kinds(read):
    return {column.name: column.kind.value for column in read.columns}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("#Sample_ID\tÄ\n".encode("latin-1"), "not UTF-8"),
        ("#Sample_ID\n".encode("utf-16"), "UTF-16"),
        (b"#Sample_ID\n\x00", "no text"),
        (b"\x1f\x8b\x08\x04" + bytes(range(256)), "not UTF-8"),
    ],
)
def test_what_is_no_table_is_one_error(content, told):
    read = table(content)
    assert [one.category for one in read.errors] == ["file_read"]
    assert told in read.errors[0].message
    assert read.rows == ()


@pytest.mark.parametrize(
    ("header", "category", "told"),
    [
        ("Sample_ID\tArea", "sample_id_column", "must be #Sample_ID, but is 'Sample_ID'"),
        ("Area\t#Sample_ID", "sample_id_column", "must be #Sample_ID, but is 'Area'"),
        ("SampleID\tArea", "sample_id_column", "is missing"),
        ("#Sample_ID\tArea\t#Area", "header", "Columns named twice (with or without #): Area"),
        ("#Sample_ID\tArea\t\t ", "header", "Columns without a name, at 3, 4"),
        ('#Sample_ID\t"Area\tx', "header", "cannot be read"),
        ("#Sample_ID,Area", "sample_id_column", "is missing"),
    ],
)
def test_a_header_that_is_wrong_is_told(header, category, told):
    read = table(header + "\nS1\tNorth\n")
    assert category in {one.category for one in read.errors}
    assert any(told in one.message for one in read.errors)
    assert read.rows == ()


def test_all_faults_of_a_header_are_told_at_once():
    read = of_file("unit_tables/unit_header_errors_tsv.tsv")
    assert [one.category for one in read.errors] == ["header", "header", "sample_id_column"]
    assert "at 5" in read.errors[0].message


def test_lines_end_as_they_like_and_a_mark_of_byte_order_is_passed():
    plain = table(EIGHT)
    for other in (EIGHT.replace("\n", "\r\n"), EIGHT.replace("\n", "\r"), "\ufeff" + EIGHT, EIGHT.rstrip("\n")):
        assert table(other) == plain
    assert not plain.findings
    assert plain.samples == tuple(f"S{number}" for number in range(1, 9))


def test_blank_lines_move_no_row_number():
    read = table("#Sample_ID\tA\n\nS1\t1\n\n  \nS2\nS3\t3\n")
    assert [row.line for row in read.rows] == [3, 7]
    assert found(read) == [("row_format", "", (6,))]


def test_a_row_of_other_length_is_left_out_and_its_neighbours_are_read():
    read = table("#Sample_ID\tA\nS1\t1\nS2\nS3\t3\t4\nS4\t4\t\nS5\t5\n")
    assert read.samples == ("S1", "S5")
    assert found(read) == [("row_format", "", (3,)), ("row_format", "", (4,)), ("row_format", "", (5,))]
    assert "Row 3 has 1 cells separated by tabs, the header 2 (its first: 'S2')" in read.errors[0].message


def test_ids_are_text_and_only_the_empty_cell_is_missing():
    read = table("#Sample_ID\tA\tB\n003\tNA\tTrue\n1\tNone\tFalse\nNA\tnan\t\nnan\t\t\n")
    assert read.samples == ("003", "1", "NA", "nan")
    assert [row.cells for row in read.rows] == [
        (("NA",), ("True",)),
        (("None",), ("False",)),
        (("nan",), ()),
        ((), ()),
    ]
    assert kinds(read) == {"A": "text", "B": "text"}
    assert not read.errors


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3", "03", "[1, -2.5]", ""], ColumnKind.NUMBER),
        (["", "", ""], ColumnKind.NUMBER),
        (["1e5", ".5", "+2"], ColumnKind.NUMBER),
        (["inf", "nan"], ColumnKind.TEXT),
        (["True", "False"], ColumnKind.TEXT),
        (["1", "True"], ColumnKind.MIXED),
        (["1-2", "2-3"], ColumnKind.TEXT),
        (["1", "1-2"], ColumnKind.MIXED),
        (["[1, 2]", "x"], ColumnKind.MIXED),
        (['["1", "2"]', "3"], ColumnKind.NUMBER),
        (["1_000"], ColumnKind.TEXT),
        (["\u0661"], ColumnKind.TEXT),
        (["group[1]", "(1, 2)"], ColumnKind.TEXT),
    ],
)
def test_a_column_is_of_numbers_when_all_its_values_are(cells, kind):
    read = table("#Sample_ID\tA\n" + "".join(f"S{at}\t{cell}\n" for at, cell in enumerate(cells)))
    assert read.columns[0].kind is kind
    assert [one.category for one in read.warnings if one.category == "type_classification"] == (
        ["type_classification"] if kind is ColumnKind.MIXED else []
    )


def test_a_mixed_column_names_the_rows_of_the_smaller_part():
    read = of_file("unit_tables/unit_mixed_type_across_cells_tsv.tsv")
    assert found(read, "warning") == [("type_classification", "Population", (3, 6))]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "[2;4]",
            "[6 3 5]",
            "[4",
            "[",
            "[1, two]",
            "[[1]]",
            "[1,,2]",
            "[,]",
            "[1]x",
            "[(1, 2)]",
            "[f('x')]",
            "[True]",
        ),
        *("['a]", "[" * 20_000, "[" + "(" * 20_000 + "]"),
    ],
)
def test_what_begins_as_list_must_be_one(cell):
    read = table(f"#Sample_ID\tA\nS1\t{cell}\nS2\t1\n")
    assert found(read) == [("list_syntax", "A", (2,))]
    assert read.samples == ("S1", "S2")


def test_a_list_holds_numbers_or_texts():
    read = table('#Sample_ID\tA\nS1\t[1, "two", 3]\nS2\t["1", 2]\nS3\t[1, 2]\n')
    assert found(read) == [("mixed_type", "A", (2, 3))]


def test_lists_are_read_whatever_their_blanks_and_quotes():
    lists = ["[1,2]", "[ 1 , 2 ]", '["a", "b,c"]', "['a', 'it\\'s']", "[]", "[ ]", "[1, ]", '["ö"]']
    read = table("#Sample_ID\tA\n" + "".join(f"S{at}\t{cell}\n" for at, cell in enumerate(lists)))
    assert not read.errors
    assert [row.cells[0] for row in read.rows] == [
        ("1", "2"),
        ("1", "2"),
        ("a", "b,c"),
        ("a", "it's"),
        (),
        (),
        ("1",),
        ("ö",),
    ]


def test_cells_that_a_spreadsheet_quoted_are_unquoted():
    read = table('#Sample_ID\tA\nS1\t"[""West"", ""South""]"\nS2\t"said ""x"""\nS3\tWest\n')
    assert [row.cells[0] for row in read.rows] == [("West", "South"), ('said "x"',), ("West",)]


def test_a_quote_that_is_not_closed_spoils_its_own_row_alone():
    read = table('#Sample_ID\tA\nS1\t"North\nS2\tSouth\n')
    assert found(read) == [("row_format", "", (2,))]
    assert read.samples == ("S2",)


def test_ids_that_are_missing_twice_or_lists_are_errors():
    read = of_file("unit_tables/unit_sample_id_errors_tsv.tsv")
    assert found(read) == [
        ("sample_id_value", "Sample_ID", (3,)),
        ("sample_id_value", "Sample_ID", (4,)),
        ("sample_id_value", "Sample_ID", (2, 5)),
    ]
    assert not table("#Sample_ID\tA\nS3;S4\t1\nS 5\t2\n").errors


def test_blanks_commas_and_semicolons_are_warned_of_once_a_column():
    read = table("#Sample_ID\tA\tB\nS1 \tx;y\tp,q\nS2\t x;z\tr\nS3\t[1, 2]\ts,\n")
    assert found(read, "warning") == [
        ("format", "Sample_ID", (2,)),
        ("format", "A", (2, 3)),
        ("format", "B", (2, 4)),
        ("format", "A", (3,)),
        ("type_classification", "A", (4,)),
    ]
    assert read.samples == ("S1", "S2", "S3")
    assert read.rows[1].cells[0] == ("x;z",)


def test_the_table_of_many_faults_has_them_all():
    read = of_file("fixtures/sample_metadata_incorrect_formatting_to_test_tsv_validator.tsv")
    findings = judge(read, ["129P2", "elsewhere"])
    errors = [(one.category, one.column, one.rows) for one in findings if one.severity == "error"]
    assert errors[:-1] == [
        ("row_format", "", (22,)),
        ("row_format", "", (23,)),
        ("row_format", "", (24,)),
        ("list_syntax", "Population", (3, 7)),
        ("mixed_type", "Population", (8, 14)),
        ("sample_id_value", "Sample_ID", (21,)),
        ("sample_id_value", "Sample_ID", (25, 26)),
        ("sample_id_value", "Sample_ID", (19, 20)),
    ]
    assert errors[-1][:2] == ("dimensions", "Sample_ID")
    assert "No indexed file of the project holds 17 samples (129S1, " in findings[-2].message
    warnings = [(one.category, one.column, one.rows) for one in findings if one.severity == "warning"]
    assert warnings == [
        ("format", "Test", (3, 5, 26)),
        ("format", "Area", (3,)),
        ("type_classification", "Test", (5, 15, 16, 18, 19, 20)),
        ("dimensions", "Sample_ID", ()),
    ]
    assert "The table lacks 1 sample (elsewhere) of the project's files" in findings[-1].message


def test_a_long_list_of_names_is_cut():
    names = [f"S{number}" for number in range(50)]
    [finding] = [one for one in judge(table("#Sample_ID\n"), names) if one.severity == "warning"]
    assert "S19 and 30 more" in finding.message


def test_a_table_with_errors_cannot_be_used_and_says_the_first():
    with pytest.raises(BadInputError, match=r"samples.tsv.*Row 2 has 1 cells.*2 errors"):
        table("#Sample_ID\tA\nS1\nS2\n").require_usable()
    table(EIGHT).require_usable()


def test_messages_name_column_and_rows():
    [finding] = table("#Sample_ID\tA\nS1\t[4\nS2\t[5\n").errors
    assert finding.message.startswith("A: A cell that begins with [ must be a list")
    assert finding.message.endswith("(rows 2, 3)")


@pytest.mark.parametrize("name", ["valid", "valid_list", "numeric_list", "string_list", "whitespace_variant_lists"])
def test_good_tables_have_no_findings(name):
    assert of_file(f"unit_tables/unit_{name}_tsv.tsv").findings == ()


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool), unique=True
    )
)
def test_a_template_reads_back_whatever_the_samples_are_called(names):
    read = read_sample_table(template(names), "samples.tsv")
    assert not [one for one in read.errors if one.category != "sample_id_value"]
    assert read.samples == tuple(name for name in names if not name.startswith("["))


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: ("#Sample_ID\tA\n" + text).encode("utf-8", "ignore"))
)
def test_any_bytes_are_read_or_faulted_and_every_row_is_accounted_for(content):
    read = read_sample_table(content, "samples.tsv")
    judge(read, ["S1"])
    assert read.rows or read.errors or not content.partition(b"\n")[2].strip()
