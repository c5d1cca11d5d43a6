# The way back: nothing that this has made runs, its files are as they were, and its named volumes stay.

put_back() { # put_back failed|interrupted|cancelled
  why=$1 note='' service='' others=''
  [ ! -e "$dir/failed" ] || why=failed
  crash_point put_back
  say put_back running
  if [ ! -e "$dir/is-back" ]; then
    [ ! -e "$dir/upping" ] || take_containers_off
    crash_point put_back_files
    [ ! -e "$dir/installing" ] || [ -n "$others" ] || take_files_off
  fi
  mark is-back "$why" || stuck "the journal cannot be written"
  forget_texts
  say put_back ok "$note"
  crash_point end
  finish undone "$why${note:+; $note}"
}

take_containers_off() { # those that it has made, and no other; with them go their volumes without a name
  ask docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" || stuck "the engine does not tell what was started: $err"
  all=''
  for id in $out; do
    if is_own "$id"; then all="$all $id"; else others="$others $id"; fi
  done
  [ ! -e "$dir/failed" ] || keep_logs
  for id in $all; do
    stop "$id" || stuck "a container of the project does not stop: $err"
  done
  for id in $all; do
    act limited 300 docker rm -v "$id" || case $err in
      *o\ such\ container* | *already\ in\ progress*) wait_gone "$id" || stuck "the engine does not remove a container of the project" ;;
      *) stuck "a container of the project cannot be removed: $err" ;;
    esac
  done
  if [ -n "$others" ]; then tell_others; else take_networks_off; fi
  ask docker volume ls -q --filter "label=com.docker.compose.project=$project" || out=
  kept=$(printf '%s\n' "$out" | grep -vxF -f "$dir/volumes" | grep . | tr '\n' ' ')
  [ -z "$kept" ] || add_note "its volumes stay: ${kept% }"
}

tell_others() { # somebody started them meanwhile, or a death came before their ids were kept: nobody can tell
  names=''
  for id in $others; do
    look "$id"
    names="$names ${name:-$id}"
  done
  add_note "it is not certain that this job made these containers, so they stay, and its files and networks with them:$names \
(\`docker compose -p $project down\` in $working_dir takes them off)"
}

take_networks_off() {
  ask docker network ls -q --filter "label=com.docker.compose.project=$project" || stuck "the engine does not tell of networks: $err"
  for id in $out; do
    act limited 60 docker network rm "$id" || case $err in *not\ found* | *o\ such\ network*) ;; *) add_note "a network of it stays: $err" ;; esac
  done
}

keep_logs() { # of all that goes: one may have failed for what another said
  : >"$dir/failed.log" || return 0
  for id in $all; do
    { limited 20 docker inspect --type container -f '{{.Name}}:' "$id"; limited 60 docker logs --tail 1000 "$id"; } >>"$dir/failed.log" 2>&1 </dev/null
  done
}

take_files_off() { # somebody's own change is not thrown away
  for one in file env; do
    if [ $one = file ]; then path=$compose_file; else path=$env_file; fi
    rm -f "$path.tagboat-${dir##*/}"
    if text_is "$path" "$one.new"; then
      write_text "$path" "$(before $one)" || stuck "$path cannot be taken off: $err"
    elif ! text_is "$path" "$(before $one)"; then
      add_note "somebody changed $path meanwhile, so it was left as it is"
    fi
  done
  while IFS= read -r folder; do rmdir "$folder" 2>/dev/null; done <"$dir/folders"
}

untouched() { # untouched WHY: nothing was touched
  say put_back running
  forget_texts
  say put_back ok "nothing had been touched"
  finish undone "$1"
}
