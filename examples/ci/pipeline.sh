#!/bin/sh
# The jobs of a pipeline, each of which may run on a machine of its own: nothing is kept between them but plan.json.
#
#   pipeline.sh validate | plan | apply | drift | destroy
#
# KEELSON    the command (default: npx keelson)
# PLATFORMS  the directory of the manifests (default: platforms, beside this script)
# TIMEOUT    how long apply waits for a cluster (default: 20m)
# CONFIRM    destroy wants the name of the directory
#
# KUBECONFIG, or --local in KEELSON_FLAGS, says where; KEELSON_FLAGS is added to each command.
# Exit codes are those of keelson: 2 there is a difference, 4 a person has to decide, 5 another run has the lock, 7 stale plan.
set -eu

here=$(dirname "$0")
platforms=${PLATFORMS:-$here/platforms}

keelson() {
  # Several words each, on purpose.
  # shellcheck disable=SC2086
  ${KEELSON:-npx keelson} "$@" ${KEELSON_FLAGS:-}
}

# Mistakes: file, line, field, what to do.
validate() {
  keelson validate -f "$platforms"
}

# plan.json is for apply, plan.md for whoever reads the change.
plan() {
  keelson plan -f "$platforms" --out plan.json -o md >plan.md
  cat plan.md
}

# The plan that was read, or one of its own where there is none.
apply() {
  if [ -f plan.json ]; then keelson apply plan.json
  else keelson apply -f "$platforms" --auto-approve; fi
  keelson wait -f "$platforms" --timeout "${TIMEOUT:-20m}"
}

# What somebody has changed by hand, in drift.md; exit 2 when there is something.
drift() {
  code=0
  keelson drift -f "$platforms" --detailed-exitcode -o md >drift.md || code=$?
  cat drift.md
  return "$code"
}

destroy() {
  if [ "${CONFIRM:-}" != "$(basename "$platforms")" ]; then
    echo "error: nothing was destroyed; say so with CONFIRM=$(basename "$platforms")" >&2
    return 64
  fi
  keelson destroy -f "$platforms" --auto-approve
}

case ${1:-} in
validate | plan | apply | drift | destroy) "$1" ;;
*)
  echo "error: which job? $0 validate | plan | apply | drift | destroy" >&2
  exit 64
  ;;
esac
