import re

import pytest

from zjsim.assessment.observations import (
    COLUMNS,
    Observation,
    Observations,
    read_observations,
)
from zjsim.assessment.own_observations import own_series, read_own_observations, write_template
from zjsim.errors import DataError

from .conftest import FOLDER

HEADER = "series,year,value\n"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "own.csv"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_what_excel_saves_is_read(tmp_path, encoding):
    path = written(tmp_path, "series,year,value,note\r\nrd,2022,3.1,来自年鉴\r\n", encoding)
    row = read_observations(path).rows[0]
    assert (row.value, row.note, row.line) == (3.1, "来自年鉴", 2)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ((HEADER + "rd,2022,1\n").encode("utf-16"), "UTF-16 or no text. Save the sheet as CSV"),
        (b"PK\x03\x04rest", "this is a workbook. Save the sheet as CSV UTF-8"),
        (b"\xff\xff\xff", "neither UTF-8 nor GBK"),
        (b"", "empty; the first line must name the columns"),
        (b"series;year;value\n", "the column series is missing"),
        (b"series,yera,value\n", "Did you mean year"),
        (b"series,year,value,value\n", "duplicate column value"),
        (b'series,year,value\n"rd,2022,1\n', "not CSV"),
        (HEADER.encode() + b"rd,2022,1,234\n", "line 2: 4 cells, and the header names 3"),
        (HEADER.encode() + b"rd,2022,\xef\xbc\x91\n", "is no number. Write 12345.6"),
        (HEADER.encode() + b"rd,2022,nan\n", "nan is no number"),
        (HEADER.encode() + b"rd,2022,1e999\n", "1e999 is no number"),
        (HEADER.encode() + b"rd,2022T,1\n", "2022T is no year"),
        (HEADER.encode() + b",2022,1\n", "line 2, series: is empty"),
        (b"series,year,value,grade\nrd,2022,1,E\n", "E is no grade"),
        (b"series,year,value,reading\nrd,2022,1,yearend\n", "Did you mean year_end"),
        (
            HEADER.encode() + b"rd,2022,1\nrd,2022,2\n",
            "line 3: duplicate figure rd 2022, first in line 2",
        ),
    ],
)
def test_a_broken_table_is_told_with_its_line(tmp_path, raw, text):
    with pytest.raises(DataError) as caught:
        read_observations(written(tmp_path, raw))
    assert text in str(caught.value)


def test_all_problems_of_a_table_are_told_at_once(tmp_path):
    path = written(tmp_path, HEADER + "rd,x,1\nrd,2022,y\n")
    with pytest.raises(DataError, match="has 2 problems"):
        read_observations(path)


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_is_not_there_is_told(tmp_path, name):
    with pytest.raises(DataError, match=r"no such file|this is a folder"):
        read_observations(tmp_path / name)


def test_an_unknown_series_names_the_near_miss(tmp_path, plan):
    path = written(tmp_path, HEADER + "rd_intensty,2022,3.1\n")
    with pytest.raises(DataError, match="Did you mean rd_intensity"):
        read_observations(path, known=own_series(plan))


def test_a_figure_in_another_unit_is_refused(tmp_path, plan, observations):
    text = "series,year,value,unit\nlabour_productivity,2022,250,千元/人\ngdp,2022,77715,亿元\n"
    with pytest.raises(
        DataError, match="line 2, unit: labour_productivity is in 万元/人"
    ) as caught:
        read_own_observations(written(tmp_path, text), plan, observations)
    assert "1 problem" in str(caught.value)
    good = written(tmp_path, text.replace("250,千元", "25,万元"))
    assert len(read_own_observations(good, plan, observations).rows) == 2


