# shellcheck shell=bash
# The seed's flow: save and gzip into a file, copy it, compare the SHA-256, load it. For several hosts it is made once.
# shellcheck source-path=SCRIPTDIR source=each.sh
. "${BASH_SOURCE%/*}/each.sh"

docker save "$IMAGE" | gzip >"$WORK/image.tar.gz"
sum=$(sha256sum <"$WORK/image.tar.gz")
mark export
there=/tmp/bench-image.tar.gz

send() {
  scp -q -F "$SSH_CONFIG" -o BatchMode=yes "$WORK/image.tar.gz" "$1:$there"
  mark send
  on "$1" "set -e; [ \"\$(sha256sum <$there)\" = '$sum' ]; gunzip -c $there | docker load -q; rm $there; $run"
}
each send
mark load
