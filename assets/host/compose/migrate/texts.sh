# The two files of the project: each is what it was or what it is to be, at no moment half of it.

text_is() { # text_is FILE NAME: whether it is that text of the journal, byte for byte; `none` is no file
  if [ "$2" = none ]; then [ ! -e "$1" ]; else [ -f "$1" ] && base64 -d <"$dir/$2" | cmp -s - "$1"; fi
}
env_before() { if [ -e "$dir/env.old" ]; then echo env.old; else echo none; fi; }

write_text() { # write_text FILE NAME: with the owner and mode that it has; a new one is the folder's owner's, alone if $new_mode says nothing else
  text_is "$1" "$2" && return 0
  part=$1.tagboat-${dir##*/}
  rm -f "$part"
  if [ "$2" = none ]; then
    err=$(rm -f "$1" 2>&1)
    return
  fi
  # The folder may be somebody's who puts a link there: only a file that was not there is opened.
  err=$( (set -C && : >"$part") 2>&1) || return 1
  like=$1 mode=
  [ -e "$1" ] || { like=${1%/*} mode=${new_mode:-600}; }
  err=$(
    {
      chown "$(stat -c %u:%g "$like")" "$part" && chmod "${mode:-$(stat -c %a "$like")}" "$part" &&
        base64 -d <"$dir/$2" >>"$part" && flush "$part" && mv "$part" "$1" && flush "${1%/*}/"
    } 2>&1
  ) || { rm -f "$part"; return 1; }
}

keep_before() { # the file as it was stays beside it, for whoever wants to look
  [ ! -e "$compose_file.before" ] && [ ! -L "$compose_file.before" ] || return 0
  (
    set -C
    base64 -d <"$dir/file.old" >"$compose_file.before"
  ) 2>/dev/null && chown "$(stat -c %u:%g "$compose_file")" "$compose_file.before" && chmod "$(stat -c %a "$compose_file")" "$compose_file.before"
}
