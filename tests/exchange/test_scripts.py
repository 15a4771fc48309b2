"""R scripts: R's own parser reads them, their data are the evidence, and every call has arguments that exist.

The packages themselves are not needed: ``stubs.R`` stands in for them, with the arguments that they document.
"""

import re
import shutil
import subprocess
from pathlib import Path
from statistics import NormalDist

import pandas as pd
import pytest

import nma
from nma.errors import OutputError
from nma.evidence import contrast_table, select
from nma.exchange import rcode
from nma.exchange.rpriors import GEMTC, MULTINMA
from nma.exchange.scripts import SCRIPTS, save_script, script_for
from nma.vocab import Effects, Family, RPackage, ZeroCells

QUARTILE = NormalDist().inv_cdf(0.75)
EXPECTED = {
    (RPackage.GEMTC, "half-normal"): ("HY std.dev dhnorm", [0, 1 / 0.5**2]),
    (RPackage.GEMTC, "uniform"): ("HY std.dev dunif", [0, 2]),
    (RPackage.GEMTC, "half-cauchy"): ("HY std.dev dhnorm", [0, (QUARTILE / 0.5) ** 2]),
    (RPackage.GEMTC, "log-normal on variance"): ("HY var dlnorm", [-2.56, 1 / 1.74**2]),
    (RPackage.GEMTC, "log-normal on sd"): ("HY std.dev dlnorm", [-1.28, 1 / 0.87**2]),
    (RPackage.MULTINMA, "half-normal"): ("PRIOR half_normal", [0.5]),
    (RPackage.MULTINMA, "half-cauchy"): ("PRIOR half_cauchy", [0.5]),
    (RPackage.MULTINMA, "uniform"): ("PRIOR half_normal", [1 / QUARTILE]),
    (RPackage.MULTINMA, "log-normal on variance"): ("PRIOR log_normal", [-2.56, 1.74]),
    (RPackage.MULTINMA, "log-normal on sd"): ("PRIOR log_normal", [-1.28, 0.87]),
}
"""What each package is told of a prior: JAGS takes precisions; the median of a half-normal is scale times quartile."""
STUBS = Path(__file__).parent / "stubs.R"
NORMAL = {"family": "normal", "scale": 10}
PRIORS = {
    "half-normal": {"family": "half-normal", "scale": 0.5},
    "half-cauchy": {"family": "half-cauchy", "scale": 0.5},
    "uniform": {"family": "uniform", "upper": 2},
    "log-normal on variance": {"family": "log-normal", "mean": -2.56, "sd": 1.74, "on": "variance"},
    "log-normal on sd": {"family": "log-normal", "mean": -1.28, "sd": 0.87, "on": "sd"},
}


