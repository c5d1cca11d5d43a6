# shellcheck shell=bash
# tagboat as an operator without a terminal uses it. Its lines stay in WORK/events.
# shellcheck source-path=SCRIPTDIR source=each.sh
. "${BASH_SOURCE%/*}/each.sh"

options=()
for host in $HOSTS; do options+=(--host "$host"); done
"$TAGBOAT" push "$IMAGE" "${options[@]}" --yes --json >"$WORK/events"
mark push

start() { on "$1" "$run"; }
each start
mark start
