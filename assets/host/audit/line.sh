# The audit of a host: a line of JSON for each thing that changed it, root's alone. When it is full, it becomes audit.jsonl.1.
AUDIT_BYTES=1048576

audit() { # audit STATE ENTRY: the entry is an object; the time, by this host's clock, goes before what it holds
  (
    umask 077
    file=$1/audit.jsonl
    [ ! -L "$file" ] || exit 1
    ! is_full "$file" || begin_anew "$file" || exit 1
    printf '{"time":"%s",%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${2#"{"}" >>"$file"
  ) 2>/dev/null
}

is_full() { [ -e "$1" ] && [ "$(wc -c <"$1")" -ge "$AUDIT_BYTES" ]; }

# One at a time, and only what is full still when it is his turn: else the file that one has just begun would go over the full one of
# another. Whose turn it is not writes on where it is.
begin_anew() { # begin_anew FILE
  if ! mkdir "$1.lock"; then
    # Of one that died in between; then it is the next one's turn.
    [ -z "$(find "$1.lock" -maxdepth 0 -mmin +1)" ] || rmdir "$1.lock"
    return 0
  fi
  moved=0
  ! is_full "$1" || mv -f "$1" "$1.1" || moved=1
  rmdir "$1.lock"
  return $moved
}

json() { # json TEXT: as a string of JSON
  printf '"%s"' "$(printf %s "$1" | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g')"
}

json_or_null() { if [ -n "$1" ]; then json "$1"; else printf null; fi; }
