#!/bin/sh
# What the prune script asks of docker, answered from the files beside it.
here=${0%/*}
case "$*" in
  'ps -aq --no-trunc') cut -d ' ' -f 1 "$here/containers" ;;
  'info -f {{.Containers}}') wc -l <"$here/containers" ;;
  'inspect --type container '*) cut -d ' ' -f 2- "$here/containers" ;;
  'images -a '*) cat "$here/images" ;;
  'image inspect -f {{.Created}} '*) echo 1970-01-01T00:00:00Z ;;
  *) echo "not played: $*" >&2; exit 1 ;;
esac
