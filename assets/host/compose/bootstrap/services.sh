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

bring_project_up() { # as its files say, all services but those on demand; waits out an engine that goes away meanwhile
  late_up=0
  while :; do
    said=$dir/said
    true >"$said" || said=/dev/null
    compose "$dir" '' up -d --no-build --pull never >"$said" 2>&1 &
    wait_for_compose $!
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
