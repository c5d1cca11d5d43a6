# The way back: the old container is the session again, as it was.

put_back() { # put_back failed|interrupted|cancelled: the old container is the session again, as it was
  why=$1
  [ ! -e "$dir/failed" ] || why=failed
  crash_point put_back
  let_go
  has_way_back || stuck "the old container is gone, and nothing else may take its place; the new one is left as it is: if that is to be the session, \`docker start ${new%"${new#????????????}"}\` first"
  say put_back running
  settle_new
  look "$new"
  [ "$status" = gone ] || say put_back kept "$name" # where its log is
  end_stop
  crash_point put_back_name
  choose_old
  rename_to "$back" "$session" || back_again "the session's name cannot be given back: $err"
  if [ "$vanishes" = 0 ] && [ "$policy" != no ]; then
    act limited 300 docker update --restart="$policy" "$back" || stuck "the restart policy cannot be given back: $err"
  fi
  crash_point put_back_start
  up_again
  crash_point put_back_clean
  remove_but 1 "${name_failed%????????-??????-????}"
  drop_pin
  crash_point end
  up_again # only now is nothing needed any more to go back to
  for id in $stand_in $keeper; do
    [ "$id" = "$back" ] || remove "$id" || say put_back log "a container of the restart stays: $err"
  done
  say put_back ok "$note"
  finish undone "$why${note:+; $note}"
}

has_way_back() { # whether there is anything that could be the session again: before that is known, the new one is all there is
  for id in $(ways_back); do
    look "$id"
    case $status in gone | removing | dead) ;; *) return 0 ;; esac
  done
  return 1
}
ways_back() { echo "$old"; [ "$vanishes" = 0 ] || echo "$stand_in $keeper"; }

up_again() { # what was put back is up, if it has to be: it may have gone down with the engine
  look "$back"
  if [ "$vanishes" = 1 ] && [ "$back" != "$keeper" ] && ! is_up; then
    case $status in created | gone) ;; *) wait_gone "$back" || stuck "the engine does not remove $back, which is down" ;; esac
  fi
  [ "$up" = 1 ] && ! is_up || return 0
  act limited 300 docker start "$back" || back_again "the old container does not start: $err"
}

back_again() { # what was to be put back may have gone down with the engine at this moment, if it was started with --rm
  look "$back"
  [ "$vanishes" = 1 ] && [ "$status" = gone ] && [ "$back" != "$keeper" ] || stuck "$1"
  put_back "$why"
}

# An engine goes on with a stop whose client has died, for as long as the stop timeout lets it: a container that is left
# up now would go down later. So the stop is waited for, and the container started again.
end_stop() {
  [ -e "$dir/stopping" ] || return 0
  stop "$old" || say put_back log "the old container does not stop, and is left up: $err"
  rm -f "$dir/stopping"
}

settle_new() { # the new container is stopped and out of the way; one that failed stays for its logs
  tries=0
  until settled; do
    # What a killed run had asked of the engine may have been done only now.
    [ $tries -lt 5 ] || stuck "the new container is in the way, so the old one was not started beside it: $err"
    tries=$((tries + 1))
    sleep 1
  done
}

settled() {
  look "$new"
  if [ "$status" = gone ]; then
    return 0
  elif [ -n "$name_back" ]; then
    # A predecessor that was to come back is a predecessor again: it is never removed.
    stop "$new" && rename_to "$new" "$name_back"
    return
  elif never_ran; then
    remove "$new"
    return
  fi
  stop "$new" || return 1
  if [ "$new_vanishes" = 1 ]; then
    wait_gone "$new"
  elif [ "$name" = "$name_failed" ]; then
    return 0
  elif [ "$why" = failed ]; then
    clear_failed
    rename_to "$new" "$name_failed" || remove "$new"
  else
    remove "$new"
  fi
}

clear_failed() { # an earlier try of the same job may have left one under that name, and its words are not those of this try
  ask docker inspect --type container -f '{{.Id}}' "$name_failed" || return 0
  [ "$out" = "$new" ] || remove "$out" || say put_back log "$name_failed stays: $err"
}

choose_old() { # what becomes the session again: the old container, or what was made in its image if it has removed itself
  note=
  for back in $(ways_back); do
    look "$back"
    [ "$status" != removing ] && [ "$status" != dead ] || wait_gone "$back" || stuck "the engine does not remove $back"
    if [ "$status" != gone ]; then
      [ "$back" != "$keeper" ] || note="the engine removed the --rm container when it went down: the one in its place does not remove itself until the next restart"
      return
    fi
  done
  stuck "the old container went away just now, and nothing else may take its place"
}

recover() {
  printf '\n' >>"$dir/status" # a line may have been cut off
  if [ -e "$dir/committed" ]; then
    ensure_claimed
    forwards
  elif [ -e "$dir/made" ]; then
    ensure_claimed
    has_way_back || go_on
    put_back interrupted
  fi
  # The console died before it handed over.
  untouched interrupted
}

go_on() { # there is no way back any more: if the new one is up, it is the session, once it has shown that it is good
  look "$new"
  [ "$up" = 1 ] && is_up || return 0
  say put_back skipped "the old container was removed meanwhile: the new one stays if it is good"
  rm -f "$dir/abort" "$dir/failed" "$dir/words"
  prove
}

untouched() { # untouched WHY: nothing was touched, but something was made
  say put_back running
  ask docker ps -aq --no-trunc --filter "label=tagboat.restart=${dir##*/}" || stuck "$err"
  for id in $out; do
    look "$id"
    # What an earlier try of the same job has left did run, and stays for its logs.
    [ "$name" != "$name_failed" ] || continue
    [ "$status" = gone ] || [ "$id" = "$old" ] || never_ran || stuck "somebody started $name, which a restart had made"
    [ "$id" = "$old" ] || remove "$id" || stuck "$name cannot be removed: $err"
  done
  drop_pin
  say put_back ok "nothing had been touched"
  finish undone "$1"
}
