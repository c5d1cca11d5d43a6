# shellcheck shell=bash
# Through a registry here: push, then pull on the host over a tunnel of its ssh connection.
. "${BASH_SOURCE%/*}/each.sh"

there=$REGISTRY/docker/$IMAGE
docker tag "$IMAGE" "$there"
docker push -q "$there"
mark push

pull() {
  on "$1" -o ExitOnForwardFailure=yes -R "${REGISTRY#*:}:$REGISTRY" "docker pull -q $there && docker run --rm $there true"
}
each pull
mark pull
