# shellcheck shell=bash
# skopeo reads the image from the source engine and writes it to a registry here; the host pulls it over a tunnel.
# What skopeo remembers of the blobs that it has seen is in SKOPEO_CACHE: the harness brings it back to what it was.
# shellcheck source-path=SCRIPTDIR source=each.sh
. "${BASH_SOURCE%/*}/each.sh"

there=$REGISTRY/skopeo/$IMAGE
# shellcheck disable=SC2016
unshare --mount sh -euc '
  mkdir -p /var/lib/containers/cache
  mount --bind "$1" /var/lib/containers/cache
  exec skopeo copy --quiet --insecure-policy --src-daemon-host "$2" --dest-tls-verify=false "docker-daemon:$3" "docker://$4"
' _ "$SKOPEO_CACHE" "$DOCKER_HOST" "$IMAGE" "$there"
mark copy

take() { pull "$1" "$there"; }
each take
mark pull
