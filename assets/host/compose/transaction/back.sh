# The way back: the env file is as it was, and the service runs the old image, in the old container if Compose has not removed it.

put_back() { # put_back failed|interrupted|cancelled
  why=$1 note=
  [ ! -e "$dir/failed" ] || why=failed
  crash_point put_back
  say put_back running
  keep_words
  give_env_back
  crash_point put_back_up
  [ ! -e "$dir/upping" ] || give_service_back
  crash_point put_back_clean
  drop_pins "$pin"
  [ "${reached:-}" = "$pin_old" ] || drop_pins "$pin_old"
  say put_back ok "$note"
  crash_point end
  finish undone "$why${note:+; $note}"
}

keep_words() {
  { [ -n "$new" ] || { [ -e "$dir/failed" ] && tell_service && new=$one; }; } && [ "$new" != "$old" ] || return 0
  keep_log "$new"
}

give_env_back() {
  [ -e "$dir/writing" ] || return 0
  rm -f "$(part)"
  if env_is old; then
    return 0
  elif env_is new; then
    write_env old || stuck "$env_file cannot be given back: $err"
  else
    # Somebody's own change is not thrown away; the service comes back all the same.
    add_note "somebody changed $env_file meanwhile, so it was left as it is: see that $key is $from there"
  fi
}

give_service_back() {
  look "$old"
  if [ "$status" != gone ] && [ "${died:-no}" = yes ]; then
    # An engine goes on with a stop whose client has died: a container that is left up now would go down later.
    stop "$old" || say put_back log "the old container does not stop, and is left up: $err"
  fi
  name_old_image || stuck "the old image cannot be named: $err"
  # The value in the environment counts, whatever the file says.
  # shellcheck disable=SC2046
  bring_up "$key=$reached" $(flag_of_state) || stuck "Compose does not bring the old image back: $err"
  tell_service || stuck "$err"
  runs_on "$one" "$old_image" || stuck "Compose made it on another image than $from"
  look "$one"
  [ "$up" = 0 ] || is_up || stuck "the old image does not start: it is $status"
  [ "$one" = "$old" ] || add_note "Compose made its container anew, on ${reached}: what was outside its volumes is gone"
}

name_old_image() { # in $reached, a reference of the old image: the one that the session had, unless it names something else by now
  image_of "$from" || return 1
  if [ -z "$out" ]; then act limited 60 docker tag "$old_image" "$from" || return 1; fi
  image_of "$from" || return 1
  if [ "$out" = "$old_image" ]; then reached=$from; else reached=$pin_old; fi
}

untouched() { # untouched WHY: nothing was touched, but something may be held
  say put_back running
  drop_pins "$pin" "$pin_old"
  say put_back ok "nothing had been touched"
  finish undone "$1"
}
