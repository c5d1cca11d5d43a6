# shellcheck shell=bash
# What every contestant uses: a command on a host, all hosts at once, and marks of how far it is.
# From the harness: IMAGE, HOSTS, SSH_CONFIG, WORK (an empty folder), and for some REGISTRY and TAGBOAT.
set -euo pipefail

on() { # on HOST [OPTION...] COMMAND: the last word is a line for the host's shell
  local host=$1
  shift
  ssh -F "$SSH_CONFIG" -o BatchMode=yes "${@:1:$#-1}" "$host" "${@: -1}"
}

mark() { # mark STEP: the step that ends now
  printf '%s %s\n' "$EPOCHREALTIME" "$1" >>"$WORK/marks"
}

each() { # each FUNCTION: on all hosts at once; fails when one failed
  local host pids=() pid failed=
  for host in $HOSTS; do
    "$1" "$host" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=yes; done
  [ -z "$failed" ]
}

# The end of every contestant: a container of the image can start.
# shellcheck disable=SC2034
run="docker run --rm $IMAGE true"
