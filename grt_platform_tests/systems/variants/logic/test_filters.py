"""The filter language: every answer of the reference, its defects mended, and hostile texts."""

import re
from operator import ge, gt, le, lt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.filters import parse_filter, select
from grt_platform_tests.systems.variants.logic.tables import EIGHT, of_file, table


def chosen(text: str, of=None) -> str:
    return " ".join(select(parse_filter(text), of or table(EIGHT)).samples)


def warned(text: str, of=None) -> list[str]:
    return list(select(parse_filter(text), of or table(EIGHT)).warnings)


ALL = "S1 S2 S3 S4 S5 S6 S7 S8"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Nope:1", "has no column 'Nope'; it has Sample_ID, Population, Area, Weight"),
        ("Nope:1;Area:North", "has no column 'Nope'"),
        ("Nope:!1", "has no column"),
        ("area:North", "did you mean 'Area'"),
        ("Wieght:>10", "did you mean 'Weight'"),
        ("Area North", "cannot be read at 'Area North'"),
        ("Area:", "has no value for 'Area'"),
        ("Area:North,", "has no value"),
        ("Area:,North", "has no value"),
        (";", "cannot be read at ''"),
        (";;", "cannot be read at ''"),
        ("Area:North;;Weight:15", "cannot be read at ''"),
        ("Weight:15<", "'15<' is none"),
        ("Weight:1e1", "'1e1' is none"),
        ("Weight:>= 15", "'>= 15' is none"),
        ("Weight:=>15", "is none"),
        ("Weight:=<15", "is none"),
        ("Weight:abc", "'abc' is none"),
        ("Weight:abc,15", "'abc' is none"),
        ("Weight:15,!abc", "'abc' is none"),
        ("Weight:inf", "is none"),
        ("Weight:nan", "is none"),
        ("Weight:>", "is none"),
        ("Weight:1-2-3", "is none"),
        ("Weight:\u0661\u0665", "is none"),
        ("Population:[2, 4]", "'[2' is none"),
        ("Area:!>5", "not larger or smaller"),
        ('Area:"North', "not closed"),
        ('Area:No"rth"', "quotes stand around a whole value"),
        ('Area:"North"x', "quotes stand around a whole value"),
        ("Area:" + "x," * 40_000, "longer than"),
        ("Weight:" + "9" * 1000, "is none"),
        ("Weight:15;" * 101, "101 conditions, 100 are the most"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_never_a_wider_result(text, told):
    with pytest.raises(BadInputError) as refusal:
        select(parse_filter(text), table(EIGHT))
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("", ALL),
        ("  ", ALL),
        ("Area:North", "S1 S5"),
        ("Area:North;", "S1 S5"),
        ("Population:>3", "S2 S4 S5 S6 S7"),
        ("Population:!2", "S1 S3 S4 S5 S6 S7"),
        ("Population:>3;Area:East", "S2 S6"),
        ("Weight:>15,<20", ALL),
        ("Weight:>15;Weight:<20", "S2 S5 S8"),
        ("Area:!North,!East", "S3 S4 S7 S8"),
        ("Area:!", ALL),
        ("Weight: >=15", "S2 S3 S4 S5 S6 S7 S8"),
        ("Area:North,West,!South;Weight:>10,<=20,!15,18-22", "S1 S4 S5 S8"),
        ("Population:2-4,!4", "S3 S7 S8"),
        ("Population:2", "S2 S8"),
        ("Weight:15", "S3"),
        ("Weight:015.00", "S3"),
        ("Area:North,!North", ""),
        ("Area:North;Area:West", ""),
        ("Area:north", ""),
        ("Weight:20-15", ""),
        ("Sample_ID:S1,S9", "S1"),
        ("#Sample_ID:S1", "S1"),
        (" Area : North , West ", "S1 S3 S4 S5 S8"),
        ("Weight:15-15", "S3"),
        ("Weight:12.1-15,!12.1", "S3"),
    ],
)
def test_filters_of_the_example_choose_what_the_reference_says(text, samples):
    assert chosen(text) == samples


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("Weight:>50", "S7 S8 S9 S10"),
        ("Age:<15", "S1 S2"),
        ("Population:<4,!2", "S1 S3 S7"),
        ("Weight:30-45", "S3 S4 S5"),
        ("Population:>6,2", "S2 S8 S9 S10"),
        ("Area:!North", "S2 S3 S4 S6 S7 S8 S10"),
        ("Temperature:-20--5", "S1 S2 S5 S9"),
        ("Longitude:-3.5", "S4"),
        ("Temperature:>-10.2", "S1 S3 S4 S6 S7 S8 S10"),
        ("Elevation:-100.5--10", "S2 S3 S5 S9"),
    ],
)
def test_filters_of_the_unit_tests_choose_what_the_reference_says(text, samples):
    assert chosen(text, of_file("unit_tables/unit_sample_tsv_with_numeric_data.tsv")) == samples


