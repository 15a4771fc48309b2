"""Files that the commands leave in a result folder, when the stand-in of tests/cli writes them."""

REPORT = {"results.json", "report.html", "posterior.nc", "tables/ranking.csv", "figures/forest.svg"}
PAGE = {
    "inconsistency.json",
    "inconsistency.html",
    "tables/inconsistency_loops.csv",
    "figures/inconsistency-loops.svg",
}
OURS = REPORT | PAGE
