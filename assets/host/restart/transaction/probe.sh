# Whether the new container is good: up for long enough, healthy, and its probe command succeeds. It puts back what is not.

let_go() { # ends the client that listens to the new container, not the container
  [ -n "${attached:-}" ] || return 0
  kill -9 "$attached" 2>/dev/null
  wait "$attached" 2>/dev/null
  attached=
}

now() { read -r uptime rest </proc/uptime && echo "${uptime%.*}${uptime#*.}"; } # hundredths, and no clock can be set back

probe() {
  look "$new"
  first=$started began=$(now) limit=$deadline complaint=
  [ "$stable" -le "$limit" ] || limit=$stable
  while :; do
    turn_back_if_asked
    look "$new"
    flaw=$(judge)
    [ -z "$flaw" ] || bad "$flaw"
    passed=$((($(now) - began) / 100))
    if [ $passed -ge "$stable" ] && [ "$health" != starting ]; then
      complaint=$(probe_command $((limit > passed ? limit - passed : 1))) && break
    fi
    [ $passed -lt "$limit" ] || [ "$health" != starting ] || bad "its health check has not said healthy within $limit s"
    [ $passed -lt "$limit" ] || bad "the probe command does not succeed: $complaint"
    sleep 1
  done
  let_go
  rm -f "$dir/words"
  case $health in none) say probe ok "up for $passed s" ;; *) say probe ok "healthy, up for $passed s" ;; esac
}

judge() { # what is wrong with the new container, if anything is
  case $status in
    gone) echo "it ended, and the engine removed it" ;;
    exited | removing | dead) echo "it ended with exit code $code$([ "$oom" != true ] || echo ', out of memory')" ;;
    running)
      if [ "$restarts" != 0 ] || [ "$started" != "$first" ]; then
        echo "it was restarted meanwhile"
      elif [ "$health" = unhealthy ]; then
        echo "its health check says unhealthy"
      fi ;;
    *) echo "it is $status" ;;
  esac
}

probe_command() { # probe_command SECONDS: runs it in the new container; what it complains about
  [ -s "$dir/probe-command" ] || return 0
  set -- limited "$1" docker exec "$new"
  while IFS= read -r word; do set -- "$@" "$word"; done <"$dir/probe-command"
  said=$("$@" 2>&1 </dev/null)
  succeeded=$?
  printf '%s\n' "$said" | tail -n 3
  return $succeeded
}

bad() { # bad FLAW: its last words first, they may go away with it
  if [ "$status" = gone ] && [ -n "${attached:-}" ]; then
    wait "$attached"
    ended="$1 (exit code $?)"
    attached=
  else
    ended=$1
  fi
  last_words | while IFS= read -r line; do say probe log "$line"; done
  fail probe "$ended"
}
last_words() { if [ -e "$dir/words" ]; then tail -n 20 "$dir/words"; else limited 20 docker logs --tail 20 "$new" 2>&1; fi; }
