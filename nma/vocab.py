"""The closed vocabulary: every word a study file or a specification may use where only some words have a meaning."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """How a count came to be known, best first."""

    STATED = "stated"
    DERIVED = "derived"
    RECONSTRUCTED = "reconstructed"
    ASSUMED = "arm sizes assumed"
    RECALLED = "recalled"


class YesNoUnclear(StrEnum):
    """A judgement about a trial's population."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class YesNo(StrEnum):
    """A plain decision (YAML 1.2 keeps yes and no as words)."""

    YES = "yes"
    NO = "no"


class Timing(StrEnum):
    """What the events count: ever during follow-up, within a period, or at one moment."""

    CUMULATIVE = "cumulative"
    PERIOD = "period"
    POINT_PREVALENCE = "point prevalence"
    UNCLEAR = "unclear"


class Risk(StrEnum):
    """Judgement of one risk-of-bias domain."""

    LOW = "low"
    UNCLEAR = "unclear"
    HIGH = "high"
    NOT_ASSESSED = "not assessed"


class ExtractionStatus(StrEnum):
    """How far the extraction of a trial has come."""

    AWAITING_DATA = "awaiting data"
    ONE_READER = "one reader"
    TWO_READERS = "two readers"


class Reader(StrEnum):
    """Who extracted."""

    FIRST = "first"
    SECOND = "second"


class Agreement(StrEnum):
    """What the second reader says of the first reading."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_READ = "not in the first reading"


class Better(StrEnum):
    """Which way is up."""

    HIGHER = "higher"
    LOWER = "lower"


class Measure(StrEnum):
    """The relative effect that is reported."""

    RR = "RR"
    OR = "OR"
    RD = "RD"


class Likelihood(StrEnum):
    """The distribution of the data: arm counts, or contrasts with their covariance."""

    BINOMIAL = "binomial"
    NORMAL = "normal"


class Link(StrEnum):
    """The scale on which treatment effects add up."""

    LOG = "log"
    LOGIT = "logit"
    IDENTITY = "identity"


class Effects(StrEnum):
    """Whether true effects differ between trials of one comparison."""

    RANDOM = "random"
    COMMON = "common"


class Family(StrEnum):
    """Prior families."""

    NORMAL = "normal"
    HALF_NORMAL = "half-normal"
    HALF_CAUCHY = "half-cauchy"
    UNIFORM = "uniform"
    LOG_NORMAL = "log-normal"


class PriorOn(StrEnum):
    """The quantity a log-normal heterogeneity prior is stated for."""

    SD = "sd"
    VARIANCE = "variance"


class NodeLevel(StrEnum):
    """Whether arms are grouped by node or by subgroup node."""

    MAIN = "main"
    SUBGROUP = "subgroup"


class TimePoint(StrEnum):
    """Which record of a trial is taken when several lie in the follow-up window."""

    EARLIEST = "earliest"
    LATEST = "latest"


class RiskOfBiasRule(StrEnum):
    """Whether trials are left out for their risk of bias."""

    ANY = "any"
    NO_HIGH = "no high"


class ZeroCells(StrEnum):
    """What the contrast-level likelihood does with a trial that has an arm without events or without non-events."""

    HALF_IN_EVERY_ARM = "half in every arm"
    HALF_IN_ZERO_ARMS = "half in zero arms"
    REFUSE = "refuse"


class MeanModel(StrEnum):
    """How the expected effects of a trial follow from the parameters."""

    CONSISTENCY = "consistency"
    SPLIT = "split"
    UNRELATED = "unrelated means"
    DESIGNS = "design by treatment"


class MultiArm(StrEnum):
    """How the split of a comparison treats trials that hold both its treatments and others.

    Symmetric (White 2015): the two arms shift by half the difference each. Baseline (Dias 2010): the arm that comes
    later in the order of the treatments takes the whole shift. Separate (gemtc): the trial is taken apart into the two
    arms and the rest.
    """

    SYMMETRIC = "symmetric"
    BASELINE = "baseline"
    SEPARATE = "separate"


class FlowPaths(StrEnum):
    """How a flow of evidence is taken apart into paths: the shortest first, or as a random walk goes."""

    SHORTEST = "shortest path"
    RANDOM_WALK = "random walk"


class Engine(StrEnum):
    """How the posterior is computed: by a sampler (PyMC), or by quadrature and importance sampling."""

    NUTS = "nuts"
    EXACT = "exact"


class Sweep(StrEnum):
    """What is changed, fit by fit, to see how firm a ranking is."""

    TRIALS = "trials"
    COMPARISONS = "comparisons"
    SETS = "sets"
    PRIORS = "priors"
    WINDOW = "window"
    NEW_TRIAL = "new-trial"
    THRESHOLD = "threshold"


class TruthFrom(StrEnum):
    """Where the truth of a simulated network comes from."""

    STATED = "stated"
    PRIOR = "prior"


class ExchangeFormat(StrEnum):
    """A layout in which another program keeps the counts of trials."""

    METAINSIGHT_LONG = "metainsight-long"
    METAINSIGHT_WIDE = "metainsight-wide"
    BUGSNET = "bugsnet"
    NETMETA = "netmeta"
    GEMTC = "gemtc"
    GEMTC_JSON = "gemtc-json"
    CINEMA = "cinema"
    STATA = "stata"
    REVMAN5 = "revman5"
    REVMAN = "revman"


class RPackage(StrEnum):
    """An R package for which an analysis can be written as a script."""

    NETMETA = "netmeta"
    GEMTC = "gemtc"
    MULTINMA = "multinma"


class Form(StrEnum):
    """What a report is written as beside HTML."""

    PDF = "pdf"
    MARKDOWN = "markdown"
    DOCX = "docx"
