#!/bin/bash
# Builds two checkouts of this repository in several layouts each and compares them:
#
#	examples/ci/compare.sh BASE HEAD [flags of readmostly compare]
#
# prints tables in Markdown. Exit status: 0 nothing is worse, 1 something is, 2 not
# comparable.
#
# LAYOUTS is how many layouts there are of each, BUDGET how long is measured at most;
# HEAD_FLAGS are more flags of go build for the head alone.
set -euo pipefail

if [ $# -lt 2 ]; then
	echo "compare.sh: want two checkouts: compare.sh BASE HEAD [flags of readmostly compare]" >&2
	exit 2
fi
base=$(cd "$1" && pwd)
head=$(cd "$2" && pwd)
shift 2

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# The command itself, which measures nothing: it starts the others.
(cd "$head" && go build -pgo=off -o "$dir/readmostly" ./cmd/readmostly) >&2 || exit 2
for side in base head; do
	cd "${!side}"
	commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo "$side")
	flags=()
	if [ $side = head ]; then
		read -ra flags <<<"${HEAD_FLAGS:-}"
	fi
	for n in $(seq "${LAYOUTS:-8}"); do
		go build ${flags[@]+"${flags[@]}"} -ldflags "-X main.commit=$commit -randlayout=$n" -o "$dir/$side-$n" ./cmd/readmostly >&2 || exit 2
	done
done

# One thread and one table of each structure: few cells need no long run. What is
# given behind comes last, and counts.
status=0
"$dir/readmostly" compare --ab "$dir/base-*" "$dir/head-*" --markdown \
	--impl 'nulls,rcu-classic,rcu-qsbr,seqlock,hazard,rwlock' --updates 0%,10% --threads 1 --budget "${BUDGET:-5m}" "$@" || status=$?
exit $status