def rscript(*arguments, folder=None):
    """Run R; a machine without it fails the test by name."""
    found = shutil.which("Rscript")
    if found is None:
        pytest.fail("Rscript is missing: install R (Debian: apt-get install r-base-core) to check the scripts for R")
    command = [found, "--vanilla", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, cwd=folder, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ran(evidence, package, tmp_path):
    """What the stand-ins saw of a script that was run."""
    _, path = save_script(evidence, package, tmp_path, force=True)
    code = f"source({rcode.quoted(str(STUBS))}); source({rcode.quoted(path.name)}, echo = FALSE)"
    return [line.strip() for line in rscript("-e", code, folder=tmp_path).splitlines()]


@pytest.fixture(scope="module")
def evidence(project):
    return select(project.registry, project.analysis("long-term"))


def test_r_reads_every_script_of_the_review(project, tmp_path):
    paths = [
        path
        for name in project.specifications()
        for package in RPackage
        for path in save_script(select(project.registry, project.analysis(name)), package, tmp_path, force=False)
    ]
    scripts = [path.name for path in paths if path.suffix == ".R"]
    assert len(scripts) == 3 * len(project.specifications())
    read = 'for (f in list.files(pattern = "[.]R$")) { parse(f); cat("read", f, "\\n") }'
    assert sorted(rscript("-e", read, folder=tmp_path).split()[1::2]) == sorted(scripts)


def test_r_refuses_what_is_no_script(tmp_path):
    (tmp_path / "x.R").write_text("print(1\n")
    with pytest.raises(AssertionError, match="unexpected end of input"):
        rscript("-e", 'parse("x.R")', folder=tmp_path)


def test_a_missing_r_fails_and_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(pytest.fail.Exception, match="Rscript is missing"):
        rscript("-e", "1")


def test_netmeta_is_given_the_analysis(evidence, tmp_path):
    seen = ran(evidence, RPackage.NETMETA, tmp_path)
    events = sum(arm.events for trial in evidence.trials for arm in trial.arms)
    arms = sum(len(trial.arms) for trial in evidence.trials)
    assert f"DATA {arms} {events} {evidence.participants} {len(evidence.trials)}" in seen
    assert "SM RR" in seen
    assert "NETMETA TRUE PCO undesirable" in seen


def test_gemtc_is_given_the_analysis(evidence, tmp_path):
    seen = ran(evidence, RPackage.GEMTC, tmp_path)
    assert "HY std.dev dhnorm 0 4" in seen
    assert "MTC random binom log 10" in seen
    assert "AGAINST PCO" in seen
    assert "PREFERRED 1" in seen


def test_multinma_is_given_contrasts_where_it_has_no_log_link(evidence, tmp_path):
    seen = ran(evidence, RPackage.MULTINMA, tmp_path)
    assert any(line.startswith("CONTRASTS") for line in seen)
    assert "PRIOR normal  0 10" in seen or "PRIOR normal 0 10" in [" ".join(line.split()) for line in seen]
    assert "PRIOR half_normal 0.5" in seen
    assert "NMA random normal identity sd" in seen
    assert "LOWER FALSE" in seen
    assert "multinma has no log link" in re.sub(r"\n#\s+", " ", script_for(evidence, RPackage.MULTINMA).text)


@pytest.fixture
def small(analysis, triangle):
    def build(frame=triangle, **changes):
        return nma.Evidence.from_frame(frame, analysis(**changes))

    return build


@pytest.mark.parametrize("package", RPackage)
@pytest.mark.parametrize("prior", PRIORS)
def test_every_heterogeneity_prior_runs(small, tmp_path, package, prior):
    evidence = small(priors={"effects": NORMAL, "heterogeneity": PRIORS[prior]}, better="lower")
    seen = [" ".join(line.split()) for line in ran(evidence, package, tmp_path)]
    if package is RPackage.NETMETA:
        assert "NETMETA TRUE A desirable" in seen
    else:
        words, numbers = EXPECTED[package, prior]
        line = next(line for line in seen if line.startswith(words))
        assert [float(number) for number in line.removeprefix(words).split()] == pytest.approx(numbers, rel=1e-7)
    text = script_for(evidence, package).text
    stands_in = {(RPackage.GEMTC, "half-cauchy"), (RPackage.MULTINMA, "uniform")}
    if package is RPackage.MULTINMA:
        assert f"NMA random binomial logit {'var' if 'variance' in prior else 'sd'}" in seen
    assert ("same median" in re.sub(r"\n#\s+", " ", text)) is ((package, prior) in stands_in)


@pytest.mark.parametrize("package", RPackage)
def test_common_effects_have_no_heterogeneity(small, tmp_path, package):
    evidence = small(effects="common", priors={"effects": NORMAL})
    seen = ran(evidence, package, tmp_path)
    words = {
        "netmeta": "NETMETA FALSE A undesirable",
        "gemtc": "MTC fixed binom logit 10",
        "multinma": "NMA fixed binomial logit sd",
    }
    assert words[package] in seen
    assert not any(line.startswith("HY") for line in seen)


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("package", RPackage)
def test_contrast_level_analyses_run(small, tmp_path, package, measure):
    prior = {"effects": NORMAL, "heterogeneity": PRIORS["half-normal"]}
    evidence = small(likelihood="normal", link="identity", measure=measure, priors=prior)
    seen = ran(evidence, package, tmp_path)
    if package is RPackage.NETMETA:
        assert f"SM {measure}" in seen
    else:
        assert "CONTRASTS 9 4" in seen
    text = script_for(evidence, package).text
    assert ("print(exp(limits))" in text) is (package is RPackage.GEMTC and measure != "RD")


def test_contrasts_beside_a_script_are_those_of_the_extract(small):
    evidence = small(
        likelihood="normal",
        link="identity",
        measure="RR",
        priors={"effects": NORMAL, "heterogeneity": PRIORS["uniform"]},
    )
    lines = script_for(evidence, RPackage.GEMTC).data.decode().splitlines()[1:]
    table = contrast_table(evidence)
    rows = [line.split(",") for line in lines]
    for study, treatment, diff, error in rows:
        if diff != "NA":
            first = next(row[1] for row in rows if row[0] == study and row[2] == "NA")
            row = table[(table.study == study) & (table.treatment == treatment) & (table.versus == first)].iloc[0]
            assert (float(diff), float(error)) == pytest.approx((row.estimate, row.se), rel=1e-14)
    covariance = {row[0]: float(row[3]) ** 2 for row in rows if row[2] == "NA" and row[3] != "NA"}
    shared = table[(table.study == "t4") & (table.versus == "A")].shared_variance.unique()
    assert covariance == {"t4": pytest.approx(shared[0])}


NAMES = ['"); system("touch owned"); c("', "a\\", "é\n# x", "NA", "1 tPA", "SK + t-PA", "'=1+1"]


@pytest.mark.parametrize("package", RPackage)
def test_names_cannot_become_code(small, tmp_path, package):
    names = [name for name in NAMES if name.isprintable() and name != "NA"]
    rows = [(f"trial {i} =x", name, 3 + i, 20) for i in range(2) for name in names]
    evidence = small(
        pd.DataFrame(rows, columns=["study", "treatment", "events", "n"]), reference=names[0], outcome='x" #\\'
    )
    ran(evidence, package, tmp_path)
    assert not (tmp_path / "owned").exists()
    text = script_for(evidence, package).text
    assert 'T1 = "\\"); system(\\"touch owned\\"); c(\\""' in text
    assert 'S1 = "trial 0 =x"' in text
    assert script_for(evidence, package).data.decode().splitlines()[1].startswith("S1,T1,")


def test_a_name_is_the_same_text_in_r():
    texts = ["plain", 'a "b"', "back\\slash", "é – ü", "日本", "😀", "tab\there"]
    code = "; ".join(f"cat(utf8ToInt(enc2utf8({rcode.quoted(text)})), sep = ' '); cat('\\n')" for text in texts)
    assert [list(map(int, line.split())) for line in rscript("-e", code).splitlines()] == [
        [*map(ord, t)] for t in texts
    ]


def test_tables_are_complete():
    assert set(SCRIPTS) == set(RPackage)
    of_spread = {family for family in Family if family is not Family.NORMAL}
    assert set(GEMTC) == set(MULTINMA) == of_spread
    from nma.exchange.rnetmeta import ZERO_CELLS

    assert set(ZERO_CELLS) == set(ZeroCells)
    assert {Effects.RANDOM, Effects.COMMON} == set(Effects)


def test_every_script_says_where_the_package_differs(evidence):
    for package in RPackage:
        text = script_for(evidence, package).text
        assert "# Where this differs from the analysis it came from:" in text
        assert "higher is better" in text
        assert max(map(len, text.splitlines())) <= 120


def test_a_risk_that_turns_odds_ratios_is_said(small):
    evidence = small(measure="RR", baseline_risk={"risk": 0.2, "source": "x"})
    text = script_for(evidence, RPackage.NETMETA).text
    assert "The analysis turns odds ratios into RR at a risk of 0.2" in text
    assert 'sm = "OR"' in text


def test_data_without_their_script_do_not_stay(evidence, tmp_path):
    (tmp_path / "long-term-gemtc.R").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        save_script(evidence, RPackage.GEMTC, tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["long-term-gemtc.R"]


def test_the_command_writes_both_files_and_replaces_nothing(review, tmp_path):
    start = ("export", "main", "--format", "gemtc", "--script", "--out", tmp_path / "r")
    code, lines, errors = review.run(*start)
    assert (code, errors) == (0, [])
    assert lines == [f"Written: {tmp_path / 'r' / name}" for name in ("main-gemtc.csv", "main-gemtc.R")]
    assert len(review.run(*start)[2]) == 2
    assert review.run(*start, "--force")[0] == 0
    code, _, errors = review.run("export", "main", "--format", "stan", "--script", "--out", tmp_path / "r")
    assert errors[0].startswith("--format: no R package that scripts are written for, got 'stan', allowed: netmeta")
