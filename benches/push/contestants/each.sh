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

# The host pulls from the registry here through its ssh connection. A connection with a tunnel stays open as long as the host's
# engine keeps its own to the registry: so it is one that is told to end.
pull() { # pull HOST REFERENCE
  local master=$WORK/$1.ssh port=${REGISTRY#*:}
  ssh -F "$SSH_CONFIG" -o BatchMode=yes -o ExitOnForwardFailure=yes -fNM -S "$master" -R "$port:$REGISTRY" "$1"
  on "$1" -S "$master" "docker pull -q $2 && docker run --rm $2 true"
  ssh -F "$SSH_CONFIG" -S "$master" -O exit "$1" 2>/dev/null
}

# The end of every contestant: a container of the image can start.
# shellcheck disable=SC2034
run="docker run --rm $IMAGE true"