def test_filters_of_the_fixture_choose_what_the_reference_says():
    fixture = of_file("fixtures/sample_metadata.tsv")
    assert chosen("Area:West of Ireland,Northern Portugal;Sex:F", fixture) == (
        "5a_HOM-I13 5a_HOM-I14 5a_HOM-I20 5a_HOM-I21 5a_HOM-I7 1b_HOM-G58"
    )
    assert len(chosen("Longitude:-10.983--9", fixture).split()) == 9
    assert chosen("Population_code:>5", fixture) == ""
    assert warned("Population_code:>5", fixture) == [
        "The column 'Population_code' mixes numbers and texts and is compared as text.",
        "No sample has Population_code:>5 in the column 'Population_code'.",
    ]
    assert chosen("Population_code:5a", fixture).split()[0] == "5a_HOM-I13"


@pytest.mark.parametrize("text", ["Area:North,!North", "Weight:20-15", "Area:north", "Population:7"])
def test_a_condition_that_no_sample_meets_is_warned_of(text):
    assert warned(text) == [f"No sample has {text} in the column {text.split(':')[0]!r}."]


def test_conditions_that_only_together_choose_nothing_are_no_reason_to_warn():
    assert warned("Area:North;Area:West") == []


def test_a_comparison_with_texts_is_warned_of_unless_it_is_quoted():
    assert warned("Area:>5,North")[0] == "The column 'Area' holds texts: '>5' is looked for as it stands."
    assert warned('Area:">5",North') == []
    assert chosen('Area:!">5"') == ALL


QUOTES = table(
    '#Sample_ID\tSite\tP:H\nS1\tA,B\t1\nS2\tA;B\t2\nS3\tsaid ""x""\t3\nS4\t!A\t4\nS5\tA:B\t5\nS6\t"he said ""x"""\t6\n'
)


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ('Site:"A,B"', "S1"),
        ('Site:"A;B"', "S2"),
        ('Site:"A,B","A;B"', "S1 S2"),
        ('Site:!"A,B"', "S2 S3 S4 S5 S6"),
        ('Site:"!A"', "S4"),
        ("Site:A:B", "S5"),
        ('Site:"A:B"', "S5"),
        ('Site:"he said ""x"""', "S6"),
        ('Site:"said """"x"""""', "S3"),
        ('"P:H":4', "S4"),
        ('"P:H":"4";Site:"!A"', "S4"),
        ("Site:'A", ""),
    ],
)
def test_double_quotes_protect_commas_semicolons_quotes_and_the_exclamation_mark(text, samples):
    assert chosen(text, QUOTES) == samples


MISSING = table("#Sample_ID\tArea\tDepth\nS1\tNorth\t5\nS2\t\t\nS3\tEast\t[]\n")


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("Area:!North", "S2 S3"),
        ("Area:!North,!", "S3"),
        ("Area:!", "S1 S3"),
        ('Area:""', "S2"),
        ('Area:"",East', "S2 S3"),
        ("Depth:!", "S1"),
        ('Depth:""', "S2 S3"),
        ("Depth:!5", "S2 S3"),
        ("Depth:>1", "S1"),
    ],
)
def test_a_missing_value_meets_a_negation_and_can_be_asked_for(text, samples):
    assert chosen(text, MISSING) == samples


