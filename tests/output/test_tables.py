"""Tables are tidy, complete and safe to open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from output_sample import bare, many, results, with_sensitivity

from nma.output import decision_rows, tables

NAMES = set(
    [
        "relative_effects",
        "league",
        "ranking",
        "rank_probabilities",
        "trials",
        "trial_arms",
        "excluded",
        "sensitivity",
        "comparisons",
        "contribution_comparisons",
        "contribution_trials",
        "funnel",
        "without_data",
        "evidence_map",
        "evidence_map_treatments",
        "checklist",
        "trial_effects",
        "summary_of_findings",
        "risk_of_bias",
        "certainty",
        *decision_rows.TABLES,
    ]
)


def test_every_table_is_made_with_its_rows() -> None:
    made = with_sensitivity(results())
    found = tables.frames(made)
    assert set(found) == NAMES
    assert len(found["relative_effects"]) == 20
    assert found["league"].shape == (5, 6)
    assert len(found["rank_probabilities"]) == 25
    assert len(found["trials"]) == 20
    assert len(found["trial_arms"]) == made["evidence"]["arms"]
    assert found["trial_arms"]["events"].sum() == made["evidence"]["events"]


def test_the_league_is_the_effects_in_a_square() -> None:
    made = results()
    league = tables.frames(made)["league"].set_index("treatment")
    for row in made["relative_effects"]:
        assert league.loc[row["treatment"], f"vs {row['versus']}"] == row["median"]


def test_the_ranking_says_which_way_is_up() -> None:
    assert set(tables.frames(results())["ranking"]["direction"]) == {
        "higher is better: more people in competitive work is better"
    }


def test_sensitivity_has_the_primary_first_and_a_row_for_a_set_that_failed() -> None:
    frame = tables.frames(with_sensitivity(results()))["sensitivity"]
    assert frame["set"].iloc[0] == "primary"
    failed = frame[frame["set"] == "no-pco"]
    assert len(failed) == 1
    assert failed["error"].item() == "the trials do not form one connected network"


def test_numbers_come_back_from_disk_as_they_were(tmp_path: Path) -> None:
    made = results({"PCO": 0.0, "SE": 0.15, "TE": -0.03}, sd=0.03, tau=0.05, measure="RD")
    tables.write(made, tmp_path)
    back = pd.read_csv(tmp_path / "relative_effects.csv")
    assert back["median"].tolist() == pytest.approx([row["median"] for row in made["relative_effects"]], abs=1e-12)
    assert (back["median"] < 0).any()
    assert back["mean_log"].isna().all()


@pytest.mark.parametrize(
    "label", ["=SUM(A1)", "+1", "-2+3", "@x", "\t=1", "\r=1", " =1", "＝1", "=HYPERLINK(\"x\",'y')", "-"]
)
def test_text_cannot_be_a_formula_anywhere(tmp_path: Path, label: str) -> None:
    made = results()
    made["evidence"]["trials"][0] |= {"label": label, "source": label, "doubts": [label], "country": label}
    made["evidence"]["trials"][0]["arms"][0]["label"] = label
    made["evidence"]["excluded"][0]["reason"] = label
    tables.write(made, tmp_path)
    for path in tmp_path.iterdir():
        back = pd.read_csv(path, dtype=str, keep_default_na=False)
        for cell in [*back.columns, *back.to_numpy().ravel()]:
            if not _is_number(cell):
                assert not cell.strip().startswith(("=", "+", "-", "@", "＝")), (path.name, cell)
    assert pd.read_csv(tmp_path / "excluded.csv", keep_default_na=False)["reason"][0] == f"'{label.strip()}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_heads_are_guarded_and_numbers_are_not() -> None:
    made = tables.safe(pd.DataFrame({"=A": [-1.5, 2.0], "text": ["-1.5", "plain"]}))
    assert made.columns.tolist() == ["'=A", "text"]
    assert made["'=A"].tolist() == [-1.5, 2.0]
    assert made["text"].tolist() == ["'-1.5", "plain"]


def test_ids_of_treatments_are_guarded_too(tmp_path: Path) -> None:
    made = results({"=A": 0.0, "@B": 0.3})
    tables.write(made, tmp_path)
    back = pd.read_csv(tmp_path / "league.csv")
    assert back["treatment"].tolist() == ["'@B", "'=A"]


@pytest.mark.parametrize("make", [lambda: bare(results({"PCO": 0.0, "SE": 0.2}, tau=None)), lambda: many(20)])
def test_tables_of_any_network_have_their_heads(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    tables.write(make(), tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == NAMES
    assert all(len(path.read_text(encoding="utf-8").splitlines()[0]) > 5 for path in tmp_path.iterdir())
