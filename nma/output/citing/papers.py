"""The papers and programs that the methods section of a run may cite."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication, with names as in ``Salanti G``.

    Attributes
    ----------
    key : str
        Name in the BibTeX file.
    authors : str
        Family name and initials of each author, parted by commas; ``et al`` at the end for those not listed. A name in
        braces is that of a group.
    year : int or None
    title, journal : str
        As printed; the journal in its usual abbreviation, empty for what is in none.
    place : str
        Volume, issue and pages, as in ``64(2):163-171``.
    doi, url : str
        Empty where there is none.
    """

    key: str
    authors: str
    year: int | None
    title: str
    journal: str = ""
    place: str = ""
    doi: str = ""
    url: str = ""
    note: str = ""
    """Such as a version, or a number in PubMed."""

    @property
    def names(self) -> tuple[str, ...]:
        """The authors that are listed."""
        return tuple(name for name in self.authors.split(", ") if name != "et al")

    @property
    def has_more(self) -> bool:
        """Whether there are authors that are not listed."""
        return self.authors.endswith("et al")


_LISTED = (
    Paper(
        "hutton-2015",
        "Hutton B, Salanti G, Caldwell DM, Chaimani A, Schmid CH, Cameron C, et al",
        2015,
        "The PRISMA extension statement for reporting of systematic reviews incorporating network meta-analyses of "
        "health care interventions: checklist and explanations",
        "Ann Intern Med",
        "162(11):777-784",
        "10.7326/M14-2385",
    ),
    Paper(
        "lu-2004",
        "Lu G, Ades AE",
        2004,
        "Combination of direct and indirect evidence in mixed treatment comparisons",
        "Stat Med",
        "23(20):3105-3124",
        "10.1002/sim.1875",
    ),
    Paper(
        "dias-2013",
        "Dias S, Sutton AJ, Ades AE, Welton NJ",
        2013,
        "Evidence synthesis for decision making 2: a generalized linear modeling framework for pairwise and network "
        "meta-analysis of randomized controlled trials",
        "Med Decis Making",
        "33(5):607-617",
        "10.1177/0272989X12458724",
    ),
    Paper(
        "dias-2013-baseline",
        "Dias S, Welton NJ, Sutton AJ, Ades AE",
        2013,
        "Evidence synthesis for decision making 5: the baseline natural history model",
        "Med Decis Making",
        "33(5):657-670",
        "10.1177/0272989X13485155",
    ),
    Paper(
        "higgins-2009",
        "Higgins JPT, Thompson SG, Spiegelhalter DJ",
        2009,
        "A re-evaluation of random-effects meta-analysis",
        "J R Stat Soc Ser A Stat Soc",
        "172(1):137-159",
        "10.1111/j.1467-985X.2008.00552.x",
    ),
    Paper(
        "higgins-2002",
        "Higgins JPT, Thompson SG",
        2002,
        "Quantifying heterogeneity in a meta-analysis",
        "Stat Med",
        "21(11):1539-1558",
        "10.1002/sim.1186",
    ),
    Paper(
        "higgins-2011",
        "Higgins JPT, Altman DG, Gøtzsche PC, Jüni P, Moher D, Oxman AD, et al",
        2011,
        "The Cochrane Collaboration's tool for assessing risk of bias in randomised trials",
        "BMJ",
        "343:d5928",
        "10.1136/bmj.d5928",
    ),
    Paper(
        "hoffman-2014",
        "Hoffman MD, Gelman A",
        2014,
        "The No-U-Turn sampler: adaptively setting path lengths in Hamiltonian Monte Carlo",
        "J Mach Learn Res",
        "15:1593-1623",
    ),
    Paper(
        "abril-pla-2023",
        "Abril-Pla O, Andreani V, Carroll C, Dong L, Fonnesbeck CJ, Kochurov M, Kumar R, Lao J, Luhmann CC, Martin OA, "
        "Osthege M, Vieira R, Wiecki T, Zinkov R",
        2023,
        "PyMC: a modern, and comprehensive probabilistic programming framework in Python",
        "PeerJ Comput Sci",
        "9:e1516",
        "10.7717/peerj-cs.1516",
    ),
    Paper(
        "nutpie",
        "{PyMC Developers}",
        None,
        "nutpie: a fast sampler for Bayesian posteriors",
        url="https://github.com/pymc-devs/nutpie",
    ),
    Paper(
        "vehtari-2021",
        "Vehtari A, Gelman A, Simpson D, Carpenter B, Bürkner PC",
        2021,
        "Rank-normalization, folding, and localization: an improved R̂ for assessing convergence of MCMC",
        "Bayesian Anal",
        "16(2):667-718",
        "10.1214/20-BA1221",
    ),
    Paper(
        "vehtari-2024",
        "Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J",
        2024,
        "Pareto smoothed importance sampling",
        "J Mach Learn Res",
        "25(72):1-58",
    ),
    Paper(
        "salanti-2011",
        "Salanti G, Ades AE, Ioannidis JPA",
        2011,
        "Graphical methods and numerical summaries for presenting results from multiple-treatment meta-analysis: an "
        "overview and tutorial",
        "J Clin Epidemiol",
        "64(2):163-171",
        "10.1016/j.jclinepi.2010.03.016",
    ),
    Paper(
        "higgins-2012",
        "Higgins JPT, Jackson D, Barrett JK, Lu G, Ades AE, White IR",
        2012,
        "Consistency and inconsistency in network meta-analysis: concepts and models for multi-arm studies",
        "Res Synth Methods",
        "3(2):98-110",
        "10.1002/jrsm.1044",
    ),
    Paper(
        "white-2012",
        "White IR, Barrett JK, Jackson D, Higgins JPT",
        2012,
        "Consistency and inconsistency in network meta-analysis: model estimation using multivariate meta-regression",
        "Res Synth Methods",
        "3(2):111-125",
        "10.1002/jrsm.1045",
    ),
    Paper(
        "chaimani-2013",
        "Chaimani A, Higgins JPT, Mavridis D, Spyridonos P, Salanti G",
        2013,
        "Graphical tools for network meta-analysis in STATA",
        "PLoS One",
        "8(10):e76654",
        "10.1371/journal.pone.0076654",
    ),
    Paper(
        "chaimani-2012",
        "Chaimani A, Salanti G",
        2012,
        "Using network meta-analysis to evaluate the existence of small-study effects in a network of interventions",
        "Res Synth Methods",
        "3(2):161-176",
        "10.1002/jrsm.57",
    ),
    Paper(
        "egger-1997",
        "Egger M, Davey Smith G, Schneider M, Minder C",
        1997,
        "Bias in meta-analysis detected by a simple, graphical test",
        "BMJ",
        "315(7109):629-634",
        "10.1136/bmj.315.7109.629",
    ),
    Paper(
        "altman-1998",
        "Altman DG",
        1998,
        "Confidence intervals for the number needed to treat",
        "BMJ",
        "317(7168):1309-1312",
        "10.1136/bmj.317.7168.1309",
    ),
    Paper(
        "wigle-2025",
        "Wigle A, Béliveau A, Salanti G, Rücker G, Schwarzer G, Mavridis D, Nikolakopoulou A",
        2025,
        "Precision of treatment hierarchy: a metric for quantifying certainty in treatment hierarchies from network "
        "meta-analysis",
        "arXiv",
        "2501.11596",
        "10.48550/arXiv.2501.11596",
    ),
    Paper(
        "papakonstantinou-2022",
        "Papakonstantinou T, Salanti G, Mavridis D, Rücker G, Schwarzer G, Nikolakopoulou A",
        2022,
        "Answering complex hierarchy questions in network meta-analysis",
        "BMC Med Res Methodol",
        "22:47",
        "10.1186/s12874-021-01488-3",
    ),
    Paper(
        "papakonstantinou-2018",
        "Papakonstantinou T, Nikolakopoulou A, Rücker G, Chaimani A, Schwarzer G, Egger M, Salanti G",
        2018,
        "Estimating the contribution of studies in network meta-analysis: paths, flows and streams",
        "F1000Research",
        "7:610",
        "10.12688/f1000research.14770.3",
    ),
    Paper(
        "davies-2022",
        "Davies AL, Papakonstantinou T, Nikolakopoulou A, Rücker G, Galla T",
        2022,
        "Network meta-analysis and random walks",
        "Stat Med",
        "41(12):2091-2114",
        "10.1002/sim.9346",
    ),
    Paper(
        "nikolakopoulou-2020",
        "Nikolakopoulou A, Higgins JPT, Papakonstantinou T, Chaimani A, Del Giovane C, Egger M, Salanti G",
        2020,
        "CINeMA: an approach for assessing confidence in the results of a network meta-analysis",
        "PLoS Med",
        "17(4):e1003082",
        "10.1371/journal.pmed.1003082",
    ),
    Paper(
        "santesso-2020",
        "Santesso N, Glenton C, Dahm P, Garner P, Akl EA, Alper B, et al",
        2020,
        "GRADE guidelines 26: informative statements to communicate the findings of systematic reviews of "
        "interventions",
        "J Clin Epidemiol",
        "119:126-135",
        "10.1016/j.jclinepi.2019.10.014",
    ),
    Paper("nma", "{The nma toolkit authors}", 2026, "nma: network meta-analysis from a study registry to a report"),
)
PAPERS = {paper.key: paper for paper in _LISTED}
"""Everything that can be cited, by key; versions of programs are added from the run."""
