# The audit of a host: a line of JSON for each thing that changed it, root's alone. When it is full, it becomes audit.jsonl.1.
AUDIT_BYTES=1048576

audit() { # audit STATE ENTRY: the entry is an object; the time, by this host's clock, goes before what it holds
  (
    umask 077
    file=$1/audit.jsonl
    [ ! -L "$file" ] || exit 1
    if [ -e "$file" ] && [ "$(wc -c <"$file")" -ge "$AUDIT_BYTES" ]; then mv -f "$file" "$file.1" || exit 1; fi
    printf '{"time":"%s",%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${2#"{"}" >>"$file"
  ) 2>/dev/null
}

json() { # json TEXT: as a string of JSON
  printf '"%s"' "$(printf %s "$1" | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g')"
}

json_or_null() { if [ -n "$1" ]; then json "$1"; else printf null; fi; }
