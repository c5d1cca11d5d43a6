# The probe: whether the new container is good. It is asked at least once a second, and last after everything else was found good.

let_go() { # ends the client that listens to the new container, not the container
  [ -n "${attached:-}" ] || return 0
  kill -9 "$attached" 2>/dev/null
  wait "$attached" 2>/dev/null
  end_listener
}
end_listener() { # what a wrapper of docker has started may keep the pipe open for as long as the session lives
  waited=0
  while [ -n "$(start_of "$listener")" ] && [ $waited -lt 25 ]; do
    nap
    waited=$((waited + 1))
  done
  kill -9 "$listener" 2>/dev/null
  wait "$listener" 2>/dev/null
  attached=
}

now() { read -r uptime rest </proc/uptime && echo "${uptime%.*}${uptime#*.}"; } # hundredths, and no clock can be set back

probe() {
  look "$new"
  first=$started began=$(now) limit=$deadline complaint=
  [ "$stable" -le "$limit" ] || limit=$stable
  while :; do
    turn_back_if_asked
    judge_new
    passed=$((($(now) - began) / 100))
    if is_settled && complaint=$(show_sign $((limit > passed ? limit - passed : 1))); then
      judge_new # it may have ended while it was asked for the sign
      break
    fi
    turn_back_if_asked
    [ $passed -lt "$limit" ] || is_settled || bad "its health check has not said healthy within $limit s"
    [ $passed -lt "$limit" ] || bad "$complaint"
    sleep 1
  done
  let_go
  rm -f "$dir/words" "$dir/pipe" "$dir/said"
  case $health in none) say probe ok "up for $passed s" ;; *) say probe ok "$health, up for $passed s" ;; esac
}

is_settled() { # it was up for long enough, and its health check says so if it has to
  [ "$passed" -ge "$stable" ] || return 1
  case $healthy:$health in 1:healthy) ;; 1:* | *:starting) return 1 ;; esac
}

judge_new() {
  look "$new"
  flaw=$(judge)
  [ -z "$flaw" ] || bad "$flaw"
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

show_sign() { # show_sign SECONDS: what it must show besides, if anything; tells what is missing
  if [ -s "$dir/probe-command" ]; then
    probe_command "$1"
  elif [ -s "$dir/probe-line" ]; then
    probe_line "$1"
  elif [ -n "$port" ]; then
    probe_port
  fi
}

probe_command() { # probe_command SECONDS: runs it in the new container; what it complains about
  set -- limited "$1" docker exec "$new"
  while IFS= read -r word; do set -- "$@" "$word"; done <"$dir/probe-command"
  # Its last line is the exit code. It may take long, and whoever asks for the way back does not wait for it: it ends with the container.
  { "$@" 2>&1 </dev/null; printf '\n%s\n' $?; } | tail -c 4096 >"$dir/said" &
  asking=$!
  while [ -n "$(start_of $asking)" ]; do
    [ ! -e "$dir/abort" ] || { echo "the probe command had not ended"; return 1; }
    nap
  done
  [ "$(tail -n 1 "$dir/said")" != 0 ] || return 0
  echo "the probe command does not succeed: $(sed '$d' "$dir/said" | grep -v '^$' | tail -n 3)"
  return 1
}

probe_line() { # probe_line SECONDS: the container is new, so all of its log is from after its start
  # What the client itself complains about is no line of the log: its exit code is told beside.
  heard=$({ { limited "$1" docker logs "$new" 2>&1; echo $? >&3; } | grep -F -f "$dir/probe-line" >/dev/null && echo found >&3; } 3>&1)
  case $heard in
    0) echo "its log has no line with: $(cat "$dir/probe-line")" ;;
    0?found) return 0 ;;
    *) echo "its log cannot be read" ;;
  esac
  return 1
}

# The sockets of the container's own network, as the kernel tells them for its first process: this needs no tool in the
# image, no address that may be one of many or none, and finds what listens on 127.0.0.1 only.
probe_port() {
  pid=$(limited 20 docker inspect --type container -f '{{.State.Pid}}' "$new" 2>/dev/null)
  if [ ! -r "/proc/${pid:-none}/net/tcp" ]; then
    echo "its network cannot be seen from the host"
    return 1
  fi
  listens="^ *[0-9]+: [0-9A-F]+:$(printf %04X "$port") [0-9A-F]+:[0-9A-F]+ 0A "
  # 127.0.0.11 is the engine's own name server, on a port that it takes at random.
  ! cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null | grep -vE '^ *[0-9]+: 0B00007F:' | grep -qE "$listens" || return 0
  echo "nothing in it listens on port $port"
  return 1
}

bad() { # bad FLAW: its last words first, they may go away with it
  if [ "$status" = gone ] && [ -n "${attached:-}" ]; then
    wait "$attached"
    ended="$1 (exit code $?)"
    end_listener
  else
    ended=$1
    let_go
  fi
  last_words | while IFS= read -r line; do say probe log "$line"; done
  fail probe "$ended"
}
last_words() { if [ -e "$dir/words" ]; then tail -n 20 "$dir/words"; else limited 20 docker logs --tail 20 "$new" 2>&1; fi; }