def test_numbers_are_compared_exactly():
    long = table("#Sample_ID\tBarcode\nS1\t12345678901234567\nS2\t12345678901234568\nS3\t0.1\n")
    assert chosen("Barcode:12345678901234567", long) == "S1"
    assert chosen("Barcode:>12345678901234567", long) == "S2"
    assert chosen("Barcode:0.10", long) == "S3"


def test_ids_are_compared_as_text():
    ids = table("#Sample_ID\tA\n003\t1\n3\t2\nNA\t3\n")
    assert chosen("Sample_ID:003", ids) == "003"
    assert chosen("Sample_ID:NA,3", ids) == "3 NA"


def test_true_and_false_are_texts():
    flags = table("#Sample_ID\tB\nS1\tTrue\nS2\tFalse\n")
    assert chosen("B:True", flags) == "S1"
    assert chosen("B:1", flags) == ""


def test_a_table_with_errors_chooses_nothing():
    with pytest.raises(BadInputError, match="cannot be used"):
        select(parse_filter(""), table("#Sample_ID\tA\nS1\n"))


def test_many_values_cost_no_more_a_sample_than_few():
    many = table("#Sample_ID\tA\n" + "".join(f"S{number}\t{number}\n" for number in range(2000)))
    ranges = ",".join(f"{number}-{number + 1}" for number in range(0, 9000, 3))
    found = select(parse_filter(f"A:{ranges}"), many).samples
    assert len(found) == 1334
    assert found[:4] == ("S0", "S1", "S3", "S4")


NUMBERS = st.integers(-4, 4)
TERMS = st.one_of(
    NUMBERS.map(str),
    st.tuples(st.sampled_from([">", ">=", "<", "<="]), NUMBERS).map(lambda term: f"{term[0]}{term[1]}"),
    st.tuples(NUMBERS, NUMBERS).map(lambda term: f"{term[0]}-{term[1]}"),
)


def meets(value: int, term: str) -> bool:
    for operator, compare in ((">=", ge), ("<=", le), (">", gt), ("<", lt)):
        if term.startswith(operator):
            return compare(value, int(term.removeprefix(operator)))
    low, dash, high = re.fullmatch(r"(-?\d+)(-?)(-?\d*)", term).groups()
    return int(low) <= value <= int(high) if dash else value == int(low)


@given(st.lists(TERMS, min_size=1, max_size=5), st.lists(TERMS, max_size=3))
def test_numbers_are_chosen_as_each_of_the_values_says(wanted, unwanted):
    numbers = table("#Sample_ID\tA\n" + "".join(f"S{value}\t{value}\n" for value in range(-6, 7)))
    due = [
        f"S{value}"
        for value in range(-6, 7)
        if any(meets(value, term) for term in wanted) and not any(meets(value, term) for term in unwanted)
    ]
    assert chosen("A:" + ",".join([*wanted, *(f"!{term}" for term in unwanted)]), numbers).split() == due


COLUMNS = st.sampled_from(["Area", "Weight", "Population", "Sample_ID", "Nope", '"Area"'])
VALUES = st.sampled_from(["North", "!East", ">15", "<=20", "15-20", '"a,b"', "", "!", "x y", '"', "S1", "2", ";", ":"])


@given(st.lists(st.tuples(COLUMNS, st.lists(VALUES, max_size=4)), max_size=4), st.text(max_size=5))
def test_any_text_is_an_error_or_chooses_some_of_the_samples_in_their_order(parts, rest):
    text = ";".join(f"{column}:{','.join(values)}" for column, values in parts) + rest
    try:
        samples = chosen(text).split()
    except BadInputError:
        return
    assert samples == [sample for sample in ALL.split() if sample in samples]


@given(st.lists(st.tuples(COLUMNS, st.lists(VALUES, min_size=1, max_size=3)), min_size=1, max_size=3))
def test_a_further_condition_never_widens_the_result(parts):
    text = ";".join(f"{column}:{','.join(values)}" for column, values in parts)
    try:
        wide, narrow = chosen(text), chosen(text + ";Weight:>15")
    except BadInputError:
        return
    assert set(narrow.split()) <= set(wide.split())
