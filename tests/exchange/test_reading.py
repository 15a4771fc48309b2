"""Files in the layouts of other programs: each gives the same seven arms."""

import shutil
import zipfile

import pandas as pd
import pytest
from exchange.layouts import ARMS, FILES, LABELS, arms
from openpyxl import Workbook

from nma.errors import InputError
from nma.exchange.reading import READERS, layout_of, read
from nma.exchange.source import Source
from nma.vocab import ExchangeFormat

BY_HAND = {
    "metainsight_long.csv": ExchangeFormat.METAINSIGHT_LONG,
    "metainsight_wide.csv": ExchangeFormat.METAINSIGHT_WIDE,
    "bugsnet.csv": ExchangeFormat.BUGSNET,
    "netmeta_pairwise.csv": ExchangeFormat.NETMETA,
    "gemtc.csv": ExchangeFormat.GEMTC,
    "gemtc_problem.json": ExchangeFormat.GEMTC_JSON,
    "cinema.csv": ExchangeFormat.CINEMA,
    "stata_long.csv": ExchangeFormat.STATA,
    "review.rm5": ExchangeFormat.REVMAN5,
    "CD000001-analysis-data": ExchangeFormat.REVMAN,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_file_is_recognised_and_read_exactly(name):
    layout, found = read(Source(FILES / name))
    assert layout is BY_HAND[name]
    assert arms(found) == ARMS


def test_every_layout_has_a_reader_and_a_file():
    assert set(READERS) == set(ExchangeFormat) == set(BY_HAND.values())


@pytest.mark.parametrize("name", [name for name in BY_HAND if name.endswith(".csv")])
def test_a_table_reads_the_same_from_a_workbook(name, tmp_path):
    separator = ";" if name == "bugsnet.csv" else ","
    frame = pd.read_csv(FILES / name, sep=separator, keep_default_na=False, na_values=["NA"])
    frame.to_excel(tmp_path / "table.xlsx", index=False)
    _, found = read(Source(tmp_path / "table.xlsx"), BY_HAND[name])
    assert arms(found) == ARMS
    assert found.rows[0].place.startswith("table.xlsx Sheet1!")


def test_a_stata_file_with_value_labels(tmp_path):
    frame = pd.read_csv(FILES / "stata_long.csv")
    frame["trt"] = frame["trt"].astype("category")
    frame.to_stata(tmp_path / "smoking.dta", write_index=False)
    layout, found = read(Source(tmp_path / "smoking.dta"))
    assert layout is ExchangeFormat.STATA
    assert arms(found) == ARMS
    assert found.rows[1].place == "smoking.dta row 2"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_spreadsheets_call_unicode_text(tmp_path, encoding):
    path = tmp_path / "table.txt"
    path.write_bytes("Study\tT\tR\tN\nÅsa 2001\tA\t1\t2\nÅsa 2001\tC\t0\t3\n".encode(encoding))
    assert arms(read(Source(path))[1]) == {("Åsa 2001", "A"): (1, 2), ("Åsa 2001", "C"): (0, 3)}


def test_a_data_package_as_a_zip_and_as_a_zip_in_a_zip(tmp_path):
    inner = shutil.make_archive(str(tmp_path / "CD000001-data"), "zip", FILES, "CD000001-analysis-data")
    assert arms(read(Source(tmp_path / "CD000001-data.zip"))[1]) == ARMS
    with zipfile.ZipFile(tmp_path / "CD000001-files.zip", "w") as outer:
        outer.write(inner, "CD000001-files/CD000001-data.zip")
    assert arms(read(Source(tmp_path / "CD000001-files.zip"))[1]) == ARMS


def test_years_and_remarks_are_kept_and_the_rest_is_named():
    _, review = read(Source(FILES / "review.rm5"))
    assert {row.study: row.year for row in review.rows} == dict(zip(LABELS, (2001, 2002, 2003), strict=True))
    _, cinema = read(Source(FILES / "cinema.csv"))
    assert cinema.rows[0].remarks == ("rob L", "indirectness 1")
    _, long = read(Source(FILES / "metainsight_long.csv"))
    assert long.unused == ("covar.duration",)


def test_the_line_of_every_row_is_known():
    _, found = read(Source(FILES / "review.rm5"))
    lines = (FILES / "review.rm5").read_text("latin-1").splitlines()
    for row in found.rows:
        assert lines[int(row.place.rpartition(":")[2]) - 1].startswith("<DICH_DATA")


def test_one_of_several_outcomes_is_chosen_by_name_or_number(tmp_path):
    text = (FILES / "review.rm5").read_text("latin-1")
    path = tmp_path / "review.rm5"
    path.write_text(text.replace("<NAME>Stopped smoking</NAME>", "<NAME>Died</NAME>", 1), "latin-1")
    with pytest.raises(InputError, match=r"holds several outcomes, allowed: 1\.1 Died, 2\.1 Stopped smoking") as error:
        read(Source(path))
    assert "--analysis" in str(error.value)
    assert set(arms(read(Source(path, analysis="Died"))[1])) == set(arms(read(Source(path, analysis="1.1"))[1]))
    with pytest.raises(InputError, match="no such outcome, got 'Dead'"):
        read(Source(path, analysis="Dead"))


def test_a_sheet_is_chosen_by_name(tmp_path):
    book = Workbook()
    for title in ("first", "second"):
        sheet = book.create_sheet(title)
        for row in (("Study", "T", "R", "N"), (title, "A", 1, 2), (title, "C", 1, 2)):
            sheet.append(row)
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(InputError, match="several sheets hold something, allowed: Sheet, first, second"):
        read(Source(tmp_path / "two.xlsx"))
    assert set(arms(read(Source(tmp_path / "two.xlsx", sheet="second"))[1])) == {("second", "A"), ("second", "C")}


def test_an_unknown_layout_names_the_nearest():
    with pytest.raises(InputError, match=r"--format: unknown layout, got 'cinma', .*did you mean 'cinema'\?"):
        layout_of("cinma")
