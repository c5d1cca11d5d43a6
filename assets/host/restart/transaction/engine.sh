# What a restart asks of the engine. It waits out an engine that is gone, and knows containers by their ids.

ENGINE_WAIT=300 # seconds: a host that boots, or an engine that is being updated
REMOVAL_WAIT=60 # seconds: an --rm container keeps its name for a moment after it was stopped

limited() { if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift && "$@"; fi; }

engine_away() { # engine_away CODE COMPLAINT: waits for an engine that is gone; fails if it complains about something else
  # 124 and 143: out of time, as coreutils and busybox tell it. 127: the command is just being replaced.
  case $1:$2 in
    124:* | 143:* | 127:* | *annot\ connect\ to\ the\ Docker\ daemon* | *ailed\ to\ connect\ to\ the\ docker\ API* | \
      *error\ during\ connect* | *connection\ re[fs]* | *EOF* | *closed\ network*) ;;
    *) return 1 ;;
  esac
  waited=0
  until limited 20 docker version >/dev/null 2>&1; do
    [ $waited -lt $ENGINE_WAIT ] || stuck "the engine does not answer: $2"
    sleep 1
    waited=$((waited + 1))
  done
  case $1:$waited in 124:* | 143:* | *:0) ;; *) return 0 ;; esac
  # An engine that answers and still does not do it never will: the same words may come from a log or a volume that it cannot reach.
  late=$((late + 1))
  if [ $late -ge 3 ]; then
    case $1 in 124 | 143) err="the engine answers but did not do it in time" ;; *) err=$2 ;; esac
    return 1
  fi
  sleep 1
}

ask() { # ask COMMAND...: its answer in $out; what it complained about in $err
  late=0 asked=0
  while :; do
    out=$(limited 60 "$@" 2>/dev/null) && return 0
    # Only the complaint: a command line may warn on every call, and a warning is no answer.
    err=$(limited 60 "$@" 2>&1 >/dev/null) && asked=$((asked + 1)) && [ $asked -lt 5 ] && continue
    engine_away $? "$err" || return 1
  done
}

act() { # act COMMAND...: a change that does no harm if it is made twice
  late=0
  while :; do
    err=$("$@" 2>&1) && return 0
    engine_away $? "$err" || return 1
  done
}

LOOK='{{.State.Status}} {{.RestartCount}} {{.State.StartedAt}} {{.State.ExitCode}} {{.State.OOMKilled}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.Name}}'
look() { # look ID: status (or `gone`), restarts, started, code, oom, health, name
  status=gone restarts=0 started='' code='' oom='' health=none name=''
  [ -n "$1" ] || return 0
  if ask docker inspect --type container -f "$LOOK" "$1"; then
    # shellcheck disable=SC2086
    set -- $out
    status=$1 restarts=$2 started=$3 code=$4 oom=$5 health=$6 name=${7#/}
  else
    # Not any "no such": an engine's socket that is not there is "no such file or directory".
    case $err in *o\ such\ container* | *o\ such\ object*) ;; *) stuck "the engine does not tell how $1 is: $err" ;; esac
  fi
}
is_up() { case $status in running | paused | restarting) ;; *) false ;; esac }
never_ran() { case $started in 0001-*) ;; *) false ;; esac }

wait_gone() { # wait_gone ID: it is being removed by the engine
  waited=0
  while look "$1" && [ "$status" != gone ]; do
    [ $waited -lt $((REMOVAL_WAIT * 5)) ] || return 1
    nap
    waited=$((waited + 1))
  done
}
nap() { sleep 0.2 2>/dev/null || sleep 1; }

rename_to() { # rename_to ID NAME: waits while the engine still holds the name for a container that it removes
  waited=0
  while :; do
    look "$1"
    [ "$name" != "$2" ] || return 0
    [ "$status" != gone ] || { err="the container ${1%"${1#????????????}"} is gone"; return 1; }
    act limited 300 docker rename "$1" "$2" && return 0
    complaint=$err
    # The answer to the first try may have been lost with the engine, and the second one complains that it has that name.
    look "$1"
    [ "$name" != "$2" ] || return 0
    case $complaint in *already\ in\ use* | *onflict*) ;; *) err=$complaint; return 1 ;; esac
    look "$2"
    case $status in gone | removing | dead) ;; *) [ $waited -lt 25 ] || { err=$complaint; return 1; } ;; esac
    [ $waited -lt $((REMOVAL_WAIT * 5)) ] || { err=$complaint; return 1; }
    nap
    waited=$((waited + 1))
  done
}

remove() { # remove ID: never its volumes, never by force
  [ -n "$1" ] || return 0
  act limited 300 docker rm "$1" && return 0
  case $err in *o\ such\ container* | *already\ in\ progress*) wait_gone "$1" ;; *) return 1 ;; esac
}

stop() { # stop ID: as long as its own stop timeout lets it take, and the engine some minutes more
  look "$1"
  is_up || return 0
  ask docker inspect --type container -f '{{json .Config.StopTimeout}}' "$1" || out=null
  case $out in
    -*) act docker stop "$1" ;; # it may take for ever
    *[!0-9]* | '') act limited 310 docker stop "$1" ;;
    *) act limited $((out + 300)) docker stop "$1" ;;
  esac || { complaint=$err; look "$1"; ! is_up || { err=$complaint; return 1; }; }
  look "$1"
  ! is_up
}

drop_pin() { act limited 300 docker rmi "$pin" || case $err in *o\ such\ image*) ;; *) say clean_up log "the pin tag $pin stays: $err" ;; esac }
