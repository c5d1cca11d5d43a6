# The two pins: the references that hold both images, and the line in the project's env file.

part() { printf %s "$env_file.tagboat-${dir##*/}"; } # the env file while it is written: in the same folder, so that it can be renamed

env_is() { # env_is old|new: whether the env file is, byte for byte, the one before or the one after
  base64 -d <"$dir/env.$1" | cmp -s - "$env_file"
}

write_env() { # write_env old|new: the env file holds that text, with the same owner and mode; at no moment half of it
  part=$(part)
  rm -f "$part"
  # The folder may be somebody's who puts a link there: only a file that was not there is opened.
  err=$( (set -C && : >"$part") 2>&1) || return 1
  err=$(
    {
      chown "$(stat -c %u:%g "$env_file")" "$part" && chmod "$(stat -c %a "$env_file")" "$part" &&
        base64 -d <"$dir/env.$1" >>"$part" && flush "$part" && mv "$part" "$env_file" && flush "${env_file%/*}/"
    } 2>&1
  ) || { rm -f "$part"; return 1; }
}

image_of() { # image_of REFERENCE: its id in $out, empty if there is no such image
  ask docker image inspect -f '{{.Id}}' "$1" && return 0
  out=
  case $err in *o\ such\ image*) ;; *) return 1 ;; esac
}

hold_images() { # a prune must remove neither: Compose keeps no old container that would hold its image
  act limited 60 docker tag "$new_image" "$pin" && act limited 60 docker tag "$old_image" "$pin_old"
}

drop_pins() { # drop_pins PIN...: what does not go stays, and is told
  for one; do
    act limited 300 docker rmi "$one" || case $err in *o\ such\ image*) ;; *) say clean_up log "the pin tag $one stays: $err" ;; esac
  done
}

drop_old_pins() { # of all restarts of the session that are over, only the newest $keep hold the image that was before
  set --
  for other in "${dir%/*}"/????????-??????-????-"$session"; do
    [ "$other" != "$dir" ] && [ "$(cat "$other/ended" 2>/dev/null)" = replaced ] || continue
    one=$(sed -n 's/^pin_old=//p' "$other/plan")
    [ -z "$one" ] || set -- "$@" "$one"
  done
  # Oldest first; this one is the newest.
  while [ $# -gt 0 ] && [ $# -ge "$keep" ]; do
    drop_pins "$1"
    shift
  done
  [ "$keep" -gt 0 ] || drop_pins "$pin_old"
}
