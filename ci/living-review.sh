#!/usr/bin/env bash
# Checks a review, runs each analysis, and compares it with what the base branch gives.
#
#   ci/living-review.sh BASE [OUT]
#
# BASE is a branch, tag or commit; compared is with the commit where this branch left it, so that its history is needed.
# OUT (default out/living-review) gets a folder for each analysis, a page compare-NAME/compare.html, and summary.md.
# ENGINE=nuts samples with PyMC (minutes) instead of the exact engine (seconds). Exit code 1 where anything failed.
set -euo pipefail

base=$(git merge-base "${1:?usage: ci/living-review.sh BASE [OUT]}" HEAD)
out=${2:-out/living-review}
engine=${ENGINE:-exact}
failed=0

mkdir -p "$out"
: > "$out/summary.md"
nma check

for file in models/*.yaml; do
  model=$(basename "$file" .yaml)
  printf '## %s\n\n' "$model" >> "$out/summary.md"
  if ! nma run "$model" --engine "$engine" --out "$out/$model"; then
    printf 'This analysis could not be run.\n\n' >> "$out/summary.md"
    failed=1
  elif ! git cat-file -e "$base:./$file" 2> /dev/null; then
    printf 'A new analysis: there is nothing to compare it with.\n\n' >> "$out/summary.md"
  elif ! nma compare "$base" "$out/$model" --model "$model" --out "$out/compare-$model" > "$out/said.txt"; then
    printf 'This analysis could not be compared with the base branch.\n\n' >> "$out/summary.md"
    failed=1
  else
    sed -e '/^Page: /d' -e 's/^/- /' "$out/said.txt" >> "$out/summary.md"
    printf '\n' >> "$out/summary.md"
  fi
done

rm -f "$out/said.txt"
cat "$out/summary.md"
exit "$failed"
