# The services of the bootstrap: how all of them are brought up, and what each must be like then.

each() { # each COMMAND: runs it for each service, with $service; where it fails, that one stays the one that is told of
  # Its commands read nothing: the list is another stream.
  while read -r service <&4; do
    "$1" || return 1
  done 4<"$dir/services"
  service=
}

fail() { # fail STEP WHY: as in every restart, with the service
  true >"$dir/failed"
  say "$1" failed "${service:+$service: }$2"
  put_back failed
}

# What is made while Compose is at it is the bootstrap's own: nothing of the project was there before. Its ids are kept as they appear.
# What is there later and is not among them may be somebody's, and is never taken off.
note_containers() { # note_containers [PID]: what is there while that one lives; without one, what is there now
  set -- "${1:-}" docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff=False
  if [ -n "$1" ]; then
    pid=$1
    shift
    listed=$(limited 20 "$@" 2>/dev/null) && [ -n "$(start_of "$pid")" ] || return 0
  else
    shift
    ask "$@" || return 0
    listed=$out
  fi
  for id in $listed; do
    is_own "$id" || printf '%s\n' "$id" >>"$dir/containers"
  done
}
is_own() { grep -qxF "$1" "$dir/containers" 2>/dev/null; } # is_own ID

bring_project_up() { # as its files say, all services but those on demand; waits out an engine that goes away meanwhile
  late_up=0 meanwhile=note_containers
  while :; do
    said=$dir/said
    true >"$said" || said=/dev/null
    compose "$dir" '' up -d --no-build --pull never >"$said" 2>&1 &
    wait_for_compose $!
    note_containers
    flush "$dir/containers"
    [ "$code_up" -ne 0 ] || return 0
    err=$(grep -v '^ *$' "$said" | tail -n 2)
    err=${err:-Compose ended with code $code_up}
    late=$late_up # everything that is asked of the engine counts for itself
    engine_away "$code_up" "$err" || return 1
    late_up=$late
  done
}

tell_one() { # the one container of the service in $new
  containers || return 1
  # shellcheck disable=SC2086
  set -- $out
  [ $# -eq 1 ] || { err="it has $# containers and not one"; return 1; }
  new=$1
}

MOUNTED='{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{.Destination}}{{println}}{{end}}{{end}}'
is_on_pin() { # it runs the pinned image, and none of the image's volumes is one without a name, which the next container would not have
  tell_one || return 1
  ask docker inspect --type container -f '{{.Image}}' "$new" || return 1
  [ "$out" = "$new_image" ] || { err="Compose made it on another image than $reference"; return 1; }
  ask docker inspect --type container -f "$MOUNTED" "$new" || return 1
  shadow=$(printf '%s\n' "$out" | grep -E '^[0-9a-f]{64} ' | head -n 1)
  [ -z "$shadow" ] || { err="its volume at ${shadow#* } has no name: give it a mount in the config"; return 1; }
}

probe_one() {
  tell_one || fail probe "$err"
  probe
}

is_still_good() { # while others were probed it may have ended
  tell_one || fail probe "$err"
  look "$new"
  first=$started
  flaw=$(judge)
  [ -z "$flaw" ] || bad "$flaw"
}
