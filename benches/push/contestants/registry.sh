# shellcheck shell=bash
# Through a registry here: push, then pull on the host over a tunnel of its ssh connection.
# shellcheck source-path=SCRIPTDIR source=each.sh
. "${BASH_SOURCE%/*}/each.sh"

there=$REGISTRY/docker/$IMAGE
docker tag "$IMAGE" "$there"
docker push -q "$there"
mark push

take() { pull "$1" "$there"; }
each take
mark pull
