# The service's containers, and how Compose is let loose on them: on this service alone, without a pull, without a build.

containers() { # the ids of the service's containers in $out
  ask docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" \
    --filter "label=com.docker.compose.service=$service" --filter label=com.docker.compose.oneoff=False
}

tell_service() { # the one container of the service in $one, and how it is; complains if it is not one, or not under its name
  containers || return 1
  # shellcheck disable=SC2086
  set -- $out
  [ $# -eq 1 ] || { err="the service has $# containers and not one"; return 1; }
  one=$1
  look "$one"
  [ "$name" = "$session" ] || { err="its container is called ${name:-nothing} and not $session"; return 1; }
}

keep_log() { # keep_log ID: Compose removes the container that failed, and its log with it
  limited 60 docker logs --tail 1000 "$1" >"$dir/failed.log" 2>&1 </dev/null || rm -f "$dir/failed.log"
}

runs_on() { # runs_on ID IMAGE
  ask docker inspect --type container -f '{{.Image}}' "$1" && [ "$out" = "$2" ]
}

# Compose makes the new container as HASH_NAME, stops and removes the old one, renames the new one, starts it. It does not take
# up what a run of it left between: beside the old container the new one is one too many, and alone it would keep that name.
settle_names() {
  containers || return 1
  halves='' whole=''
  for id in $out; do
    look "$id"
    case $name in
      "$session") whole=$id ;;
      ????????????_"$session") halves="$halves $id" ;;
    esac
  done
  for id in $halves; do
    look "$id"
    if [ -z "$whole" ]; then
      rename_to "$id" "$session" || return 1
      whole=$id
    elif never_ran; then
      remove "$id" || return 1
    fi
  done
}

bring_up() { # bring_up VARIABLE FLAG...: the service as its files say; waits out an engine that goes away meanwhile
  late_up=0
  variable=$1
  shift
  while :; do
    settle_names || return 1
    said=$dir/said
    true >"$said" || said=/dev/null # the session comes first, where no disk has room for words
    compose "$dir" "$variable" up "$@" --no-deps --no-build --pull never "$service" >"$said" 2>&1 &
    wait_for_compose $!
    # Compose tells what it does on the same stream; only the last lines are what it complains about.
    [ $code_up -ne 0 ] || return 0
    err=$(grep -v '^ *$' "$said" | tail -n 2)
    err=${err:-Compose ended with code $code_up}
    late=$late_up # everything that is asked of the engine counts for itself
    engine_away $code_up "$err" || return 1
    late_up=$late
  done
}

wait_for_compose() { # wait_for_compose PID: its code in $code_up; it may take an hour, so whoever asks for the way back ends it
  while [ -n "$(start_of "$1")" ]; do
    if [ -z "$why" ] && [ -e "$dir/abort" ]; then
      died=yes # the engine may go on with its stop
      end_compose
    fi
    ${meanwhile:-:} "$1"
    nap
  done
  wait "$1"
  code_up=$?
  [ -n "$why" ] || [ "${died:-no}" = no ] || put_back cancelled
}
flag_of_state() { if [ "$up" = 1 ]; then echo -d; else echo --no-start; fi }

end_compose() { # what a killed run has left of Compose must not reach the engine any more
  ended=no
  for environ in /proc/[0-9]*/environ; do
    if tr '\0' '\n' <"$environ" 2>/dev/null | grep -qxF "TAGBOAT_RESTART=${dir##*/}"; then
      pid=${environ#/proc/}
      kill -9 "${pid%/environ}" 2>/dev/null && ended=yes
    fi
  done
  # What it had asked of the engine is done by then.
  [ $ended = no ] || sleep 1
}
