# Stand-ins for the R packages: they take the arguments that the packages document and no others, check the data they
# are given, and say what they saw. A script that calls them wrongly stops.
library <- function(package) invisible(NULL)
arms <- function(data, events, n) {
  stopifnot(is.character(data$study), is.character(data$treatment), is.integer(data[[events]]), is.integer(data[[n]]))
  stopifnot(!anyNA(data), all(data[[events]] <= data[[n]]))
  cat("DATA", nrow(data), sum(data[[events]]), sum(data[[n]]), length(unique(data$study)), "\n")
}
contrasts_of <- function(data) {
  stopifnot(is.character(data$study), is.character(data$treatment), is.numeric(data$diff), is.numeric(data$std.err))
  first <- tapply(is.na(data$diff), data$study, sum)
  size <- tapply(data$diff, data$study, length)
  stopifnot(all(first == 1), !anyNA(data$std.err[!is.na(data$diff)]))
  stopifnot(all(is.na(data$std.err[is.na(data$diff)]) == (size[data$study[is.na(data$diff)]] == 2)))
  cat("CONTRASTS", nrow(data), length(unique(data$study)), "\n")
}
pairwise <- function(treat, event, n, studlab, data, sm) {
  for (column in list(substitute(treat), substitute(event), substitute(n), substitute(studlab))) {
    stopifnot(length(eval(column, data)) == nrow(data))
  }
  arms(data, "events", "n")
  cat("SM", sm, "\n")
  list(treatments = data$treatment)
}
netmeta <- function(TE, common, random, method.tau, reference.group, small.values) {
  stopifnot(is.logical(common), is.logical(random), common != random, reference.group %in% TE$treatments)
  stopifnot(small.values %in% c("desirable", "undesirable"))
  cat("NETMETA", random, reference.group, small.values, "\n")
}
netleague <- netrank <- decomp.design <- netsplit <- function(x) "shown"
mtc.network <- function(data.ab = NULL, treatments, description, data.re = NULL) {
  stopifnot(is.data.frame(treatments), all(grepl("^[a-zA-Z0-9_]*$", treatments$id)))
  data <- if (is.null(data.ab)) data.re else data.ab
  stopifnot(all(data$treatment %in% treatments$id))
  if (is.null(data.ab)) contrasts_of(data.re) else arms(data.ab, "responders", "sampleSize")
  treatments$id
}
mtc.hy.prior <- function(type, distr, ...) {
  stopifnot(type %in% c("std.dev", "var", "prec"), distr %in% c("dhnorm", "dunif", "dlnorm"))
  cat("HY", type, distr, format(c(...), digits = 12), "\n")
}
mtc.model <- function(network, type, linearModel, n.chain, likelihood, link, re.prior.sd, hy.prior = NULL) {
  stopifnot(linearModel %in% c("random", "fixed"), re.prior.sd > 0)
  force(hy.prior)
  cat("MTC", linearModel, likelihood, link, re.prior.sd, "\n")
  network
}
mtc.run <- function(model, n.adapt, n.iter, thin) list(samples = matrix(seq(-1, 1, length.out = 20), 10), ids = model)
gelman.diag <- function(x, multivariate) stopifnot(is.matrix(x), !multivariate)
relative.effect <- function(result, t1, preserve.extra) {
  stopifnot(t1 %in% result$ids, !preserve.extra)
  cat("AGAINST", t1, "\n")
  result
}
rank.probability <- function(result, preferredDirection) {
  stopifnot(preferredDirection %in% c(1, -1))
  cat("PREFERRED", preferredDirection, "\n")
  diag(2)
}
sucra <- function(ranks) apply(ranks, 1, sum)
set_agd_arm <- function(data, study, trt, r, n, trt_ref) {
  stopifnot(trt_ref %in% data$treatment, length(eval(substitute(r), data)) == nrow(data))
  arms(data, "events", "n")
  cat("REFERENCE", trt_ref, "\n")
}
set_agd_contrast <- function(data, study, trt, y, se, trt_ref) {
  stopifnot(trt_ref %in% data$treatment, length(eval(substitute(se), data)) == nrow(data))
  contrasts_of(data)
  cat("REFERENCE", trt_ref, "\n")
}
prior <- function(family, ...) cat("PRIOR", family, format(c(...), digits = 12), "\n")
normal <- function(location = 0, scale) prior("normal", location, scale)
half_normal <- function(scale) prior("half_normal", scale)
half_cauchy <- function(scale) prior("half_cauchy", scale)
log_normal <- function(location, scale) prior("log_normal", location, scale)
nma <- function(network, trt_effects, likelihood, link, prior_intercept = NULL, prior_trt, prior_het = NULL,
                prior_het_type = "sd", chains, warmup, iter, seed) {
  stopifnot(trt_effects %in% c("random", "fixed"), link %in% c("logit", "identity"), iter > warmup)
  force(prior_intercept); force(prior_trt); force(prior_het)
  cat("NMA", trt_effects, likelihood, link, prior_het_type, "\n")
}
relative_effects <- function(x, all_contrasts = FALSE) "shown"
posterior_rank_probs <- function(x, lower_better) "shown"
posterior_ranks <- function(x, lower_better) {
  cat("LOWER", lower_better, "\n")
  data.frame(parameter = c("rank[A]", "rank[B]"), mean = c(1.2, 1.8))
}