def test_the_template_is_read_back_as_no_figures_and_filled_in_as_some(tmp_path, plan):
    path = tmp_path / "template.csv"
    write_template(plan, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_observations(path, known=own_series(plan)).rows == ()
    text = path.read_text(encoding="utf-8-sig").splitlines()
    assert text[0].split(",") == list(COLUMNS)
    text[1] = text[1].replace("2021,year,,", "2021,year,32.9,")
    filled = written(tmp_path, "\n".join(text))
    assert read_observations(filled, known=own_series(plan)).rows[0].value == 32.9


def test_a_template_never_overwrites(tmp_path, plan):
    path = written(tmp_path, "mine")
    with pytest.raises(DataError, match="is not overwritten"):
        write_template(plan, path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_year_end_stock_is_read_half_a_year_later():
    assert Observation("patents", 2020, 1.0, reading="year_end").time == 2020.5
    assert Observation("gdp", 2020, 1.0).time == 2020.0


def test_conflicts_stay_side_by_side_and_the_better_grade_is_taken():
    rows = (
        Observation("gdp", 2020, 2.0, grade="C"),
        Observation("gdp", 2020, 1.0, grade="A"),
        Observation("gdp", 2019, 1.0, grade="A"),
    )
    table = Observations(rows)
    assert table.value("gdp", 2020).value == 1.0
    assert {row.value for row in table.conflicts("gdp", 2020)} == {1.0, 2.0}
    assert table.conflicts("gdp", 2019) == ()


def test_what_is_believed_and_not_seen_is_no_outturn():
    rows = (Observation("x", 2021, 1.0, grade="B"), Observation("x", 2022, 2.0, grade="M"))
    assert Observations(rows).latest("x", 2020, 2025).year == 2021


def test_a_users_own_figures_replace_published_ones_of_the_same_year():
    published = Observations((Observation("x", 2021, 1.0, grade="A"), Observation("y", 2021, 5.0)))
    both = published.with_own(Observations((Observation("x", 2021, 2.0),)))
    assert both.value("x", 2021).value == 2.0
    assert both.value("y", 2021).value == 5.0


def test_every_source_of_the_shipped_table_is_in_the_references(observations):
    text = (FOLDER / "references_observations.bib").read_text(encoding="utf-8")
    keys = re.findall(r"@misc\{([^,]+),", text)
    assert len(keys) == len(set(keys))
    assert {row.source for row in observations.rows} <= set(keys)
    for field in ("title", "publisher", "note"):
        assert len(re.findall(rf"^  {field} = \{{.+\}},$", text, re.MULTILINE)) == len(keys)
    # The source's own address, or where a copy of it was read.
    for entry in re.findall(r"^@misc\{.*?^\}", text, re.MULTILINE | re.DOTALL):
        assert re.search(r"^  (?:address|copy) = \{.+\},$", entry, re.MULTILINE), entry


def test_the_shipped_table_ends_with_the_plan_and_every_row_has_its_origin(observations, plan):
    assert max(row.year for row in observations.rows) == plan.years[-1]
    assert all(row.grade and row.source and row.unit for row in observations.rows)


def test_bases_of_the_plan_stand_in_the_table_as_printed(observations, plan):
    for item in plan.indicators:
        if item.base.value is not None:
            row = observations.value(item.id, item.base.year)
            assert (row.value, row.source) == (item.base.value, "zj_plan_2021")


def value(observations, series, year, vintage=None):
    return observations.value(series, year, vintage).value


def test_derived_figures_are_what_their_notes_say(observations):
    get = lambda *key: value(observations, *key)  # noqa: E731
    revenue = {year: get("above_scale_revenue", year) for year in (2019, 2020, 2021, 2023)}
    assert revenue[2020] == pytest.approx(revenue[2021] / (1 + (33.9 - 9.4) / 100), abs=1)
    assert revenue[2019] == pytest.approx(revenue[2021] / (1 + (39.9 - 12.9) / 100), abs=1)
    equipment = get("equipment_va", 2020) / get("share_equipment", 2020) * 100
    assert get("above_scale_va", 2020) == pytest.approx(equipment, abs=1)
    scale = get("patents_per_10bn", 2020) / get("patents_per_10bn_as_published", 2020)
    for year in revenue:
        published = 100 * get("patents_above_scale", year) / revenue[year]
        assert get("patents_per_10bn_as_published", year) == pytest.approx(published, abs=0.05)
        survey = 100 * get("rd_above_scale_industry", year) / revenue[year]
        assert get("rd_survey_over_revenue", year) == pytest.approx(survey, abs=0.005)
        if year > 2020:
            assert get("patents_per_10bn", year) == pytest.approx(published * scale, abs=0.1)
    share = 100 * get("digital_core_va", 2021) / get("gdp", 2021)
    assert get("digital_core_share", 2021) == pytest.approx(share, abs=0.005)
    census = get("gdp_post_census", 2020)
    assert get("digital_core_share", 2020, "census_2023") == pytest.approx(
        100 * get("digital_core_va", 2020) / census, abs=0.005
    )
    assert get("manufacturing_share", 2020, "census_2023") == pytest.approx(
        32.7 * get("gdp", 2020, "plan") / census, abs=0.005
    )
    parts = ("mfg", "mining", "utilities")
    for year in (2020, 2021, 2022, 2023):
        staff = sum(get(f"{part}_above_scale_employment_yearend", year) for part in parts)
        assert get("above_scale_employment_yearend", year) == pytest.approx(staff, abs=0.005)


@pytest.mark.parametrize("year", [2011, 2013, 2014, 2015, 2016, 2017, 2018, 2021, 2022, 2023])
def test_published_rd_ratios_fit_published_rd_and_gdp(observations, year):
    ratio = 100 * value(observations, "rd_total", year) / value(observations, "gdp", year)
    # Printed to two decimals; GDP of the bulletin year differs from the table by up to 0.3 %.
    assert value(observations, "rd_gdp_share", year) == pytest.approx(ratio, abs=0.011)
