# shellcheck shell=bash
# Bare hosts: machines with Docker and sshd where tagboat has never been. The usual host waits aside, powered off.

aside() { say "$1-usual"; }
# Its bare shape is written before the usual host goes aside, and removed after that one is back.
is_aside() {
  [ -e "$run/state/$1.bare.new" ] || [ -e "$run/state/$1.bare" ] || return 1
  [ -n "$(host_state "$(aside "$1")")" ]
}

bare_host() { # bare_host HOST OPTION...
  local host=$1 start
  start=$(now_ms)
  shift
  write_bare_shape "$host" "$@"
  need_host_image "$(engine_suite "$(sed -n 's/^engine=//p' "$run/state/$host.bare.new")")"
  if is_aside "$host"; then
    remove_host "$host"
  else
    ! is_on "$host" || kill_host "$host"
    dk rename "$host" "$(aside "$host")"
  fi
  mv "$run/state/$host.bare.new" "$run/state/$host.bare"
  rm -f "$run/state/$host.cut" "$run/state/$host.shape"
  write_host_settings "$host"
  write_ssh_config
  if ! { run_host "$host" && in_host "$host" /lab/host-settle engine_ready && wait_for_sshd "$host"; }; then
    die "$host did not come up; \`lab reset $host\` brings the usual one back"
  fi
  say "$host is bare, up in $(since "$start"): $(grep -v '^hosts=' "$run/state/$host.bare" | xargs)"
}

write_bare_shape() { # write_bare_shape HOST OPTION...: what is not named is as it was
  local host=$1 key options=() store engine login init
  shift
  for key in engine login init; do options+=("--$key" "$(host_value "$host" "$key")"); done
  case " $* " in
    *' --store '* | *' --engine 20.10 '*) ;;
    *) options+=(--store "$(host_value "$host" store)") ;;
  esac
  parse_shape "${options[@]}" "$@"
  case " $* $store $login $init " in *' --hosts '* | *' mixed '*) usage_error "one host has one store, login and init" ;; esac
  printf 'store=%s\nengine=%s\nlogin=%s\ninit=%s\n' "$store" "$engine" "$login" "$init" >"$run/state/$host.bare.new"
}

remove_host() {
  local id
  id=$(dk inspect -f '{{.Id}}' "$1" 2>/dev/null) || return 0
  end_delay "$1"
  thaw "$id"
  dk rm -f -v "$id" >/dev/null
}

end_bare() { # from whatever `lab bare` came to
  local host=$1
  is_aside "$host" || return 0
  remove_host "$host" || return 1
  dk rename "$(aside "$host")" "$host" || return 1
  rm -f "$run/state/$host.bare" "$run/state/$host.bare.new"
  write_host_settings "$host"
  write_ssh_config
}
