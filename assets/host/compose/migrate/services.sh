# The services of the migration, one after the other, each under the name of its container.

each() { # each COMMAND: runs it for each service, with $service, $wanted, $session (its name), $was (its container), $was_image, $built_as
  # Its commands read nothing: the list is another stream.
  while read -r service wanted was session was_image built_as <&4; do
    "$1" || { session=$journal_of; return 1; }
  done 4<"$dir/services"
  session=$journal_of
}

is_as_planned() {
  if [ -e "${dir%/*}/$session.open" ]; then err="a restart of $session is not over"; return 1; fi
  [ "$was" != - ] || return 0
  look "$was"
  if [ "$status" = gone ] || [ "$name" != "$session" ]; then err="$service has another container than when this was planned"; return 1; fi
  case $wanted:$status in up:running | down:created | down:exited) ;; *) err="$session is $status by now"; return 1 ;; esac
}

hold_images() { # what was is held by a name that the pin can be set to, and by one that no prune takes
  while read -r id tag held <&4; do
    image_id "$tag" || return 1
    if [ -n "$out" ] && [ "$out" != "$id" ]; then err="$tag names another image already"; return 1; fi
    act limited 60 docker tag "$id" "$tag" && act limited 60 docker tag "$id" "$held" || return 1
  done 4<"$dir/images"
}
drop_images() {
  while read -r _ tag held <&4; do drop_tag "$tag"; drop_tag "$held"; done 4<"$dir/images"
}
drop_tag() { act limited 300 docker rmi "$1" || case $err in *o\ such\ image*) ;; *) say clean_up log "$1 stays: $err" ;; esac }

image_id() { # image_id REFERENCE: its id in $out, empty if there is no such image
  ask docker image inspect -f '{{.Id}}' "$1" && return 0
  out=
  case $err in *o\ such\ image*) ;; *) return 1 ;; esac
}

stop_it() { [ "$was" = - ] || stop "$was"; }
start_it() {
  [ "$wanted" = up ] || return 0
  look "$was"
  [ "$status" != gone ] || { err="the container of $service is gone"; return 1; }
  is_up || act limited 300 docker start "$was"
}

bring_it_up() { # it has no container: the next one gets the image
  [ "$was" != - ] || return 0
  if [ "$wanted" = up ]; then set -- -d; else set -- --no-start; fi
  bring_up '' "$@"
}
is_on_new() {
  [ "$was" != - ] || return 0
  tell_service || return 1
  [ "$one" != "$was" ] || { err="Compose left the container of $service as it was"; return 1; }
  ask docker inspect --type container -f '{{.Image}}' "$one" && [ "$out" = "$new_image" ] || { err="Compose made $service on another image than $reference"; return 1; }
  printf '%s\n' "$one" >>"$dir/new.part"
}
probe_it() { # not from within `each`: a probe that fails ends everything
  [ "$wanted" = up ] && [ "$was" != - ] || return 0
  tell_service || fail probe "$err"
  new=$one
  probe
}
name_old_image() { # Compose finds what it built by that name, and builds nothing
  [ "$was_image" != - ] || return 0
  image_id "$built_as" || return 1
  [ "$out" = "$was_image" ] || act limited 60 docker tag "$was_image" "$built_as"
}
is_back() {
  [ "$was" != - ] || return 0
  tell_service || return 1
  ask docker inspect --type container -f '{{.Image}}' "$one" && [ "$out" = "$was_image" ] || { err="Compose made $service on another image than before"; return 1; }
  look "$one"
  [ "$wanted" != up ] || is_up || { err="the old image of $service does not start: it is $status"; return 1; }
  [ "$one" = "$was" ] || note="the containers were made anew, on the images of before: what was outside their volumes is gone"
}
