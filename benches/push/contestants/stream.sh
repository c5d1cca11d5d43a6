# shellcheck shell=bash
# One line of shell: save, zstd, ssh, load. For several hosts it is saved and compressed once; the slowest sets the pace.
# shellcheck source-path=SCRIPTDIR source=each.sh
. "${BASH_SOURCE%/*}/each.sh"

take() {
  on "$1" "set -o pipefail; zstd -dcq | docker load -q && $run"
}

read -ra all <<<"$HOSTS"
if [ ${#all[@]} = 1 ]; then
  docker save "$IMAGE" | zstd -q -T0 | take "${all[0]}"
else
  for host in "${all[@]}"; do mkfifo "$WORK/$host"; done
  docker save "$IMAGE" | zstd -q -T0 | tee "${all[@]/#/$WORK/}" >/dev/null &
  from() { take "$1" <"$WORK/$1"; }
  each from
  wait $!
fi
mark load
