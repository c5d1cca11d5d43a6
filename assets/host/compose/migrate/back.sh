# The way back: the files are as they were, but for volumes that were copied, and every service runs what it ran.

put_back() { # put_back failed|interrupted|cancelled
  why=$1 note='' session=$journal_of
  [ ! -e "$dir/failed" ] || why=failed
  crash_point put_back
  say put_back running
  if [ -e "$dir/is-back" ]; then
    : # it died between that and its end
  elif [ -e "$dir/upping" ]; then
    [ -z "$new" ] || keep_log "$new"
    [ ! -s "$dir/copies" ] || note="its copied volumes keep their names"
    give_files_back file.back
    each name_old_image || stuck "the old images cannot be named: $err"
    crash_point put_back_up
    each bring_it_up || stuck "Compose does not bring the old images back: $err"
    each is_back || stuck "$err"
  else
    [ ! -e "$dir/writing" ] || give_files_back file.old
    [ ! -e "$dir/stopping" ] || each start_it || stuck "the old containers do not start: $err"
    drop_images
    ! text_is "$compose_file.before" file.old || rm -f "$compose_file.before"
  fi
  mark is-back "$why" || stuck "the journal cannot be written"
  forget_texts
  say put_back ok "$note"
  crash_point end
  finish undone "$why${note:+; $note}"
}

give_files_back() { # somebody's own change is not thrown away; the services come back all the same, if they can
  rm -f "$compose_file.tagboat-${dir##*/}" "$env_file.tagboat-${dir##*/}"
  if text_is "$compose_file" file.new || text_is "$compose_file" file.old || text_is "$compose_file" file.back; then
    write_text "$compose_file" "$1" || stuck "$compose_file cannot be given back: $err"
  else
    stuck "somebody changed $compose_file meanwhile: $compose_file.before is as it was"
  fi
  if text_is "$env_file" env.new || text_is "$env_file" "$(env_before)"; then
    write_text "$env_file" "$(env_before)" || stuck "$env_file cannot be given back: $err"
  else
    note="somebody changed $env_file meanwhile, so it was left as it is"
  fi
}

untouched() { # untouched WHY: nothing was touched
  say put_back running
  forget_texts
  say put_back ok "nothing had been touched"
  finish undone "$1"
}
