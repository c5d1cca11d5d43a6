# shellcheck shell=bash
# The least that any push by an archive costs: the host's own `docker load` of FILE, which is on the host, in its page cache.
# shellcheck source-path=SCRIPTDIR source=each.sh
. "${BASH_SOURCE%/*}/each.sh"

load() {
  on "$1" "docker load -q -i $FILE"
  mark load
  on "$1" "$run"
}
each load
mark start
